"""Requests for matches, and the answers."""

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
from api.http.schemas.keywords import IgnoredKeyword, KeywordMatch
from engine.search.profiles import MAX_TAGS


class MatchRequest(Body):
    """An advertiser's keyword profile."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"keywords": {"bicycle": 1, "city": 1}, "exclude": ["alcohol"], "k": 10}]
        }
    )

    keywords: Weights = Field(min_length=1)
    """Word -> weight: a tag, or a word or phrase that is understood as tags."""
    exclude: list[str] = Field(default_factory=list, max_length=MAX_TAGS)
    """Videos on which one of these tags counts are left out; one that was seen on a single second
    does not count, unless the index counts every second."""
    where: Where | None = None
    k: Count = 10
    min_relevance: float | None = Field(default=None, ge=0.0, le=1.0)
    """Least score, as a share of the best one's; that of the settings unless said."""
    variety: Variety = None
    strict: Strict = False
    language: Language = ""
    sources: Sources = Field(default_factory=dict)
    include: Include = Field(default_factory=list)
    explain: bool = False
    """Tell the seconds on which each tag was seen, too."""


class Contribution(BaseModel):
    """The share of a score that one tag gave."""

    tag: str
    share: float
    seconds: list[tuple[int, int]] | None = None
    """With ``explain``: the runs of seconds on which it was seen, both ends included."""


class RankChange(BaseModel):
    """The move of a video by one rule: from one place to another."""

    model_config = ConfigDict(populate_by_name=True)

    by: str
    before: int = Field(alias="from")
    after: int = Field(alias="to")


class VideoMatch(VideoSummary):
    """One ranked video; the shares add up to the score, a cosine, or times a confidence.

    ``by_source`` is how much of it was seen (``visual``), heard (``audio``), read (``text``),
    spoken (``speech``), told (``metadata``) or said by ``people``.
    """

    score: float
    why: list[Contribution]
    by_source: dict[str, float]
    moved: list[RankChange] = Field(default_factory=list)
    """From the place by its score to the one it has; left out when it stayed."""


class VideoMatchList(BaseModel):
    """Ranked videos, and the generation of the index that ranked them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "generation": "3f9a2c1d5b77",
                    "matches": [
                        {
                            "video": "9d2c61b0f3a4e857",
                            "score": 0.81,
                            "why": [
                                {"tag": "animal", "share": 0.55},
                                {"tag": "audio:birds", "share": 0.26},
                            ],
                            "by_source": {"visual": 0.55, "audio": 0.26},
                        }
                    ],
                }
            ]
        }
    )

    generation: str
    matches: list[VideoMatch]
    nearest: list[VideoMatch] = Field(default_factory=list)
    """Videos that show what is broader, where fewer than ``k`` show what the keywords mean; left
    out otherwise."""
    understood: list[KeywordMatch] = Field(default_factory=list)
    """Interpretation of keywords that are no tags; left out when all are tags."""
    ignored: list[IgnoredKeyword] = Field(default_factory=list)
    """Keywords that mean no tag for sure and did not count; left out when there are none."""
    list_id: ListId = None
