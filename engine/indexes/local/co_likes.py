"""Co-watching: which videos the same viewers like. Computed at a reindex, kept with the generation.

Item-to-item cosines of likes (Sarwar et al. 2001). It knows what tags cannot: that people who like
this like that, for whatever reason. It counts for nothing until there are enough viewers, and
then for as much as it proved worth on likes that were held out; its share of a match is always
told apart from that of the tags.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.co_watching import NOT_LEARNED, LearnedMix
from engine.indexes.local.disk import storage as index_files
from engine.kernels.co_likes import pair_cosines

NEIGHBOURS: Final = 100
"""Number of videos that are kept of each."""

MIN_IN_COMMON: Final = 2
"""Two videos that fewer viewers like are not alike by this: it would be one person's liking."""

SHRINKAGE: Final = 5.0
"""Added to the divisor of each cosine, so that few viewers prove little."""

_BLOCK_VIDEOS: Final = 8_192

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CoLikes:
    """Per video of a generation, the videos most liked by the same viewers.

    Attributes:
        starts: shape (n_videos + 1,); row v owns ``rows[starts[v]:starts[v + 1]]``.
        rows: shape (n,), the best first.
        cosines: shape (n,), float32.
        viewers: how many viewers like two videos or more.
        learned: the mix with tags that did best.
    """

    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    cosines: NDArray[np.float32]
    viewers: int
    learned: LearnedMix = NOT_LEARNED

    @classmethod
    def nothing(cls) -> Self:
        """Return what is known before any viewer."""
        return cls(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), 0)

    @classmethod
    def of(cls, liked: Sequence[NDArray[np.int64]], n_videos: int) -> Self:
        """Compute it from the rows that each viewer likes, each row once a viewer."""
        informative = [rows for rows in liked if len(rows) > 1]
        if not informative:
            return cls.nothing()
        viewer_starts = np.concatenate([[0], np.cumsum([len(rows) for rows in informative])])
        videos = np.concatenate(informative).astype(np.int64)
        viewers = np.repeat(np.arange(len(informative)), np.diff(viewer_starts))
        by_video = np.argsort(videos, kind="stable")
        video_starts = np.searchsorted(videos[by_video], np.arange(n_videos + 1))
        blocks = [
            _neighbours(viewer_starts, videos, video_starts, viewers[by_video], first)
            for first in range(0, n_videos, _BLOCK_VIDEOS)
        ]
        sizes = np.concatenate([sizes for sizes, _, _ in blocks])
        return cls(
            starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            rows=np.concatenate([rows for _, rows, _ in blocks]),
            cosines=np.concatenate([cosines for _, _, cosines in blocks]),
            viewers=len(informative),
        )

    def neighbours(
        self, rows: NDArray[np.int64], weights: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the videos that go with some liked ones, and how much each does.

        Args:
            rows: shape (n,), liked videos.
            weights: shape (n,), above 0.

        Returns:
            Rows, rising, and the weighted mean of their cosines with the liked ones, up to 1.
        """
        if len(self.starts) == 1 or not len(rows):
            return np.zeros(0, np.int64), np.zeros(0)
        lengths = self.starts[rows + 1] - self.starts[rows]
        ends = np.cumsum(lengths)
        own = np.repeat(np.arange(len(rows)), lengths)
        positions = np.repeat(self.starts[rows] - ends + lengths, lengths) + np.arange(len(own))
        others, number = np.unique(self.rows[positions].astype(np.int64), return_inverse=True)
        sums = np.bincount(number, self.cosines[positions] * weights[own], minlength=len(others))
        return others, sums / weights.sum()

    def between(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how often each video is liked by who likes each of others, 0.0 when hardly ever.

        Args:
            rows: shape (n,).
            others: shape (m,).

        Returns:
            Shape (n, m).
        """
        co_like_cosines = np.zeros((len(rows), len(others)))
        if len(self.starts) == 1:
            return co_like_cosines
        for number, row in enumerate(rows.tolist()):
            own = slice(int(self.starts[row]), int(self.starts[row + 1]))
            neighbour, other = np.nonzero(self.rows[own][:, None] == others)
            co_like_cosines[number, other] = self.cosines[own][neighbour]
        return co_like_cosines

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        arrays: dict[str, NDArray[Any]] = {
            "starts": self.starts,
            "rows": self.rows,
            "cosines": self.cosines,
        }
        settings = {"viewers": self.viewers, "learned": asdict(self.learned)}
        index_files.write(folder, index_files.IndexFiles(settings, arrays))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what ``save`` wrote.

        Raises:
            CorruptData: when it cannot be read.
        """
        stored = index_files.read(folder)
        arrays, settings = stored.arrays, stored.settings
        # Earlier versions learned nothing: by tags alone until the next reindex.
        learned = LearnedMix(**settings.get("learned", {}))
        return cls(
            arrays["starts"], arrays["rows"], arrays["cosines"], int(settings["viewers"]), learned
        )


def _neighbours(
    viewer_starts: Whole, videos: Whole, video_starts: Whole, viewers: Whole, first: int
) -> tuple[Whole, NDArray[np.int32], NDArray[np.float32]]:
    """Return how many neighbours each video of a block has, and all of them one after the other."""
    n_block = min(_BLOCK_VIDEOS, len(video_starts) - 1 - first)
    rows = np.zeros((n_block, NEIGHBOURS), np.int64)
    cosines = np.zeros((n_block, NEIGHBOURS))
    sizes = np.zeros(n_block, np.int64)
    pair_cosines(
        viewer_starts,
        videos,
        video_starts,
        viewers,
        MIN_IN_COMMON,
        SHRINKAGE,
        first,
        rows,
        cosines,
        sizes,
    )
    is_filled = np.arange(NEIGHBOURS) < sizes[:, None]
    return sizes, rows[is_filled].astype(np.int32), cosines[is_filled].astype(np.float32)
