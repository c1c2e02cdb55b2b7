"""Leavings of killed processes: named, and removed when they are surely of nobody."""

import fcntl
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import CorruptData
from engine.indexes.local.disk.current import ASIDE, SWITCH_LOCK
from engine.indexes.local.disk.generations import BUILD_LOCK, REMOVING, WRITING, Generations
from engine.system.homes import CURRENT, FETCHED_UPLOADS
from engine.system.temporary_files import abandoned, remove_abandoned

_OF_EARLIER_VERSIONS: Final = (
    ".reelmatch-dump-*",
    ".reelmatch-export-*",
    ".pulling-*",
    "reelmatch-metrics-*",
    "reelmatch-import-*",
    "reelmatch-" + "[a-z0-9_]" * 8,
    f"{FETCHED_UPLOADS}/[!.]*-*-*",
)
_CURRENT_OF_EARLIER: Final = re.compile(rf"\.{CURRENT}-(\d+)")
_SOCKETS: Final = Path("/proc/net/unix")


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file or folder that a killed process left.

    Attributes:
        path: of it.
        size_bytes: of all that is in it.
        is_stale: whether it is sure that no process needs it any more.
    """

    path: Path
    size_bytes: int
    is_stale: bool


def find_leftovers(
    home: Path, generations: Generations, temporary: Path, *, sockets: Path | None = None
) -> list[Leftover]:
    """Return what killed processes left in a home and in the temporary folder.

    Args:
        home: with catalog, generations and models.
        generations: of the home.
        temporary: the folder for temporary files.
        sockets: where Python's process servers make theirs; the temporary folder unless given.
    """
    stale = [
        *abandoned(home),
        *abandoned(home / "models"),
        *abandoned(home / FETCHED_UPLOADS),
        *abandoned(temporary),
        *_of_generations(generations),
        *_listeners(sockets or temporary),
    ]
    unsure = [
        path
        for parent in (home, home / "models", temporary)
        for pattern in _OF_EARLIER_VERSIONS
        for path in parent.glob(pattern)
        if _is_ours(path)
    ]
    leftovers = [Leftover(path, _size(path), is_stale=True) for path in stale]
    leftovers += [Leftover(path, _size(path), is_stale=False) for path in unsure]
    return sorted(leftovers, key=lambda one: one.path)


def remove_leftover(left: Leftover, generations: Generations) -> bool:
    """Remove what is stale, unless somebody has begun to need it; return whether it is gone."""
    if not left.is_stale:
        return False
    if left.path.parent == generations.folder:
        with _nobody_writes(generations.folder) as nobody:
            if nobody and left.path in _named_leftovers(generations):
                _remove(left.path)
    elif left.path.name.startswith("pymp-"):
        _remove(left.path)
    else:
        remove_abandoned(left.path)
    return not os.path.lexists(left.path)


def _of_generations(generations: Generations) -> list[Path]:
    with _nobody_writes(generations.folder) as nobody:
        return _named_leftovers(generations) if nobody else []


def _named_leftovers(generations: Generations) -> list[Path]:
    """Return what must not be in a folder of generations while nobody writes there."""
    try:
        unnamed = generations.there() - set(generations.current.read())
    except CorruptData:
        unnamed = set()  # Any of them may be the live one.
    return [
        path
        for path in generations.folder.iterdir()
        if path.name.startswith((WRITING, REMOVING))
        or path.name == ASIDE
        or ((named := _CURRENT_OF_EARLIER.fullmatch(path.name)) and not _is_running(int(named[1])))
        or path.name in unnamed
    ]


@contextmanager
def _nobody_writes(folder: Path) -> Iterator[bool]:
    """Hold both locks of a folder of generations; yields whether they could be had."""
    if not folder.is_dir():
        yield False
        return
    with (folder / BUILD_LOCK).open("a") as build, (folder / SWITCH_LOCK).open("a") as switch:
        try:
            for lock in (build, switch):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _listeners(temporary: Path) -> Iterator[Path]:
    """Yield the folders of Python's process servers whose sockets nobody listens to any more."""
    if not _SOCKETS.is_file():
        return
    bound = _SOCKETS.read_text(errors="replace")
    for folder in temporary.glob("pymp-*"):
        if not _is_ours(folder) or not folder.is_dir():
            continue
        held = list(folder.iterdir())
        are_listeners = all(
            path.name.startswith("listener-") and stat.S_ISSOCK(path.lstat().st_mode)
            for path in held
        )
        if held and are_listeners and not any(str(path) in bound for path in held):
            yield folder


def _is_ours(path: Path) -> bool:
    try:
        return path.lstat().st_uid == os.getuid() and not path.is_symlink()
    except OSError:
        return False


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _size(path: Path) -> int:
    total = 0
    for one in (path, *path.rglob("*")):
        try:
            total += one.lstat().st_size if not one.is_dir() else 0
        except OSError:
            continue
    return total


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
