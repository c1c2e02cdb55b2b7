"""``reelmatch dump``: everything of a catalog in one file."""

from pathlib import Path

import click

from api.catalogs import open_own_catalog
from api.cli.output import json_option, print_json
from api.settings import load_settings
from engine.batch.backup.dumps import dump
from engine.indexes.local.disk.generations import Generations


@click.command("dump")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def command(file: Path, *, as_json: bool) -> None:
    """Write videos, viewers, campaigns, keys and the live generation to FILE, which must be new.

    Others may read and write meanwhile. 'reelmatch restore FILE' brings it back. Keep it as safe
    as the catalog itself.
    """
    settings = load_settings()
    with open_own_catalog(settings) as catalog:
        written = dump(catalog, Generations(settings.generations_path), file)
    if as_json:
        print_json(
            {
                "file": str(file),
                "videos": written.videos,
                "generation": written.generation,
                "bytes": written.size_bytes,
            }
        )
    else:
        click.echo(f"{written.videos} videos, {written.size_bytes / 1e6:.1f} MB: {file}", err=True)
