"""A snapshot: one generation and all that changed since, searched as one.

A snapshot never changes; ``engine.indexes.local.delta`` makes the next one. Whoever holds one gets
answers from one moment, however many changes come meanwhile.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.domain.matching.co_watching import LearnedMix
from engine.domain.matching.filters import EVERY_VIDEO, Filter
from engine.domain.matching.index_config import IndexConfig
from engine.domain.metadata import COLUMNS
from engine.domain.tracks import Threshold
from engine.errors import InvalidInput
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.index import Index
from engine.indexes.local.rows.segments import ScoredRows, Segment
from engine.indexes.local.rows.unit_vectors import unit_rows
from engine.indexes.local.scan_selection import selection_text
from engine.kernels.best import tie_key
from engine.kernels.targeting import show
from engine.ports.index import Hit, SparseVector, TermFrequencies, UnitRows
from engine.ports.query import Query
from engine.words.vocabulary import Vocabulary

_NAMED: Final = 10  # so many of the videos that cannot be found


@dataclass(frozen=True)
class LocalSnapshot:
    """One moment of a catalog, in this process; see ``engine.ports.index.IndexSnapshot``.

    Attributes:
        generation: the last build.
        base: its segment.
        delta: what changed since, the oldest segment first.
        vocabulary: of the generation, or longer when tags came since.
        revision: of the catalog; all changes up to it are seen.
    """

    generation: Generation
    base: Segment
    delta: tuple[Segment, ...]
    vocabulary: Vocabulary
    revision: int
    _widest: Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        widest = max((segment.index for segment in self.segments), key=lambda index: index.n_tags)
        object.__setattr__(self, "_widest", widest)

    @classmethod
    def of(cls, generation: Generation) -> Self:
        """Return the generation as it was built."""
        base = Segment.of(generation.index, generation.metadata, generation.vocabulary)
        return cls(generation, base, (), generation.vocabulary, generation.revision)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All that is searched."""
        return (self.base, *self.delta)

    @property
    def generation_id(self) -> str:
        """The build that it is of."""
        return self.generation.id

    @property
    def built_at(self) -> float:
        """Moment of the build, seconds since 1970."""
        return self.generation.folder.stat().st_mtime

    @property
    def built_revision(self) -> int:
        """Revision of the catalog that was built from."""
        return self.generation.revision

    @property
    def thresholds(self) -> Threshold:
        """Least confidence that counts, of all tags or one a tag of the vocabulary."""
        return self.config.thresholds(self.vocabulary.sources)

    @property
    def config(self) -> IndexConfig:
        """Configuration of the build."""
        return self.generation.config

    @property
    def search_method(self) -> str:
        """Description of how the generation is searched, for people."""
        return selection_text(self.generation.index.scan, self.generation.index.sample)

    @property
    def missing_columns(self) -> tuple[str, ...]:
        """Metadata, as filters name it, that an older generation does not hold."""
        held = self.generation.metadata.columns
        return tuple(column.key for name, column in COLUMNS.items() if name not in held)

    @property
    def n_videos(self) -> int:
        """Number of videos that are there."""
        return sum(segment.n_alive for segment in self.segments)

    @property
    def n_indexed(self) -> int:
        """Number of videos in the build, those deleted since included."""
        return self.base.index.n_videos

    @property
    def n_beside(self) -> int:
        """Number of videos that are there and changed since the build."""
        return sum(segment.n_alive for segment in self.delta)

    @property
    def idf(self) -> NDArray[np.float64]:
        """Shape (n_tags,), the idf that ``query`` weighs with."""
        return self._widest.idf

    @property
    def df(self) -> NDArray[np.int64]:
        """Shape (n_tags of the build,), on how many of its videos each tag is."""
        return self.base.index.df

    @property
    def mean_vector(self) -> SparseVector:
        """Mean vector of the videos: what most of them show."""
        common = self.generation.common
        return SparseVector(common.tags, common.units)

    @property
    def n_viewers(self) -> int:
        """Number of viewers that liked two videos or more when it was built."""
        return self.generation.co_likes.viewers

    @property
    def learned_mix(self) -> LearnedMix:
        """Share of co-watching in a video's value that did best when it was built."""
        return self.generation.co_likes.learned

    def query(self, tags: ArrayLike, weights: ArrayLike) -> Query:
        """Weigh tags with the generation's idf; tags that came since count as never seen."""
        return self._widest.query(tags, weights)

    def query_like(self, video: str) -> Query:
        """Return the query that looks for videos like one that is there."""
        return self._widest.query_from_counts(*self.counts(video))

    def __contains__(self, video: object) -> bool:
        """Return whether a video is there."""
        return isinstance(video, str) and bool(self.contains([video])[0])

    def contains(self, videos: Sequence[str]) -> NDArray[np.bool_]:
        """Return which of some videos are there."""
        there = np.zeros(len(videos), bool)
        for _, own, _ in self._found(videos):
            there[own] = True
        return there

    def require(self, videos: Sequence[str]) -> None:
        """Check that some videos are there.

        Raises:
            InvalidInput: naming those that are not.
        """
        missing = np.flatnonzero(~self.contains(videos)).tolist()
        if missing:
            more = len(missing) - _NAMED
            named = ", ".join(videos[number] for number in missing[:_NAMED])
            named += f" and {more} more" if more > 0 else ""
            raise InvalidInput(
                f"not in generation {self.generation.id}: {named};"
                " it was not analyzed, or was deleted"
            )

    def search(self, query: Query, k: int, where: Filter = EVERY_VIDEO) -> list[Hit]:
        """Return the ``k`` best videos that pass a filter, best first, ties by id."""
        hits = [hit for segment in self.segments for hit in _best(segment, query, k, where)]
        return merged(hits, k)

    def search_many(
        self,
        queries: Sequence[Query],
        k: int,
        where: Filter = EVERY_VIDEO,
        *,
        exclude: Sequence[Sequence[str]],
    ) -> list[list[Hit]]:
        """Return what ``search`` returns, query by query, computed on all cores.

        ``exclude`` are ids that each query does not look for. As many more are found and dropped,
        so that all queries pass one filter.
        """
        more = k + max(map(len, exclude), default=0)
        hits: list[list[Hit]] = [[] for _ in queries]
        for segment in self.segments:
            if segment.n_alive:
                answers = segment.index.top_k_many(queries, more, segment.passing(where))
                for own, (rows, scores), ids in zip(hits, answers, exclude, strict=True):
                    rest = np.flatnonzero(~np.isin(rows, segment.index.rows_of(ids)))[:k]
                    own += _hits(segment, rows[rest], scores[rest])
        return [merged(own, k) for own in hits]

    def score(self, query: Query, videos: Sequence[str]) -> NDArray[np.float64]:
        """Return the scores of some videos that are there, also where they are 0 or below."""
        scores = np.zeros(len(videos))
        for segment, own, rows in self._by_segment(videos):
            scores[own] = segment.index.score_rows(query, rows)
        return scores

    def scores(self, query: Query, where: Filter) -> Iterator[ScoredRows]:
        """Yield the scores of all videos that pass a filter, segment by segment."""
        for segment in self.segments:
            rows = segment.rows_passing(where)
            yield ScoredRows(segment, rows, segment.index.score_rows(query, rows))

    def explain(self, query: Query, video: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the tags that made a score and what each gave, the largest share first."""
        (explained,) = self.explain_all(query, [video])
        return explained

    def explain_all(
        self, query: Query, videos: Sequence[str]
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Return what ``explain`` does of several videos, in their order, quicker than singly."""
        explained = {
            number: segment.index.explain(query, row)
            for segment, own, rows in self._by_segment(videos)
            for number, row in zip(own.tolist(), rows.tolist(), strict=True)
        }
        return [explained[number] for number in range(len(videos))]

    def counts(self, video: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the tags of a video that is there, rising, and how often each counts."""
        index, row = self._row_of(video)
        return index.counts_of(row)

    def term_frequencies(self, video: str) -> TermFrequencies:
        """Return a video that is there as scores see it."""
        index, row = self._row_of(video)
        frequencies = np.zeros(index.n_tags)
        divisor = show(index.forward, row, frequencies)
        tags, _ = index.counts_of(row)
        return TermFrequencies(tags, frequencies[tags], divisor)

    def vectors(self, videos: Sequence[str]) -> UnitRows:
        """Return the vectors of some videos that are there."""
        parts = []
        for segment, own, rows in self._by_segment(videos):
            units = unit_rows(segment.index.forward, rows)
            if len(own) == len(videos):
                return units
            parts.append((own[units.rows], units.tags, units.values))
        empty = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        owners, tags, values = (np.concatenate(part) for part in zip(empty, *parts, strict=True))
        order = np.argsort(owners, kind="stable")
        return UnitRows(owners[order], tags[order], values[order])

    def columns(self, videos: Sequence[str], names: Sequence[str]) -> dict[str, list[Any]]:
        """Return metadata of some videos that are there, column by column."""
        columns: dict[str, list[Any]] = {name: [None] * len(videos) for name in names}
        for segment, own, rows in self._by_segment(videos):
            for name, column in columns.items():
                values = segment.metadata.values(name, rows)
                for number, value in zip(own.tolist(), values, strict=True):
                    column[number] = value
        return columns

    def passes(self, videos: Sequence[str], where: Filter) -> NDArray[np.bool_]:
        """Return which of some videos that are there pass a filter."""
        passed = np.ones(len(videos), bool)
        for segment, own, rows in self._by_segment(videos):
            bitmap = segment.passing(where)
            if bitmap is not None:
                passed[own] = bitmap[rows]
        return passed

    def newest(self, where: Filter, *, skip: int = 0, k: int) -> list[str]:
        """Return the videos that pass a filter, the last added first, ties by id."""
        dated: list[tuple[int, str]] = []
        for segment in self.segments:
            rows = segment.rows_passing(where)
            added = segment.metadata.numbers("added_at")[rows]
            # Rows rise by id.
            order = np.argsort(-added, kind="stable")[: skip + k]
            dated += zip((-added[order]).tolist(), segment.index.ids.at(rows[order]), strict=True)
        return [video for _, video in sorted(dated)[skip : skip + k]]

    def count(self, where: Filter) -> int:
        """Return how many videos pass a filter."""
        return sum(len(segment.rows_passing(where)) for segment in self.segments)

    def co_liked(
        self, liked: Sequence[str], weights: NDArray[np.float64], where: Filter, k: int
    ) -> list[tuple[str, float]]:
        """Return the videos that viewers of some liked ones like, too, and how much, most first.

        A video that changed since the build is not found, but counts as a liked one.
        """
        rows = self.base.index.rows_of(liked)
        there = rows >= 0
        others, contributions = self.generation.co_likes.neighbours(rows[there], weights[there])
        passing = self.base.passing(where)
        if passing is not None:
            others, contributions = others[passing[others]], contributions[passing[others]]
        best = np.argsort(-contributions, kind="stable")[:k]
        return list(
            zip(self.base.index.ids.at(others[best]), contributions[best].tolist(), strict=True)
        )

    def co_like_cosines(self, videos: Sequence[str], others: Sequence[str]) -> NDArray[np.float64]:
        """Return how often each video is liked by who likes each of others; NaN if unknown."""
        own, rows = self.base.index.rows_of(videos), self.base.index.rows_of(others)
        if self.base.alive is not None:
            own = np.where(self.base.alive[own], own, -1)
        all_cosines = np.full((len(own), len(rows)), np.nan)
        known, there = np.flatnonzero(own >= 0), np.flatnonzero(rows >= 0)
        cosines = self.generation.co_likes.between(rows[there], own[known])
        all_cosines[np.ix_(known, there)] = cosines.T
        return all_cosines

    def _row_of(self, video: str) -> tuple[Index, int]:
        ((segment, _, rows),) = self._by_segment([video])
        return segment.index, int(rows[0])

    def _by_segment(
        self, videos: Sequence[str]
    ) -> Iterator[tuple[Segment, NDArray[np.int64], NDArray[np.int64]]]:
        """Yield each segment that has some of the videos, their places among them, their rows.

        Raises:
            InvalidInput: at the end, naming those that are not there.
        """
        n_found = 0
        for segment, own, rows in self._found(videos):
            n_found += len(own)
            yield segment, own, rows
        if n_found < len(videos):
            self.require(videos)

    def _found(
        self, videos: Sequence[str]
    ) -> Iterator[tuple[Segment, NDArray[np.int64], NDArray[np.int64]]]:
        """Yield what ``_by_segment`` does, of the videos that are there."""
        for segment in self.segments:
            rows = segment.index.rows_of(videos)
            own = np.flatnonzero(rows >= 0)
            if segment.alive is not None:
                own = own[segment.alive[rows[own]]]
            if len(own):
                yield segment, own, rows[own]


def _best(segment: Segment, query: Query, k: int, where: Filter) -> Iterable[Hit]:
    if not segment.n_alive:
        return ()
    return _hits(segment, *segment.index.top_k(query, k, segment.passing(where)))


def _hits(segment: Segment, rows: NDArray[np.int64], scores: NDArray[np.float64]) -> Iterable[Hit]:
    return map(Hit, segment.index.ids.at(rows), scores.tolist())


def merged(hits: Iterable[Hit], k: int) -> list[Hit]:
    """Return the best ``k`` of what several searches found, best first."""
    return sorted(hits, key=lambda hit: (-tie_key(hit.score), hit.video))[:k]
