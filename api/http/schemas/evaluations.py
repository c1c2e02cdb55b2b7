"""Evaluations of settings: what is asked, and what was found."""

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.bodies import Body
from api.http.schemas.viewers import Moment
from engine.batch.evaluation.evaluation import MAX_COMPARED, MAX_VIEWERS


class EvaluationRequest(Body):
    """Settings to compare with the present ones."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"compare": ["tf=sqrt", "tf=sqrt,co_likes=0.3"]}]}
    )

    compare: list[str] = Field(default_factory=list, max_length=MAX_COMPARED)
    """Each ``NAME=VALUE``, several by comma."""
    split: Moment | None = None
    """The moment that splits what is known from what is to be foreseen; the one before which 80 %
    of the events were unless said."""
    viewers: int = Field(default=MAX_VIEWERS, ge=1)
    """Number of viewers that are measured at most."""


class Estimate(BaseModel):
    """A mean over viewers with its 95 % interval."""

    value: float
    low: float
    high: float


class Difference(BaseModel):
    """A difference to the present settings; ``is_real`` when it is no chance."""

    value: float
    low: float
    high: float
    p: float
    is_real: bool


class EvaluatedSettings(BaseModel):
    """The measures of some settings, by name."""

    name: str
    settings: dict[str, str]
    measures: dict[str, Estimate]
    differences: dict[str, Difference]


class Evaluation(BaseModel):
    """An evaluation of settings, the present ones first."""

    split_at: float
    """Seconds since 1970."""
    training_events: int
    test_events: int
    later_viewers: int
    viewers: int
    left_out: int
    videos: int
    compared: list[EvaluatedSettings]
    winner: str | None


class EvaluationList(BaseModel):
    """The jobs whose reports are there, the newest first."""

    jobs: list[int]
