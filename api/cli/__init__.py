"""The command ``reelmatch``: a file a command, each a few lines over a call.

Data goes to stdout, progress and complaints to stderr. Exit codes: 0 done, 1 expected failure,
2 wrong usage.
"""

import importlib
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NoReturn

import click

from api.cli.groups import Group
from api.printable import PrintableLines, escaped
from engine.errors import ReelmatchError

_COMMANDS: Final = {
    "categories": "categories",
    "breaks": "breaks",
    "campaigns": "campaigns",
    "demo": "demo",
    "doctor": "doctor",
    "dump": "dump",
    "export": "export",
    "forget": "forget",
    "import": "importing",
    "ingest": "ingest",
    "jobs": "jobs",
    "keys": "keys",
    "keywords": "keywords",
    "match": "match",
    "models": "models",
    "recommend": "recommend",
    "reindex": "reindex",
    "restore": "restore",
    "retry": "retry",
    "sensitive": "sensitive",
    "serve": "serve",
    "similar": "similar",
    "suitability": "suitability",
    "tags": "tags",
    "videos": "videos",
    "viewer": "viewer",
    "work": "work",
}
"""Command -> module below this package; imported only when asked for, so that each starts fast."""


_TAKE_PATHS: Final = frozenset({"dump", "export", "import", "ingest", "restore"})
"""Commands whose words may be paths, which may be bytes that are no text."""


class _Commands(Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"api.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, _COMMANDS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "'reelmatch -h' lists the commands"
            raise click.UsageError(f"there is no command {name!r}: {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reelmatch")
def cli() -> None:
    """Watch videos second by second; match what was seen to viewers and advertisers.

    Everything is kept in the folder REELMATCH_HOME (default: ~/.local/share/reelmatch).
    """


def main() -> None:
    """Run the command line; an expected failure becomes one line on stderr and exit code 1."""
    if logging.lastResort is not None:
        # What is worth a warning, where no log was asked for.
        logging.lastResort.setFormatter(PrintableLines())
    _refuse_bytes(sys.argv[1:])
    try:
        cli(prog_name="reelmatch")
    except ReelmatchError as error:
        _complain(error)
        sys.exit(1)
    except BrokenPipeError:
        # The reader (head, less) has what it wanted.
        _end_unheard()
    except Exception as error:
        from engine.troubles import expected_trouble

        if (trouble := expected_trouble(error)) is None:
            raise
        _complain(trouble)
        _end_unheard()


def _complain(error: ReelmatchError) -> None:
    # Where the complaints go may be what is full.
    with suppress(OSError):
        click.echo(f"reelmatch: {escaped(str(error))}", err=True)


def _refuse_bytes(words: Sequence[str]) -> None:
    """End with a message when a word is no text and the command takes no paths."""
    if words and words[0] in _TAKE_PATHS:
        return
    for word in words:
        if any("\udc80" <= sign <= "\udcff" for sign in word):
            click.echo(f"reelmatch: {word!r} is no UTF-8 text", err=True)
            sys.exit(2)


def _end_unheard() -> NoReturn:
    # What waits to be written cannot be; Python would complain once more at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)
