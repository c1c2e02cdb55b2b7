"""Corpora of tag counts, queries, and the textbook cosine they are measured against."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TIE = 1e-6
ROUNDING = 1e-12
"""Difference that the order of a sum may make to a score."""


@dataclass(frozen=True)
class Corpus:
    """Counts, shape (n_videos, n_tags), and an id a row, in no particular order."""

    counts: NDArray[np.int64]
    ids: list[str]

    @property
    def rows(self) -> "sp.csr_array[Any]":
        return sp.csr_array(self.counts)


@dataclass(frozen=True)
class RawQuery:
    """A query: tag numbers, some perhaps unknown or repeated, and weights."""

    tags: list[int]
    weights: list[float]


class Textbook:
    """The score of every row of a corpus, one formula a line, in float64.

    What does not depend on the query is worked out once.
    """

    def __init__(
        self,
        counts: NDArray[np.int64],
        *,
        tf: str = "raw",
        min_df: int = 1,
        slope: float = 1.0,
    ) -> None:
        n_videos, n_tags = counts.shape
        df = (counts > 0).sum(axis=0)
        self.counted = df >= min_df if min_df > 1 else np.ones(n_tags, dtype=bool)
        self.idf = np.log((1 + n_videos) / (1 + df)) + 1
        frequency = {
            "raw": counts.astype(float),
            "sqrt": np.sqrt(counts),
            "log": np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0.0),
        }[tf]
        vectors = frequency * self.idf * self.counted
        norms = np.sqrt((vectors**2).sum(axis=1))
        pivot = norms[norms > 0].mean() if norms.any() else 1.0
        divisors = np.where(norms > 0, (1 - slope) * pivot + slope * norms, 1.0)
        self.rows = vectors / divisors[:, None]

    def scores(self, given: RawQuery) -> Floats:
        query = np.zeros(self.idf.size)
        for tag, weight in zip(given.tags, given.weights, strict=True):
            if 0 <= tag < query.size and self.counted[tag]:
                query[tag] += weight * self.idf[tag]
        length = np.sqrt((query**2).sum())
        if length == 0:
            return np.zeros(len(self.rows))
        return np.asarray(self.rows @ (query / length))


def textbook(counts: NDArray[np.int64], query: RawQuery, **weighting: Any) -> Floats:
    """Return the textbook's scores of one query."""
    return Textbook(counts, **weighting).scores(query)


def assert_best(
    result: tuple[list[str], Floats],
    ids: list[str],
    scores: Floats,
    k: int,
) -> None:
    """Assert that what was found is the k best of the textbook's scores, in order.

    A score may be off by ``ROUNDING``, so neighbours within ``TIE`` may change places, unless
    the textbook has them equal: then the lower id comes first.
    """
    names, values = result
    score_of = dict(zip(ids, scores.tolist(), strict=True))
    tolerance = ROUNDING * max(1.0, float(scores.max(initial=0.0)))
    assert len(set(names)) == len(names)
    expected = sorted((name for name in ids if score_of[name] > 0), key=lambda n: (-score_of[n], n))
    sure = sum(score_of[name] > TIE for name in expected)
    assert min(k, sure) <= len(names) <= min(k, len(expected) + _zeros(names, score_of))
    own = np.array([score_of[name] for name in names])
    np.testing.assert_allclose(values, own, rtol=0, atol=tolerance)
    best = np.array([score_of[name] for name in expected[: len(names)]])
    np.testing.assert_allclose(own[: best.size], best, rtol=0, atol=TIE + tolerance)
    for one, other in pairwise(names):
        if abs(score_of[one] - score_of[other]) < 1e-13:
            assert one < other
    if len(names) == k and k:
        last, taken = names[-1], set(names)
        for name in expected:
            if name not in taken and abs(score_of[name] - score_of[last]) < 1e-13:
                assert name > last


def _zeros(names: list[str], score_of: dict[str, float]) -> int:
    """Return how many matches are 0 in the textbook but for its rounding."""
    return sum(-1e-9 < score_of[name] <= 0 for name in names)


_FEW_COUNTS = st.integers(1, 4)
_COUNTS = st.one_of(_FEW_COUNTS, st.integers(1, 4_000), st.integers(60_000, 200_000))
_WEIGHTS = st.one_of(
    st.sampled_from([1.0, 2.0, -1.0]), st.floats(-3.0, 3.0).map(lambda weight: round(weight, 3))
)


@st.composite
def corpora(draw: st.DrawFn, *, max_videos: int = 40, max_tags: int = 12) -> Corpus:
    """Small corpora: few tags and small counts, so that ties abound; sometimes large counts."""
    shape = (draw(st.integers(0, max_videos)), draw(st.integers(1, max_tags)))
    elements = draw(st.sampled_from([_FEW_COUNTS, _COUNTS]))
    counts = draw(hnp.arrays(np.int64, shape, elements=elements, fill=st.just(0)))
    names = st.text(st.characters(codec="utf-8"), max_size=4)
    ids = draw(st.lists(names, min_size=shape[0], max_size=shape[0], unique=True))
    return Corpus(counts, ids)


def raw_queries(max_tags: int = 12) -> st.SearchStrategy[RawQuery]:
    """Queries with negative weights, repeats, and tags outside the vocabulary."""
    pairs = st.lists(st.tuples(st.integers(-1, max_tags + 1), _WEIGHTS), max_size=max_tags + 4)
    return pairs.map(lambda pairs: RawQuery([t for t, _ in pairs], [w for _, w in pairs]))


def realistic_corpus(
    rng: np.random.Generator,
    n_videos: int,
    *,
    n_tags: int = 400,
    n_topics: int = 12,
    mean_tags: float = 20.0,
) -> Corpus:
    """A corpus like footage: a video shows one or two topics, over tags that are everywhere."""
    topics = np.stack([rng.permutation(n_tags)[:40] for _ in range(n_topics)])
    everywhere = 1.0 / np.arange(1, n_tags + 1)
    everywhere /= everywhere.sum()
    counts = np.zeros((n_videos, n_tags), dtype=np.int64)
    for row in counts:
        size = 1 + rng.poisson(mean_tags)
        about = topics[rng.integers(n_topics, size=1 + rng.integers(2))].ravel()
        tags = np.concatenate(
            [rng.choice(about, size // 2), rng.choice(n_tags, size - size // 2, p=everywhere)]
        )
        row[tags] = 1 + rng.geometric(0.05, tags.size)
    ids = [f"video-{number}" for number in rng.permutation(n_videos)]
    return Corpus(counts, ids)
