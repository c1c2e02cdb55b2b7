"""Errors of the machine are told from mistakes of ours, however Python and SQLite put them."""

import errno
import os
import shutil
import sqlite3
from pathlib import Path
from typing import NamedTuple

import pytest

from engine.errors import CatalogUnusable, CorruptData, DiskFull, ReelmatchError, TooManyOpenFiles
from engine.system.os_errors import expected_trouble, translated_os_errors


def of_sqlite(name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), DiskFull),
        (OSError(errno.EFBIG, "File too large"), DiskFull),
        (shutil.Error([("a", "b", "[Errno 28] No space left on device: 'a' -> 'b'")]), DiskFull),
        (FileNotFoundError(2, "No usable temporary directory found in ['/tmp']"), DiskFull),
        (of_sqlite("SQLITE_FULL"), DiskFull),
        (of_sqlite("SQLITE_IOERR_WRITE"), DiskFull),
        (of_sqlite("SQLITE_IOERR_SHMSIZE"), DiskFull),
        (of_sqlite("SQLITE_IOERR_READ"), CatalogUnusable),
        (of_sqlite("SQLITE_BUSY"), CatalogUnusable),
        (of_sqlite("SQLITE_READONLY"), CatalogUnusable),
        (of_sqlite("SQLITE_CANTOPEN"), CatalogUnusable),
        (of_sqlite("SQLITE_CORRUPT"), CorruptData),
        (OSError(errno.EMFILE, "Too many open files"), TooManyOpenFiles),
        (OSError(errno.ENFILE, "Too many open files in system"), TooManyOpenFiles),
    ],
)
def test_a_trouble_is_named(error: Exception, trouble: type[ReelmatchError]) -> None:
    assert isinstance(expected_trouble(error), trouble)
    wrapped = RuntimeError("somewhere above")
    wrapped.__cause__ = error
    assert isinstance(expected_trouble(wrapped), trouble)

    def fail() -> None:
        with translated_os_errors():
            raise error

    with pytest.raises(trouble):
        fail()


@pytest.mark.parametrize(
    ("error", "folder"),
    [
        (OSError(errno.ENOSPC, "No space left", "/named/file"), "/named"),
        (OSError(errno.ENOSPC, "No space left", b"/named/\xff"), "/named"),
        (OSError(errno.ENOSPC, "No space left", "/from/file", None, "/named/file"), "/named"),
        (shutil.Error([("/from/a", "/named/a", "[Errno 28] No space left on device")]), "/named"),
        (FileNotFoundError(2, "No usable temporary directory found in ['/a', '/b']"), "/a, /b"),
        (OSError(errno.ENOSPC, "No space left"), "/given"),
        (OSError(errno.ENOSPC, "No space left", 7), "/given"),
        (of_sqlite("SQLITE_FULL"), "/given"),
    ],
)
def test_a_full_disk_is_the_one_that_is_named_or_else_where_one_writes(
    error: Exception, folder: str
) -> None:
    trouble = expected_trouble(error, Path("/given"))
    assert isinstance(trouble, DiskFull)
    assert trouble.folder == folder
    assert f"nothing more can be written to {folder};" in str(trouble)


def test_a_full_folder_of_temporary_files_is_told_from_the_catalogs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Room(NamedTuple):
        f_bavail: int
        f_frsize: int

    monkeypatch.setenv("SQLITE_TMPDIR", "/temporary")
    free = {"/temporary": 4096, str(tmp_path): 1 << 30}
    monkeypatch.setattr(os, "statvfs", lambda folder: Room(free[str(folder)], 1))
    trouble = expected_trouble(of_sqlite("SQLITE_FULL"), tmp_path)
    assert isinstance(trouble, DiskFull)
    assert trouble.folder == "/temporary"
    free[str(tmp_path)] = 4096
    trouble = expected_trouble(of_sqlite("SQLITE_FULL"), tmp_path)
    assert isinstance(trouble, DiskFull)
    assert trouble.folder == str(tmp_path)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EACCES, "Permission denied"),
        FileNotFoundError(errno.ENOENT, "No such file or directory"),
        of_sqlite("SQLITE_ERROR"),
        of_sqlite("SQLITE_CONSTRAINT_UNIQUE"),
        ValueError("disk is full of errors"),
    ],
)
def test_a_mistake_stays_one(error: Exception) -> None:
    assert expected_trouble(error) is None
    with pytest.raises(type(error)), translated_os_errors():
        raise error
