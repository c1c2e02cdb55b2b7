"""Evaluations of settings: frozen records of the measures, how sure they are, and what differs."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_STORED: Final = 100
"""Number of reports that are stored, the newest."""


class Measure(StrEnum):
    """A measure of the lists that viewers get."""

    NDCG = "nDCG@10"
    RECALL = "Recall@50"
    NOVELTY = "novelty"
    DIVERSITY = "diversity"
    COVERAGE = "coverage"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over viewers with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference to the present settings.

    Attributes:
        value: of the means, above 0 where it is more than with the present settings.
        low: end of its 95 % interval.
        high: the other end.
        p: probability of one as large where there is none, corrected for all that were compared.
        is_real: whether ``p`` is below 0.05.
    """

    value: float
    low: float
    high: float
    p: float
    is_real: bool


@dataclass(frozen=True, slots=True)
class EvaluatedSettings:
    """The measures of some settings.

    Attributes:
        name: as they were asked for; ``present`` for those of the installation.
        settings: names of settings -> values that differ from the present ones.
        measures: by the name of each measure.
        differences: to the present settings, by the measure's name; empty for these.
    """

    name: str
    settings: Mapping[str, str]
    measures: Mapping[str, Estimate]
    differences: Mapping[str, Difference]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An evaluation of settings.

    Attributes:
        split_at: events before are known, those from then on are to be foreseen; seconds since
            1970.
        training_events: number of events before.
        test_events: number of events from then on.
        later_viewers: number of viewers with events from then on.
        viewers: number of viewers whose lists were measured.
        left_out: number of those that were drawn and had done nothing before, or went on to like
            nothing that they could be shown.
        videos: number of videos that can be shown.
        compared: the settings, the present ones first.
        winner: name of the settings that are better than the present ones by nDCG@10, and that is
            no chance; None without any.
    """

    split_at: float
    training_events: int
    test_events: int
    later_viewers: int
    viewers: int
    left_out: int
    videos: int
    compared: tuple[EvaluatedSettings, ...]
    winner: str | None
