"""Attribution: what came of lists that were shown, as rates with their intervals."""

from dataclasses import dataclass

from engine.domain.evaluations.evaluation import Estimate


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates of lists that have something in common.

    Attributes:
        name: of what they have in common.
        lists: number of lists.
        viewers: number of viewers who are stored, and of lists of anybody else.
        shown: number of videos on the lists.
        clicks: number of those that were watched, if only for a moment, or liked.
        watches: number of those of which at least half was watched, or that were liked.
        click_rate: clicks for each video shown, with its 95 % interval.
        watch_rate: watches for each video shown.
    """

    name: str
    lists: int
    viewers: int
    shown: int
    clicks: int
    watches: int
    click_rate: Estimate
    watch_rate: Estimate


@dataclass(frozen=True, slots=True)
class RateDifference:
    """A difference of two rates with its interval.

    Attributes:
        value: 0 where they are the same.
        low: end of the interval, of 95 % together for all arms that are compared.
        high: the other end.
        is_real: whether 0 is not in it, and there are 25 viewers in either arm.
    """

    value: float
    low: float
    high: float
    is_real: bool


@dataclass(frozen=True, slots=True)
class ArmRates:
    """Rates of an arm of an experiment, and how they differ from those of the first arm.

    Attributes:
        arm: its rates.
        click_difference: None for the first arm, and where it is not known which that is.
        watch_difference: the same.
    """

    arm: Rates
    click_difference: RateDifference | None = None
    watch_difference: RateDifference | None = None


@dataclass(frozen=True, slots=True)
class ExperimentRates:
    """Rates of the arms of an experiment, by name, or the one that others are compared with first.

    Attributes:
        name: of the experiment.
        arms: its arms.
    """

    name: str
    arms: tuple[ArmRates, ...]


@dataclass(frozen=True, slots=True)
class OnlineEvaluation:
    """Rates of the lists that were shown since a moment.

    Those of the command line and the console are looked at by who runs the installation: they are
    among ``lists``, and count nowhere else.

    Attributes:
        since: seconds since 1970.
        unattributed: number of videos that events name a list for which is not known, has no such
            position, or was another viewer's.
        lists: by kind and entry point.
        positions: by the position on the list, of lists whose events all tell theirs; none where
            no click does.
        campaigns: of lists of campaigns.
        settings: by the settings that ranked, where they differ from the defaults.
        experiments: by arm.
    """

    since: float
    unattributed: int
    lists: tuple[Rates, ...]
    positions: tuple[Rates, ...]
    campaigns: tuple[Rates, ...]
    settings: tuple[Rates, ...]
    experiments: tuple[ExperimentRates, ...]
