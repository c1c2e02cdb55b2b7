"""``reelmatch forget``: delete videos from the catalog."""

import click

from api.catalogs import open_own_catalog
from api.cli.output import json_option, print_json
from api.media import tidy_media
from api.settings import load_settings


@click.command("forget")
@click.argument("videos", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def command(videos: tuple[str, ...], *, yes: bool, as_json: bool) -> None:
    """Delete VIDEOS and all that was seen on them; the files stay. Gone from answers at once."""
    settings = load_settings()
    with open_own_catalog(settings) as catalog:
        records = [catalog.videos.find(name) for name in videos]
        if not yes:
            titles = ", ".join(record.title for record in records)
            click.confirm(f"Delete {titles} from the catalog?", abort=True, err=True)
        for record in records:
            catalog.videos.delete(record.id)
        tidy_media(settings, catalog)
    if as_json:
        print_json({"videos": [record.id for record in records]})
    else:
        click.echo(f"{len(records)} deleted")
