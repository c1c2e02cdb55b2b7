"""Made corpora of tag counts, and the queries of viewers and advertisers, from a seed.

A video shows one to three of 300 topics, of 160 tags each, before a background of tags that are
everywhere in proportion to 1 / rank. Counts are log-normal seconds.
"""

from dataclasses import dataclass
from typing import Any, Final

import numba  # noqa: TID251 - makes a corpus, answers nothing
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

N_TAGS: Final = 8_000
_N_TOPICS: Final = 300
_TOPIC_TAGS: Final = 160
_BACKGROUND_SKEW: Final = 0.95
_TOPIC_SKEW: Final = 0.6


@dataclass(frozen=True)
class Kind:
    """Make-up of a corpus.

    Args:
        name: what the tables call it.
        tags: median number of draws of a tag a video.
        background: share of the draws that come from the background.
        median_seconds: of a tag on a video.
        spread: standard deviation of the logarithm of the seconds.
    """

    name: str
    tags: float
    background: float
    median_seconds: float
    spread: float


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("topics", 39.5, 0.45, 15.0, 1.35),
        # Few tags of like weight: the median impact is 0.2, as in real tag counts.
        Kind("even", 11.0, 0.35, 8.0, 0.65),
        Kind("no topics", 50.0, 1.0, 15.0, 1.45),
    )
}


def make_counts(kind: Kind, n_videos: int, part: int = 0) -> "sp.csr_array[Any]":
    """Return counts, shape (n_videos, N_TAGS), ``int32``; another part has other videos."""
    rng = np.random.default_rng(0)
    background = np.cumsum(1.0 / np.arange(1, N_TAGS + 1) ** _BACKGROUND_SKEW)
    topics = np.stack([rng.permutation(N_TAGS)[:_TOPIC_TAGS] for _ in range(_N_TOPICS)])
    within = np.cumsum(1.0 / np.arange(1, _TOPIC_TAGS + 1) ** _TOPIC_SKEW)
    rng = np.random.default_rng(part)
    draws = np.clip(rng.lognormal(np.log(kind.tags), 0.31, n_videos).astype(np.int64), 3, 250)
    indices = np.empty(draws.sum(), dtype=np.int32)
    data = np.empty(draws.sum(), dtype=np.int32)
    indptr = np.zeros(n_videos + 1, dtype=np.int64)
    used = _fill(
        part,
        draws,
        background / background[-1],
        topics,
        within / within[-1],
        (kind.background, np.log(kind.median_seconds), kind.spread),
        indptr,
        indices,
        data,
    )
    return sp.csr_array((data[:used].copy(), indices[:used].copy(), indptr), (n_videos, N_TAGS))


def _plain_fill(
    seed: int,
    draws: NDArray[np.int64],
    background: NDArray[np.float64],
    topics: NDArray[np.int64],
    within: NDArray[np.float64],
    settings: tuple[float, float, float],
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    data: NDArray[np.int32],
) -> int:
    np.random.seed(seed)
    share, log_seconds, spread = settings
    used = 0
    drawn = np.empty(draws.max(), dtype=np.int32)
    for video in range(draws.size):
        first = np.random.randint(topics.shape[0])
        shown = (first, np.random.randint(topics.shape[0]), np.random.randint(topics.shape[0]))
        n_shown = np.random.randint(1, 4)
        for at in range(draws[video]):
            if np.random.random() < share:
                drawn[at] = np.searchsorted(background, np.random.random())
            else:
                topic = shown[np.random.randint(n_shown)]
                drawn[at] = topics[topic, np.searchsorted(within, np.random.random())]
        tags = np.sort(drawn[: draws[video]])
        for at in range(tags.size):
            if at > 0 and tags[at] == tags[at - 1]:
                continue
            seconds = np.exp(log_seconds + spread * np.random.randn())
            indices[used] = tags[at]
            data[used] = min(max(1, int(seconds)), 65_000)
            used += 1
        indptr[video + 1] = used
    return used


_fill = numba.njit(cache=True)(_plain_fill)


def video_ids(n_videos: int) -> list[str]:
    """Return ids whose order is that of the rows."""
    return [f"v{number:08d}" for number in range(n_videos)]


Query = tuple[NDArray[np.int64], NDArray[np.float64]]


def viewer_queries(
    counts: "sp.csr_array[Any]", n: int, seed: int, *, unwanted: float = 0.0
) -> list[Query]:
    """Return what viewers of 3 to 30 videos like: their 10 to 100 most watched tags."""
    rng = np.random.default_rng(seed)
    queries = []
    for _ in range(n):
        rows = rng.integers(counts.shape[0], size=rng.integers(3, 31))
        total = np.asarray(counts[rows].sum(axis=0), dtype=np.float64).ravel()
        size = int(np.clip(rng.lognormal(np.log(41), 0.45), 10, 100))
        tags = np.sort(np.argsort(-total, kind="stable")[: min(size, np.count_nonzero(total))])
        weights = total[tags] * rng.uniform(0.5, 1.5, tags.size)
        weights[rng.random(tags.size) < unwanted] *= -1.0
        queries.append((tags, weights))
    return queries


def advertiser_queries(counts: "sp.csr_array[Any]", n: int, seed: int) -> list[Query]:
    """Return what campaigns ask for: 3 to 20 tags of one video, with weights around 1."""
    rng = np.random.default_rng(seed)
    queries = []
    for _ in range(n):
        video = counts[[int(rng.integers(counts.shape[0]))]]
        size = min(int(np.clip(rng.lognormal(np.log(8), 0.5), 3, 20)), video.indices.size)
        tags = np.sort(rng.choice(video.indices, size, replace=False)).astype(np.int64)
        queries.append((tags, rng.uniform(0.5, 1.5, tags.size)))
    return queries
