"""What is known of a video and what was seen on it."""

from typing import Any

from engine.counting import observations_at, observations_of, tag_counts
from engine.store.catalog import Catalog, VideoRecord
from engine.suitability import nudity_verdict


def tags_json(catalog: Catalog, video: VideoRecord, threshold: float) -> dict[str, Any]:
    """Return the tag counts of a video."""
    counts = tag_counts(catalog.track(video.id), threshold, catalog.vocabulary())
    return {
        "video": video.id,
        "threshold": threshold,
        "tags": [{"tag": count.tag, "seconds": count.seconds} for count in counts],
    }


def video_json(video: VideoRecord) -> dict[str, Any]:
    """Return what is known of a video without what was seen on it."""
    return {
        "video": video.id,
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
        "categories": list(video.categories),
        "added_at": video.added_at,
    }


def video_with_verdict_json(catalog: Catalog, video: VideoRecord) -> dict[str, Any]:
    """Return what is known of a video, with the verdict on sensitive content and its seconds."""
    track, vocabulary = catalog.track(video.id), catalog.vocabulary()
    verdict = nudity_verdict(track, vocabulary, judged=video.judges_nudity)
    sensitive = {"level": verdict.level, "seconds": list(verdict.seconds)}
    return {**video_json(video), "evidence": dict(video.evidence), "sensitive": sensitive}


def second_json(catalog: Catalog, video: VideoRecord, second: int) -> dict[str, Any]:
    """Return all that was seen at one second, surest first."""
    seen = observations_at(catalog.track(video.id), second, catalog.vocabulary())
    tags = [{"tag": one.tag, "confidence": one.confidence} for one in seen]
    return {"video": video.id, "second": second, "tags": tags}


def tag_json(catalog: Catalog, video: VideoRecord, tag: str) -> dict[str, Any]:
    """Return the confidence of one tag at every second."""
    seen = observations_of(catalog.track(video.id), tag, catalog.vocabulary())
    seconds = [{"second": one.second, "confidence": one.confidence} for one in seen]
    return {"video": video.id, "tag": tag, "seconds": seconds}
