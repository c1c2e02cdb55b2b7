"""The nouns of the product: frozen records, standard library and numpy only."""

from dataclasses import dataclass
from typing import Final

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
    """The share of a match's score that one tag gave; a match's shares add up to its score."""

    tag: str
    share: float


@dataclass(frozen=True, slots=True)
class Match:
    """One ranked answer; ``score`` is a cosine, so -1.0 to 1.0."""

    video: str
    score: float
    why: tuple[Contribution, ...]
