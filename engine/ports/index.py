"""Interface of an index: one moment of it, searched exactly, videos by their ids."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.domain.matching.co_watching import LearnedMix
from engine.domain.matching.filters import EVERY_VIDEO, Filter
from engine.domain.matching.index_config import IndexConfig
from engine.domain.tracks import Threshold
from engine.ports.query import Query
from engine.words.vocabulary import Vocabulary

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Hit:
    """One video of an answer, and its score."""

    video: str
    score: float


@dataclass(frozen=True, slots=True)
class UnitRows:
    """Vectors of length 1, one after the other.

    Attributes:
        rows: shape (n_postings,), the place in what was asked for, rising.
        tags: shape (n_postings,), rising within a row.
        values: shape (n_postings,), term frequency x idf over the row's length.
    """

    rows: Numbers
    tags: Numbers
    values: Floats


@dataclass(frozen=True, slots=True)
class SparseVector:
    """A vector by the tags that are not 0: shape (n,) each, tags rising."""

    tags: Numbers
    values: Floats


@dataclass(frozen=True, slots=True)
class TermFrequencies:
    """A video as scores see it: ``values`` x idf over ``divisor`` is its vector.

    Attributes:
        tags: shape (n,), rising.
        values: shape (n,), term frequencies.
        divisor: the length that scores divide by.
    """

    tags: Numbers
    values: Floats
    divisor: float


class Scores(Protocol):
    """Some of the videos that pass a filter, with their scores."""

    @property
    def scores(self) -> Floats:
        """Shape (n,), 0 or below as well."""
        ...

    @property
    def seconds(self) -> Numbers:
        """Shape (n,), how long each video is."""
        ...

    def ids(self, which: NDArray[np.bool_]) -> list[str]:
        """Return the ids of some of them, shape (n,)."""
        ...


class IndexSnapshot(Protocol):
    """One moment of an index: it never changes, whatever comes meanwhile.

    Every score is the cosine in float64, times a confidence where the slope is below 1; of equal
    scores (``engine.kernels.best.TIE``) the lower id comes first. A video is *there* when it can be
    found at this moment.
    """

    @property
    def generation_id(self) -> str:
        """The build that it is of."""
        ...

    @property
    def built_at(self) -> float:
        """Moment of the build, seconds since 1970."""
        ...

    @property
    def built_revision(self) -> int:
        """Revision of the catalog that was built from."""
        ...

    @property
    def config(self) -> IndexConfig:
        """Configuration of the build."""
        ...

    @property
    def search_method(self) -> str:
        """Description of how it is searched, for people."""
        ...

    @property
    def missing_columns(self) -> tuple[str, ...]:
        """Names of metadata that filters may ask for and the build, an older one, does not hold."""
        ...

    @property
    def vocabulary(self) -> Vocabulary:
        """Names of the tags: of the build, or longer when tags came since."""
        ...

    @property
    def thresholds(self) -> Threshold:
        """Least confidence that counts, of all tags or one a tag of the vocabulary."""
        ...

    @property
    def revision(self) -> int:
        """All changes of the catalog up to it are in here."""
        ...

    @property
    def n_videos(self) -> int:
        """Number of videos that are there."""
        ...

    @property
    def n_indexed(self) -> int:
        """Number of videos in the build, those deleted since included."""
        ...

    @property
    def n_beside(self) -> int:
        """Number of videos that are there and kept beside the build, as they changed since."""
        ...

    @property
    def idf(self) -> Floats:
        """Shape (n_tags,), what ``query`` weighs with."""
        ...

    @property
    def df(self) -> Numbers:
        """Shape (n_tags of the build,), on how many of its videos each tag is."""
        ...

    @property
    def mean_vector(self) -> SparseVector:
        """Mean vector of the videos: what most of them show."""
        ...

    @property
    def n_viewers(self) -> int:
        """Number of viewers that liked two videos or more when it was built."""
        ...

    @property
    def learned_mix(self) -> LearnedMix:
        """Share of co-watching in a video's value that did best when it was built."""
        ...

    def query(self, tags: ArrayLike, weights: ArrayLike) -> Query:
        """Weigh tags by idf; tags that came after the build count as never seen."""
        ...

    def query_like(self, video: str) -> Query:
        """Return the query that looks for videos like one that is there."""
        ...

    def __contains__(self, video: object) -> bool:
        """Return whether a video is there."""
        ...

    def contains(self, videos: Sequence[str]) -> NDArray[np.bool_]:
        """Return which of some videos are there."""
        ...

    def require(self, videos: Sequence[str]) -> None:
        """Check that some videos are there.

        Raises:
            InvalidInput: naming those that are not.
        """
        ...

    def search(self, query: Query, k: int, where: Filter = EVERY_VIDEO) -> list[Hit]:
        """Return the ``k`` best videos that pass a filter, best first; scores above 0 only."""
        ...

    def search_many(
        self,
        queries: Sequence[Query],
        k: int,
        where: Filter = EVERY_VIDEO,
        *,
        exclude: Sequence[Sequence[str]],
    ) -> list[list[Hit]]:
        """Return what ``search`` returns, query by query, computed on all cores.

        ``exclude`` are ids that each query does not look for.
        """
        ...

    def score(self, query: Query, videos: Sequence[str]) -> Floats:
        """Return the scores of some videos that are there, also where they are 0 or below."""
        ...

    def scores(self, query: Query, where: Filter) -> Iterator[Scores]:
        """Yield the scores of all videos that pass a filter, in parts."""
        ...

    def explain(self, query: Query, video: str) -> tuple[Numbers, Floats]:
        """Return the tags that made a score and what each gave, the largest share first."""
        ...

    def explain_all(self, query: Query, videos: Sequence[str]) -> list[tuple[Numbers, Floats]]:
        """Return what ``explain`` does of several videos, in their order, quicker than singly."""
        ...

    def counts(self, video: str) -> tuple[Numbers, Numbers]:
        """Return the tags of a video that is there, rising, and how often each counts."""
        ...

    def term_frequencies(self, video: str) -> TermFrequencies:
        """Return a video that is there as scores see it."""
        ...

    def vectors(self, videos: Sequence[str]) -> UnitRows:
        """Return the vectors of some videos that are there."""
        ...

    def columns(self, videos: Sequence[str], names: Sequence[str]) -> dict[str, list[Any]]:
        """Return metadata of some videos that are there, column by column.

        What an index of an earlier version does not hold is unknown.

        Args:
            videos: ids.
            names: of columns of ``engine.domain.metadata.SCHEMA``.
        """
        ...

    def passes(self, videos: Sequence[str], where: Filter) -> NDArray[np.bool_]:
        """Return which of some videos that are there pass a filter."""
        ...

    def newest(self, where: Filter, *, skip: int = 0, k: int) -> list[str]:
        """Return the videos that pass a filter, the last added first, ties by id."""
        ...

    def count(self, where: Filter) -> int:
        """Return how many videos pass a filter."""
        ...

    def co_liked(
        self, liked: Sequence[str], weights: Floats, where: Filter, k: int
    ) -> list[tuple[str, float]]:
        """Return the videos that viewers of some liked ones like, too, and how much, most first.

        Args:
            liked: ids; those that came after the build count for nothing.
            weights: shape (n,), above 0.
            where: filter of the videos.
            k: at most so many.

        Returns:
            Ids and the weighted mean of their cosines with the liked ones, 0.0 to 1.0.
        """
        ...

    def co_like_cosines(self, videos: Sequence[str], others: Sequence[str]) -> Floats:
        """Return how often each video is liked by who likes each of others, 0.0 when hardly ever.

        Shape (n_videos, n_others); NaN where either came after the build.
        """
        ...
