"""Tag counts without scipy: three videos, three tags."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PlainCounts:
    """The arrays of a CSR matrix."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    data: NDArray[Any]
    shape: tuple[int, int]


THREE: Final = PlainCounts(
    np.array([0, 2, 3, 5]), np.array([0, 1, 1, 0, 2]), np.array([3, 1, 2, 1, 4]), (3, 3)
)
