"""Interface of the tracks of a catalog."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from engine.domain.content import SourceTrack
from engine.domain.lines import Line
from engine.domain.tracks import Track


class Tracks(Protocol):
    """The tracks of a catalog."""

    def get(self, video: str) -> Track:
        """Return the observations of a video that count; none when it could not be analyzed."""
        ...

    def some(self, videos: Sequence[str]) -> dict[str, Track]:
        """Return what ``get`` does of some videos, in one go; those without any are left out."""
        ...

    def put(self, video: str, observed: SourceTrack) -> None:
        """Store what one source observed on a video, its lines with it, in place of what it did.

        Raises:
            UnknownVideo: when there is no video with exactly this id.
        """
        ...

    def lines(self, video: str) -> Mapping[str, tuple[Line, ...]]:
        """Return the lines of text of each source that has any on a video."""
        ...

    def taggers(self, video: str) -> Mapping[str, str]:
        """Return the tagger, with version, of each source that observed a video."""
        ...
