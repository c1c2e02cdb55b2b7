"""Sorted ids of videos or campaigns, as one run of bytes.

A million Python strings take 60 MB and half a second to make; this opens by mapping two files.
"""

import operator
from collections.abc import Iterable, Sequence
from itertools import islice, pairwise
from typing import Self, overload

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.kernels.names import find_names


class SortedIds(Sequence[str]):
    """Sorted ids; the place of an id is the row of its video.

    Args:
        text: shape (n_bytes,), the ids in UTF-8, one after the other.
        starts: shape (n_videos + 1,); id i is ``text[starts[i]:starts[i + 1]]``.
    """

    def __init__(self, text: NDArray[np.uint8], starts: NDArray[np.int64]) -> None:
        self.text = text
        self.starts = starts

    @classmethod
    def sort(cls, ids: Sequence[str]) -> tuple[Self, NDArray[np.int64] | None]:
        """Sort ids by code point.

        Returns:
            The sorted ids, and the order that sorts them: row i of the sorted was row
            ``order[i]`` of the given; None if they were sorted already.

        Raises:
            InvalidInput: an id is not text, or occurs twice.
        """
        ids = list(ids)
        strange = next((name for name in ids if not isinstance(name, str)), None)
        if strange is not None:
            raise InvalidInput(f"video ids are text: {strange!r} is not; convert it with str()")
        order: NDArray[np.int64] | None = None
        if not all(map(operator.lt, ids, islice(ids, 1, None))):
            order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
            ids = [ids[at] for at in order]
            for name, following in pairwise(ids):
                if name == following:
                    raise InvalidInput(f"video id {name!r} occurs twice: give each video once")
        return cls(*_packed(ids)), order

    def __len__(self) -> int:
        return self.starts.size - 1

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return self.at(np.arange(len(self))[row])
        if not -len(self) <= row < len(self):
            raise IndexError(f"row {row} of {len(self)} videos")
        return self.at(np.array([row % len(self)]))[0]

    def at(self, rows: NDArray[np.int64]) -> list[str]:
        """Return the ids of some rows, in their order."""
        text = memoryview(self.text)  # type: ignore[arg-type] # an array has a buffer
        starts, ends = self.starts[rows].tolist(), self.starts[rows + 1].tolist()
        return [str(text[start:end], "utf-8") for start, end in zip(starts, ends, strict=True)]

    def rows_of(self, ids: Iterable[str]) -> NDArray[np.int64]:
        """Return the row of every id, -1 for one that is not there; shape (len(ids),)."""
        names = list(ids)
        rows = np.empty(len(names), dtype=np.int64)
        find_names(self.text, self.starts, *_packed(names), rows)
        return rows

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.rows_of([name])[0] >= 0)

    def index(self, name: str, start: int = 0, stop: int | None = None) -> int:
        """Return the row of an id, as ``list.index`` would."""
        row = int(self.rows_of([name])[0])
        if row < 0 or row not in range(len(self))[start:stop]:
            raise ValueError(f"{name!r} is not in the index")
        return row


def _packed(names: list[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    joined = "".join(names)
    try:
        text = joined.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(f"video ids must be valid Unicode text: {error}") from error
    lengths = map(len, names)
    if len(text) != len(joined):
        lengths = (len(name.encode()) for name in names)  # type: ignore[assignment] # both iterate
    starts = np.zeros(len(names) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(lengths, dtype=np.int64, count=len(names)), out=starts[1:])
    packed = np.frombuffer(text, dtype=np.uint8)
    starts.flags.writeable = False  # a mapped file cannot be written either: one type to compile
    return packed, starts
