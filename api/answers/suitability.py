"""Brand suitability of a video, topic by topic."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from api.answers.categories import ranges_json, scores_of
from engine.catalogs.sqlite.catalog import Catalog
from engine.content.brand_suitability import SuitabilityClassifier
from engine.domain.iab.taxonomy import content_taxonomy
from engine.domain.index_config import IndexConfig
from engine.domain.sensitivity import Rules
from engine.domain.suitability import VECTORS, Risk, TopicRisk
from engine.domain.videos import VideoRecord


def verdicts_of(catalog: Catalog, video: VideoRecord, rules: Rules) -> list[TopicRisk]:
    """Judge a video of the catalog."""
    words = catalog.taggers.words_of(video.tagger)
    return SuitabilityClassifier(catalog.tags.vocabulary(), rules).verdicts(
        catalog.tracks.get(video.id), words
    )


def suitability_json(catalog: Catalog, video: VideoRecord, recipe: IndexConfig) -> dict[str, Any]:
    """Return the risk of each topic with the seconds that show it, and all in the IAB's shape."""
    verdicts = verdicts_of(catalog, video, recipe.sensitive)
    filed = [one.category for one in scores_of(catalog, video, recipe)]
    return {
        "video": video.id,
        "title": video.title,
        "floor": any(verdict.risk == Risk.FLOOR for verdict in verdicts),
        "topics": [_topic_json(verdict) for verdict in verdicts],
        "catswithsuitability": cats_with_suitability(verdicts, filed),
    }


def cats_with_suitability(
    verdicts: Sequence[TopicRisk], filed: Sequence[str]
) -> list[dict[str, str | None]]:
    """Return the topics that were seen with their risk, and the other categories without one.

    The shape is that of the implementation guide of the IAB's content taxonomy.
    """
    seen: list[dict[str, str | None]] = [
        {"category": verdict.topic.category, "suitability": VECTORS[verdict.risk]}
        for verdict in verdicts
        if verdict.risk in VECTORS
    ]
    return [*seen, *({"category": category, "suitability": None} for category in filed)]


def _topic_json(verdict: TopicRisk) -> dict[str, Any]:
    topic = verdict.topic
    return {
        "topic": topic.name,
        "category": topic.category,
        "name": content_taxonomy().categories[topic.category].name,
        "risk": verdict.risk,
        "suitability": VECTORS.get(verdict.risk),
        "ranges": ranges_json(np.array(verdict.seconds, np.int64)),
        "looked_for": list(verdict.looked_for),
        "not_looked_for": list(verdict.not_looked_for),
    }
