"""Online evaluation: what viewers clicked and watched of the lists that they were shown."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from engine.batch.evaluation.rates import RatioSums, difference
from engine.domain.evaluations.attribution import (
    ArmRates,
    ExperimentRates,
    OnlineEvaluation,
    Rates,
)
from engine.domain.evaluations.shown_lists import EntryPoint, ListEvent, ShownList
from engine.ports.catalog import ShownLists

OWN_POSITIONS: Final = 10
"""Positions that have rates of their own; those after are told together."""

DEFAULT_DAYS: Final = 30
"""Days that are looked back, unless another number is asked for."""

DAY_SECONDS: Final = 86_400.0

DEFAULTS: Final = "defaults"
"""Name of the settings that differ from the defaults nowhere."""

_LISTS: Final = "list"
_POSITIONS: Final = "position"
_CAMPAIGNS: Final = "campaign"
_SETTINGS: Final = "settings"
_ARMS: Final = "arm"
_LOOKED_AT: Final = (EntryPoint.COMMAND, EntryPoint.CONSOLE)

Group = tuple[str, str, str]
"""Of what, and its name; of an arm its experiment before."""


@dataclass(slots=True)
class _Sums:
    lists: int = 0
    clicks: RatioSums = field(default_factory=RatioSums)
    watches: RatioSums = field(default_factory=RatioSums)

    def rates(self, name: str) -> Rates:
        clicks, watches = self.clicks, self.watches
        return Rates(
            name,
            self.lists,
            clicks.viewers,
            clicks.shown,
            clicks.clicks,
            watches.clicks,
            clicks.estimate(),
            watches.estimate(),
        )


@dataclass(slots=True)
class _Counts:
    """Counts of one viewer."""

    lists: int = 0
    shown: int = 0
    clicks: int = 0
    watches: int = 0


def evaluate_online(
    shown: ShownLists, *, since: float, control: tuple[str, str] | None = None
) -> OnlineEvaluation:
    """Return the rates of the lists from a moment on.

    Args:
        shown: the lists of the catalog.
        since: seconds since 1970.
        control: the experiment that is on, and its first arm.
    """
    unattributed = shown.count_events(since=since)
    sums: dict[Group, _Sums] = defaultdict(_Sums)
    for lists, events in shown.by_viewer(since=since):
        reactions: dict[str, list[ListEvent]] = defaultdict(list)
        for event in events:
            reactions[event.list].append(event)
        counts: dict[Group, _Counts] = defaultdict(_Counts)
        for one in lists:
            own = [event for event in reactions.get(one.id, ()) if _is_at(event, one)]
            unattributed -= len(own)
            _count(counts, one, own)
        for group, count in counts.items():
            total = sums[group]
            total.lists += count.lists
            total.clicks.add(count.shown, count.clicks)
            total.watches.add(count.shown, count.watches)
    return OnlineEvaluation(
        since,
        # Some may have come since they were counted.
        max(0, unattributed),
        _rates(sums, _LISTS),
        _positions_told(sums),
        _rates(sums, _CAMPAIGNS),
        _rates(sums, _SETTINGS),
        _experiments(sums, control),
    )


def _is_at(event: ListEvent, shown: ShownList) -> bool:
    """Tell whether an event is at a position that a list has, or at none."""
    return event.position is None or 0 <= event.position - shown.first < shown.size


def _count(counts: dict[Group, _Counts], shown: ShownList, events: Sequence[ListEvent]) -> None:
    # There cannot be more than was shown, whatever events say.
    clicks = min(shown.size, sum(event.clicked for event in events))
    watches = min(shown.size, sum(event.watched for event in events))
    for group in _groups(shown):
        count = counts[group]
        count.lists += 1
        count.shown += shown.size
        count.clicks += clicks
        count.watches += watches
    if shown.entry_point in _LOOKED_AT or any(event.position is None for event in events):
        return
    at: dict[int, list[ListEvent]] = defaultdict(list)
    for event in events:
        if event.position is not None:
            at[event.position].append(event)
    for name, positions in _positions(shown):
        count = counts[_POSITIONS, name, ""]
        count.lists += 1
        count.shown += len(positions)
        own = [at[position] for position in at if position in positions]
        count.clicks += sum(any(event.clicked for event in events) for events in own)
        count.watches += sum(any(event.watched for event in events) for events in own)


def _groups(shown: ShownList) -> Iterator[Group]:
    yield _LISTS, f"{shown.kind}, {shown.entry_point}", ""
    if shown.entry_point in _LOOKED_AT:
        return
    yield _SETTINGS, shown.settings or DEFAULTS, ""
    if shown.campaign is not None:
        yield _CAMPAIGNS, shown.campaign, ""
    # Of who is not stored nobody knows which lists are one viewer's, nor what they did.
    if shown.experiment and shown.viewer is not None:
        yield _ARMS, shown.experiment, shown.arm


def _positions(shown: ShownList) -> Iterator[tuple[str, range]]:
    end = shown.first + shown.size
    for position in range(shown.first, min(end, OWN_POSITIONS + 1)):
        yield str(position), range(position, position + 1)
    if end > OWN_POSITIONS + 1:
        yield f"{OWN_POSITIONS + 1} and later", range(max(shown.first, OWN_POSITIONS + 1), end)


def _rates(sums: Mapping[Group, _Sums], of: str) -> tuple[Rates, ...]:
    named = {name: total for (kind, name, _), total in sums.items() if kind == of}
    return tuple(named[name].rates(name) for name in sorted(named, key=_by_number))


def _positions_told(sums: Mapping[Group, _Sums]) -> tuple[Rates, ...]:
    """Return the rates by position; none where no event tells one, as then all would be 0."""
    rates = _rates(sums, _POSITIONS)
    return rates if any(one.clicks for one in rates) else ()


def _by_number(name: str) -> tuple[int, str]:
    number = name.partition(" ")[0]
    return (int(number), name) if number.isdecimal() else (0, name)


def _experiments(
    sums: Mapping[Group, _Sums], control: tuple[str, str] | None
) -> tuple[ExperimentRates, ...]:
    names = sorted({name for kind, name, _ in sums if kind == _ARMS})
    return tuple(_experiment(sums, name, control) for name in names)


def _experiment(
    sums: Mapping[Group, _Sums], name: str, control: tuple[str, str] | None
) -> ExperimentRates:
    arms = {
        arm: sums[kind, of, arm] for kind, of, arm in sorted(sums) if (kind, of) == (_ARMS, name)
    }
    rates = {arm: total.rates(arm) for arm, total in arms.items()}
    of, first = control or ("", "")
    if of != name or first not in arms:
        return ExperimentRates(name, tuple(map(ArmRates, rates.values())))
    others = [arm for arm in arms if arm != first]
    apart = partial(difference, n_compared=len(others))
    compared = (
        ArmRates(
            rates[arm],
            apart(arms[arm].clicks, arms[first].clicks),
            apart(arms[arm].watches, arms[first].watches),
        )
        for arm in others
    )
    return ExperimentRates(name, (ArmRates(rates[first]), *compared))
