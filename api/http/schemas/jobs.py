"""Starting work, and how far it is."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.http.schemas.bodies import Body
from engine.domain.text import tidy_line
from engine.domain.viewers import MAX_CHARACTERS


class IngestRequest(Body):
    """A web address to watch."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "https://example.com/watch/1"}]}
    )

    source: str = Field(min_length=1, max_length=4096)
    """An http or https address. Files of the service's machine are taken by its command only."""
    force: bool = False
    """Look again when it was analyzed before."""
    audio: bool = True
    """Hear the sound, too."""
    text: bool = True
    """Read the words on the picture, too."""
    external_id: str = Field(default="", max_length=MAX_CHARACTERS)
    """An id of yours for the video, once it is analyzed."""
    title: str = Field(default="", max_length=2000)
    """Title of the video; taken from its page unless set."""

    @field_validator("external_id", "title")
    @classmethod
    def _tidy(cls, text: str) -> str:
        return tidy_line(text)

    @property
    def metadata(self) -> dict[str, str]:
        """Metadata of the video set by the request, as ``Videos.describe`` takes it."""
        metadata = {"external_id": self.external_id, "title": self.title}
        return {name: value for name, value in metadata.items() if value}


class Job(BaseModel):
    """One job.

    ``done`` of ``total`` are seconds of an ingest, videos of a reindex or viewers of an evaluation.
    """

    job: int
    kind: str
    source: str
    state: str
    attempts: int
    video: str | None
    generation: str | None
    status: str
    reason: str
    warning: str
    """A part of the request that could not be done, such as an external id that another video
    has; mostly empty."""
    seconds: int
    cost: dict[str, float]
    """CPU seconds of an ingest by source of tags, and of ``decoding``; empty until it has ended."""
    done: int
    total: int | None
    created_at: str
    changed_at: str


class JobPage(BaseModel):
    """Jobs, the newest first; ``next`` is the cursor of the next page, null on the last."""

    jobs: list[Job]
    next: str | None
