"""Placements: frozen records of the videos, campaigns and seconds that go together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.domain.advertising.campaigns import Bid, Creative
from engine.domain.matching.keywords import IgnoredWord
from engine.domain.matching.results import Contribution, Match, shares_by_source
from engine.domain.time_ranges import TimeRange


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """The videos whose score lies in ``[at_least, below)``, and their seconds together."""

    at_least: float
    below: float | None
    videos: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Reach:
    """All videos together, and band by band, the lowest first."""

    videos: int
    seconds: int
    bands: tuple[ScoreBin, ...]


@dataclass(frozen=True, slots=True)
class CampaignMatches:
    """The videos that fit a campaign best, of those it may run on, and how far it reaches.

    Attributes:
        campaign: the id.
        generation: of the index.
        revision: ask for arrivals since it for what comes after.
        not_running: why it does not run now; None when it does.
        matches: the best first.
        reach: of all its videos.
        list_id: id that events name it by; None where none is stored.
        nearest: where nothing fits, videos that show what is broader.
    """

    campaign: str
    generation: str
    revision: int
    not_running: str | None
    matches: tuple[Match, ...]
    reach: Reach
    list_id: str | None = None
    nearest: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignNewMatches:
    """The videos that came or changed since a revision and fit a campaign, in that order.

    Attributes:
        campaign: the id.
        generation: of the index.
        revision: ask again with it for what comes after.
        more: whether there is more already.
        matches: the first to come first.
    """

    campaign: str
    generation: str
    revision: int
    more: bool
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Placement:
    """One campaign that may run; ``why``, and ``by_source``, add up to the score."""

    campaign: str
    advertiser: str
    name: str
    score: float
    why: tuple[Contribution, ...]
    by_source: Mapping[str, float] = field(init=False, compare=False)
    creatives: tuple[Creative, ...]
    bid: Bid | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_source", shares_by_source(self.why))


@dataclass(frozen=True, slots=True)
class VideoPlacements:
    """The campaigns that fit a video best, of those that may run on it now."""

    video: str
    generation: str
    campaigns: tuple[Placement, ...]


@dataclass(frozen=True, slots=True)
class ViewerPlacements:
    """The campaigns that fit a viewer best, of those that run now.

    Attributes:
        viewer: the id; None for one of whom nothing is stored.
        generation: of the index.
        campaigns: the best first.
        ignored: interests that are no tags and did not count.
    """

    viewer: str | None
    generation: str
    campaigns: tuple[Placement, ...]
    ignored: tuple[IgnoredWord, ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedTag:
    """A tag that decided, and when it was observed."""

    tag: str
    seconds: tuple[TimeRange, ...]


@dataclass(frozen=True, slots=True)
class RuleEvidence:
    """One rule, whether it lets the campaign run on the video, and why."""

    rule: str
    passed: bool
    says: str
    observed: tuple[ObservedTag, ...]


@dataclass(frozen=True, slots=True)
class CampaignEligibility:
    """All that speaks for and against a campaign on a video.

    Attributes:
        campaign: the id.
        video: the id.
        generation: of the index.
        eligible: whether it may run there now.
        score: how well it fits.
        why: the tags that made the score.
        by_source: source -> what its tags gave together, adding up to the score.
        rules: every rule.
        rank_of_video: among the campaign's; None unless it is eligible.
        rank_of_campaign: among the video's; None unless it is eligible.
    """

    campaign: str
    video: str
    generation: str
    eligible: bool
    score: float
    why: tuple[Contribution, ...]
    by_source: Mapping[str, float] = field(init=False, compare=False)
    rules: tuple[RuleEvidence, ...]
    rank_of_video: int | None
    rank_of_campaign: int | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_source", shares_by_source(self.why))
