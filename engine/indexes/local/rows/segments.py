"""Segments: videos that are searched together, and rows of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.filters import EVERY_VIDEO, Filter
from engine.indexes.local.filters import FilterCompiler
from engine.indexes.local.index import Index
from engine.indexes.local.rows.columns import Bitmap
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.words.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Segment:
    """Some videos that are searched together.

    Attributes:
        index: their tag counts.
        metadata: of the same rows.
        filters: compiles filters for these rows.
        alive: shape (n_videos,), False for rows that were changed or deleted since; None when
            all are alive.
    """

    index: Index
    metadata: MetadataColumns
    filters: FilterCompiler
    alive: Bitmap | None = None

    @classmethod
    def of(cls, index: Index, metadata: MetadataColumns, vocabulary: Vocabulary) -> Self:
        """Make a segment whose rows are all alive."""
        return cls(index, metadata, FilterCompiler(index, metadata, vocabulary))

    @property
    def n_alive(self) -> int:
        """Number of rows that can still be found."""
        return self.index.n_videos if self.alive is None else int(np.count_nonzero(self.alive))

    def knowing(self, vocabulary: Vocabulary) -> "Segment":
        """Return the segment for a vocabulary that grew."""
        return replace(self, filters=FilterCompiler(self.index, self.metadata, vocabulary))

    def without(self, ids: Sequence[str]) -> "Segment":
        """Return the segment with these videos dead; itself when it has none of them."""
        rows = self.index.rows_of(ids)
        rows = rows[rows >= 0]
        if not len(rows):
            return self
        alive = np.ones(self.index.n_videos, bool) if self.alive is None else self.alive.copy()
        alive[rows] = False
        return replace(self, alive=alive)

    def passing(self, where: Filter) -> Bitmap | None:
        """Return which rows are alive and pass a filter; None for all."""
        if where == EVERY_VIDEO:
            return self.alive
        compiled = self.filters.compile(where)
        return compiled if self.alive is None else compiled & self.alive

    def rows_passing(self, where: Filter) -> NDArray[np.int64]:
        """Return the rows that are alive and pass a filter, rising."""
        passing = self.passing(where)
        return np.arange(self.index.n_videos) if passing is None else np.flatnonzero(passing)

    def row_of(self, video: str) -> int | None:
        """Return the row of a video that is alive here."""
        row = self.index.row_of(video)
        return row if row is not None and (self.alive is None or self.alive[row]) else None


@dataclass(frozen=True, slots=True)
class ScoredRows:
    """Rows of a segment with their scores."""

    segment: Segment
    rows: NDArray[np.int64]
    scores: NDArray[np.float64]

    @property
    def seconds(self) -> NDArray[np.int64]:
        """Shape (n,), how long each video is."""
        return self.segment.metadata.numbers("seconds")[self.rows].astype(np.int64)

    def ids(self, which: NDArray[np.bool_]) -> list[str]:
        """Return the ids of some of them, shape (n,)."""
        return self.segment.index.ids.at(self.rows[which])
