"""What requests and answers look like, with examples for the documentation."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from engine.profiles import MOST_TAGS
from engine.recipe import SecondsName
from engine.search import MOST_MATCHES
from engine.weighting import TfName

Weights = Annotated[dict[str, float], Field(max_length=MOST_TAGS)]
Where = Annotated[
    dict[str, Any],
    Field(
        description="Only these videos; see the guide to filters.",
        examples=[{"and": [{"duration": {"at_least": 30}}, {"not": {"seen": {"tag": "alcohol"}}}]}],
    ),
]
Count = Annotated[int, Field(ge=1, le=MOST_MATCHES, description="How many videos.")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class RecommendationRequest(_Body):
    """A viewer, by what they like and which videos they liked."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"interests": {"animal": 1, "nature": 0.5, "car": -1}, "k": 10}]
        }
    )

    interests: Weights = Field(default_factory=dict)
    """Tag -> weight; negative for dislikes."""
    liked: list[str] = Field(default_factory=list, max_length=MOST_TAGS)
    """Ids of videos that the viewer liked; they are not recommended again."""
    where: Where | None = None
    k: Count = 10


class MatchRequest(_Body):
    """An advertiser's keyword profile."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"keywords": {"bicycle": 1, "city": 1}, "exclude": ["alcohol"], "k": 10}]
        }
    )

    keywords: Weights = Field(min_length=1)
    """Tag -> weight."""
    exclude: list[str] = Field(default_factory=list, max_length=MOST_TAGS)
    """Videos on which one of these tags counts at least one second are left out."""
    where: Where | None = None
    k: Count = 10


class ReindexRequest(_Body):
    """How to build the next generation; what is left out is as the settings say."""

    threshold: float | None = Field(default=None, ge=0.0, le=1.0)
    """Least confidence that counts."""
    tf: TfName | None = None
    """``raw`` counts, or ``sqrt`` or ``log`` of them."""
    seconds: SecondsName | None = None
    """All seconds of a tag, or ``effective`` ones: a still picture counts once."""


class ShareAnswer(BaseModel):
    """What one tag gave to a score."""

    tag: str
    share: float


class MatchAnswer(BaseModel):
    """One ranked video; the shares add up to the score, which is a cosine."""

    video: str
    score: float
    why: list[ShareAnswer]


class MatchesAnswer(BaseModel):
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
                                {"tag": "nature", "share": 0.26},
                            ],
                        }
                    ],
                }
            ]
        }
    )

    generation: str
    matches: list[MatchAnswer]


class VideoAnswer(BaseModel):
    """What is known of a video without what was seen on it."""

    video: str
    title: str
    source: str
    status: str
    reason: str
    seconds: int
    width: int
    height: int
    codec: str
    tagger: str
    kind: str
    language: str
    uploader: str
    categories: list[str]
    added_at: str


class SensitiveAnswer(BaseModel):
    """A verdict with the seconds that show it."""

    level: str
    seconds: list[int]


class VideoWithVerdictAnswer(VideoAnswer):
    """A video with the verdicts on sensitive content and on what it is made of."""

    evidence: dict[str, Any]
    sensitive: SensitiveAnswer


class VideosAnswer(BaseModel):
    """Videos by rising id; ``next`` is the ``after`` of the next page, null on the last."""

    videos: list[VideoAnswer]
    next: str | None


class TagCountAnswer(BaseModel):
    """On how many seconds a tag counted."""

    tag: str
    seconds: int


class TagsAnswer(BaseModel):
    """The tag counts of a video, most seconds first."""

    video: str
    threshold: float
    tags: list[TagCountAnswer]


class SecondConfidenceAnswer(BaseModel):
    """The confidence of a tag at one second; 0 where it was not seen."""

    second: int
    confidence: float


class TagSecondsAnswer(BaseModel):
    """One tag along a video."""

    video: str
    tag: str
    seconds: list[SecondConfidenceAnswer]


class TagConfidenceAnswer(BaseModel):
    """The confidence of one tag."""

    tag: str
    confidence: float


class SecondAnswer(BaseModel):
    """All that was seen at one second, surest first."""

    video: str
    second: int
    tags: list[TagConfidenceAnswer]


class ReindexAnswer(BaseModel):
    """The generation that is live now."""

    generation: str
    videos: int
    tags: int
    threshold: float
    tf: str
    seconds: str


class HealthAnswer(BaseModel):
    """Whether the service can answer; ``detail`` says why not."""

    status: str
    detail: str = ""
