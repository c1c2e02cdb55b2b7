"""Results: frozen records that every door tells in its own way.

A field that may be left out has a default of None or an empty tuple, and is left out of JSON when
it has it.
"""

from dataclasses import dataclass
from typing import Final

from engine.domain.keywords import IgnoredWord, KeywordMatch
from engine.domain.time_ranges import TimeRange

DEFAULT_THRESHOLD: Final = 0.7
"""Least confidence that counts, unless the caller says otherwise."""


@dataclass(frozen=True, slots=True)
class TagCount:
    """On how many seconds of a video a tag reached the threshold."""

    tag: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Observation:
    """One tag at one second, with its confidence from 0.0 to 1.0."""

    second: int
    tag: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """The share of a match's score that one tag gave; a match's shares add up to its score.

    Attributes:
        tag: its name.
        share: of the score.
        seconds: when it was observed; None where nobody asked.
    """

    tag: str
    share: float
    seconds: tuple[TimeRange, ...] | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """One ranked answer; ``score`` is a cosine, so -1.0 to 1.0."""

    video: str
    score: float
    why: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Ranked videos, the best first.

    Attributes:
        understood: keywords that are no tags, as they were understood.
        ignored: keywords that mean no tag for sure and did not count.
        generation: of the index that ranked them.
        matches: in order.
    """

    understood: tuple[KeywordMatch, ...] = ()
    ignored: tuple[IgnoredWord, ...] = ()
    generation: str
    matches: tuple[Match, ...]
