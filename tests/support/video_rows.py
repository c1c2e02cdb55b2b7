"""Made-up videos of the suite of indexes as rows, and as a generation in memory."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.domain.assessments.sensitivity import Level
from engine.domain.counts import Counts
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.index import Index
from engine.indexes.local.rows.count_matrix import CountMatrix
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.indexes.local.rows.video_row import VideoRow
from engine.words.vocabulary import Vocabulary
from support.conformance.index import TAGS, Video


def row(video: Video) -> VideoRow:
    """Return a video as an index keeps it."""
    tags = sorted(TAGS.index(tag) for tag in video.counts)
    seconds = [video.counts[TAGS[tag]] for tag in tags]
    counts = Counts(np.array(tags, np.uint32), np.array(seconds, np.uint32))
    names = ("seconds", "added_at", "language", "kind", "width")
    metadata = {name: getattr(video, name) for name in names}
    return VideoRow(video.id, counts, {**metadata, "sensitive": Level.NONE})


def generation_of(videos: Sequence[Video]) -> Generation:
    """Return the generation ``abc`` of some videos, on no disk."""
    rows = [row(video) for video in sorted(videos, key=lambda video: video.id)]
    matrix = CountMatrix.from_rows([one.counts for one in rows], len(TAGS))
    index = Index.from_counts(matrix, [one.id for one in rows])
    metadata = MetadataColumns.of([one.metadata for one in rows])
    return Generation("abc", index, metadata, Vocabulary(TAGS), IndexConfig(0.7, "raw"), 1, Path())
