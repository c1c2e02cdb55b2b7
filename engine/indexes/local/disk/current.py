"""The file that names the live generation, and the lock of all who move it."""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from engine.errors import CorruptData
from engine.system.homes import CURRENT, sync_folder
from engine.system.os_errors import writing_to

SWITCH_LOCK: Final = ".switch.lock"
ASIDE: Final = ".CURRENT-new"

_CHECK_DIGITS: Final = 12
_MAX_BYTES: Final = 100
_FORM: Final = re.compile(r"([0-9a-f]{12})\n(?:([0-9a-f]{12})?\n)?(?:([0-9a-f]{12})\n)?")

Named = tuple[str | None, str | None]
"""The ids of the live generation and of the one before; None where there is none."""

State = tuple[int, int]
"""Another one each time ``CURRENT`` is written."""


class Current:
    """``CURRENT`` in a folder of generations: two ids and a check digest, a line each.

    Args:
        folder: of the generations.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / CURRENT
        self._lock = folder / SWITCH_LOCK

    def read(self) -> Named:
        """Return what is live.

        Raises:
            CorruptData: it is not what was written.
        """
        try:
            with self.path.open("rb") as file:
                content = file.read(_MAX_BYTES).decode("ascii")
        except FileNotFoundError:
            return None, None
        except (OSError, UnicodeDecodeError) as error:
            raise self._damaged from error
        match = _FORM.fullmatch(content)
        if match is None or (match[3] and match[3] != _check(match[1], match[2])):
            raise self._damaged
        return match[1], match[2]

    def write(self, current: str, previous: str | None) -> None:
        """Name another generation, at once or not at all; by who holds ``moving`` only."""
        aside = self.path.with_name(ASIDE)
        content = f"{current}\n{previous or ''}\n{_check(current, previous)}\n"
        try:
            with aside.open("w", encoding="ascii") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self.path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        sync_folder(self.path.parent)

    @contextmanager
    def moving(self) -> Iterator[None]:
        """Be the only one who names or clears away generations; waits for its turn."""
        with writing_to(self.path.parent), self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @property
    def state(self) -> State | None:
        """State of the file, which changes with each write; None when it is not there."""
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns

    @property
    def _damaged(self) -> CorruptData:
        return CorruptData(
            f"{self.path} is damaged, so it is not known which generation is live: reindex, or"
            " repair it by taking one that is there",
            hint="run 'reelmatch reindex', or 'reelmatch doctor --repair'",
        )


def _check(current: str, previous: str | None) -> str:
    content = f"{current} {previous or ''}\n".encode()
    return hashlib.sha256(content).hexdigest()[:_CHECK_DIGITS]
