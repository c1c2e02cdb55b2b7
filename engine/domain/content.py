"""All that was observed of a video, source by source."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from engine.domain.lines import Line
from engine.domain.tags import VISUAL
from engine.domain.tracks import Track, merged
from engine.domain.videos import VideoRecord

PAGE_VIDEOS: Final = 500
"""Number of videos that are read at a time."""


@dataclass(frozen=True, slots=True)
class SourceTrack:
    """The observations of one source on a video.

    Attributes:
        source: one of ``engine.domain.tags.SOURCES``.
        tagger: name and version of the tagger.
        track: the observations.
        lines: of text that they were made of, where there are any; not read with the content.
    """

    source: str
    tagger: str
    track: Track
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class VideoContent:
    """A video with its tracks.

    Attributes:
        record: its metadata.
        tracks: a source each, by the source's name.
    """

    record: VideoRecord
    tracks: Sequence[SourceTrack] = field(default=())

    @cached_property
    def track(self) -> Track:
        """The observations of all sources, second by second."""
        if len(self.tracks) == 1:
            return self.tracks[0].track
        visual_first = sorted(self.tracks, key=lambda one: one.source != VISUAL)
        return merged([one.track for one in visual_first])

    def of(self, source: str) -> SourceTrack | None:
        """Return the track of a source; None when it did not observe the video."""
        return next((one for one in self.tracks if one.source == source), None)
