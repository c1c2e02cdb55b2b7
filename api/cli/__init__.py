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
from pathlib import Path
from typing import Final, NoReturn

import click

from api.cli.groups import Group
from api.cli.output import with_hint
from api.printable import PrintableLines, escaped
from engine.errors import ReelmatchError
from ingest.runner.safe_start import leave_current_folder

_COMMANDS: Final = {
    "breaks": "Find the best seconds of VIDEO for ads, the best first.",
    "campaigns": "Store campaigns, pause them, and find the videos that fit.",
    "categories": "Print what VIDEO is about, in categories of the IAB's content taxonomy 3.1.",
    "copy": "Copy all that the catalog FROM holds into the catalog TO, which must be empty.",
    "demo": "Watch a dozen videos, then recommend and match; prints each command it runs.",
    "doctor": "Check versions, models, catalog and index; say what is missing and how to get it.",
    "dump": "Write videos, viewers, campaigns, keys and the live generation to FILE,"
    " which must be new.",
    "evaluate": "Measure what viewers would have been shown by what they went on to like.",
    "export": "Write what was seen on every video to FILE, which must be new.",
    "forget": "Delete VIDEOS and all that was seen on them; the files stay.",
    "import": "Take over the tags in FILE: the results of another tagger, without any footage.",
    "ingest": "Watch videos (files, folders with all below them, web addresses)"
    " and keep what was seen.",
    "jobs": "List the jobs: what waits, runs, is done or failed, and why.",
    "keys": "Make, list and revoke the keys of the HTTP service.",
    "keywords": "Say which tags WORDs mean, how sure that is, and what led there.",
    "match": "Find the videos that fit an advertiser's keywords.",
    "models": "List the models that are here, and the pairs that can be fetched.",
    "move-media": "Move thumbnails from the catalog, and files that were sent, into the store of"
    " media.",
    "performance": "Print whether VIDEO is a performance, a picture over a song, talk or silent,"
    " and why.",
    "publish": "Write the catalog and the live generation to a store,"
    " for 'serve' on other machines.",
    "recommend": "Recommend videos to a viewer, by what they like.",
    "reindex": "Build a new generation of the index from everything seen so far and make it live.",
    "restore": "Bring a dump back into REELMATCH_HOME, which must not hold a catalog yet.",
    "retry": "Queue failed JOBS again (numbers as 'reelmatch jobs' shows them),"
    " or all that may succeed.",
    "sensitive": "Print the level of each sensitive topic of VIDEO, and the seconds that show it.",
    "serve": "Answer over HTTP; the documentation is at /docs.",
    "similar": "Find the videos most like VIDEO (id, path, file name or title).",
    "suitability": "Print the risk of VIDEO for a brand: the eleven topics of the IAB,"
    " with their seconds.",
    "tags": 'Print the top tags of VIDEO with the seconds each was seen: "people, 224".',
    "videos": "List the videos of the catalog, analyzed or not.",
    "viewer": "Keep what viewers like and did; 'reelmatch recommend --viewer' goes by it.",
    "work": "Watch what waits in the queue, and what comes into it, until told to stop.",
}
"""Command -> what it says of itself, so that the list of all imports none; tests hold them equal.

Each is in a module of its name in one of the rooms, imported only when it is asked for.
"""

_ROOMS: Final = {
    "advertising": ("breaks", "campaigns", "categories", "sensitive", "suitability"),
    "matching": ("evaluate", "keywords", "match", "recommend", "similar", "viewer"),
    "upkeep": (
        *("copy", "doctor", "dump", "keys", "models", "move-media", "publish"),
        *("reindex", "restore", "serve"),
    ),
    "videos": (
        *("export", "forget", "import", "ingest", "jobs", "performance", "retry", "tags"),
        *("videos", "work"),
    ),
}
_PACKAGES: Final = {
    "demo": __name__,
    **{command: f"{__name__}.{room}" for room, commands in _ROOMS.items() for command in commands},
}
_MODULES: Final = {"import": "importing", "move-media": "move_media"}
"""Those whose name is no name of a module."""


_TAKE_PATHS: Final = frozenset({"copy", "dump", "export", "import", "ingest", "restore"})
"""Commands whose words may be paths, which may be bytes that are no text."""


def module_of(command: str) -> str:
    """Return the name of the module of a command of the list above."""
    return f"{_PACKAGES[command]}.{_MODULES.get(command, command)}"


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
        command: click.Command = importlib.import_module(module_of(cmd_name)).command
        return command

    def sentences(self, ctx: click.Context) -> list[tuple[str, str]]:  # noqa: ARG002 - as above
        """Return the commands and what each says of itself."""
        return sorted(_COMMANDS.items())

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

    Everything is stored in the folder REELMATCH_HOME (default: ~/.local/share/reelmatch).
    """


def main() -> None:
    """Run the command line; an expected failure becomes one line on stderr and exit code 1."""
    leave_current_folder()
    # The products of matrices are small here: threads would spend more on waiting for each other
    # than on computing. numpy reads this when it is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
        from engine.system.os_errors import expected_trouble

        if (trouble := expected_trouble(error, _output())) is None:
            raise
        _complain(trouble)
        _end_unheard()


def _output() -> Path | None:
    """Return the file that the output goes to, None when it is none or the system does not tell.

    Whoever writes anywhere else names the folder.
    """
    name = Path(f"/proc/self/fd/{sys.stdout.fileno()}")
    return name.readlink() if name.is_symlink() and not sys.stdout.isatty() else None


def _complain(error: ReelmatchError) -> None:
    # Where the complaints go may be what is full.
    with suppress(OSError):
        click.echo(f"reelmatch: {escaped(with_hint(error))}", err=True)


def _refuse_bytes(words: Sequence[str]) -> None:
    """End with a message when a word is no text and the command takes no paths."""
    if words and words[0] in _TAKE_PATHS:
        return
    for word in words:
        if any("\udc80" <= character <= "\udcff" for character in word):
            click.echo(f"reelmatch: {word!r} is no UTF-8 text", err=True)
            sys.exit(2)


def _end_unheard() -> NoReturn:
    # What waits to be written cannot be; Python would complain once more at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)
