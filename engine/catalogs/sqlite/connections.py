"""One thread's connection to the catalog's file, which writes only as long as the file is there."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.errors import CatalogUnusable

if TYPE_CHECKING:
    from sqlite_utils import Database

_BUSY_SECONDS: Final = 30.0


class Connection:
    """An open catalog file.

    Args:
        path: of the file.
        read_only: whether SQLite refuses to write.

    Attributes:
        sqlite: what asks it.
        writes: whether a transaction is open.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        # Only ``Catalog.close`` touches a connection from another thread.
        self.sqlite = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
        self.writes = False
        self._path = path
        try:
            self.sqlite.execute("pragma synchronous = normal")
            self.sqlite.execute("pragma foreign_keys = on")
            if read_only:
                self.sqlite.execute("pragma query_only = on")
            self._file = _file_at(path)
        except BaseException:
            self.sqlite.close()
            raise

    def __del__(self) -> None:
        # A thread that ends takes its connection along: pages and file handles are given back.
        if hasattr(self, "sqlite"):
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        self.sqlite.close()

    @cached_property
    def db(self) -> "Database":
        """Database that is migrated; who opens one that is up to date does not load it."""
        from sqlite_utils import Database

        return Database(self.sqlite, execute_plugins=False)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write all of a block or nothing.

        Raises:
            CatalogUnusable: when the file is gone, or another one is in its place.
        """
        # Taking the write lock at once: a reader that turns writer midway cannot be made to wait.
        self.sqlite.execute("begin immediate")
        self.writes = True
        try:
            self._check_file()
            yield self.sqlite
            # Within: when there is no room to commit, the connection must not stay in the middle.
            self.sqlite.commit()
        except BaseException:
            self.sqlite.rollback()
            raise
        finally:
            self.writes = False

    def _check_file(self) -> None:
        # What is written into a file that was deleted, or moved away, is read by nobody.
        if _file_at(self._path) != self._file:
            raise CatalogUnusable(
                f"the catalog {self._path} is gone, or another file is in its place: put it back,"
                " or start this again"
            )


def _file_at(path: Path) -> tuple[int, int] | None:
    try:
        stat = os.stat(path)  # noqa: PTH116 - half as long as Path's, and before every write
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
