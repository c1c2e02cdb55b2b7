"""Output of ``reelmatch evaluate --online``."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import click

from api.cli.output import print_table
from engine.domain.evaluations.attribution import ArmRates, OnlineEvaluation, RateDifference, Rates
from engine.domain.evaluations.evaluation import Estimate

_HEAD: Final = ("lists", "viewers", "shown", "click rate", "watch rate")


def print_online(evaluation: OnlineEvaluation) -> None:
    """Print the rates of lists, a table for each thing that lists have in common."""
    since = datetime.fromtimestamp(evaluation.since, UTC).isoformat(timespec="seconds")
    if not evaluation.lists:
        click.echo(f"no list is stored of since {since}", err=True)
        return
    click.echo(f"lists since {since}, UTC; events of {evaluation.unattributed} videos fit no list")
    for what, rates in (
        ("list", evaluation.lists),
        ("position", evaluation.positions),
        ("campaign", evaluation.campaigns),
        ("settings", evaluation.settings),
    ):
        if rates:
            click.echo("")
            print_table((what, *_HEAD), map(_cells, rates))
    for experiment in evaluation.experiments:
        click.echo("")
        print_table(
            (f"{experiment.name}, arm", *_HEAD, "clicks differ by", "watches differ by"),
            map(_arm_cells, experiment.arms),
        )
    if evaluation.experiments:
        click.echo("* differs from the first arm, and that is no chance", err=True)


def _cells(rates: Rates) -> Sequence[str]:
    numbers = (rates.lists, rates.viewers, rates.shown)
    return (rates.name, *map(str, numbers), _rate(rates.click_rate), _rate(rates.watch_rate))


def _arm_cells(one: ArmRates) -> Sequence[str]:
    return (*_cells(one.arm), _apart(one.click_difference), _apart(one.watch_difference))


def _rate(rate: Estimate) -> str:
    return f"{rate.value:.2%} ({rate.low:.2%} to {rate.high:.2%})"


def _apart(one: RateDifference | None) -> str:
    if one is None:
        return ""
    return f"{one.value:+.2%}{'*' if one.is_real else ''} ({one.low:+.2%} to {one.high:+.2%})"
