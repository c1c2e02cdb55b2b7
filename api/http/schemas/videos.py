"""Metadata of a video, and the tags observed on it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.http.schemas.bodies import Body
from engine.domain.assessments.performance import PERFORMANCES
from engine.domain.text import tidy_line
from engine.domain.viewers import MAX_CHARACTERS
from ingest.sources.imports.jsonl import MAX_CATEGORIES


class IngestAttempt(BaseModel):
    """A look that failed later than the one that everything else is of."""

    status: str
    reason: str
    at: str


class Video(BaseModel):
    """Metadata of a video, without the tags observed on it."""

    video: str
    external_id: str
    """The id that an app gave it; empty when none did."""
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
    uploader_id: str
    """The id of who published it, or of their channel, at its site; empty when unknown."""
    categories: list[str]
    added_at: str
    last_attempt: IngestAttempt | None
    """The last look, when it failed and left in place what was seen before; else null."""


class VideoPatch(Body):
    """Corrections of a video's metadata by people; fields that are left out stay as they are."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"title": "Spring in Paris", "language": "fr"}]}
    )

    title: str | None = Field(default=None, min_length=1, max_length=2000)
    language: str | None = Field(
        default=None, max_length=35, pattern="^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$"
    )
    """A code such as `en` or `pt-BR`; empty for none."""
    uploader: str | None = Field(default=None, max_length=200)
    categories: list[str] | None = Field(default=None, max_length=MAX_CATEGORIES)
    external_id: str | None = Field(default=None, max_length=MAX_CHARACTERS)
    """An id of yours, which no other video has; empty to take it away."""

    @field_validator("title", "uploader", "external_id")
    @classmethod
    def _tidy(cls, text: str | None) -> str | None:
        return text if text is None else tidy_line(text)

    @field_validator("categories")
    @classmethod
    def _tidy_all(cls, texts: list[str] | None) -> list[str] | None:
        return texts if texts is None else list(dict.fromkeys(tidy_line(one) for one in texts))

    @property
    def metadata(self) -> dict[str, Any]:
        """Fields that are set, by name."""
        return self.model_dump(exclude_none=True)


class TopicSensitivity(BaseModel):
    """The level of one topic with the seconds that show it.

    ``mentioned_by`` names the sources whose words speak of it; left out where there are none.
    """

    level: str
    seconds: list[int]
    mentioned_by: list[str] = Field(default_factory=list)


class SensitivityAssessment(BaseModel):
    """The worst level of the topics that count, and each topic's own."""

    level: str
    seconds: list[int]
    topics: dict[str, TopicSensitivity]


class TagCount(BaseModel):
    """Number of seconds on which a tag counted."""

    tag: str
    seconds: int
    whole: bool | None = Field(default=None, exclude_if=lambda value: value is None)
    """Whether it is told of the video as a whole: it counts on every second and is on none."""


class PerformanceAssessment(BaseModel):
    """Whether a video is a performance, a picture over a song, talk or silent, and what says so."""

    verdict: Literal[PERFORMANCES]  # type: ignore[valid-type] # a tuple of words
    reason: str
    """The reason, in a sentence."""
    kind: str
    """Of the picture."""
    seconds: int
    """Length of what was analyzed."""
    heard: list[TagCount]
    """Tags of the sound that decide."""
    seen: list[TagCount]
    """People and instruments, those on most seconds first."""


class AssessedVideo(Video):
    """A video with the assessments of its kind, of sensitive content, of a performance."""

    evidence: dict[str, Any]
    sensitive: SensitivityAssessment
    performance: PerformanceAssessment


class VideoPage(BaseModel):
    """Videos by rising id; ``next`` is the ``after`` of the next page, null on the last."""

    videos: list[Video]
    next: str | None


class VideoTagCounts(BaseModel):
    """The tag counts of a video by seconds x idf x the source's weight, the highest first."""

    video: str
    threshold: float
    tags: list[TagCount]


class SecondConfidence(BaseModel):
    """The confidence of a tag at one second; 0 where it was not seen."""

    second: int
    confidence: float


class TagTimeline(BaseModel):
    """One tag along a video."""

    video: str
    tag: str
    seconds: list[SecondConfidence]


class TagConfidence(BaseModel):
    """The confidence of one tag."""

    tag: str
    confidence: float


class SecondObservations(BaseModel):
    """All that was seen at one second, surest first, and the level of each sensitive topic.

    ``reused``: it looked like the last second that was tagged, and these are that one's tags.
    """

    video: str
    second: int
    reused: bool
    tags: list[TagConfidence]
    sensitive: dict[str, str]
