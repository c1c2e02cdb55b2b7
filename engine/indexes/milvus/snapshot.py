"""A moment of the index in Milvus.

Milvus finds; what it found is scored here, in 64 bits, by the very code of the local index, which
is made of those few videos for each question. So ids, order, scores and reasons are the same.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.domain.matching.co_watching import NOT_LEARNED, LearnedMix
from engine.domain.matching.filters import EVERY_VIDEO, And, Field, Filter, Ids, Not
from engine.domain.matching.index_config import IndexConfig
from engine.domain.tracks import Threshold
from engine.errors import InvalidInput
from engine.indexes.local.index import Index
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.indexes.local.rows.segments import ScoredRows, Segment
from engine.indexes.local.rows.video_row import VideoRow, counts_of, metadata_of_rows
from engine.indexes.local.snapshot import LocalSnapshot, merged
from engine.indexes.milvus.connection import MAX_FETCHED, MilvusConnection
from engine.indexes.milvus.expressions import expression_of, letters_of, text_of
from engine.indexes.milvus.records import Record
from engine.indexes.milvus.rows import COUNTS, STORED_FIELDS, VECTOR, read
from engine.kernels.best import tie_key
from engine.ports.index import Hit, SparseVector, TermFrequencies, UnitRows
from engine.ports.query import Query
from engine.words.vocabulary import Vocabulary

Floats = NDArray[np.float64]

MARGIN: Final = 32
"""Videos that are fetched besides those asked for, at first."""

_MORE: Final = 4
"""Factor of what is fetched next, when the margin does not prove the last one right."""

_SORTED_HERE: Final = 2_000
"""The newest of so many are found by fetching their dates; of more, dates are narrowed first."""

_N_THREADS: Final = 8
_LATEST: Final = 2**40  # seconds since 1970: beyond any moment


@dataclass(frozen=True)
class MilvusSnapshot:
    """One moment of a catalog, in Milvus; see ``engine.ports.index.IndexSnapshot``.

    Attributes:
        connection: to the server.
        record: of the generation.
        vocabulary: of the generation, or longer when tags came since.
        revision: of the catalog; all changes up to it are seen, and maybe some after.
    """

    connection: MilvusConnection
    record: Record
    vocabulary: Vocabulary
    revision: int
    _none: LocalSnapshot = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_none", self._local([]))

    @property
    def collection(self) -> str:
        """Name of what is searched."""
        return self.connection.address.collection(self.generation_id)

    @property
    def generation_id(self) -> str:
        """The build that it is of."""
        return self.record.generation.id

    @property
    def built_at(self) -> float:
        """Moment of the build, seconds since 1970."""
        return self.record.built_at

    @property
    def built_revision(self) -> int:
        """Revision of the catalog that was built from."""
        return self.record.generation.revision

    @property
    def config(self) -> IndexConfig:
        """Configuration of the build."""
        return self.record.generation.config

    @property
    def search_method(self) -> str:
        """Description of how the generation is searched, for people."""
        return f"found by Milvus at {self.connection.address.name}, scored here"

    @property
    def missing_columns(self) -> tuple[str, ...]:
        """Nothing: a generation is written with all of them."""
        return ()

    @property
    def thresholds(self) -> Threshold:
        """Least confidence that counts, of all tags or one a tag of the vocabulary."""
        return self._none.thresholds

    @property
    def n_videos(self) -> int:
        """Number of videos that are there."""
        return self.count(EVERY_VIDEO)

    @property
    def n_indexed(self) -> int:
        """Number of videos in the build, those deleted since included."""
        return self.record.n_indexed

    @property
    def n_beside(self) -> int:
        """None: what changed is written into the generation itself."""
        return 0

    @property
    def idf(self) -> Floats:
        """Shape (n_tags,), the idf that ``query`` weighs with."""
        return self._none.idf

    @property
    def df(self) -> NDArray[np.int64]:
        """Shape (n_tags of the build,), on how many of its videos each tag is."""
        return self.record.generation.index.df

    @property
    def mean_vector(self) -> SparseVector:
        """Mean vector of the videos: what most of them show."""
        return self._none.mean_vector

    @property
    def n_viewers(self) -> int:
        """None: what viewers like together is learned for the local index alone."""
        return 0

    @property
    def learned_mix(self) -> LearnedMix:
        """Nothing was learned of what viewers like together."""
        return NOT_LEARNED

    def query(self, tags: ArrayLike, weights: ArrayLike) -> Query:
        """Weigh tags with the generation's idf; tags that came since count as never seen."""
        return self._none.query(tags, weights)

    def query_like(self, video: str) -> Query:
        """Return the query that looks for videos like one that is there."""
        return self._having([video]).query_like(video)

    def __contains__(self, video: object) -> bool:
        """Return whether a video is there."""
        return isinstance(video, str) and bool(self.contains([video])[0])

    def contains(self, videos: Sequence[str]) -> NDArray[np.bool_]:
        """Return which of some videos are there."""
        there = {text_of(row["id"]) for row in self._get(videos, ["id"])}
        return np.array([video in there for video in videos], bool)

    def require(self, videos: Sequence[str]) -> None:
        """Check that some videos are there.

        Raises:
            InvalidInput: naming those that are not.
        """
        self._having(videos).require(videos)

    def search(self, query: Query, k: int, where: Filter = EVERY_VIDEO) -> list[Hit]:
        """Return the ``k`` best videos that pass a filter, best first, ties by id."""
        if k < 1:
            raise InvalidInput(f"k is {k}: ask for at least 1")
        passing = expression_of(where, self.vocabulary)
        # What speaks against a video only lowers its score: by the rest, none is found too late.
        positive = {
            tag: unit
            for tag, unit in zip(query.tags.tolist(), query.units.tolist(), strict=True)
            if unit > 0
        }
        limit = 2 * k + MARGIN
        while positive and limit <= MAX_FETCHED:
            fetched = self.connection.nearest(
                self.collection, VECTOR, positive, limit, passing, ["id", COUNTS]
            )
            best = self._local(self._read(row for _, row in fetched)).search(query, k)
            if len(fetched) < limit or self._is_proven(best, k, fetched[-1][0], len(positive)):
                return best
            limit *= _MORE
        return self._best_of_all(query, k, where) if positive else []

    def _is_proven(self, best: Sequence[Hit], k: int, last: float, n_tags: int) -> bool:
        """Return whether no video that was not fetched can be among the best.

        A sum of n products of numbers rounded to 32 bits is off by less than (n + 4) units in the
        last place of the sum of their absolute values (Higham 2002, "Accuracy and Stability of
        Numerical Algorithms", 3.1), which is at most 1 / slope for vectors of length 1; twice that
        for whatever adds up in another order.
        """
        highest = last + (n_tags + 4) * 2.0**-23 / self.config.slope
        return len(best) == k and tie_key(best[-1].score) > tie_key(highest)

    def _best_of_all(self, query: Query, k: int, where: Filter) -> list[Hit]:
        best: list[Hit] = []
        for rows in self._pages(where, ["id", COUNTS]):
            best = merged([*best, *self._local(rows).search(query, k)], k)
        return best

    def search_many(
        self,
        queries: Sequence[Query],
        k: int,
        where: Filter = EVERY_VIDEO,
        *,
        exclude: Sequence[Sequence[str]],
    ) -> list[list[Hit]]:
        """Return what ``search`` returns, query by query, some of them at a time."""

        def one(query: Query, ids: Sequence[str]) -> list[Hit]:
            others = And((where, Not(Ids(tuple(ids))))) if ids else where
            return self.search(query, k, others)

        with ThreadPoolExecutor(_N_THREADS) as pool:
            return list(pool.map(one, queries, exclude))

    def score(self, query: Query, videos: Sequence[str]) -> Floats:
        """Return the scores of some videos that are there, also where they are 0 or below."""
        return self._having(videos).score(query, videos)

    def scores(self, query: Query, where: Filter) -> Iterator[ScoredRows]:
        """Yield the scores of all videos that pass a filter, which are all fetched."""
        for rows in self._pages(where, ["id", COUNTS, "seconds"]):
            yield from self._local(rows).scores(query, EVERY_VIDEO)

    def explain(self, query: Query, video: str) -> tuple[NDArray[np.int64], Floats]:
        """Return the tags that made a score and what each gave, the largest share first."""
        return self._having([video]).explain(query, video)

    def explain_all(
        self, query: Query, videos: Sequence[str]
    ) -> list[tuple[NDArray[np.int64], Floats]]:
        """Return what ``explain`` does of several videos, in their order, quicker than singly."""
        return self._having(videos).explain_all(query, videos)

    def counts(self, video: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the tags of a video that is there, rising, and how often each counts."""
        return self._having([video]).counts(video)

    def term_frequencies(self, video: str) -> TermFrequencies:
        """Return a video that is there as scores see it."""
        return self._having([video]).term_frequencies(video)

    def vectors(self, videos: Sequence[str]) -> UnitRows:
        """Return the vectors of some videos that are there."""
        return self._having(videos).vectors(videos)

    def columns(self, videos: Sequence[str], names: Sequence[str]) -> dict[str, list[Any]]:
        """Return metadata of some videos that are there, column by column."""
        return self._having(videos).columns(videos, names)

    def passes(self, videos: Sequence[str], where: Filter) -> NDArray[np.bool_]:
        """Return which of some videos that are there pass a filter."""
        return self._having(videos).passes(videos, where)

    def newest(self, where: Filter, *, skip: int = 0, k: int) -> list[str]:
        """Return the videos that pass a filter, the last added first, ties by id."""
        since = self._newest_since(where, skip + k)
        dated = [
            (-row["added_at"], text_of(row["id"]))
            for page in self.connection.pages(
                self.collection,
                expression_of(_added_since(where, since), self.vocabulary),
                ["id", "added_at"],
            )
            for row in page
        ]
        return [video for _, video in sorted(dated)[skip : skip + k]]

    def _newest_since(self, where: Filter, n: int) -> int:
        """Return a moment since which at least ``n`` videos were added, if there are as many.

        By halves, as Milvus counts, and sorts nothing.
        """
        low, high = -_LATEST, _LATEST
        while high - low > 1 and self.count(_added_since(where, low)) > max(n, _SORTED_HERE):
            middle = (low + high) // 2
            if self.count(_added_since(where, middle)) >= n:
                low = middle
            else:
                high = middle
        return low

    def count(self, where: Filter) -> int:
        """Return how many videos pass a filter."""
        return self.connection.count(self.collection, expression_of(where, self.vocabulary))

    def co_liked(
        self, liked: Sequence[str], weights: Floats, where: Filter, k: int
    ) -> list[tuple[str, float]]:
        """Return nothing of nothing; what viewers like together is not known here.

        Raises:
            InvalidInput: otherwise.
        """
        del weights, where, k
        if liked:
            raise _not_here()
        return []

    def co_like_cosines(self, videos: Sequence[str], others: Sequence[str]) -> Floats:
        """Return nothing of nothing; what viewers like together is not known here.

        Raises:
            InvalidInput: otherwise.
        """
        if videos and others:
            raise _not_here()
        return np.zeros((len(videos), len(others)))

    def _having(self, videos: Sequence[str]) -> LocalSnapshot:
        """Return an index of some videos, those that are there."""
        return self._local(self._read(self._get(videos, STORED_FIELDS)))

    def _get(self, videos: Sequence[str], fields: Sequence[str]) -> Iterator[Any]:
        ids = [letters_of(video) for video in dict.fromkeys(videos)]
        return self.connection.get(self.collection, ids, fields)

    def _pages(self, where: Filter, fields: Sequence[str]) -> Iterator[list[VideoRow]]:
        passing = expression_of(where, self.vocabulary)
        for page in self.connection.pages(self.collection, passing, fields):
            yield self._read(page)

    def _read(self, rows: Any) -> list[VideoRow]:
        return read(rows, len(self.vocabulary))

    def _local(self, rows: Sequence[VideoRow]) -> LocalSnapshot:
        """Return an index of some videos, weighed as the generation is."""
        generation = self.record.generation
        index = weighed(generation.index, self.vocabulary, self.config, rows)
        metadata = metadata_of_rows(rows) if rows else MetadataColumns.of([])
        base = Segment.of(index, metadata, self.vocabulary)
        return LocalSnapshot(generation, base, (), self.vocabulary, self.revision)


def weighed(
    index: Index, vocabulary: Vocabulary, config: IndexConfig, rows: Sequence[VideoRow]
) -> Index:
    """Return an index of some videos, with the weights of another; the rows rise by id."""
    boosts = config.weights(vocabulary.sources)
    counts = counts_of(rows, len(vocabulary))
    return index.build_beside(counts, [row.id for row in rows], boosts)


def _added_since(where: Filter, since: int) -> Filter:
    return And((where, Field("added_at", "between", (since, None))))


def _not_here() -> InvalidInput:
    return InvalidInput(
        "what viewers like together is not known to an index in Milvus: set"
        " REELMATCH_VIEWER_CO_LIKES=0, or REELMATCH_INDEX=local:"
    )
