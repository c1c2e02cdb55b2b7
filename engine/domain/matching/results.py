"""Results: frozen records that every entry point tells in its own way.

A field that may be left out has a default of None or an empty tuple, and is left out of JSON when
it has it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, Self, TypeVar

from engine.domain.matching.keywords import IgnoredWord, KeywordMatch
from engine.domain.tags import source_of
from engine.domain.time_ranges import TimeRange

DEFAULT_THRESHOLD: Final = 0.7
"""Least confidence that counts, unless the caller says otherwise."""


MIN_RELEVANCE: Final = 0.05
"""Least score of a match, as a share of the best one's, unless another is asked for.

No score of its own is little: the longer a video, the more keywords, and the less their source
weighs, the lower are all of them. The evidence is in docs/keywords.md.
"""


@dataclass(frozen=True, slots=True)
class TagCount:
    """Number of seconds of a video on which a tag reached the threshold.

    Attributes:
        tag: its name.
        seconds: those it counts on.
        whole: True for a tag of the video as a whole, which counts on all seconds and is on none.
    """

    tag: str
    seconds: int
    whole: bool | None = None


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
        seconds: seconds on which it was observed; None unless requested.
    """

    tag: str
    share: float
    seconds: tuple[TimeRange, ...] | None = None

    def on(self, seconds: tuple[TimeRange, ...]) -> Self:
        """Return the share with the seconds on which its tag was observed."""
        return type(self)(self.tag, self.share, seconds)


class TagContribution(Protocol):
    """A part of a score, and the tag that gave it."""

    @property
    def tag(self) -> str:
        """Label of the tag."""
        ...

    @property
    def share(self) -> float:
        """Part of the score."""
        ...


def shares_by_source(why: Iterable[TagContribution]) -> dict[str, float]:
    """Return what each source's tags gave to a score, all adding up to it, the largest first."""
    shares: dict[str, float] = {}
    for part in why:
        source = source_of(part.tag)
        shares[source] = shares.get(source, 0.0) + part.share
    if len(shares) < 2:  # as nearly always
        return shares
    return dict(sorted(shares.items(), key=lambda one: -abs(one[1])))


@dataclass(frozen=True, slots=True)
class Move:
    """The move of a video by one rule; places from 1 on."""

    by: str
    from_: int
    to: int


@dataclass(frozen=True, slots=True)
class Match:
    """One ranked answer; ``score`` is a cosine, so -1.0 to 1.0, or times a confidence.

    Attributes:
        video: its id.
        score: how well it fits.
        why: the tags that made the score.
        by_source: source -> what its tags gave together, adding up to the score.
        moved: from the place by its score to the one it has; empty when it stayed.
    """

    video: str
    score: float
    why: tuple[Contribution, ...]
    by_source: Mapping[str, float] = field(init=False, compare=False)
    moved: tuple[Move, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_source", shares_by_source(self.why))


class Scored(Protocol):
    """An answer with its score."""

    @property
    def score(self) -> float:
        """Number that is the greater, the better it fits."""
        ...


S = TypeVar("S", bound=Scored)


def relevant(ranked: Sequence[S], min_relevance: float) -> Sequence[S]:
    """Return those answers that fit well enough beside the best.

    Args:
        ranked: the best first.
        min_relevance: least score, as a share of the best one's, 0.0 to 1.0.
    """
    return [one for one in ranked if one.score >= min_relevance * ranked[0].score]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Ranked videos, the best first.

    Attributes:
        understood: keywords that are no tags, as they were understood.
        ignored: keywords that mean no tag for sure and did not count.
        generation: of the index that ranked them.
        matches: in order.
        nearest: where fewer videos than asked for show what the keywords mean, some that show what
            is broader.
        list_id: id that events name it by; None where none is stored.
    """

    understood: tuple[KeywordMatch, ...] = ()
    ignored: tuple[IgnoredWord, ...] = ()
    generation: str
    matches: tuple[Match, ...]
    nearest: tuple[Match, ...] = ()
    list_id: str | None = None
