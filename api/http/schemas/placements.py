"""Placements: questions and answers on the videos, campaigns and seconds that go together."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.bodies import Body, ListId, Sources, Strict, Weights
from api.http.schemas.campaigns import Bid, Creative
from api.http.schemas.keywords import IgnoredKeyword
from api.http.schemas.matches import Contribution, VideoMatch
from engine.search.profiles import MAX_TAGS

Explain = Annotated[bool, Query(description="Say at which seconds each tag was seen.")]
MaxCampaigns = Annotated[int, Query(ge=1, le=1000, description="How many campaigns.")]


class ScoreBand(BaseModel):
    """Videos whose score lies in ``[at_least, below)``."""

    at_least: float
    below: float | None
    videos: int
    seconds: int


class Reach(BaseModel):
    """Every video that a campaign may run on."""

    videos: int
    seconds: int
    bands: list[ScoreBand]


class CampaignMatches(BaseModel):
    """The videos of a campaign.

    ``revision`` is the ``since`` that gives what comes after. With ``since``, videos come in the
    order they came or changed, and ``more`` says whether there are more already; without, the best
    come first, ``reach`` counts all, and ``not_running`` says why the campaign does not run now.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "campaign": "spring-bikes",
                    "generation": "3f9a2c1d5b77",
                    "revision": 12,
                    "not_running": None,
                    "matches": [
                        {
                            "video": "9d2c61b0f3a4e857",
                            "score": 0.81,
                            "why": [{"tag": "bicycle", "share": 0.81, "seconds": [[0, 9]]}],
                            "by_source": {"visual": 0.81},
                        }
                    ],
                    "reach": {
                        "videos": 1,
                        "seconds": 10,
                        "bands": [{"at_least": 0.75, "below": None, "videos": 1, "seconds": 10}],
                    },
                }
            ]
        }
    )

    campaign: str
    generation: str
    revision: int
    not_running: str | None = None
    more: bool | None = None
    matches: list[VideoMatch]
    reach: Reach | None = None
    list_id: ListId = None
    nearest: list[VideoMatch] = Field(default_factory=list)
    """Videos that show what is broader, where nothing fits; left out otherwise."""


class CampaignPlacement(BaseModel):
    """One campaign; the shares add up to the score, which is that of the other direction."""

    campaign: str
    advertiser: str
    name: str
    score: float
    why: list[Contribution]
    by_source: dict[str, float]
    creatives: list[Creative]
    bid: Bid | None


class CampaignPlacementList(BaseModel):
    """Campaigns that may run, the best first."""

    video: str | None = None
    viewer: str | None = None
    generation: str
    campaigns: list[CampaignPlacement]
    ignored: list[IgnoredKeyword] = Field(default_factory=list)
    """Interests that are no tags and did not count; left out when there are none."""


class ProfileRequest(Body):
    """A viewer of whom nothing is stored."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"interests": {"animal": 1, "car": -1}, "k": 10}]}
    )

    interests: Weights = Field(default_factory=dict)
    """Tag -> weight; negative for dislikes."""
    liked: list[str] = Field(default_factory=list, max_length=MAX_TAGS)
    """Ids of videos that the viewer liked."""
    strict: Strict = False
    sources: Sources = Field(default_factory=dict)
    k: int = Field(default=10, ge=1, le=1000)
    """The most campaigns to return."""


class ObservedTag(BaseModel):
    """A tag that decided, and when it was seen."""

    tag: str
    seconds: list[tuple[int, int]]


class CampaignRuleResult(BaseModel):
    """One rule, whether it lets the campaign run on the video, and why."""

    rule: str
    passed: bool
    says: str
    seen: list[ObservedTag]


class CampaignEligibility(BaseModel):
    """All that speaks for and against a campaign on a video.

    Ranks are given when it is eligible: of the video among the campaign's, and of the campaign
    among the video's; what is missing from a list of ``k`` ranks below ``k``.
    """

    campaign: str
    video: str
    generation: str
    eligible: bool
    score: float
    why: list[Contribution]
    by_source: dict[str, float]
    rules: list[CampaignRuleResult]
    rank_of_video: int | None
    rank_of_campaign: int | None


class AdBreak(BaseModel):
    """One second for ads; ``shares`` add up to the score, and those in ``why`` to the relevance."""

    second: int
    score: float
    relevance: float
    seam: str
    room_seconds: int
    shares: dict[str, float]
    why: list[Contribution] | None = None


class ExcludedSeconds(BaseModel):
    """Seconds that could not be a break."""

    near_the_edges: int
    unsuitable: int


class AdBreakList(BaseModel):
    """The best seconds for ads, the best first."""

    video: str
    campaign: str | None
    breaks: list[AdBreak]
    left_out: ExcludedSeconds
