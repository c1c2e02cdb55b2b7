"""Videos: what is known of them and what was seen on them."""

from dataclasses import asdict
from typing import Any

from api.background.live import Live
from engine.catalogs.sqlite.catalog import Catalog
from engine.content.counting import observations_at, observations_of, tag_counts
from engine.content.sensitivity import SensitivityClassifier
from engine.domain.index_config import IndexConfig
from engine.domain.results import TagCount
from engine.domain.sensitivity import LEVELS, VERDICTS, Rules
from engine.domain.tracks import REUSED
from engine.domain.videos import VideoRecord


def shown_counts(live: Live, video: VideoRecord, recipe: IndexConfig) -> list[TagCount]:
    """Return the tag counts of a video, those that tell most first."""
    track, vocabulary = live.catalog.tracks.get(video.id), live.catalog.tags.vocabulary()
    counts = tag_counts(
        track, recipe.thresholds(vocabulary.sources), vocabulary, recipe.least_seconds
    )
    return live.tag_idf.most_telling_first(one for one in counts if one.tag not in VERDICTS)


def tags_json(live: Live, video: VideoRecord, recipe: IndexConfig) -> dict[str, Any]:
    """Return the tag counts of a video, those that tell most first."""
    counts = shown_counts(live, video, recipe)
    return {
        "video": video.id,
        "threshold": recipe.threshold,
        "tags": [{"tag": count.tag, "seconds": count.seconds} for count in counts],
    }


def video_json(video: VideoRecord) -> dict[str, Any]:
    """Return what is known of a video without what was seen on it."""
    return {
        "video": video.id,
        "external_id": video.external_id,
        "title": video.title,
        "source": video.source,
        "status": video.status,
        "reason": video.reason,
        "seconds": video.seconds,
        "width": video.width,
        "height": video.height,
        "codec": video.codec,
        "tagger": video.tagger,
        "kind": video.kind,
        "language": video.language,
        "uploader": video.uploader,
        "uploader_id": video.uploader_id,
        "categories": list(video.categories),
        "added_at": video.added_at,
        "last_attempt": asdict(video.last_attempt) if video.last_attempt else None,
    }


def video_with_verdict_json(catalog: Catalog, video: VideoRecord, rules: Rules) -> dict[str, Any]:
    """Return what is known of a video, with the verdict on sensitive content and its seconds."""
    evidence = dict(video.evidence)
    sensitive = sensitive_json(catalog, video, rules)
    return {**video_json(video), "evidence": evidence, "sensitive": sensitive}


def sensitive_json(catalog: Catalog, video: VideoRecord, rules: Rules) -> dict[str, Any]:
    """Return the verdict on sensitive content: of the topics that count, and of every topic."""
    words = catalog.taggers.words_of(video.tagger)
    judge = SensitivityClassifier(catalog.tags.vocabulary(), rules)
    verdict = judge.verdict(catalog.tracks.get(video.id), words)
    return {
        "level": verdict.level,
        "seconds": list(verdict.seconds),
        "topics": {
            topic: {"level": own.level, "seconds": list(own.seconds)}
            for topic, own in verdict.topics.items()
        },
    }


def second_json(catalog: Catalog, video: VideoRecord, second: int, rules: Rules) -> dict[str, Any]:
    """Return all that was seen at one second, surest first, and how sensitive it is.

    ``reused`` tells that it looked like the last second that was tagged, whose tags these are.
    """
    track, vocabulary = catalog.tracks.get(video.id), catalog.tags.vocabulary()
    seen = observations_at(track, second, vocabulary)
    levels = SensitivityClassifier(vocabulary, rules).second_levels(
        track, catalog.taggers.words_of(video.tagger)
    )
    return {
        "video": video.id,
        "second": second,
        "reused": bool(track.looks.has(REUSED)[second]),
        "tags": [{"tag": one.tag, "confidence": one.confidence} for one in seen],
        "sensitive": {topic: LEVELS[along[second]] for topic, along in levels.items()},
    }


def tag_json(catalog: Catalog, video: VideoRecord, tag: str) -> dict[str, Any]:
    """Return the confidence of one tag at every second."""
    vocabulary = catalog.tags.vocabulary()
    seen = observations_of(catalog.tracks.get(video.id), tag, vocabulary)
    seconds = [{"second": one.second, "confidence": one.confidence} for one in seen]
    return {"video": video.id, "tag": vocabulary.tag(tag), "seconds": seconds}
