"""Measures of one viewer's list; plain numpy formulas, each with its source."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def ndcg(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Return the normalised discounted cumulative gain of a list's first ``k``, 0.0 to 1.0.

    Jarvelin and Kekalainen (2002), "Cumulated gain-based evaluation of IR techniques", with gains
    of 0 and 1 and the discount log2(1 + rank).

    Args:
        ranked: ids, the best first.
        relevant: ids that should be there; one or more.
        k: how many of the list count.
    """
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    gained = sum(
        float(discount)
        for video, discount in zip(ranked, discounts, strict=False)
        if video in relevant
    )
    return gained / float(discounts[: len(relevant)].sum())


def recall(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Return the share of relevant videos that are among a list's first ``k``, 0.0 to 1.0."""
    return sum(video in relevant for video in ranked[:k]) / len(relevant)


def self_information(audiences: NDArray[np.int64], n_viewers: int) -> Floats:
    """Return -log2 of the share of viewers who know each video, in bits.

    Zhou, Kuscsik, Liu, Medo, Wakeling, Zhang (2010), "Solving the apparent diversity-accuracy
    dilemma of recommender systems". One more viewer is imagined who knows all, so that nothing is
    infinitely new.

    Args:
        audiences: shape (n_videos,), how many viewers did something with each.
        n_viewers: of all.
    """
    return np.asarray(-np.log2((audiences + 1.0) / (n_viewers + 1.0)))


def diversity(tags: NDArray[np.int64], rows: NDArray[np.int64], values: Floats, n: int) -> float:
    """Return 1 minus the mean cosine of all pairs of a list; 0 for fewer than two videos.

    Intra-list diversity: Smyth and McClave (2001), "Similarity vs. diversity".

    Args:
        tags: shape (n_postings,), of the videos' vectors of length 1.
        rows: shape (n_postings,), the place in the list, 0 to n - 1.
        values: shape (n_postings,).
        n: number of videos in the list.
    """
    if n < 2:
        return 0.0
    used, columns = np.unique(tags, return_inverse=True)
    vectors = np.zeros((n, len(used)))
    vectors[rows, columns] = values
    total = vectors.sum(axis=0)
    squares = float((vectors * vectors).sum())
    # The sum over ordered pairs is the square of the sum, less each with itself.
    return 1.0 - (float(total @ total) - squares) / (n * (n - 1))
