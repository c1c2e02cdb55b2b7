"""``reelmatch demo``: the whole way on real footage, each step as the command it stands for."""

import os
import shlex
import shutil
import sys
from pathlib import Path

import click

from api.cli.footage import gather_footage
from api.settings import load_settings


@click.command("demo")
def command() -> None:
    """Watch a dozen videos, then recommend and match; prints each command it runs.

    They are real clips, and photographs over a song. The footage comes from packages, everything
    is stored in a folder "demo" of its own.
    """
    settings = load_settings()
    home = settings.home / "demo"
    os.environ["REELMATCH_HOME"] = str(home)
    click.echo(f"Everything of this demo is stored in {home}\n")
    videos = gather_footage(home / "footage")
    stories = [path for path in videos if path.parent == home / "footage"]
    click.echo(
        f"{len(videos)} videos: {len(videos) - len(stories)} clips as they came,"
        f" {len(stories)} made of photographs over a song\n"
    )
    _run("ingest", *map(str, videos))
    if _was_made_by_an_older_version():
        _run("ingest", "--outdated")
    _run("reindex")
    for path in videos:
        _run("tags", path.name)
    click.echo("A viewer who likes animals and nature, and no cars:")
    _run("recommend", "--like", "animal=1", "--like", "nature=0.5", "--dislike", "car", "-k", "5")
    click.echo("A viewer who liked the clip of a street:")
    _run("recommend", "--liked", "bikes.mp4", "-k", "5")
    click.echo("A campaign for coffee:")
    _run("match", "--keyword", "coffee", "--keyword", "drink=0.5", "-k", "3")
    click.echo("A campaign for travel to cities, not beside cats:")
    _run("match", "--keyword", "city", "--keyword", "architecture", "--exclude", "cat", "-k", "3")
    typed = _as_typed()
    click.echo("Your own videos, in a catalog of their own:")
    click.echo(f"  {typed} ingest FOLDER && {typed} reindex && {typed} match --keyword dog\n")
    click.echo("To see what was seen at every second of these, start the console:")
    click.echo(f"  REELMATCH_HOME={shlex.quote(str(home))} {typed} serve")
    click.secho(f"and open http://127.0.0.1:{settings.port}/console", bold=True)


def _was_made_by_an_older_version() -> bool:
    from api.catalogs import open_own_catalog
    from ingest.outdated import count_outdated
    from ingest.taggers.registry import DEFAULT, identity_of

    settings = load_settings()
    with open_own_catalog(settings) as catalog:
        return bool(count_outdated(catalog, identity_of(DEFAULT, settings.tagger_context)))


def _as_typed() -> str:
    """Return this command as it can be typed here: `make demo` leaves it beside the PATH."""
    if shutil.which("reelmatch"):
        return "reelmatch"
    command = Path(sys.argv[0]).absolute()
    here = Path.cwd()
    return shlex.quote(str(command.relative_to(here) if command.is_relative_to(here) else command))


def _run(*arguments: str) -> None:
    from api.cli import cli

    shown = [Path(one).name if os.sep in one else one for one in arguments]
    click.secho(f"$ reelmatch {shlex.join(shown)}", bold=True)
    cli.main(list(arguments), prog_name="reelmatch", standalone_mode=False)
    click.echo()
