"""``reelmatch publish``: what is here, for replicas on other machines."""

import click

from api.background.live import Live
from api.catalogs import refuse_on_replica
from api.cli.output import json_option, print_json
from api.settings import load_settings


@click.command("publish")
@click.argument("url", required=False)
@click.option("--repair", is_flag=True, help="Compare every byte there, and send what is damaged.")
@json_option
def command(url: str | None, *, repair: bool, as_json: bool) -> None:
    """Write the catalog and the live generation to a store, for 'serve' on other machines.

    URL is a folder that they share (file:///mnt/shared/reelmatch) or a bucket
    (s3://bucket/folder); REELMATCH_PUBLISH_TO unless given. They take it up within seconds
    (REELMATCH_REPLICA_OF). What the store has already is not sent again.
    """
    from engine.batch.replication.publish import publish
    from engine.object_stores import open_object_store

    settings = load_settings()
    refuse_on_replica(settings)
    where = url or settings.publish_to
    if not where:
        raise click.UsageError("name a store, or set REELMATCH_PUBLISH_TO")
    with Live.open(settings) as live:
        done = publish(
            live.catalog,
            live.generations,
            open_object_store(where),
            with_catalog=not settings.shares_catalog,
            repair=repair,
        )
    if as_json:
        print_json(done)
    else:
        click.echo(
            f"generation {done.generation} is published, {done.videos} videos:"
            f" {done.uploaded_bytes / 1e6:.1f} of {done.size_bytes / 1e6:.1f} MB were new there",
            err=True,
        )
