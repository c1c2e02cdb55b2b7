"""Folders for unfinished work: gone when it ends, and told from abandoned ones by a lock.

A process that is killed cannot clear away; its lock goes with it, whatever happened. So a folder
that nobody holds is surely nobody's.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

HELD: Final = "reelmatch-held-"
"""Begins the names of all such folders, after a dot where they lie beside what people look at."""


@contextmanager
def held_folder(parent: Path, *, hidden: bool = True) -> Iterator[Path]:
    """Make a folder of one's own; it goes when the block ends.

    Args:
        parent: where it is made.
        hidden: whether its name begins with a dot.
    """
    folder, handle = _held(parent, f".{HELD}" if hidden else HELD)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def abandoned_folders(parent: Path) -> list[Path]:
    """Return the folders there that were made so by processes that are gone."""
    found = [*parent.glob(f"{HELD}*"), *parent.glob(f".{HELD}*")]
    return sorted(folder for folder in found if _try_lock(folder, remove=False))


def remove_abandoned(folder: Path) -> bool:
    """Remove a folder, unless somebody holds it; return whether it is gone."""
    return _try_lock(folder, remove=True)


def _held(parent: Path, prefix: str) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
        # Between the two it was nobody's, and may have been removed.
        if folder.is_dir() and os.path.samestat(folder.stat(), os.fstat(handle)):
            return folder, handle
        os.close(handle)


def _try_lock(folder: Path, *, remove: bool) -> bool:
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False  # gone, no folder, or somebody else's
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if remove:
            shutil.rmtree(folder, ignore_errors=True)
            return not folder.exists()
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(handle)
