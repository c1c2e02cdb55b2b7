"""``reelmatch videos``: what is in the catalog."""

import click

from api.catalogs import open_own_catalog
from api.cli.output import json_option, print_json, print_table
from api.encoding import encoded
from api.settings import load_settings
from engine.domain.videos import VideoRecord


@click.command("videos")
@json_option
def command(*, as_json: bool) -> None:
    """List the videos of the catalog, analyzed or not."""
    with open_own_catalog(load_settings()) as catalog:
        records = catalog.videos.page()
    if as_json:
        videos = [
            {**encoded(record), "gaps": record.evidence.get("gaps", [])} for record in records
        ]
        print_json({"videos": videos})
        return
    if not records:
        click.echo("the catalog is empty: 'reelmatch ingest FILE_OR_FOLDER' fills it", err=True)
        return
    rows = (
        (
            record.id,
            record.status,
            str(record.seconds),
            record.kind,
            record.title,
            _reason(record),
        )
        for record in records
    )
    print_table(("video", "status", "seconds", "kind", "title", "reason"), rows)


def _reason(record: VideoRecord) -> str:
    attempt = record.last_attempt
    if attempt is None:
        return record.reason
    last = f"the last look, {attempt.at[:16].replace('T', ' ')} UTC, gave {attempt.status}"
    return "; ".join(filter(None, (record.reason, f"{last}: {attempt.reason}")))
