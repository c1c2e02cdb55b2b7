"""Campaigns as advertisers write them, and the answers about them."""

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    create_model,
    model_validator,
)

from api.http.schemas.bodies import WRITTEN_AS_TEXT, Body, Language, Strict
from api.http.schemas.criteria import MAX_WORDS, answer_fields, input_fields
from api.http.schemas.keywords import IgnoredKeyword, KeywordMatch
from engine.domain.advertising.campaigns import MAX_KEYWORDS, CampaignState, CampaignStatus
from engine.domain.text import UnusableText, tidy_line

ANSWERED: Final = ("campaign", "status", "revision", "profile", "understood", "ignored")
"""Fields that an answer returns of a campaign besides its plan; ignored in a plan."""

_CURRENCY: Final = r"[A-Z]{3}"
_MIME: Final = r"[a-z0-9.+-]+/[a-z0-9.+-]+"
_NO_CONTROL: Final = r"[^\x00-\x1f\x7f]+"


def _printable(text: str) -> str:
    try:
        return tidy_line(text)
    except UnusableText as error:
        raise ValueError(str(error)) from None


Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=f"^{_NO_CONTROL}$"),
    AfterValidator(_printable),
]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[list[Word], Field(max_length=MAX_WORDS)]


class KeywordGroupInput(Body):
    """Words that a video must show: ``any`` of them, or ``all``; one of the two."""

    any: Words | None = None
    all: Words | None = None


class FlightInput(Body):
    """The dates of a campaign; days and times are UTC unless they say otherwise."""

    starts: str | None = None
    """A day, as ``2026-03-01``, or a moment, as ``2026-03-01T08:00:00+01:00``."""
    ends: str | None = None
    """A day, which still belongs to it, or the moment it is over."""


class CreativeInput(Body):
    """A creative of a campaign: the advertisement that is shown."""

    id: Line
    seconds: float = Field(gt=0, le=600)
    """Its length in seconds."""
    url: str = Field(max_length=2000, pattern=r"^https?://[^\s\x00-\x1f]+$")
    """The address that a player gets it from."""
    mime: str = Field(max_length=100, pattern=f"^{_MIME}$")
    """Its type, as ``video/mp4``."""
    width: int = Field(default=0, ge=0, le=20_000)
    height: int = Field(default=0, ge=0, le=20_000)


class BidInput(Body):
    """The bid of a campaign: the price offered for a thousand impressions."""

    amount: float = Field(gt=0, le=1e9)
    currency: str = Field(pattern=f"^{_CURRENCY}$")
    """By ISO 4217, as ``EUR``."""


class _PlainCampaignInput(Body):
    """An advertiser's plan; a tag is meant by any word that the service understands."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "advertiser": "acme",
                    "name": "City bikes, spring",
                    "keywords": {"bicycle": 2, "city": 1},
                    "groups": [{"any": ["bicycle", "motorcycle"]}],
                    "exclude": ["alcohol"],
                    "min_relevance": 0.2,
                    "flight": {"starts": "2026-03-01", "ends": "2026-05-31"},
                    "kinds": ["motion"],
                    "bid": {"amount": 4.5, "currency": "EUR"},
                }
            ]
        }
    )

    @model_validator(mode="before")
    @classmethod
    def _pass_over_answered(cls, payload: object) -> object:
        if isinstance(payload, dict):
            return {name: value for name, value in payload.items() if name not in ANSWERED}
        return payload

    advertiser: Line
    """The advertiser who pays for the campaign."""
    name: Line
    """For people."""
    keywords: dict[Word, float] = Field(min_length=1, max_length=MAX_KEYWORDS)
    """Word -> weight; below 0 pushes videos down."""
    strict: Strict = False
    skip_unknown: bool | None = Field(default=None, deprecated=True)
    """Deprecated: keywords that mean nothing are left out and named unless ``strict`` is set."""
    groups: list[KeywordGroupInput] = Field(default_factory=list, max_length=50)
    """Groups of words that a video must show."""
    exclude: Words = Field(default_factory=list)
    """Words that rule a video out, if seen on it for a second."""
    suitability: dict[str, str] = Field(default_factory=dict, max_length=50)
    """Topic -> the most risk accepted around a break: none, low, medium or high."""
    flight: FlightInput = FlightInput()
    language: Language = ""
    creatives: list[CreativeInput] = Field(default_factory=list, max_length=50)
    """Creatives of the campaign: the advertisements that are shown."""
    bid: BidInput | None = None
    state: Annotated[CampaignState, WRITTEN_AS_TEXT] | None = None
    """Whether it runs; one that is not said stays as it is, and is active at first."""


if TYPE_CHECKING:

    class CampaignInput(_PlainCampaignInput):
        """A plan with what rules ask for."""

else:
    CampaignInput = create_model(
        "CampaignInput",
        __base__=_PlainCampaignInput,
        __doc__=_PlainCampaignInput.__doc__,
        __module__=__name__,
        **input_fields(),
    )


class Creative(BaseModel):
    """A creative of a campaign: the advertisement, its length, and where a player gets it."""

    id: str
    seconds: float
    url: str
    mime: str
    width: int
    height: int


class Bid(BaseModel):
    """The bid of a campaign: the price offered for a thousand impressions."""

    amount: float
    currency: str


class KeywordGroup(BaseModel):
    """Words that a video must show."""

    any: list[str] | None = None
    all: list[str] | None = None


class Flight(BaseModel):
    """The dates of a campaign, UTC; ``ends`` is the moment it is over."""

    starts: str | None
    ends: str | None


class _PlainCampaign(BaseModel):
    """A campaign as it was written, what its words were understood as, and the profile of tags.

    It can be changed and stored again as it is.
    """

    campaign: str
    advertiser: str
    name: str
    state: str
    status: Annotated[CampaignStatus, WRITTEN_AS_TEXT]
    """Whether it runs now: its state, or ``not yet`` or ``over`` by its flight."""
    revision: int
    keywords: dict[str, float]
    skip_unknown: bool
    groups: list[KeywordGroup]
    exclude: list[str]
    suitability: dict[str, str]
    flight: Flight
    language: str
    """Of its words; empty where their letters tell."""
    creatives: list[Creative]
    bid: Bid | None
    profile: dict[str, float]
    understood: list[KeywordMatch]
    ignored: list[IgnoredKeyword]
    """Keywords that mean no tag for sure and do not count."""


if TYPE_CHECKING:

    class Campaign(_PlainCampaign):
        """A campaign with what rules ask for."""

else:
    Campaign = create_model(
        "Campaign",
        __base__=_PlainCampaign,
        __doc__=_PlainCampaign.__doc__,
        __module__=__name__,
        **answer_fields(),
    )


class CampaignPage(BaseModel):
    """Campaigns by rising id; ``next`` is the ``cursor`` of the next page, null on the last."""

    campaigns: list[Campaign]
    next: str | None
