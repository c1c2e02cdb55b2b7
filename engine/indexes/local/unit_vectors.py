"""The vectors of some videos, of length 1, one after the other: for profiles and for likeness."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.weighting import TF
from engine.indexes.local.index import Index


@dataclass(frozen=True, slots=True)
class UnitRows:
    """Some rows of an index as vectors of length 1.

    Attributes:
        rows: shape (n_postings,), the place in what was asked for, rising.
        tags: shape (n_postings,), rising within a row.
        values: shape (n_postings,), term frequency x idf over the row's length.
    """

    rows: NDArray[np.int64]
    tags: NDArray[np.int64]
    values: NDArray[np.float64]


def unit_rows(index: Index, rows: NDArray[np.int64]) -> UnitRows:
    """Gather rows; a video without tags has no postings."""
    forward = index.forward
    starts = forward.starts[rows].astype(np.int64)
    lengths = forward.starts[rows + 1].astype(np.int64) - starts
    ends = np.cumsum(lengths)
    own = np.repeat(np.arange(len(rows)), lengths)
    # The place of each posting: its row's start, and how far it is into the row.
    places = np.repeat(starts - ends + lengths, lengths) + np.arange(len(own))
    tags = forward.tags[places].astype(np.int64)
    values = TF[index.weighting.tf](forward.counts[places]) * index.idf[tags]
    norms = np.sqrt(np.bincount(own, values * values, minlength=len(rows)))
    return UnitRows(own, tags, values / norms[own])
