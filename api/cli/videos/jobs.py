"""``reelmatch jobs``: the queue of what is to be done."""

import click

from api.catalogs import open_own_catalog
from api.cli.output import json_option, print_json, print_table
from api.costs import cost_text
from api.settings import load_settings
from engine.domain.jobs import State


@click.command("jobs")
@click.option(
    "--state", type=click.Choice([state.value for state in State]), help="Only these jobs."
)
@json_option
def command(state: str | None, *, as_json: bool) -> None:
    """List the jobs: what waits, runs, is done or failed, and why.

    What was analyzed tells the CPU seconds that it took, and the share of each source of tags.
    """
    with open_own_catalog(load_settings()) as catalog:
        jobs = [job for job in catalog.jobs.all() if state in (None, job.state.value)]
    if as_json:
        print_json({"jobs": jobs})
        return
    if not jobs:
        click.echo("no jobs", err=True)
        return
    rows = (
        (
            str(job.id),
            job.state.value,
            job.status,
            str(job.attempts),
            cost_text(job.cost),
            job.source or job.kind.value,
            "; ".join(filter(None, (job.reason, job.warning))),
        )
        for job in jobs
    )
    print_table(("job", "state", "status", "attempts", "cpu", "source", "reason"), rows)
