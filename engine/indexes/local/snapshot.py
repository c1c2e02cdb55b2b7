"""A view: one generation and all that changed since, searched as one.

A view never changes; ``engine.indexes.local.delta`` makes the next one. Whoever holds a view gets
answers from one moment, however many changes come meanwhile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.filters import EVERY_VIDEO, Filter
from engine.domain.vocabulary import Vocabulary
from engine.errors import InvalidInput
from engine.indexes.local.filters import Bitmap, FilterCompiler
from engine.indexes.local.generations import Generation
from engine.indexes.local.index import Index
from engine.indexes.local.metadata import Facts
from engine.kernels.best import TIE
from engine.ports.query import Query

_NAMED: Final = 10  # so many of the videos that cannot be found


@dataclass(frozen=True, slots=True)
class Segment:
    """Some videos that are searched together.

    Attributes:
        index: their tag counts.
        facts: of the same rows.
        filters: compiles filters for these rows.
        alive: shape (n_videos,), False for rows that were changed or deleted since; None when
            all are alive.
    """

    index: Index
    facts: Facts
    filters: FilterCompiler
    alive: Bitmap | None = None

    @classmethod
    def of(cls, index: Index, facts: Facts, vocabulary: Vocabulary) -> Self:
        """Make a segment whose rows are all alive."""
        return cls(index, facts, FilterCompiler(index, facts, vocabulary))

    @property
    def n_alive(self) -> int:
        """How many rows can still be found."""
        return self.index.n_videos if self.alive is None else int(np.count_nonzero(self.alive))

    def knowing(self, vocabulary: Vocabulary) -> "Segment":
        """Return the segment for a vocabulary that grew."""
        return replace(self, filters=FilterCompiler(self.index, self.facts, vocabulary))

    def without(self, ids: Sequence[str]) -> "Segment":
        """Return the segment with these videos dead; itself when it has none of them."""
        rows = self.index.rows_of(ids)
        rows = rows[rows >= 0]
        if not len(rows):
            return self
        alive = np.ones(self.index.n_videos, bool) if self.alive is None else self.alive.copy()
        alive[rows] = False
        return replace(self, alive=alive)

    def passing(self, wanted: Filter) -> Bitmap | None:
        """Return which rows are alive and pass a filter; None for all."""
        if wanted == EVERY_VIDEO:
            return self.alive
        compiled = self.filters.compile(wanted)
        return compiled if self.alive is None else compiled & self.alive

    def row_of(self, video: str) -> int | None:
        """Return the row of a video that is alive here."""
        row = self.index.row_of(video)
        return row if row is not None and (self.alive is None or self.alive[row]) else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a video is in a view."""

    segment: Segment
    row: int


@dataclass(frozen=True, slots=True)
class Found:
    """One video of an answer: its place and its score."""

    video: str
    score: float
    place: Place


@dataclass(frozen=True)
class View:
    """One moment of a catalogue.

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
        base = Segment.of(generation.index, generation.facts, generation.vocabulary)
        return cls(generation, base, (), generation.vocabulary, generation.revision)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All that is searched."""
        return (self.base, *self.delta)

    @property
    def n_videos(self) -> int:
        """How many videos can be found."""
        return sum(segment.n_alive for segment in self.segments)

    def query(self, tags: NDArray[np.integer] | Sequence[int], weights: Sequence[float]) -> Query:
        """Weigh tags with the generation's idf; tags that came since count as never seen."""
        return self._widest.query(tags, weights)

    @property
    def idf(self) -> NDArray[np.float64]:
        """Shape (n_tags,), the idf that ``query`` weighs with."""
        return self._widest.idf

    def locate(self, video: str) -> Place | None:
        """Return where a video is, None when it cannot be found."""
        for segment in self.segments:
            row = segment.row_of(video)
            if row is not None:
                return Place(segment, row)
        return None

    def locate_many(self, videos: Sequence[str]) -> list[Place | None]:
        """Return where each of some videos is, None for one that cannot be found."""
        places: list[Place | None] = [None] * len(videos)
        for segment in self.segments:
            for number, row in enumerate(segment.index.rows_of(videos).tolist()):
                if row >= 0 and (segment.alive is None or segment.alive[row]):
                    places[number] = Place(segment, row)
        return places

    def require(self, videos: Sequence[str]) -> list[Place]:
        """Return where each of some videos is.

        Raises:
            InvalidInput: naming those that cannot be found.
        """
        places = self.locate_many(videos)
        missing = [video for video, place in zip(videos, places, strict=True) if place is None]
        if missing:
            more = len(missing) - _NAMED
            named = ", ".join(missing[:_NAMED]) + (f" and {more} more" if more > 0 else "")
            raise InvalidInput(
                f"not in generation {self.generation.id}: {named};"
                " it was not watched, or was deleted"
            )
        return [place for place in places if place is not None]

    def counts_query(self, place: Place) -> Query:
        """Return the query that looks for videos like the one at a place."""
        index = place.segment.index
        tags, counts = index.counts_of(place.row)
        return self._widest.query_from_counts(tags, counts)

    def top_k(self, query: Query, k: int, wanted: Filter = EVERY_VIDEO) -> list[Found]:
        """Return the ``k`` best videos that pass a filter, best first, ties by id."""
        found = [match for segment in self.segments for match in _best(segment, query, k, wanted)]
        return _merged(found, k)

    def top_k_many(
        self,
        queries: Sequence[Query],
        k: int,
        wanted: Filter = EVERY_VIDEO,
        *,
        leave_out: Sequence[Sequence[str]],
    ) -> list[list[Found]]:
        """Return what ``top_k`` returns, query by query, computed on all cores.

        ``leave_out`` are ids that each query does not look for. As many more are found and dropped,
        so that all queries pass one filter.
        """
        more = k + max(map(len, leave_out), default=0)
        found: list[list[Found]] = [[] for _ in queries]
        for segment in self.segments:
            if segment.n_alive:
                answers = segment.index.top_k_many(queries, more, segment.passing(wanted))
                for own, (rows, scores), ids in zip(found, answers, leave_out, strict=True):
                    kept = np.flatnonzero(~np.isin(rows, segment.index.rows_of(ids)))[:k]
                    own += _found(segment, rows[kept], scores[kept])
        return [_merged(own, k) for own in found]


def _best(segment: Segment, query: Query, k: int, wanted: Filter) -> Iterable[Found]:
    if not segment.n_alive:
        return ()
    return _found(segment, *segment.index.top_k(query, k, segment.passing(wanted)))


def _found(
    segment: Segment, rows: NDArray[np.int64], scores: NDArray[np.float64]
) -> Iterable[Found]:
    for video, row, score in zip(segment.index.ids.at(rows), rows, scores, strict=True):
        yield Found(video, float(score), Place(segment, int(row)))


def _merged(found: Iterable[Found], k: int) -> list[Found]:
    # The same rounding as in the kernels, so that ties fall the same way across segments.
    return sorted(found, key=lambda match: (-int(match.score / TIE + 0.5), match.video))[:k]
