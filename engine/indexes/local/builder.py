"""An index of more videos than fit into memory: built in a folder, part by part.

What is held at a time is one part, the postings that are being cut, and a few numbers a tag; the
rest is in the files, which grow as they are written. They are the very bytes that
``Index.from_counts(...).save(folder)`` writes::

    index = build_in_folder(folder, parts, n_tags=8_000)  # gone over twice
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.weighting import Floats, TfName, Weighting
from engine.errors import InvalidInput
from engine.indexes.local.disk.saved_index import index_settings
from engine.indexes.local.disk.storage import Writer, release
from engine.indexes.local.index import Index
from engine.indexes.local.rows.count_matrix import CountRows, Rows
from engine.indexes.local.rows.forward_rows import row_norms, row_scales, sorted_rows, weights_of
from engine.indexes.local.scan_selection import Kernel, build_scan, check_kernel
from engine.indexes.local.scans.base import Array
from engine.kernels.forward import ForwardRows
from engine.kernels.sorted_ids import SortedIds

Part = tuple[Sequence[str], Rows]
"""Some videos: an id a row, and counts, shape (n_videos, n_tags)."""

_SCALED_ROWS: Final = 2**16
_SCAN: Final = "scan_"


def build_in_folder(
    folder: Path,
    parts: Iterable[Part],
    *,
    n_tags: int,
    tf: TfName = "raw",
    min_df: int = 1,
    slope: float = 1.0,
    boosts: Floats | None = None,
    kernel: Kernel | None = None,
) -> Index:
    """Build an index in a folder and open it.

    Args:
        folder: made if needed.
        parts: iterated twice; every id of a part is above those of the parts before.
        n_tags: size of the vocabulary.
        tf: see ``Index.from_counts``, as for the others.
        min_df: tags on fewer videos are dropped.
        slope: of the pivoted length normalisation.
        boosts: shape (n_tags,), factors of the idf; tags with 0 are dropped.
        kernel: how to search.

    Raises:
        InvalidInput: what is given cannot be used; the message says why.
    """
    check_kernel(kernel)
    survey = _survey(parts, n_tags)
    weighting = Weighting.learned(
        survey.df, survey.n_videos, tf=tf, slope=slope, min_df=min_df, boosts=boosts
    )
    weighting.idf.flags.writeable = False  # as mapped files are: one type to compile
    with Writer(folder) as writer:
        _write_rows(writer, parts, weighting, survey, drops=bool(np.any(weighting.idf == 0)))
        weighting, scales, max_impact = _write_scales(writer, weighting)
        forward = ForwardRows(
            writer.close_array("forward_starts"),
            writer.close_array("forward_tags"),
            writer.close_array("forward_counts"),
            scales,
            *weights_of(weighting),
        )
        keep = _Keep(writer, forward)
        scan, sample = build_scan(forward, max_impact, weighting.df, kernel, keep)
        writer.append("df", weighting.df)
        writer.append("idf", weighting.idf)
        writer.finish(index_settings(weighting, scan, sample))
    return Index.load(folder)


class _Survey(NamedTuple):
    """Statistics of all videos that are needed before one can be weighed."""

    n_videos: int
    df: NDArray[np.int64]
    dtype: np.dtype[np.unsignedinteger]


class _Keep:
    """Keeps a scan's arrays in the files; what an earlier attempt kept goes."""

    def __init__(self, writer: Writer, forward: ForwardRows) -> None:
        self._writer = writer
        self._forward = forward
        self._names: list[str] = []

    def __call__(self, pieces: Iterable[Mapping[str, Array]]) -> Mapping[str, Array]:
        for name in self._names:
            self._writer.drop(_SCAN + name)
        names: dict[str, None] = {}
        for piece in pieces:
            for name, array in piece.items():
                names[name] = None
                self._writer.append(_SCAN + name, array)
            # The rows were read up to here; the system need not hold them for us.
            release(self._forward.tags)
            release(self._forward.counts)
        self._names = list(names)
        return {name: self._writer.close_array(_SCAN + name) for name in names}


def _survey(parts: Iterable[Part], n_tags: int) -> _Survey:
    df = np.zeros(n_tags, dtype=np.int64)
    n_videos = 0
    dtype: np.dtype[np.unsignedinteger] = np.dtype(np.uint16)
    for _, counts in parts:
        rows = CountRows.read(counts)
        if rows.n_tags != n_tags:
            raise InvalidInput(f"a part has {rows.n_tags} tags, not {n_tags}")
        df += rows.document_frequency()
        n_videos += rows.starts.size - 1
        dtype = max(dtype, rows.tags.dtype, key=lambda one: one.itemsize)
    if n_tags > np.iinfo(dtype).max + 1:
        dtype = np.dtype(np.uint32)
    return _Survey(n_videos, df, dtype)


def _write_rows(
    writer: Writer, parts: Iterable[Part], weighting: Weighting, survey: _Survey, *, drops: bool
) -> None:
    zero = np.zeros(1, dtype=np.int64)
    for name, empty in (
        ("forward_starts", zero),
        ("forward_tags", np.empty(0, dtype=survey.dtype)),
        ("forward_counts", np.empty(0, dtype=survey.dtype)),
        ("norms", np.empty(0, dtype=np.float64)),
        ("ids_text", np.empty(0, dtype=np.uint8)),
        ("ids_starts", zero),
    ):
        writer.append(name, empty)
    n_videos = n_postings = n_bytes = 0
    for ids, rows in _in_order(parts):
        if drops:
            rows = rows.keep(weighting.idf > 0)
        writer.append("forward_starts", n_postings + rows.starts[1:])
        writer.append("forward_tags", rows.tags)
        writer.append("forward_counts", rows.counts)
        writer.append("norms", row_norms(rows, weighting))
        writer.append("ids_text", ids.text)
        writer.append("ids_starts", n_bytes + ids.starts[1:])
        n_videos += len(ids)
        n_postings += rows.tags.size
        n_bytes += ids.text.size
    if n_videos != survey.n_videos:
        raise InvalidInput(f"{survey.n_videos} videos at first, {n_videos} the second time")


def _in_order(parts: Iterable[Part]) -> Iterator[tuple[SortedIds, CountRows]]:
    last = None
    for names, counts in parts:
        ids, rows = sorted_rows(counts, names)
        if not len(ids):
            continue
        if last is not None and ids[0] <= last:
            raise InvalidInput(f"{ids[0]!r} comes in a part after {last!r}: sort the parts by id")
        last = ids[-1]
        yield ids, rows


def _write_scales(
    writer: Writer, weighting: Weighting
) -> tuple[Weighting, NDArray[np.float32], float]:
    """Write 1 / norm of every row; return the weighting's last number and the largest impact."""
    norms = writer.close_array("norms")
    weighting = weighting.pivoted(norms)
    writer.append("forward_scales", np.empty(0, dtype=np.float32))
    max_impact = 1.0
    for first in range(0, norms.size, _SCALED_ROWS):
        some = norms[first : first + _SCALED_ROWS]
        scales = row_scales(some, weighting)
        writer.append("forward_scales", scales)
        max_impact = max(max_impact, float((some * scales).max()))
    writer.drop("norms")
    return weighting, writer.close_array("forward_scales"), max_impact
