"""Tag counts of one video."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Counts:
    """Tag counts of one video: shape (n,) each, tag numbers rising, every count at least 1."""

    tags: NDArray[np.uint32]
    seconds: NDArray[np.uint32]
