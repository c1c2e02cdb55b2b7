"""``reelmatch retry``: queue failed jobs again."""

import time

import click

from api.catalogs import open_own_catalog
from api.cli.output import json_option, print_json
from api.settings import load_settings
from engine.domain.jobs import State


@click.command("retry")
@click.argument("jobs", nargs=-1, type=int)
@json_option
def command(jobs: tuple[int, ...], *, as_json: bool) -> None:
    """Queue failed JOBS again (numbers as 'reelmatch jobs' shows them), or all that may succeed.

    'reelmatch ingest' then works them. What is empty, damaged, forbidden or no video at all fails
    however often it is tried, and is left out: add it anew when it has changed.
    """
    with open_own_catalog(load_settings()) as catalog:
        queued = catalog.jobs.retry(jobs or None, now=time.time())
        left = sum(job.state is State.FAILED for job in catalog.jobs.all())
    if as_json:
        print_json({"jobs": queued})
    else:
        click.echo(f"{len(queued)} queued again; 'reelmatch ingest' works them")
        if left and not jobs:
            click.echo(f"{left} would fail again and are left: 'reelmatch jobs' says why", err=True)
