"""Videos as advertisers and exchanges want to know them: categories, suitability, OpenRTB."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.content.brand_suitability import SuitabilityClassifier
from engine.content.categories import Categories, CategoryScore
from engine.content.counting import count_steady
from engine.content.openrtb import content_object
from engine.domain.assessments.iab.taxonomy import CATTAX, content_taxonomy
from engine.domain.assessments.sensitivity import Rules
from engine.domain.assessments.suitability import VECTORS, Risk, TopicRisk
from engine.domain.matching.index_config import IndexConfig
from engine.domain.time_ranges import TimeRange, time_ranges
from engine.domain.tracks import Threshold, Track
from engine.domain.videos import VideoRecord
from engine.ports.catalog import Catalog
from engine.search.tag_ranking import TagIdf
from engine.services.videos import telling_counts
from engine.words.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class VideoCategory:
    """A category of the IAB's content taxonomy that a video is about, with what says so.

    Attributes:
        id: of the category.
        path: names, the top first.
        score: 0.0 to 1.0, to four digits.
        tags: that say so, those that say most first.
        ranges: seconds on which one of them was observed.
    """

    id: str
    path: tuple[str, ...]
    score: float
    tags: tuple[str, ...]
    ranges: tuple[TimeRange, ...]


@dataclass(frozen=True, slots=True)
class VideoCategories:
    """The categories of a video at a threshold, the best first; ``cattax`` is their taxonomy."""

    video: str
    title: str
    threshold: float
    cattax: int
    categories: tuple[VideoCategory, ...]


@dataclass(frozen=True, slots=True)
class TopicSuitability:
    """The risk of one topic of brand safety.

    Attributes:
        topic: its short name.
        category: its id in the IAB's content taxonomy.
        name: the category's.
        risk: the worst of its seconds.
        suitability: the risk's id in the IAB's vector; None for none and unknown.
        ranges: seconds on which it was observed.
        looked_for: sensitive topics that the video's tagger has words for.
        not_looked_for: those it has none for.
        mentioned: the risk by what words about the video say of it.
        mentioned_by: the sources of these words.
    """

    topic: str
    category: str
    name: str
    risk: Risk
    suitability: str | None
    ranges: tuple[TimeRange, ...]
    looked_for: tuple[str, ...]
    not_looked_for: tuple[str, ...]
    mentioned: Risk
    mentioned_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuitableCategory:
    """A category and its risk; None for categories that are no topic of brand safety."""

    category: str
    suitability: str | None


@dataclass(frozen=True, slots=True)
class VideoSuitability:
    """The risk of each topic, and all in the IAB's shape; at the ``floor``, for no advertiser."""

    video: str
    title: str
    floor: bool
    topics: tuple[TopicSuitability, ...]
    catswithsuitability: tuple[SuitableCategory, ...]


def categories_of(catalog: Catalog, video: VideoRecord, config: IndexConfig) -> VideoCategories:
    """Return the categories of a video with the tags and seconds that say so."""
    track, vocabulary = catalog.tracks.get(video.id), catalog.tags.vocabulary()
    threshold = config.thresholds(vocabulary.sources)
    scores = _scores(track, vocabulary, config)
    return VideoCategories(
        video.id,
        video.title,
        config.threshold,
        CATTAX,
        tuple(_category(one, track, vocabulary, threshold) for one in scores),
    )


def suitability_of(catalog: Catalog, video: VideoRecord, config: IndexConfig) -> VideoSuitability:
    """Return the risk of each topic with the seconds that show it, and all in the IAB's shape."""
    track, vocabulary = catalog.tracks.get(video.id), catalog.tags.vocabulary()
    risks = _risks(catalog, video, track, vocabulary, config.sensitive)
    return VideoSuitability(
        video.id,
        video.title,
        any(one.risk == Risk.FLOOR for one in risks),
        tuple(map(_topic, risks)),
        _suitable_categories(risks, _scores(track, vocabulary, config)),
    )


def openrtb_of(
    catalog: Catalog, video: VideoRecord, config: IndexConfig, idf: TagIdf
) -> dict[str, Any]:
    """Return the ``content`` object of OpenRTB 2.6, with the evidence in ``ext``."""
    track, vocabulary = catalog.tracks.get(video.id), catalog.tags.vocabulary()
    scores = _scores(track, vocabulary, config)
    risks = _risks(catalog, video, track, vocabulary, config.sensitive)
    threshold = config.thresholds(vocabulary.sources)
    evidence = {
        "tagger": video.tagger,
        "threshold": config.threshold,
        "kind": video.kind,
        "categories": [_category(one, track, vocabulary, threshold) for one in scores],
        "catswithsuitability": _suitable_categories(risks, scores),
        "unknown": [one.topic.category for one in risks if one.risk == Risk.UNKNOWN],
    }
    counts = telling_counts(catalog, track, config, idf)
    return content_object(video, counts, scores, risks, evidence)


def _scores(track: Track, vocabulary: Vocabulary, config: IndexConfig) -> list[CategoryScore]:
    counts = count_steady(track, config.thresholds(vocabulary.sources), config.least_seconds)
    return Categories(vocabulary).scores(counts.tags, counts.seconds, track.n_seconds)


def _risks(
    catalog: Catalog, video: VideoRecord, track: Track, vocabulary: Vocabulary, rules: Rules
) -> list[TopicRisk]:
    words = catalog.taggers.words_of(video.tagger)
    return SuitabilityClassifier(vocabulary, rules).assessments(track, words)


def _category(
    one: CategoryScore, track: Track, vocabulary: Vocabulary, threshold: Threshold
) -> VideoCategory:
    numbers = vocabulary.numbers(one.tags)
    counts = np.isin(track.tags, numbers) & track.passing(threshold)
    seconds = np.searchsorted(track.starts, np.flatnonzero(counts), side="right") - 1
    return VideoCategory(
        one.category,
        tuple(category.name for category in content_taxonomy().path(one.category)),
        round(one.score, 4),
        one.tags,
        time_ranges(np.unique(seconds)),
    )


def _topic(risk: TopicRisk) -> TopicSuitability:
    topic = risk.topic
    return TopicSuitability(
        topic.name,
        topic.category,
        content_taxonomy().categories[topic.category].name,
        risk.risk,
        VECTORS.get(risk.risk),
        time_ranges(np.array(risk.seconds, np.int64)),
        risk.looked_for,
        risk.not_looked_for,
        risk.mentioned,
        risk.mentioned_by,
    )


def _suitable_categories(
    risks: Sequence[TopicRisk], scores: Sequence[CategoryScore]
) -> tuple[SuitableCategory, ...]:
    """Return the topics that were observed with their risk, and the other categories without one.

    The shape is that of the implementation guide of the IAB's content taxonomy.
    """
    observed = [
        SuitableCategory(one.topic.category, VECTORS[one.risk])
        for one in risks
        if one.risk in VECTORS
    ]
    return (*observed, *(SuitableCategory(one.category, None) for one in scores))
