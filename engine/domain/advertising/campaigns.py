"""Campaigns: what an advertiser asks for, as it was understood. Frozen records."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Literal

from engine.domain.assessments.suitability import BRAND_TOPICS, Risk
from engine.domain.matching.keywords import KeywordMatch

MAX_KEYWORDS: Final = 500
"""A campaign of more keywords is refused."""

USUAL_RISK: Final = Risk.LOW
"""The most risk around a break that is accepted of a topic that is not named."""

ALWAYS: Final = -(2**62)
"""Beginning of a flight that has none, seconds since 1970."""

FOREVER: Final = 2**62
"""End of a flight that has none, seconds since 1970."""


class CampaignState(StrEnum):
    """Whether a campaign runs at all."""

    ACTIVE = "active"
    PAUSED = "paused"


class CampaignStatus(StrEnum):
    """Whether a campaign runs now: its state, and where its flight is."""

    ACTIVE = "active"
    PAUSED = "paused"
    NOT_YET = "not yet"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword of a profile.

    Attributes:
        match: the word, and the tags it was understood as.
        weight: how much it counts; below 0, it pushes videos down.
    """

    match: KeywordMatch
    weight: float


@dataclass(frozen=True, slots=True)
class Group:
    """Words that a video must show: at least one of them, or all.

    Attributes:
        rule: which of the two.
        words: as they were understood; of a word with several tags, one is enough.
    """

    rule: Literal["any", "all"]
    words: tuple[KeywordMatch, ...]


@dataclass(frozen=True, slots=True)
class Creative:
    """A creative of a campaign: the advertisement that is shown.

    Attributes:
        id: the advertiser's.
        seconds: length in seconds.
        url: where a player gets it.
        mime: of what type it is, as ``video/mp4``.
        width: in pixels; 0 when not said.
        height: likewise.
    """

    id: str
    seconds: float
    url: str
    mime: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Bid:
    """The price offered for a thousand impressions.

    Attributes:
        amount: above 0.
        currency: by ISO 4217, as ``EUR``.
    """

    amount: float
    currency: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """An advertiser's plan.

    Attributes:
        id: the client's own.
        advertiser: who pays.
        name: for people.
        keywords: what the videos should show, with weights.
        groups: what they must show.
        exclude: what rules a video out, if seen for a second.
        suitability: topic -> the riskiest level that is accepted around a break.
        criteria: what rules ask for, by the names that they give it
            (``engine.targeting.criteria``); what is empty asks for nothing, and is not there.
        begins: when the flight begins, seconds since 1970; it is part of it.
        ends: when it is over; not part of it.
        language: of its words, a code; where it is empty, their letters tell.
        creatives: what is shown.
        bid: what is offered, if anything is.
        state: whether it runs.
        revision: of all campaigns at its last change.
    """

    id: str
    advertiser: str
    name: str
    keywords: tuple[Keyword, ...]
    groups: tuple[Group, ...] = ()
    exclude: tuple[KeywordMatch, ...] = ()
    suitability: Mapping[str, str] = field(default_factory=dict, hash=False)
    criteria: Mapping[str, Any] = field(default_factory=dict, hash=False)
    begins: int = ALWAYS
    ends: int = FOREVER
    language: str = ""
    creatives: tuple[Creative, ...] = ()
    bid: Bid | None = None
    state: CampaignState = CampaignState.ACTIVE
    revision: int = 0

    @property
    def profile(self) -> dict[str, float]:
        """Tag -> weight; what several keywords say of a tag adds up.

        A word's weight counts on each of its tags by how sure it is that the tag is meant.
        """
        weights: dict[str, float] = {}
        for keyword in self.keywords:
            for tag, confidence in tags_of(keyword.match).items():
                weights[tag] = weights.get(tag, 0.0) + keyword.weight * confidence
        return weights

    @property
    def excluded_tags(self) -> tuple[str, ...]:
        """Tags that rule a video out, sorted."""
        return tuple(sorted({tag for match in self.exclude for tag in tags_of(match)}))

    @property
    def needs(self) -> tuple[tuple[str, ...], ...]:
        """Sets of tags; of each, at least one must have been seen."""
        return tuple(tags for group in self.groups for tags in _needs_of(group))


def tolerated_by(campaign: Campaign | None) -> dict[str, str]:
    """Return, of every suitability topic, the most risk that is accepted around a break.

    What a campaign does not name, and what is accepted without one, is ``USUAL_RISK``.
    """
    usual: dict[str, str] = {topic.name: USUAL_RISK for topic in BRAND_TOPICS}
    return usual if campaign is None else {**usual, **campaign.suitability}


def status_of(campaign: Campaign, now: int) -> CampaignStatus:
    """Return whether a campaign runs at a moment, seconds since 1970.

    One whose flight is over is over, paused or not.
    """
    if now >= campaign.ends:
        return CampaignStatus.OVER
    if campaign.state is CampaignState.PAUSED:
        return CampaignStatus.PAUSED
    return CampaignStatus.NOT_YET if now < campaign.begins else CampaignStatus.ACTIVE


def tags_of(match: KeywordMatch) -> dict[str, float]:
    """Return the tags a word stands for, with confidences; none unless it was understood."""
    return {candidate.tag: candidate.confidence for candidate in match.used}


def _needs_of(group: Group) -> Iterable[tuple[str, ...]]:
    words = [tuple(sorted(tags_of(match))) for match in group.words]
    if group.rule == "all":
        yield from words
    else:
        yield tuple(sorted({tag for tags in words for tag in tags}))


@dataclass(frozen=True, slots=True)
class CampaignChanges:
    """Changes of campaigns after some revision.

    Attributes:
        changed: new or changed ones, by rising id.
        gone: ids of those that were deleted.
        revision: the one they lead to.
    """

    changed: tuple[Campaign, ...]
    gone: tuple[str, ...]
    revision: int
