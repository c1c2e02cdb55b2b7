"""``reelmatch move-media``: thumbnails and files that were sent, into the store of media."""

import click

from api.catalogs import open_own_catalog
from api.cli.output import json_option, print_json
from api.media import open_media
from api.settings import load_settings


@click.command("move-media")
@json_option
def command(*, as_json: bool) -> None:
    """Move thumbnails from the catalog, and files that were sent, into the store of media.

    REELMATCH_MEDIA names it. Thumbnails move by themselves while a service or a worker runs; the
    files in the home of this host move by this command only. What is cut short goes on another
    time; nothing is deleted before it is in the store.
    """
    from engine.batch.media import tidy
    from ingest.sources.stored_uploads import move_uploads

    settings = load_settings()
    store = open_media(settings)
    if store is None:
        raise click.UsageError("set REELMATCH_MEDIA to a folder or a bucket")
    with open_own_catalog(settings) as catalog:
        moved = tidy(catalog, store)
        files = move_uploads(settings.uploads_path, catalog, store)
    if as_json:
        print_json({"thumbnails": moved, "files": files})
    else:
        click.echo(
            f"the thumbnails of {moved} videos and {files} files were moved to {store.url}",
            err=True,
        )
