"""Starting work, and how far it is."""

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.bodies import Body


class IngestRequest(Body):
    """A web address to watch."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "https://example.com/watch/1"}]}
    )

    source: str = Field(min_length=1, max_length=4096)
    """An http or https address. Files of the service's machine are taken by its command only."""
    force: bool = False
    """Look again when it was watched before."""


class JobAnswer(BaseModel):
    """One job; ``done`` of ``total`` are seconds of an ingest or videos of a reindex."""

    job: int
    kind: str
    source: str
    state: str
    attempts: int
    video: str | None
    generation: str | None
    status: str
    reason: str
    seconds: int
    done: int
    total: int | None
    created_at: str
    changed_at: str


class JobsAnswer(BaseModel):
    """Jobs, the newest first; ``next`` is the cursor of the next page, null on the last."""

    jobs: list[JobAnswer]
    next: str | None
