"""Performances told from pictures over a song, talk and silence: frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.domain.matching.results import TagCount


class Performance(StrEnum):
    """Kind of a video by both senses: what is heard, and whether somebody is seen to make it."""

    PERFORMANCE = "performance"
    """Music, and people or instruments in motion."""
    STATIC_VISUAL = "static_visual"
    """Music over a picture, a slideshow, or an overlay such as the words of a song."""
    TALK = "talk"
    """Speech, over whatever is seen and other sound."""
    SILENT = "silent"
    """No sound, or next to none."""
    OTHER = "other"
    """Sound of another kind, or music over other footage."""
    UNKNOWN = "unknown"
    """Not heard, or too little of it seen to tell."""


PERFORMANCES: Final = tuple(one.value for one in Performance)
"""All assessments, as they are written."""

PERFORMANCE_LABELS: Final[Mapping[str, str]] = {
    **{one: one for one in PERFORMANCES},
    Performance.STATIC_VISUAL.value: "picture over a song",
}
"""Assessments, as people read them."""


@dataclass(frozen=True, slots=True)
class PerformanceAssessment:
    """Assessment of a video, with what both senses say.

    Attributes:
        verdict: what it is.
        reason: the reason, in a sentence.
        kind: of the picture, as in ``VideoRecord``.
        seconds: number of seconds that were analyzed.
        heard: tags of the sound that decide, with the seconds on which they count.
        seen: people and instruments likewise, those on most seconds first.
    """

    verdict: Performance
    reason: str
    kind: str
    seconds: int
    heard: tuple[TagCount, ...]
    seen: tuple[TagCount, ...]
