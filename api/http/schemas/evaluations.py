"""Evaluations of settings: what is asked, and what was found."""

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.bodies import Body
from api.http.schemas.viewers import Moment
from engine.batch.evaluation.evaluation import MAX_COMPARED, MAX_VIEWERS


class EvaluationRequest(Body):
    """Settings to compare with the present ones."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"compare": ["tf=raw", "tf=raw,co_likes=0.3"]}]}
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


class Rates(BaseModel):
    """Rates of lists that have something in common: clicks and watches for each video shown.

    A click is a video that was watched, if only for a moment, or liked; a watch one of which at
    least half was watched, or that was liked.
    """

    name: str
    lists: int
    viewers: int
    shown: int
    clicks: int
    watches: int
    click_rate: Estimate
    watch_rate: Estimate


class RateDifference(BaseModel):
    """A difference of two rates with its 95 % interval, real when 0 is not in it."""

    value: float
    low: float
    high: float
    is_real: bool


class ArmRates(BaseModel):
    """Rates of an arm, and how they differ from those of the first."""

    arm: Rates
    click_difference: RateDifference | None = None
    watch_difference: RateDifference | None = None


class ExperimentRates(BaseModel):
    """Rates of the arms of an experiment."""

    name: str
    arms: list[ArmRates]


class OnlineEvaluation(BaseModel):
    """Rates of the lists that were shown since a moment."""

    since: float
    """Seconds since 1970."""
    unattributed: int
    """Number of videos that events name a list for which does not fit them."""
    lists: list[Rates]
    positions: list[Rates]
    campaigns: list[Rates]
    settings: list[Rates]
    experiments: list[ExperimentRates]
