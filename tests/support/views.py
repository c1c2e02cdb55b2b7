"""Views of a few videos, small enough to draw, without a catalog."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from engine.domain.assessments.sensitivity import Level
from engine.domain.counts import Counts
from engine.domain.matching.index_config import IndexConfig
from engine.domain.metadata import VideoMetadata
from engine.indexes.local.co_likes import CoLikes
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.index import Index
from engine.indexes.local.mean_vector import MeanVector
from engine.indexes.local.rows.count_matrix import CountMatrix
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.indexes.local.snapshot import LocalSnapshot
from engine.words.vocabulary import Vocabulary

DAY = 86_400
NOW = 1_800_000_000.0

VIDEOS = {
    "a-cats": {"animal": 10, "cat": 10},
    "b-zoo": {"animal": 20, "car": 2, "city": 3},
    "c-street": {"car": 30, "city": 30},
    "d-night": {"city": 9, "beer": 1},
    "e-nothing": {"train": 2},
}
TAGS = ("animal", "beer", "car", "cat", "city", "train")

Vector = Mapping[str, float]


def snapshot_of(
    videos: Mapping[str, Mapping[str, int]],
    *,
    metadata: Mapping[str, VideoMetadata] | None = None,
    co_likes: CoLikes | None = None,
) -> LocalSnapshot:
    """Index videos as they are, ids in order."""
    tags = tuple(sorted({*TAGS, *(tag for counts in videos.values() for tag in counts)}))
    rows = [
        Counts(
            np.array([tags.index(tag) for tag in sorted(counts)], np.uint32),
            np.array([counts[tag] for tag in sorted(counts)], np.uint32),
        )
        for counts in videos.values()
    ]
    index = Index.from_counts(CountMatrix.from_rows(rows, len(tags)), list(videos))
    usual = {"seconds": 30, "added_at": int(NOW), "sensitive": Level.NONE}
    usual |= {"language": "en", "kind": "motion"}
    own = metadata or {}
    generation = Generation(
        "abcdef123456",
        index,
        MetadataColumns.of([own.get(video, usual) for video in sorted(videos)]),
        Vocabulary(tags),
        IndexConfig(threshold=0.7, tf="raw"),
        revision=3,
        folder=Path(),
        common=MeanVector.of(index),
        co_likes=co_likes or CoLikes.nothing(),
    )
    return LocalSnapshot.of(generation)
