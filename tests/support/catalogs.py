"""Catalogs of made-up videos, for tests of what is done with observations."""

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from engine.domain.tracks import Track
from engine.domain.videos import Pictures, VideoRecord
from engine.ports.catalog import Catalog

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
TAGS = ("animal", "beer", "car", "cat", "city", "train", "nudity")


def video_id(number: int) -> str:
    return f"{number:016x}"


def save(
    catalog: Catalog,
    video: str,
    seconds: Mapping[str, int],
    *,
    language: str = "",
    kind: str = "unknown",
    uploader: str = "",
    uploader_id: str = "",
    categories: tuple[str, ...] = (),
    now: datetime = NOW,
    length: int | None = None,
    tagger: str = "test@1",
) -> None:
    """Store a video on which each tag is seen, for sure, on its first so many seconds."""
    numbers = catalog.tags.number(dict.fromkeys([*TAGS, *seconds]))
    names = catalog.tags.vocabulary().names
    analyzed = length or max([1, *seconds.values()])
    confidences = np.zeros((analyzed, len(numbers)), np.float32)
    for column, number in enumerate(numbers):
        confidences[: seconds.get(names[number], 0), column] = 0.9
    record = VideoRecord(
        id=video,
        title=video,
        status="ok",
        reason="",
        seconds=analyzed,
        width=64,
        height=36,
        codec="h264",
        tagger=tagger,
        added_at="",
        source=f"/films/{video}.mp4",
        language=language,
        kind=kind,
        uploader=uploader,
        uploader_id=uploader_id,
        categories=categories,
    )
    catalog.videos.save(record, Track.from_confidences(confidences, numbers), now=now)


def add_pictures(catalog: Catalog, video: str, pictures: Pictures) -> None:
    """Store the thumbnails of a video that is stored."""
    record, track = catalog.videos.named(video), catalog.tracks.get(video)
    catalog.videos.save(record, track, now=NOW, pictures=pictures)
