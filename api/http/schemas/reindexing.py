"""Options of the next generation, and the generation that was built."""

from pydantic import BaseModel, Field

from api.http.schemas.bodies import Body
from engine.domain.matching.index_config import SecondsName
from engine.domain.matching.weighting import TfName


class ReindexRequest(Body):
    """Options for building the next generation; those left out are as the settings say."""

    threshold: float | None = Field(default=None, ge=0.0, le=1.0)
    """Least confidence that counts."""
    tf: TfName | None = None
    """``raw`` counts, or ``sqrt`` or ``log`` of them."""
    seconds: SecondsName | None = None
    """All seconds of a tag, or ``effective`` ones: a still picture counts once."""


class RollbackRequest(Body):
    """The generation to return to."""

    generation: str | None = Field(default=None, max_length=64)
    """One that is there; without it, the one before the live one."""


class IndexGeneration(BaseModel):
    """A generation that is there, and how it was built."""

    generation: str
    live: bool
    built_at: str
    """UTC."""
    threshold: float
    tf: str
    seconds: str


class IndexGenerationList(BaseModel):
    """The generations that can be made live, the newest first."""

    generations: list[IndexGeneration]


class ReindexResult(BaseModel):
    """The generation that is live now."""

    generation: str
    videos: int
    tags: int
    threshold: float
    tf: str
    seconds: str
