"""What is known of a video and what was seen on it."""

from typing import Any

from pydantic import BaseModel


class AttemptAnswer(BaseModel):
    """A look that failed later than the one that everything else is of."""

    status: str
    reason: str
    at: str


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
    last_attempt: AttemptAnswer | None
    """The last look, when it failed and left in place what was seen before; else null."""


class TopicAnswer(BaseModel):
    """The level of one topic with the seconds that show it."""

    level: str
    seconds: list[int]


class SensitiveAnswer(TopicAnswer):
    """The worst level of the topics that count, and each topic's own."""

    topics: dict[str, TopicAnswer]


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
    """All that was seen at one second, surest first, and the level of each sensitive topic.

    ``reused``: it looked like the last second that was tagged, and these are that one's tags.
    """

    video: str
    second: int
    reused: bool
    tags: list[TagConfidenceAnswer]
    sensitive: dict[str, str]
