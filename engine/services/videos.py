"""Observations on one video: its tags, second by second, and how sensitive it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.content.counting import observations_at, observations_of, tag_counts
from engine.content.performance import PerformanceClassifier
from engine.content.sensitivity import SensitivityClassifier
from engine.domain.assessments.performance import PerformanceAssessment
from engine.domain.assessments.sensitivity import (
    ASSESSED_TAGS,
    LEVELS,
    Level,
    Rules,
    SensitivityAssessment,
)
from engine.domain.content import VideoContent
from engine.domain.matching.index_config import IndexConfig
from engine.domain.matching.results import TagCount
from engine.domain.tags import source_of
from engine.domain.tracks import REUSED, Track
from engine.domain.videos import VideoRecord
from engine.ports.catalog import Catalog
from engine.search.tag_ranking import TagIdf


@dataclass(frozen=True, slots=True)
class VideoTags:
    """The tag counts of a video at a threshold, those that tell most first."""

    video: str
    threshold: float
    tags: tuple[TagCount, ...]


@dataclass(frozen=True, slots=True)
class TagConfidence:
    """The confidence of one tag, 0.0 to 1.0."""

    tag: str
    confidence: float


@dataclass(frozen=True, slots=True)
class SecondConfidence:
    """The confidence of a tag at one second; 0.0 where it was not observed."""

    second: int
    confidence: float


@dataclass(frozen=True, slots=True)
class TagAlong:
    """One tag along a video."""

    video: str
    tag: str
    seconds: tuple[SecondConfidence, ...]


@dataclass(frozen=True, slots=True)
class VideoSecond:
    """All that was observed at one second.

    Attributes:
        video: the id.
        second: from the start.
        reused: whether it looked like the last second that was tagged, whose tags these are.
        tags: the surest first.
        sensitive: sensitive topic -> its level.
    """

    video: str
    second: int
    reused: bool
    tags: tuple[TagConfidence, ...]
    sensitive: Mapping[str, Level]


def content_of(catalog: Catalog, video: VideoRecord) -> VideoContent:
    """Return a video with its tracks; without any when nothing observed it."""
    return next(iter(catalog.content.of([video.id])), VideoContent(video))


def performance_of(
    catalog: Catalog, video: VideoRecord, config: IndexConfig
) -> PerformanceAssessment:
    """Return whether a video is a performance, with what both senses say."""
    vocabulary = catalog.tags.vocabulary()
    threshold, words = config.thresholds(vocabulary.sources), catalog.taggers.words()
    classifier = PerformanceClassifier(vocabulary, threshold, words)
    return classifier.assessment(content_of(catalog, video))


def counts_of(
    catalog: Catalog,
    video: VideoRecord,
    config: IndexConfig,
    idf: TagIdf,
    source: str | None = None,
) -> list[TagCount]:
    """Return the tag counts of a video, those that tell most first; of one source, or of all."""
    counts = telling_counts(catalog, catalog.tracks.get(video.id), config, idf)
    return [one for one in counts if is_of(one.tag, source)]


def is_of(label: str, source: str | None) -> bool:
    """Tell whether a tag is one of a source; every tag is where no source is asked for."""
    return source is None or source_of(label) == source


def telling_counts(
    catalog: Catalog, track: Track, config: IndexConfig, idf: TagIdf
) -> list[TagCount]:
    """Return the tag counts of a track, those that tell most first."""
    vocabulary = catalog.tags.vocabulary()
    thresholds = config.thresholds(vocabulary.sources)
    counts = tag_counts(track, thresholds, vocabulary, config.least_seconds)
    return idf.ranked(one for one in counts if one.tag not in ASSESSED_TAGS)


def tags_of(
    catalog: Catalog,
    video: VideoRecord,
    config: IndexConfig,
    idf: TagIdf,
    source: str | None = None,
) -> VideoTags:
    """Return the tag counts of a video with the threshold that they were counted at."""
    counts = counts_of(catalog, video, config, idf, source)
    return VideoTags(video.id, config.threshold, tuple(counts))


def second_of(
    catalog: Catalog, video: VideoRecord, second: int, rules: Rules, source: str | None = None
) -> VideoSecond:
    """Return all that was observed at one second, surest first, and how sensitive it is.

    Of one source, or of all.

    Raises:
        InvalidInput: when the video has no such second.
    """
    track, vocabulary = catalog.tracks.get(video.id), catalog.tags.vocabulary()
    observed = observations_at(track, second, vocabulary)
    levels = SensitivityClassifier(vocabulary, rules).second_levels(
        track, catalog.taggers.words_of(video.tagger)
    )
    return VideoSecond(
        video.id,
        second,
        bool(track.changes.has(REUSED)[second]),
        tuple(TagConfidence(one.tag, one.confidence) for one in observed if is_of(one.tag, source)),
        {topic: LEVELS[along[second]] for topic, along in levels.items()},
    )


def tag_along(catalog: Catalog, video: VideoRecord, tag: str) -> TagAlong:
    """Return the confidence of one tag at every second.

    Raises:
        UnknownTag: when it is none.
    """
    vocabulary = catalog.tags.vocabulary()
    observed = observations_of(catalog.tracks.get(video.id), tag, vocabulary)
    seconds = tuple(SecondConfidence(one.second, one.confidence) for one in observed)
    return TagAlong(video.id, vocabulary.tag(tag) or tag, seconds)


def sensitivity_of(catalog: Catalog, video: VideoRecord, rules: Rules) -> SensitivityAssessment:
    """Return the assessment of sensitive content: of the topics that count, and of every topic."""
    words = catalog.taggers.words_of(video.tagger)
    classifier = SensitivityClassifier(catalog.tags.vocabulary(), rules)
    return classifier.assessment(catalog.tracks.get(video.id), words)
