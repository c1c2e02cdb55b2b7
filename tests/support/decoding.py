"""Videos decoded as ``ingest`` decodes them."""

from pathlib import Path
from typing import Final

from ingest.decoding.frames import Second, open_video
from support.footage import numbered

SIX_SECONDS: Final = [numbered(number) for number in range(150)]
"""Pictures of a video of 25 a second, each with its number on it."""


def decoded(path: Path) -> list[Second]:
    """Return every second of a video."""
    with open_video(path) as video:
        return list(video.seconds())
