"""The file of a home with settings, a variable a line; the environment goes before it."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from engine.errors import InvalidInput
from engine.system.homes import sync_folder
from engine.system.temporary_files import held_file

STORED: Final = "settings.env"
"""Name of the file."""

_MAX_BYTES: Final = 65_536
_HEAD: Final = "# Settings of this home; variables of the environment go before them.\n"


def read_stored(home: Path) -> dict[str, str]:
    """Return the variables that are stored in a home, as they are written; none without a file.

    Raises:
        InvalidInput: when the file cannot be read.
    """
    path = home / STORED
    try:
        # A pipe would be waited for.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise InvalidInput(f"{path} is no regular file: move it away")
        with open(handle, "rb") as file:  # noqa: PTH123 - of a descriptor
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise InvalidInput(f"{path} is longer than {_MAX_BYTES} bytes: no file of ours")
        lines = [line.strip() for line in content.decode("utf-8").splitlines()]
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read ({error}): mend or remove it") from error
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name.strip().upper(): value.strip() for name, _, value in pairs}


def write_stored(home: Path, variables: Mapping[str, str]) -> None:
    """Replace the variables that are stored in a home, all or none.

    A file that is there keeps its mode, and a link to one still leads to it.

    Raises:
        InvalidInput: when the file cannot be written.
        DiskFull: when there is no room for it.
    """
    text = "".join(f"{name}={value}\n" for name, value in sorted(variables.items()))
    path = Path(os.path.realpath(home / STORED))
    try:
        with held_file(path.parent) as aside:
            with aside.open("w", encoding="utf-8") as file:
                if path.exists():
                    os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
                file.write(_HEAD + text)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be written ({error.strerror}): let its folder be there, and writable"
        ) from error
