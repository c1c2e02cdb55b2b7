"""Interface of the thumbnails of a catalog."""

from collections.abc import Sequence
from typing import Protocol

from engine.domain.videos import Pictures


class Thumbnails(Protocol):
    """The thumbnails of a catalog's videos."""

    def get(self, video: str) -> Pictures | None:
        """Return the thumbnails of a video, None when there are none."""
        ...

    def pictured(self, ids: Sequence[str]) -> set[str]:
        """Return those of some videos that have thumbnails."""
        ...
