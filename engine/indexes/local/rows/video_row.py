"""One video as an index keeps it: tag counts, and what filters ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.counts import Counts
from engine.domain.metadata import VideoMetadata
from engine.indexes.local.rows.count_matrix import CountMatrix
from engine.indexes.local.rows.metadata import MetadataColumns


@dataclass(frozen=True, slots=True)
class VideoRow:
    """The record of a video in an index."""

    id: str
    counts: Counts
    metadata: VideoMetadata


def counts_of(rows: Sequence[VideoRow], n_tags: int) -> CountMatrix:
    """Stack the counts of rows."""
    return CountMatrix.from_rows([row.counts for row in rows], n_tags)


def metadata_of_rows(rows: Sequence[VideoRow]) -> MetadataColumns:
    """Stack the metadata of rows."""
    return MetadataColumns.of([row.metadata for row in rows])
