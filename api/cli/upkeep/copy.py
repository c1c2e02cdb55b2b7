"""``reelmatch copy``: all of a catalog into another one, of any kind."""

import click

from api.cli.output import json_option, print_json
from engine.catalogs.copying import copy_between


@click.command("copy")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@json_option
def command(source: str, target: str, *, as_json: bool) -> None:
    """Copy all that the catalog FROM holds into the catalog TO, which must be empty.

    Each is the path of a file of SQLite, or postgresql://user@host/database (the password in
    PGPASSWORD or ~/.pgpass). FROM may be read and written meanwhile; TO has all of it, or nothing.
    Both hold the same by their digests, which are printed. Indexes are no part of a catalog:
    'reelmatch reindex' builds one.
    """
    copied = copy_between(source, target)
    if as_json:
        print_json({"videos": copied.videos, "digests": copied.digests})
    else:
        for name, digest in copied.digests.items():
            click.echo(f"{digest}  {name}")
        click.echo(f"{copied.videos} videos copied", err=True)
