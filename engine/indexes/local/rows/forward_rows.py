"""From counts to forward rows: sorted by id, weighed, brought to a norm."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.weighting import Weighting, pivoted_norm
from engine.errors import InvalidInput
from engine.indexes.local.rows.count_matrix import CountRows, Rows
from engine.kernels.forward import LOG, RAW, SQRT, Floats, ForwardRows, norms_of
from engine.kernels.sorted_ids import SortedIds

_TF_CODES: Final = {"raw": RAW, "sqrt": SQRT, "log": LOG}


def sorted_rows(counts: Rows, ids: Sequence[str]) -> tuple[SortedIds, CountRows]:
    """Read counts and put their rows in the order of the ids."""
    rows = CountRows.read(counts)
    if len(ids) != rows.starts.size - 1:
        raise InvalidInput(f"{len(ids)} ids for {rows.starts.size - 1} rows: give one id a row")
    video_ids, order = SortedIds.sort(ids)
    return video_ids, rows if order is None else rows.take(order)


def row_norms(rows: CountRows, weighting: Weighting) -> Floats:
    """Return the norm of every row's tf-idf vector; shape (n_videos,)."""
    norms = np.empty(rows.starts.size - 1, dtype=np.float64)
    norms_of(rows.starts, rows.tags, rows.counts, _TF_CODES[weighting.tf], weighting.idf, norms)
    return norms


def row_scales(norms: Floats, weighting: Weighting) -> NDArray[np.float32]:
    """Return 1 / pivoted norm of every row, 0 for one without tags; shape (n_videos,)."""
    divisors = pivoted_norm(norms, weighting.slope, weighting.pivot)
    scales = np.zeros(norms.size, dtype=np.float32)
    return np.divide(1.0, divisors, out=scales, where=norms > 0, casting="same_kind")


def forward_rows(rows: CountRows, norms: Floats, weighting: Weighting) -> ForwardRows:
    """Return the rows as the kernels take them, read-only."""
    scales = row_scales(norms, weighting)
    forward = ForwardRows(rows.starts, rows.tags, rows.counts, scales, *weights_of(weighting))
    for array in (forward.starts, forward.tags, forward.counts, forward.scales, forward.idf):
        array.flags.writeable = False  # as mapped files are: one type to compile
    return forward


def weights_of(weighting: Weighting) -> tuple[Floats, int, float, float]:
    """Return what the kernels must know of a weighting: idf, tf, slope and pivot."""
    return weighting.idf, _TF_CODES[weighting.tf], weighting.slope, weighting.pivot
