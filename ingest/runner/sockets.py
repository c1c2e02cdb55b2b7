"""The folder of the sockets by which ``multiprocessing`` starts child processes.

An address of a socket has some hundred bytes, whatever the file system allows, and the temporary
folder may have a longer name: build systems and batch schedulers make such.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing import util
from pathlib import Path
from typing import Final

from engine.errors import ReelmatchError

MAX_ADDRESS_BYTES: Final = 107 if sys.platform == "linux" else 103
"""Most bytes of a socket's path: ``sockaddr_un`` without the NUL at its end."""

_OWN_BYTES: Final = len("/pymp-12345678/listener-12345678")
"""Length of the path that ``multiprocessing`` appends to the temporary folder."""

_SHORT_FOLDERS: Final = ("/tmp", "/var/tmp", "/usr/tmp")  # noqa: S108 - folders are made in them by mkdtemp


class NoSocketFolder(ReelmatchError):
    """No folder whose name is short enough for sockets can be written to."""


def socket_parent() -> Path:
    """Return the folder in which the folder of sockets is made: the temporary one, if it can be.

    Raises:
        NoSocketFolder: its name is too long, and so are, or closed to this user, all others.
    """
    temporary = tempfile.gettempdir()
    if _is_short(temporary):
        return Path(temporary)
    for folder in _others():
        if (
            Path(folder).is_absolute()
            and _is_short(folder)
            and os.access(folder, os.W_OK | os.X_OK)
        ):
            return Path(folder)
    raise NoSocketFolder(
        f"the name of the temporary folder is too long for sockets ({len(os.fsencode(temporary))}"
        f" bytes, at most {MAX_ADDRESS_BYTES - _OWN_BYTES}): set TMPDIR to a shorter one"
    )


def prepare_sockets() -> None:
    """Make the folder of the sockets of this process where their addresses are short enough.

    Raises:
        NoSocketFolder: there is no such place.
    """
    usual = tempfile.gettempdir()
    parent = str(socket_parent())
    if parent == usual:
        return
    # The folder is made once a process, and only by the module's own rule of where.
    tempfile.tempdir = parent
    try:
        util.get_temp_dir()
    except OSError as error:
        raise NoSocketFolder(
            f"no folder for sockets could be made in {parent}: {error.strerror}: set TMPDIR to a"
            f" folder with a name of at most {MAX_ADDRESS_BYTES - _OWN_BYTES} bytes"
        ) from error
    finally:
        tempfile.tempdir = usual


def _others() -> Iterator[str]:
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield runtime
    yield from _SHORT_FOLDERS


def _is_short(folder: str) -> bool:
    return len(os.fsencode(folder)) + _OWN_BYTES <= MAX_ADDRESS_BYTES
