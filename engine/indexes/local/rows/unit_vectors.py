"""The vectors of some videos, of length 1, one after the other: for profiles and for likeness."""

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.weighting import TF
from engine.indexes.local.index import Index
from engine.ports.index import UnitRows


def unit_rows(index: Index, rows: NDArray[np.int64]) -> UnitRows:
    """Gather rows; a video without tags has no postings."""
    forward = index.forward
    starts = forward.starts[rows].astype(np.int64)
    lengths = forward.starts[rows + 1].astype(np.int64) - starts
    ends = np.cumsum(lengths)
    own = np.repeat(np.arange(len(rows)), lengths)
    # The place of each posting: its row's start, and how far it is into the row.
    positions = np.repeat(starts - ends + lengths, lengths) + np.arange(len(own))
    tags = forward.tags[positions].astype(np.int64)
    values = TF[index.weighting.tf](forward.counts[positions]) * index.idf[tags]
    norms = np.sqrt(np.bincount(own, values * values, minlength=len(rows)))
    return UnitRows(own, tags, values / norms[own])
