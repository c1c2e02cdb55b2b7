"""Recommendations: frozen records of a page, why each video is on it, and what moved it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from engine.domain.matching.keywords import IgnoredWord
from engine.domain.matching.results import Contribution, Move, shares_by_source
from engine.domain.time_ranges import TimeRange
from engine.domain.viewers import EventKind


class Basis(StrEnum):
    """The basis of an answer."""

    PROFILE = "profile"
    FRESH = "fresh"
    FRESH_UNJUDGED = "fresh_unjudged"

    def note_on(self, matches: int) -> str:
        """Return the same in words, where there was no profile to go by, or nothing is left.

        Args:
            matches: number of videos of the page.
        """
        if not matches:
            return (
                "no video is left that fits: those that the viewer saw, liked or hid are not shown"
                " again unless that is asked for, nor what a filter leaves out"
            )
        if self is Basis.PROFILE:
            return ""
        if self is Basis.FRESH:
            return (
                "nothing is known of what this viewer likes: these are the newest videos on which"
                " nothing sensitive is suspected, varied"
            )
        return (
            "nothing is known of what this viewer likes, and no video was judged harmless: these"
            " are the newest that nobody has judged, varied"
        )


@dataclass(frozen=True, slots=True)
class Source:
    """One of a viewer's videos, what they did with it, and what it gave to a share."""

    video: str
    kind: EventKind
    share: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Reason of a tag for a viewer; ``explicit``, the sources and ``other`` add up to the share.

    Attributes:
        tag: its name.
        share: of the score.
        explicit: the part that the viewer's interests gave.
        from_: the videos that gave most, the largest part first.
        other: what all other videos gave, and what most videos show took.
        seconds: seconds on which it was observed; None unless requested.
    """

    tag: str
    share: float
    explicit: float
    from_: tuple[Source, ...]
    other: float
    seconds: tuple[TimeRange, ...] | None = None

    def on(self, seconds: tuple[TimeRange, ...]) -> Self:
        """Return the reason with the seconds on which its tag was observed."""
        # Some hundred a page: four times as quick as ``dataclasses.replace``.
        return type(self)(self.tag, self.share, self.explicit, self.from_, self.other, seconds)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One video of a page.

    Attributes:
        video: its id.
        score: of its tags: the exact cosine, times a confidence where a slope is set.
        why: the tags that made the score; hardly any when the answer goes by freshness.
        by_source: source -> what its tags gave together, adding up to the score.
        rank: its place, from 1 on, over all pages.
        rank_without: the place it has by the score alone.
        moved: what each rule did, in the order they apply; empty when it stayed.
        co_likes: what being liked by who likes the same added to its value, beside the score
            and on its scale.
        folded: ids of near-duplicates that it stands for.
        co_likes_from: the viewer's videos that gave ``co_likes``; None where nobody asked.
    """

    video: str
    score: float
    why: tuple[Contribution | Reason, ...]
    by_source: Mapping[str, float] = field(init=False, compare=False)
    rank: int
    rank_without: int
    moved: tuple[Move, ...]
    co_likes: float
    folded: tuple[str, ...]
    co_likes_from: tuple[Source, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_source", shares_by_source(self.why))


@dataclass(frozen=True, slots=True)
class RecommendationPage:
    """A page of recommendations.

    Attributes:
        generation: of the index.
        basis: of the recommendations: profile, or newness.
        note: the basis in words, where that is no profile, or why nothing is left.
        matches: in order.
        next: the cursor of the next page; None on the last.
        continued_from: the generation that the first page came from; None on that page.
        ignored: interests that are no tags and did not count.
        list_id: id that events name it by; None where none is stored.
    """

    generation: str
    basis: Basis
    note: str
    matches: tuple[Recommendation, ...]
    next: str | None
    continued_from: str | None
    ignored: tuple[IgnoredWord, ...] = ()
    list_id: str | None = None


@dataclass(frozen=True, slots=True)
class ViewerRecommendations:
    """The first page of one of many viewers; ``list_id`` as of ``RecommendationPage``."""

    viewer: str
    generation: str
    basis: Basis
    note: str
    matches: tuple[Recommendation, ...]
    list_id: str | None = None
