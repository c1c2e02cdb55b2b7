"""Troubles of the machine, told from mistakes of ours: a full disk, too many open files, a lock.

Python and SQLite name them differently at every place; here each becomes one expected failure, so
that all doors say the same of it.
"""

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from engine.errors import (
    CatalogUnusable,
    CorruptData,
    DiskFull,
    ReelmatchError,
    TooManyOpenFiles,
)

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What Python says of temporary folders when it could write into none of them.
_NO_ROOM: Final = "No usable temporary directory"
_TOO_MANY_FILES: Final = (errno.EMFILE, errno.ENFILE)


def expected_trouble(error: BaseException) -> ReelmatchError | None:
    """Return what an error of Python or SQLite means for people; None when it is a mistake of ours.

    Args:
        error: what was raised; those behind it (``raise ... from``) are looked at, too.
    """
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        if (trouble := _trouble(at)) is not None:
            return trouble
        at = at.__cause__ or at.__context__
    return None


@contextmanager
def troubles_told() -> Iterator[None]:
    """Raise what is wrong with the machine as an expected failure."""
    try:
        yield
    except ReelmatchError:
        raise
    except Exception as error:
        trouble = expected_trouble(error)
        if trouble is None:
            raise
        raise trouble from error


def _trouble(error: BaseException) -> ReelmatchError | None:
    if isinstance(error, (DiskFull, TooManyOpenFiles)):
        return error
    # Told without importing sqlite3, so that commands start fast.
    if name := getattr(error, "sqlite_errorname", ""):
        return _trouble_of_sqlite(str(name), error)
    if isinstance(error, OSError):
        return _trouble_of_system(error)
    return None


def _trouble_of_system(error: OSError) -> ReelmatchError | None:
    # A tree that is copied tells of each of its files in one text.
    said = str(error)
    if error.errno in _FULL or any(os.strerror(code) in said for code in _FULL):
        return DiskFull()
    if _NO_ROOM in said:
        return DiskFull()
    if error.errno in _TOO_MANY_FILES:
        return TooManyOpenFiles(_most_files())
    return None


def _trouble_of_sqlite(name: str, error: BaseException) -> ReelmatchError | None:
    if name == "SQLITE_FULL":
        return DiskFull()
    if name.startswith("SQLITE_IOERR"):
        # SQLite calls a disk that is full an error of reading or writing, when it is not the file
        # itself that cannot grow but what lies beside it, or when a limit stops it.
        if "WRITE" in name or "SHM" in name or "FSYNC" in name or "TRUNCATE" in name:
            return DiskFull()
        return CatalogUnusable(f"the catalog cannot be read or written: {error} ({name})")
    if name.startswith("SQLITE_CANTOPEN"):
        if _files_are_short():
            return TooManyOpenFiles(_most_files())
        return CatalogUnusable(f"the catalog cannot be opened: {error}")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
        return CatalogUnusable(
            f"the catalog is busy: {error}; another process writes all the time, try again later"
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
        return CatalogUnusable(f"the catalog cannot be written: {error}; check its permissions")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return CorruptData(
            f"the catalog is damaged: {error}; keep the file, and restore a dump into another"
            " REELMATCH_HOME"
        )
    return None


def _most_files() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _files_are_short() -> bool:
    """Tell whether this process can open one more file."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in _TOO_MANY_FILES
    return False
