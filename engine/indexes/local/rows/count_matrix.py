"""Tag counts as they come in, turned into forward rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.counts import Counts
from engine.errors import InvalidInput
from engine.kernels.forward import Unsigned
from engine.kernels.rows import are_tidy, count_tags, take_rows

_MAX_COUNT = 2**32 - 1
_NARROW = 2**16


class Rows(Protocol):
    """Rows of numbers, compressed: a scipy CSR matrix, or any record of the same arrays.

    Row i has ``data[indptr[i]:indptr[i + 1]]`` in the columns
    ``indices[indptr[i]:indptr[i + 1]]``; ``shape`` is (rows, columns).
    """

    @property
    def indptr(self) -> Any:
        """Shape (rows + 1,)."""

    @property
    def indices(self) -> Any:
        """Shape (numbers,)."""

    @property
    def data(self) -> Any:
        """Shape (numbers,)."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows and columns."""


class RowArrays(NamedTuple):
    """The least there is to rows: the four arrays."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    data: NDArray[Any]
    shape: tuple[int, int]


def row_arrays(
    rows: Rows,
) -> tuple[NDArray[np.int64], NDArray[np.integer[Any]], NDArray[Any], int]:
    """Return ``indptr``, ``indices``, ``data`` and the number of columns, checked.

    Raises:
        InvalidInput: these are not compressed rows, or an index is outside the shape.
    """
    form = getattr(rows, "format", "csr")
    if form != "csr":
        raise InvalidInput(f"expected compressed rows (CSR), got {form!r}: convert with .tocsr()")
    n_rows, n_columns = rows.shape
    starts = np.array(rows.indptr, dtype=np.int64)
    if starts.shape != (n_rows + 1,) or starts[0] != 0 or np.any(np.diff(starts) < 0):
        raise InvalidInput(f"indptr must rise from 0 over {n_rows + 1} places, one more than rows")
    n_numbers = int(starts[-1])
    columns, data = np.asarray(rows.indices), np.asarray(rows.data)
    if columns.ndim != 1 or data.ndim != 1 or min(columns.size, data.size) < n_numbers:
        raise InvalidInput(f"indices and data must be lists of {n_numbers} numbers each")
    columns, data = columns[:n_numbers], data[:n_numbers]
    if n_numbers and columns.dtype.kind not in "iu":
        raise InvalidInput(f"indices must be whole numbers, not {columns.dtype}")
    if n_numbers and not 0 <= columns.min() <= columns.max() < n_columns:
        raise InvalidInput(f"a tag number is outside 0 to {n_columns - 1}")
    return starts, columns, data, n_columns


class CountRows:
    """Tag counts video by video: tags rising, each once, no count 0.

    Args:
        starts: shape (n_videos + 1,).
        tags: shape (n_postings,), ``uint16``, or ``uint32`` if a tag or a count needs it.
        counts: shape (n_postings,), of the same type.
        n_tags: size of the vocabulary.
    """

    def __init__(
        self, starts: NDArray[np.int64], tags: Unsigned, counts: Unsigned, n_tags: int
    ) -> None:
        self.starts = starts
        self.tags = tags
        self.counts = counts
        self.n_tags = n_tags

    @classmethod
    def read(cls, matrix: Rows) -> "CountRows":
        """Read a matrix of whole numbers; explicit zeros go, repeats of a tag are added up.

        Raises:
            InvalidInput: not compressed rows, or a count is negative, broken, or above 2^32 - 1.
        """
        starts, tags, counts, n_tags = row_arrays(matrix)
        _check_counts(counts)
        narrow = _narrow_rows(starts, tags, counts, n_tags)
        if not are_tidy(narrow.starts, narrow.tags, narrow.counts):
            return _tidied(starts, tags, counts, n_tags)
        return narrow

    def document_frequency(self) -> NDArray[np.int64]:
        """Count, per tag, the videos that have it; shape (n_tags,)."""
        df = np.zeros(self.n_tags, dtype=np.int64)
        count_tags(self.tags, 0, self.tags.size, df)
        return df

    def keep(self, mask: NDArray[np.bool_]) -> "CountRows":
        """Return the rows with only the tags that ``mask``, shape (n_tags,), says."""
        stays = mask[self.tags]
        before = np.zeros(stays.size + 1, dtype=np.int64)
        np.cumsum(stays, out=before[1:])
        return CountRows(before[self.starts], self.tags[stays], self.counts[stays], self.n_tags)

    def take(self, order: NDArray[np.int64]) -> "CountRows":
        """Return the rows in another order: row ``order[i]`` becomes row i."""
        taken = CountRows(
            np.zeros_like(self.starts),
            np.empty_like(self.tags),
            np.empty_like(self.counts),
            self.n_tags,
        )
        take_rows(
            self.starts, self.tags, self.counts, order, taken.starts, taken.tags, taken.counts
        )
        return taken


def _check_counts(counts: NDArray[Any]) -> None:
    if counts.dtype.kind not in "biuf":
        raise InvalidInput(f"counts must be whole numbers, not {counts.dtype}")
    if not counts.size:
        return
    if counts.dtype.kind == "f" and not np.array_equal(counts, np.floor(counts)):
        raise InvalidInput("counts must be whole numbers: one is a fraction or not a number")
    if not 0 <= counts.min() <= counts.max() <= _MAX_COUNT:
        raise InvalidInput(f"a count is outside 0 to {_MAX_COUNT}")


def _narrow_rows(
    starts: NDArray[np.int64], tags: NDArray[Any], counts: NDArray[Any], n_tags: int
) -> CountRows:
    fits = n_tags <= _NARROW and (counts.size == 0 or counts.max() < _NARROW)
    if fits:
        return CountRows(starts, tags.astype(np.uint16), counts.astype(np.uint16), n_tags)
    return CountRows(starts, tags.astype(np.uint32), counts.astype(np.uint32), n_tags)


def _tidied(
    starts: NDArray[np.int64], tags: NDArray[Any], counts: NDArray[Any], n_tags: int
) -> CountRows:
    n_rows = starts.size - 1
    # A place is a row and a tag as one number; a repeat is the same place again.
    cell = np.repeat(np.arange(n_rows, dtype=np.int64), np.diff(starts)) * n_tags + tags
    present = counts > 0
    cells, where = np.unique(cell[present], return_inverse=True)
    totals = np.zeros(cells.size, dtype=np.int64)
    np.add.at(totals, where, counts[present].astype(np.int64))
    _check_counts(totals)
    tidy_starts = np.searchsorted(cells, np.arange(n_rows + 1, dtype=np.int64) * n_tags)
    return _narrow_rows(tidy_starts.astype(np.int64), cells % n_tags, totals, n_tags)


@dataclass(frozen=True, slots=True)
class CountMatrix:
    """Tag counts of many videos in rows (CSR), shaped like scipy's so that an index takes both.

    Attributes:
        indptr: shape (n_videos + 1,); row ``i`` owns ``indptr[i]:indptr[i + 1]``.
        indices: shape (n_counts,), tag numbers.
        data: shape (n_counts,), seconds.
        shape: (n_videos, n_tags).
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.uint32]
    data: NDArray[np.uint32]
    shape: tuple[int, int]

    @classmethod
    def from_rows(cls, rows: Sequence[Counts], n_tags: int) -> Self:
        """Stack the counts of several videos."""
        lengths = [len(row.tags) for row in rows]
        return cls(
            indptr=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            indices=np.concatenate([np.zeros(0, np.uint32), *(row.tags for row in rows)]),
            data=np.concatenate([np.zeros(0, np.uint32), *(row.seconds for row in rows)]),
            shape=(len(rows), n_tags),
        )

    @classmethod
    def stacked(cls, matrices: Sequence["CountMatrix"], n_tags: int) -> Self:
        """Put the rows of several matrices under each other."""
        ends = np.cumsum([0, *(len(matrix.data) for matrix in matrices)])
        starts = [matrix.indptr[:-1] + end for matrix, end in zip(matrices, ends, strict=False)]
        return cls(
            indptr=np.concatenate([*starts, ends[-1:]]).astype(np.int64),
            indices=np.concatenate([np.zeros(0, np.uint32), *(m.indices for m in matrices)]),
            data=np.concatenate([np.zeros(0, np.uint32), *(m.data for m in matrices)]),
            shape=(sum(matrix.shape[0] for matrix in matrices), n_tags),
        )
