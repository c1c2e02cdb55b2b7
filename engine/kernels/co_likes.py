"""Videos that the same viewers like: cosines of pairs, the best of each video kept."""

import numpy as np
from numpy.typing import NDArray

from engine.kernels.compiled import compiled

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def _pair_cosines(
    viewer_starts: Whole,
    videos: Whole,
    video_starts: Whole,
    viewers: Whole,
    min_in_common: int,
    shrinkage: float,
    first: int,
    best_rows: Whole,
    best_cosines: Floats,
    sizes: Whole,
) -> None:
    """Fill, for a block of videos, the videos most often liked by the same viewers, best first.

    Args:
        viewer_starts: shape (n_viewers + 1,); viewer u owns ``videos[viewer_starts[u]:...]``.
        videos: shape (n_likes,), rows, each once a viewer.
        video_starts: shape (n_videos + 1,); video v owns ``viewers[video_starts[v]:...]``.
        viewers: shape (n_likes,).
        min_in_common: fewer viewers in common than this are chance.
        shrinkage: added to the divisor of the cosine, so that few viewers prove little.
        first: the block's first video.
        best_rows: shape (n_block, most), filled.
        best_cosines: the same shape, filled.
        sizes: shape (n_block,), filled: how many are kept of each.
    """
    n_block, n_best = best_rows.shape
    n_videos = video_starts.size - 1
    counts = np.zeros(n_videos, np.int64)
    touched = np.empty(n_videos, np.int64)
    for block_row in range(n_block):
        video = first + block_row
        n_touched = 0
        for at in range(video_starts[video], video_starts[video + 1]):
            viewer = viewers[at]
            for position in range(viewer_starts[viewer], viewer_starts[viewer + 1]):
                other = videos[position]
                if counts[other] == 0:
                    touched[n_touched] = other
                    n_touched += 1
                counts[other] += 1
        own = video_starts[video + 1] - video_starts[video]
        size = 0
        for at in range(n_touched):
            other = touched[at]
            common = counts[other]
            counts[other] = 0
            if other == video or common < min_in_common:
                continue
            theirs = video_starts[other + 1] - video_starts[other]
            cosine = common / (np.sqrt(float(own) * float(theirs)) + shrinkage)
            # Kept sorted: the best first, ties by row.
            cosines, rows = best_cosines[block_row], best_rows[block_row]
            to = size
            while to > 0 and (
                cosines[to - 1] < cosine or (cosines[to - 1] == cosine and rows[to - 1] > other)
            ):
                if to < n_best:
                    cosines[to], rows[to] = cosines[to - 1], rows[to - 1]
                to -= 1
            if to < n_best:
                cosines[to], rows[to] = cosine, other
                size = min(size + 1, n_best)
        sizes[block_row] = size


pair_cosines = compiled(_pair_cosines)
