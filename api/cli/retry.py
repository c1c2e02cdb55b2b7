"""``reelmatch retry``: queue failed jobs again."""

import time

import click

from api.cli.output import json_option, print_json
from api.settings import load_settings
from engine.store.catalog import Catalog
from engine.store.jobs import Jobs


@click.command("retry")
@click.argument("jobs", nargs=-1, type=int)
@json_option
def command(jobs: tuple[int, ...], *, as_json: bool) -> None:
    """Queue failed JOBS again (numbers as 'reelmatch jobs' shows them), or all that failed.

    'reelmatch ingest' then works them.
    """
    with Catalog.open(load_settings().catalog_path) as catalog:
        queued = Jobs(catalog).retry(jobs or None, now=time.time())
    if as_json:
        print_json({"jobs": queued})
    else:
        click.echo(f"{len(queued)} queued again; 'reelmatch ingest' works them")
