"""Made-up campaigns, and views of made-up videos for them to meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.domain.advertising.campaigns import Campaign, Keyword
from engine.domain.assessments.sensitivity import Level
from engine.domain.assessments.suitability import N_TOPICS, Risk
from engine.domain.counts import Counts
from engine.domain.matching.index_config import IndexConfig
from engine.domain.matching.keywords import KeywordMatch, MatchMethod, Status, TagCandidate
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.index import Index
from engine.indexes.local.rows.count_matrix import CountMatrix
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.indexes.local.snapshot import LocalSnapshot
from engine.targeting.rules import CRITERIA
from engine.words.vocabulary import Vocabulary

TAGS = ("animal", "beer", "car", "cat", "city", "train")


def keyword_match(word: str, **tags: float) -> KeywordMatch:
    """A word understood as itself, or as these tags."""
    meanings = tags or {word: 1.0}
    return KeywordMatch(
        word,
        Status.USED,
        tuple(TagCandidate(tag, sure, MatchMethod.EXACT, word) for tag, sure in meanings.items()),
    )


def campaign(name: str, keywords: Mapping[str, float], **rest: Any) -> Campaign:
    """A campaign whose keywords are tags; what is no field of campaigns is what rules ask."""
    profile = tuple(Keyword(keyword_match(word), weight) for word, weight in keywords.items())
    return changed(Campaign(name, "acme", name.title(), profile), **rest)


def changed(one: Campaign, **rest: Any) -> Campaign:
    """A campaign with other fields; what is no field of campaigns is what rules ask."""
    criteria = {name: rest.pop(name) for name in set(rest) & {each.name for each in CRITERIA}}
    left = {name: value for name, value in {**one.criteria, **criteria}.items() if value}
    return replace(one, criteria=left, **rest)


@dataclass(frozen=True)
class Shown:
    """A made-up video: seconds of each tag, and what else rules may ask."""

    id: str
    seconds: Mapping[str, int]
    language: str = ""
    kind: str = "motion"
    performance: str = "other"
    iab: tuple[str, ...] = ()
    at_floor: bool = False
    length: int = 30


def risks(video: Shown) -> tuple[Risk, ...]:
    """Of a video at the floor, one topic is, and nobody looked for another."""
    return (Risk.FLOOR if video.at_floor else Risk.HIGH, *[Risk.UNKNOWN] * (N_TOPICS - 1))


def snapshot_of(
    videos: Sequence[Shown], *, tf: Any = "raw", slope: float = 1.0, name: str = "abc"
) -> LocalSnapshot:
    """A generation of these videos."""
    rows = [
        Counts(
            np.array([TAGS.index(tag) for tag in sorted(video.seconds)], np.uint32),
            np.array([video.seconds[tag] for tag in sorted(video.seconds)], np.uint32),
        )
        for video in videos
    ]
    ids = [video.id for video in videos]
    index = Index.from_counts(CountMatrix.from_rows(rows, len(TAGS)), ids, tf=tf, slope=slope)
    metadata = MetadataColumns.of(
        [
            {
                "seconds": video.length,
                "sensitive": Level.NONE,
                "language": video.language,
                "kind": video.kind,
                "performance": video.performance,
                "risk": risks(video),
                "iab": video.iab,
            }
            for video in sorted(videos, key=lambda video: video.id)
        ]
    )
    config = IndexConfig(threshold=0.7, tf=tf)
    generation = Generation(name, index, metadata, Vocabulary(TAGS), config, 3, Path())
    return LocalSnapshot.of(generation)
