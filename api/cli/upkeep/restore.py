"""``reelmatch restore``: bring back what ``dump`` wrote."""

from pathlib import Path

import click

from api.cli.output import json_option, print_json
from api.settings import load_settings
from engine.batch.backup.dumps import restore
from engine.catalogs import open_catalog
from engine.errors import InvalidInput


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def command(file: Path, *, as_json: bool) -> None:
    """Bring a dump back into REELMATCH_HOME, which must not hold a catalog yet."""
    settings = load_settings()
    if settings.catalog:
        raise InvalidInput(
            "a dump is brought back into a folder: unset REELMATCH_CATALOG for it, and copy its"
            " catalog into the other one",
            hint="'reelmatch copy' copies a catalog",
        )
    brought = restore(file, settings.home)
    # Opened once, so that a dump of an older version is brought up to date now, not when asked.
    with open_catalog(settings.catalog_path):
        pass
    if as_json:
        print_json({"videos": brought.videos, "generation": brought.generation})
    else:
        click.echo(f"{brought.videos} videos are back in {settings.home}", err=True)
