"""``reelmatch jobs``: the queue of what is to be ingested."""

from datetime import UTC, datetime
from typing import Any

import click

from api.cli.output import json_option, print_json, print_table
from api.settings import load_settings
from engine.store.catalog import Catalog
from engine.store.jobs import Job, Jobs, State


@click.command("jobs")
@click.option(
    "--state", type=click.Choice([state.value for state in State]), help="Only these jobs."
)
@json_option
def command(state: str | None, *, as_json: bool) -> None:
    """List the jobs: what waits, runs, is done or failed, and why."""
    with Catalog.open(load_settings().catalog_path) as catalog:
        jobs = [job for job in Jobs(catalog).all() if state in (None, job.state.value)]
    if as_json:
        print_json({"jobs": [job_json(job) for job in jobs]})
        return
    if not jobs:
        click.echo("no jobs", err=True)
        return
    rows = (
        (str(job.id), job.state.value, job.status, str(job.attempts), job.source, job.reason)
        for job in jobs
    )
    print_table(("job", "state", "status", "attempts", "source", "reason"), rows)


def job_json(job: Job) -> dict[str, Any]:
    """Return one job."""
    changed = datetime.fromtimestamp(job.changed_at, UTC).isoformat(timespec="seconds")
    return {
        "job": job.id,
        "source": job.source,
        "state": job.state.value,
        "attempts": job.attempts,
        "video": job.video or None,
        "status": job.status,
        "reason": job.reason,
        "seconds": job.seconds,
        "changed_at": changed,
    }
