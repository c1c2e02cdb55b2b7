"""``reelmatch reindex``: make what was ingested searchable."""

import sys
from collections.abc import Sequence

import click

from api.background.live import Live
from api.catalogs import refuse_on_replica
from api.cli.output import json_option, print_json, print_table
from api.cli.progress import counting_bar
from api.settings import load_settings
from engine.batch.index_reports import BuiltIndex, StoredIndex
from engine.batch.reindex import Preview, preview, reindex
from engine.content.counting import check_threshold
from engine.domain.matching.index_config import SecondsName
from engine.domain.matching.weighting import TfName
from engine.indexes.local.disk.generation import Generation, StoredGeneration

_NAMED_TAGS = 12
_BEFORE = "the one before"


@click.command("reindex")
@click.option("--threshold", type=float, help="Least confidence that counts, 0.0 to 1.0.")
@click.option(
    "--tf", type=click.Choice(["raw", "sqrt", "log"]), help="Seconds as they are, or damped."
)
@click.option(
    "--seconds",
    type=click.Choice(["raw", "effective"]),
    help="Count all seconds, or a still picture once.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--rollback",
    is_flag=False,
    flag_value=_BEFORE,
    metavar="[GENERATION]",
    help="Make the generation before live again, or the one of this id.",
)
@click.option("--list", "lists", is_flag=True, help="List the generations that are there.")
@json_option
def command(
    threshold: float | None,
    tf: TfName | None,
    seconds: SecondsName | None,
    *,
    dry_run: bool,
    rollback: str | None,
    lists: bool,
    as_json: bool,
) -> None:
    """Build a new generation of the index from everything seen so far and make it live.

    Can be stopped at any moment: the old generation stays live, the next run goes on.
    The same videos and options give the same generation, to the byte.
    """
    builds = dry_run or threshold is not None or tf is not None or seconds is not None
    if rollback is not None and (builds or lists):
        raise click.UsageError("--rollback builds nothing: give it alone")
    if lists and builds:
        raise click.UsageError("--list builds nothing: give it alone")
    settings = load_settings()
    refuse_on_replica(settings)
    min_confidence = settings.threshold if threshold is None else check_threshold(threshold)
    config = settings.index_config(min_confidence, tf, seconds)
    with Live.open(settings) as live:
        if lists:
            _print_stored(live.generations.stored(), as_json=as_json)
            return
        if rollback is not None:
            chosen = None if rollback == _BEFORE else rollback
            _print_built(live.rollback(chosen), as_json=as_json)
            return
        total = live.catalog.videos.count()
        with counting_bar("reindex", total, shown=sys.stderr.isatty()) as on_videos:
            if dry_run:
                report = preview(
                    live.catalog,
                    live.generations,
                    config,
                    on_videos=on_videos,
                    executor=settings.executor,
                )
            else:
                built = reindex(
                    live.catalog,
                    live.generations,
                    config,
                    on_videos=on_videos,
                    executor=settings.executor,
                )
                live.serve(built)
        if dry_run:
            _print_preview(report, as_json=as_json)
        else:
            _print_built(built, as_json=as_json)


def _print_built(built: Generation, *, as_json: bool) -> None:
    if as_json:
        print_json(BuiltIndex.of(built))
        return
    config = built.config
    click.echo(
        f"generation {built.id} is live: {built.index.n_videos} videos,"
        f" threshold {config.threshold}, {config.weighting}, {config.seconds} seconds"
    )


def _print_stored(stored: Sequence[StoredGeneration], *, as_json: bool) -> None:
    if as_json:
        print_json({"generations": list(map(StoredIndex.of, stored))})
        return
    if not stored:
        click.echo("nothing is indexed yet: run 'reelmatch reindex'", err=True)
        return
    print_table(
        ("generation", "built, UTC", "threshold", "tf", "seconds", ""),
        (
            (
                one.generation,
                one.built_at,
                f"{one.threshold:g}",
                one.tf,
                one.seconds,
                "live" if one.live else "",
            )
            for one in map(StoredIndex.of, stored)
        ),
    )


def _print_preview(report: Preview, *, as_json: bool) -> None:
    if as_json:
        print_json(report)
        return
    for what, before, after in (
        ("videos", report.before.videos, report.after.videos),
        ("tags that count", report.before.tags, report.after.tags),
        ("counts", report.before.counts, report.after.counts),
        ("seconds counted", report.before.seconds, report.after.seconds),
    ):
        click.echo(f"{what}: {before} now, {after} then")
    for what, tags in (("gained", report.gained), ("lost", report.lost)):
        if tags:
            more = f" and {len(tags) - _NAMED_TAGS} more" if len(tags) > _NAMED_TAGS else ""
            click.echo(f"tags {what}: {', '.join(tags[:_NAMED_TAGS])}{more}")
    click.echo(
        f"of the ten matches of {report.compared} sampled videos,"
        f" {report.differing:.1%} would differ"
    )
    click.echo("nothing was changed")
