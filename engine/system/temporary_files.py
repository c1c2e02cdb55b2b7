"""Files and folders for unfinished work: gone when it ends, and told from abandoned ones by a lock.

A process that is killed cannot clear away; its lock goes with it, whatever happened. So what nobody
holds is surely nobody's.
"""

import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from engine.system.os_errors import writing_to

HELD: Final = "reelmatch-held-"
"""Begins the names of all of these, after a dot where they lie beside what people look at."""


@contextmanager
def held_folder(parent: Path, *, hidden: bool = True) -> Iterator[Path]:
    """Make a folder of one's own; it goes when the block ends.

    Args:
        parent: where it is made.
        hidden: whether its name begins with a dot.

    Raises:
        DiskFull: naming ``parent``, when something in the block found it so.
    """
    prefix = f".{HELD}" if hidden else HELD
    with _held(parent, lambda: tempfile.mkdtemp(prefix=prefix, dir=parent)) as folder:
        yield folder


@contextmanager
def held_file(parent: Path, *, hidden: bool = True) -> Iterator[Path]:
    """Make an empty file of one's own; it goes when the block ends, unless it was moved away."""
    prefix = f".{HELD}" if hidden else HELD

    def make() -> str:
        handle, name = tempfile.mkstemp(prefix=prefix, dir=parent)
        os.close(handle)
        return name

    with _held(parent, make) as file:
        yield file


def abandoned(parent: Path) -> list[Path]:
    """Return what was made so in a folder by processes that are gone."""
    held = [*parent.glob(f"{HELD}*"), *parent.glob(f".{HELD}*")]
    return sorted(path for path in held if _try_lock(path, remove=False))


def remove_abandoned(path: Path) -> bool:
    """Remove it, unless somebody holds it; return whether it is gone."""
    return _try_lock(path, remove=True)


@contextmanager
def _held(parent: Path, make: Callable[[], str]) -> Iterator[Path]:
    with writing_to(parent):
        path, handle = _made_and_locked(make)
        try:
            yield path
        finally:
            _remove(path)
            os.close(handle)


def reserve(file: int, size_bytes: int) -> None:
    """Have room on the disk for a file that is mapped into memory and written there.

    To write into what is only said to be a file's length ends the process (SIGBUS) when the disk is
    full.

    Args:
        file: open for writing.
        size_bytes: how long it is at least, when this returns.

    Raises:
        OSError: when there is no room.
    """
    if sys.platform == "linux":
        os.posix_fallocate(file, 0, size_bytes)
    elif (size := os.fstat(file).st_size) < size_bytes:
        os.pwrite(file, bytes(size_bytes - size), size)


def _made_and_locked(make: Callable[[], str]) -> tuple[Path, int]:
    while True:
        path = Path(make())
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        fcntl.flock(handle, fcntl.LOCK_EX)
        # Until it was locked it was nobody's, and may have been removed.
        if path.exists() and os.path.samestat(path.stat(), os.fstat(handle)):
            return path, handle
        os.close(handle)


def _try_lock(path: Path, *, remove: bool) -> bool:
    """Lock what nobody holds, and remove it if asked to; return whether it could be locked."""
    try:
        # Neither a link, nor a pipe, which would be waited for.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False  # gone, or somebody else's
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if remove:
            _remove(path)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
