"""``reelmatch keys``: who may use the service, and for what."""

import time
from datetime import UTC, datetime

import click

from api.catalogs import open_own_catalog
from api.cli.groups import Group
from api.cli.output import json_option, print_json, print_table
from api.encoding import encoded
from api.settings import load_settings
from engine.domain.keys import Key, Scope


@click.group("keys", cls=Group)
def command() -> None:
    """Make, list and revoke the keys of the HTTP service.

    The first key closes the service: from then on every request needs one.
    """


@command.command("create")
@click.option("--name", required=True, help="Who will use it.")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it may do; may be given several times.",
)
@click.option("--advertiser", default="", help="Whose campaigns it keeps; with scope advertise.")
@click.option(
    "--per-second",
    type=click.FloatRange(min=0),
    default=100.0,
    show_default=True,
    help="The most requests a second; 0 for no limit.",
)
@json_option
def create(
    name: str, scopes: tuple[str, ...], advertiser: str, per_second: float, *, as_json: bool
) -> None:
    """Make a key and print it: it is shown this once, only its digest is stored."""
    with open_own_catalog(load_settings()) as catalog:
        key, secret = catalog.keys.create(
            name,
            [Scope(scope) for scope in scopes],
            advertiser=advertiser,
            per_second=per_second,
            now=time.time(),
        )
    if as_json:
        print_json({**encoded(key), "secret": secret})
    else:
        click.echo(secret)
        click.echo(f"key {key.id} of {key.name}: keep it, it is not shown again", err=True)


@command.command("list")
@json_option
def list_keys(*, as_json: bool) -> None:
    """List the keys, revoked ones too, without their secrets."""
    with open_own_catalog(load_settings()) as catalog:
        keys = catalog.keys.all()
    if as_json:
        print_json({"keys": keys})
    elif not keys:
        click.echo("no keys: the service is open, to this machine alone", err=True)
    else:
        head = ("key", "name", "scopes", "advertiser", "per second", "created", "revoked")
        print_table(head, map(_row, keys))


@command.command("revoke")
@click.argument("key", type=int)
@json_option
def revoke(key: int, *, as_json: bool) -> None:
    """Revoke KEY, a number as 'reelmatch keys list' shows it, within a second."""
    with open_own_catalog(load_settings()) as catalog:
        revoked = catalog.keys.revoke(key, now=time.time())
    if as_json:
        print_json(revoked)
    else:
        click.echo(f"key {revoked.id} of {revoked.name} opens nothing any more", err=True)


def _row(key: Key) -> tuple[str, ...]:
    return (
        str(key.id),
        key.name,
        ",".join(sorted(key.scopes)),
        key.advertiser or "-",
        f"{key.per_second:g}" if key.per_second else "no limit",
        _moment(key.created_at),
        "-" if key.revoked_at is None else _moment(key.revoked_at),
    )


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
