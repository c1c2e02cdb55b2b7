"""Requests for recommendations, and the answers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.bodies import (
    Body,
    Count,
    Language,
    ListId,
    Sources,
    Strict,
    Variety,
    Weights,
    Where,
)
from api.http.schemas.details import Include, VideoSummary
from api.http.schemas.keywords import IgnoredKeyword
from api.http.schemas.matches import Contribution, RankChange
from api.http.schemas.viewers import EventInput
from engine.domain.viewers import MAX_EVENT_BATCH
from engine.search.profiles import MAX_TAGS
from engine.search.rerank import BY_SCORE, Ranking

Diversity = Annotated[
    float, Field(ge=0, le=1, description="How much likeness to videos before counts against one.")
]
Freshness = Annotated[
    float, Field(ge=0, le=1, description="How much being new counts instead of the score.")
]
HalfLife = Annotated[
    float, Field(gt=0, le=36_500, description="After so many days a video is half as fresh.")
]
Fold = Annotated[bool, Field(description="Whether the same footage comes once.")]
Again = Annotated[bool, Field(description="Whether seen and hidden videos may come back.")]
Explain = Annotated[
    bool, Field(description="Whether to tell where each tag came from and when it was seen.")
]
CursorText = Annotated[str, Field(description="The `next` of the page before.")]


class RecommendationRequest(Body):
    """A viewer, by what they like and what they did; nothing of it is stored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"interests": {"animal": 1, "nature": 0.5, "car": -1}, "k": 10}]
        }
    )

    interests: Weights = Field(default_factory=dict)
    """Tag -> weight; negative for dislikes. With ``language``, words of it -> weight."""
    language: Language = ""
    liked: list[str] = Field(default_factory=list, max_length=MAX_TAGS)
    """Ids of videos that the viewer liked; they are not recommended again."""
    events: list[EventInput] = Field(default_factory=list, max_length=MAX_EVENT_BATCH)
    """Events of the viewer; their videos are not recommended again."""
    where: Where | None = None
    k: Count = 10
    diversity: Diversity = 0.0
    freshness: Freshness = 0.0
    half_life_days: HalfLife = BY_SCORE.half_life_days
    fold: Fold = False
    variety: Variety = None
    again: Again = False
    strict: Strict = False
    sources: Sources = Field(default_factory=dict)
    include: Include = Field(default_factory=list)
    explain: Explain = False
    cursor: CursorText | None = None

    @property
    def ranking(self) -> Ranking:
        """Ranking options that count beside the score."""
        return Ranking(self.diversity, self.freshness, self.half_life_days, self.fold, self.variety)


class ContributingVideo(BaseModel):
    """One of the viewer's videos, and what it gave."""

    video: str
    kind: str
    share: float


class ViewerContribution(Contribution):
    """The share of a score that one tag gave; the rest only when ``explain`` is set.

    ``explicit`` in the interests, ``from`` the viewer's videos, and ``other`` add up to the share;
    ``seconds`` are runs, both ends included. ``stated`` is an earlier name of ``explicit``.
    """

    model_config = ConfigDict(populate_by_name=True)

    explicit: float | None = None
    stated: float | None = Field(default=None, deprecated=True)
    sources: list[ContributingVideo] | None = Field(default=None, alias="from")
    other: float | None = None
    seconds: list[tuple[int, int]] | None = None


class Recommendation(VideoSummary):
    """One video; the shares add up to the score, a cosine, or times a confidence.

    ``rank`` is its place over all pages, ``rank_without`` the one by the score alone, ``moved``
    what each rule did; ``co_likes`` is what being liked by the same viewers added beside the score,
    ``folded`` the near-duplicates it stands for. ``together`` and
    ``co_likes_from`` are earlier names of ``co_likes`` and ``co_likes_from``. ``by_source`` is how
    much of the score each source of tags gave.
    """

    score: float
    why: list[ViewerContribution]
    by_source: dict[str, float]
    rank: int
    rank_without: int
    moved: list[RankChange]
    co_likes: float
    together: float = Field(deprecated=True)
    co_likes_from: list[ContributingVideo] | None = None
    together_from: list[ContributingVideo] | None = Field(default=None, deprecated=True)
    folded: list[str]


class RecommendationPage(BaseModel):
    """A page of recommendations.

    ``basis`` is ``profile``, ``fresh`` or ``fresh_unjudged``, and ``note`` says in words when
    there was no profile to go by, or no video is left. ``next`` is the cursor of the next page,
    null on the last. ``continued_from`` is the generation that the first page came from, null on
    that page.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "generation": "3f9a2c1d5b77",
                    "basis": "profile",
                    "note": "",
                    "matches": [
                        {
                            "video": "9d2c61b0f3a4e857",
                            "score": 0.81,
                            "why": [
                                {"tag": "animal", "share": 0.55},
                                {"tag": "nature", "share": 0.26},
                            ],
                            "by_source": {"visual": 0.81},
                            "rank": 1,
                            "rank_without": 2,
                            "moved": [{"by": "freshness", "from": 2, "to": 1}],
                            "co_likes": 0.0,
                            "together": 0.0,
                            "folded": [],
                        }
                    ],
                    "next": None,
                    "continued_from": None,
                }
            ]
        }
    )

    generation: str
    basis: str
    note: str
    matches: list[Recommendation]
    next: str | None
    continued_from: str | None
    ignored: list[IgnoredKeyword] = Field(default_factory=list)
    """Interests that are no tags and did not count; left out when there are none."""
    list_id: ListId = None


class ViewerRuleResult(BaseModel):
    """One rule: whether it lets the video pass, and by what that is known."""

    rule: str
    kept: bool
    evidence: str


class ViewerEligibility(BaseModel):
    """All that speaks for and against a video for a viewer.

    ``rank`` is its place, ``rank_without`` the one by the score alone; both are null when it is
    not among the 1,000 best.
    """

    viewer: str
    video: str
    generation: str
    basis: str
    recommended: bool
    score: float
    rank: int | None
    rank_without: int | None
    why: list[ViewerContribution]
    by_source: dict[str, float]
    rules: list[ViewerRuleResult]
