"""``reelmatch evaluate``: measure settings by what viewers went on to like."""

import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import click

from api.catalogs import open_own_catalog
from api.cli.matching.online import print_online
from api.cli.output import json_option, print_json, print_table
from api.cli.progress import counting_bar
from api.compared_settings import candidates_of
from api.experiments import check_stored, experiment_of
from api.setting_storage import store_settings
from api.settings import Settings, load_settings, variables_of
from engine.batch.evaluation.evaluation import MAX_VIEWERS, EvaluationOptions, evaluate
from engine.batch.evaluation.online import DAY_SECONDS, evaluate_online
from engine.domain.evaluations.evaluation import EvaluatedSettings, Evaluation, Measure


@click.command("evaluate")
@click.option(
    "--compare",
    "compared",
    multiple=True,
    metavar="NAME=VALUE,...",
    help="Settings to compare with the present ones; again for others.",
)
@click.option(
    "--split",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]),
    help="The moment, UTC, that splits what is known from what is to be foreseen.",
)
@click.option(
    "--viewers",
    "max_viewers",
    type=click.IntRange(1),
    default=MAX_VIEWERS,
    show_default=True,
    help="How many viewers at most; drawn at random, always the same.",
)
@click.option("--online", is_flag=True, help="Rates of the lists that viewers were shown, instead.")
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=30,
    show_default=True,
    help="With --online: of the last days.",
)
@click.option("--write", is_flag=True, help="Store the settings that win.")
@json_option
def command(
    compared: tuple[str, ...],
    split: datetime | None,
    max_viewers: int,
    days: int,
    *,
    online: bool,
    write: bool,
    as_json: bool,
) -> None:
    """Measure what viewers would have been shown by what they went on to like.

    The events before a moment are known, those after it are to be foreseen: the first 80 % and the
    rest, unless --split says when. Nothing is changed, unless --write is given and settings win.

    With --online: what viewers clicked and watched of the lists that they were shown, by events
    that name their list.

    \b
    reelmatch evaluate --compare tf=raw --compare tf=raw,co_likes=0.3
    reelmatch evaluate --online
    """
    settings = load_settings()
    if online:
        if compared or split or write:
            raise click.UsageError("--online takes no --compare, --split or --write")
        _evaluate_online(settings, days, as_json=as_json)
        return
    candidates = candidates_of(settings, compared)
    split_at = None if split is None else split.replace(tzinfo=UTC).timestamp()
    options = EvaluationOptions(split_at, max_viewers, settings.executor)
    with (
        open_own_catalog(settings) as catalog,
        counting_bar("evaluate", 100, shown=sys.stderr.isatty()) as move,
    ):
        percent = 0

        def show(done: int, total: int) -> None:
            nonlocal percent
            move(100 * done // total - percent)
            percent = 100 * done // total

        evaluation = evaluate(catalog, settings.home, candidates, options, on_viewers=show)
    if as_json:
        print_json(evaluation)
    else:
        _print(evaluation)
    if write:
        winner = next((one for one in evaluation.compared if one.name == evaluation.winner), None)
        if winner is None:
            click.echo("nothing is surely better: no setting was written", err=True)
            return
        check_stored(settings, winner.settings)
        store_settings(settings.home, winner.settings)
        _say_what_is_left(winner.settings)


def _evaluate_online(settings: Settings, days: int, *, as_json: bool) -> None:
    experiment = experiment_of(settings)
    control = None if experiment is None else experiment.control
    with open_own_catalog(settings) as catalog:
        since = time.time() - days * DAY_SECONDS
        evaluation = evaluate_online(catalog.shown_lists, since=since, control=control)
    if as_json:
        print_json(evaluation)
    else:
        print_online(evaluation)


def _print(evaluation: Evaluation) -> None:
    split = datetime.fromtimestamp(evaluation.split_at, UTC).isoformat(timespec="seconds")
    click.echo(
        f"{evaluation.training_events} events before {split} are known,"
        f" {evaluation.test_events} are to be foreseen;"
        f" {evaluation.viewers} of {evaluation.later_viewers} viewers measured,"
        f" {evaluation.videos} videos",
        err=True,
    )
    print_table(
        ("settings", *Measure),
        [(one.name, *(_cell(one, name) for name in Measure)) for one in evaluation.compared],
    )
    if len(evaluation.compared) > 1:
        click.echo("* differs from the present settings, and that is no chance", err=True)
        click.echo(f"winner: {evaluation.winner or 'none'}")


def _cell(one: EvaluatedSettings, measure: Measure) -> str:
    estimate = one.measures[measure]
    difference = one.differences.get(measure)
    mark = "*" if difference is not None and difference.is_real else ""
    return f"{estimate.value:.3f}{mark} ({estimate.low:.3f} to {estimate.high:.3f})"


def _say_what_is_left(written: Mapping[str, str]) -> None:
    pairs = ", ".join(f"{name}={value}" for name, value in written.items())
    click.echo(
        f"written: {pairs}; now 'reelmatch reindex', and start a running service again", err=True
    )
    names = {name.upper() for name in os.environ}
    for setting in written:
        for variable in variables_of(setting):
            if variable in names:
                click.echo(f"{variable} of the environment goes before it: unset it", err=True)
