"""Troubles of the machine, told from mistakes of ours: a full disk, too many open files, a lock.

Python and SQLite name them differently at every place; here each becomes one expected failure, so
that all entry points say the same of it.
"""

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from engine.errors import (
    CatalogUnavailable,
    CatalogUnusable,
    CorruptData,
    DiskFull,
    ReelmatchError,
    TooManyOpenFiles,
)

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What Python says of temporary folders when it could write into none of them.
_NO_ROOM: Final = "No usable temporary directory"
_LITTLE_BYTES: Final = 16 << 20
"""A folder with less room than this is the one that is full, when two are to choose from."""

_TOO_MANY_FILES: Final = (errno.EMFILE, errno.ENFILE)


def expected_trouble(error: BaseException, folder: Path | None = None) -> ReelmatchError | None:
    """Return what an error of Python or SQLite means for people; None when it is a mistake of ours.

    Args:
        error: what was raised; those behind it (``raise ... from``) are looked at, too.
        folder: where something was to be written, for errors that do not name it.
    """
    visited: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in visited:
        visited.add(id(at))
        if (trouble := _trouble(at)) is not None:
            return _placed(trouble, folder)
        at = at.__cause__ or at.__context__
    return None


@contextmanager
def translated_os_errors(folder: Path | None = None) -> Iterator[None]:
    """Raise what is wrong with the machine as an expected failure.

    Args:
        folder: as of ``expected_trouble``.
    """
    try:
        yield
    except ReelmatchError:
        raise
    except Exception as error:
        trouble = expected_trouble(error, folder)
        if trouble is None:
            raise
        raise trouble from error


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Raise that its disk is full, when it is, as a failure that names the folder.

    Everything else is raised as it is: whoever writes knows what it means there.
    """
    try:
        yield
    except Exception as error:
        trouble = expected_trouble(error, folder)
        if not isinstance(trouble, DiskFull):
            raise
        raise trouble from error


def _placed(trouble: ReelmatchError, folder: Path | None) -> ReelmatchError:
    """Return a full disk as one of a folder; any other trouble as it is."""
    if not isinstance(trouble, DiskFull) or trouble.folder or folder is None:
        return trouble
    temporary = _temporary_folder()
    if temporary is None:
        return DiskFull(folder)
    is_temporary = _free_bytes(temporary) < _LITTLE_BYTES <= _free_bytes(folder)
    return DiskFull(temporary if is_temporary else folder)


def _temporary_folder() -> Path | None:
    """Return where SQLite sorts and rewrites what is large, None when it has no such place."""
    from tempfile import gettempdir

    try:
        return Path(os.environ.get("SQLITE_TMPDIR") or gettempdir())
    except OSError:
        return None


def _free_bytes(folder: Path) -> int:
    try:
        usage = os.statvfs(folder)
    except OSError:
        return 0
    return usage.f_bavail * usage.f_frsize


def _trouble(error: BaseException) -> ReelmatchError | None:
    if isinstance(error, (CatalogUnavailable, DiskFull, TooManyOpenFiles)):
        return error
    # Told without importing sqlite3, so that commands start fast.
    if name := getattr(error, "sqlite_errorname", ""):
        return _trouble_of_sqlite(str(name), error)
    if isinstance(error, OSError):
        return _trouble_of_system(error)
    return None


def _trouble_of_system(error: OSError) -> ReelmatchError | None:
    # A tree that is copied tells of each of its files in one text.
    message = str(error)
    if error.errno in _FULL or any(os.strerror(code) in message for code in _FULL):
        return DiskFull(_folder_of(error))
    if _NO_ROOM in message:
        # Which were tried stands behind it.
        return DiskFull(message.partition(f"{_NO_ROOM} found in [")[2].rstrip("]").replace("'", ""))
    if error.errno in _TOO_MANY_FILES:
        return TooManyOpenFiles(_max_open_files())
    return None


def _folder_of(error: OSError) -> str:
    """Return the folder of the file that an error names, empty when it names none."""
    # Two names are one that was copied, and its copy; of a tree there is a list of them.
    named = error.filename2 or error.filename
    if error.args and isinstance(error.args[0], list):
        # Of ``shutil``: from where, to where, and why.
        named = next((one[1] for one in error.args[0] if len(one) > 1), None)
    if not isinstance(named, (str, bytes, os.PathLike)):
        return ""
    return os.path.dirname(os.fsdecode(named))  # noqa: PTH120 - of bytes and of links, too


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
            return TooManyOpenFiles(_max_open_files())
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


def _max_open_files() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _files_are_short() -> bool:
    """Tell whether this process can open one more file."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in _TOO_MANY_FILES
    return False
