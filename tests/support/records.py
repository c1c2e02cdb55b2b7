"""A video and its track, to be stored."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from engine.domain.tracks import Track
from engine.domain.videos import VideoRecord

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 1, 3, 12, tzinfo=UTC)


def a_video(video: str = "00112233445566aa", source: str = "/films/cat.mp4") -> VideoRecord:
    return VideoRecord(
        id=video,
        title=Path(source).stem,
        status="ok",
        reason="",
        seconds=2,
        width=640,
        height=360,
        codec="h264",
        tagger="local@1",
        added_at="",
        source=source,
        language="en",
        uploader="Ann",
        uploader_id="UC1",
        categories=("Pets", "Films"),
    )


def a_track(confidence: float = 0.9) -> Track:
    return Track.from_confidences(np.full((2, 3), confidence, np.float32), np.arange(3))
