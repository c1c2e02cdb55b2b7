"""The vectors of some videos, of length 1, one after the other: for profiles and for likeness."""

import numpy as np
from numpy.typing import NDArray

from engine.kernels.forward import ForwardRows, units_of
from engine.ports.index import UnitRows


def unit_rows(forward: ForwardRows, rows: NDArray[np.int64]) -> UnitRows:
    """Gather rows; a video without tags has no postings."""
    n_postings = int((forward.starts[rows + 1] - forward.starts[rows]).sum())
    owners, tags = np.empty((2, n_postings), np.int64)
    units = np.empty(n_postings)
    units_of(forward, rows, owners, tags, units)
    return UnitRows(owners, tags, units)
