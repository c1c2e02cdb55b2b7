"""Tags that most videos show: taken off a viewer's profile, so that it says what is theirs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.indexes.local.disk import storage as index_files
from engine.indexes.local.index import Index
from engine.indexes.local.rows.unit_vectors import unit_rows

COMMONEST: Final = 50
"""Number of tags that make the mean; the others are too rare to be everybody's."""

SHRINKAGE: Final = 100
"""Added to the number of videos that the mean is over: what few of them show proves little of what
is common, and much of it is the viewer's own."""

_BLOCK_ROWS: Final = 8_192


@dataclass(frozen=True, slots=True)
class MeanVector:
    """The mean of all videos' vectors of length 1, over the commonest tags; of few videos, less.

    Attributes:
        tags: shape (n,), numbers, rising.
        units: shape (n,), the sum at each over the number of videos and ``SHRINKAGE``.
    """

    tags: NDArray[np.int64]
    units: NDArray[np.float64]

    @classmethod
    def nothing(cls) -> Self:
        """Return what an index without videos has in common."""
        return cls(np.zeros(0, np.int64), np.zeros(0))

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        arrays: dict[str, NDArray[Any]] = {"tags": self.tags, "units": self.units}
        index_files.write(folder, index_files.IndexFiles({}, arrays))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what ``save`` wrote.

        Raises:
            CorruptData: when it cannot be read.
        """
        arrays = index_files.read(folder).arrays
        return cls(arrays["tags"], arrays["units"])

    @classmethod
    def of(cls, index: Index, n_tags: int = COMMONEST) -> Self:
        """Compute it for the videos of an index; ties in commonness go to the lower tag."""
        if not index.n_videos:
            return cls.nothing()
        order = np.argsort(-index.df, kind="stable")[:n_tags]
        tags = np.sort(order[index.df[order] > 0])
        sums = np.zeros(index.n_tags)
        for first in range(0, index.n_videos, _BLOCK_ROWS):
            rows = np.arange(first, min(first + _BLOCK_ROWS, index.n_videos))
            units = unit_rows(index.forward, rows)
            sums += np.bincount(units.tags, units.values, minlength=index.n_tags)
        return cls(tags, sums[tags] / (index.n_videos + SHRINKAGE))
