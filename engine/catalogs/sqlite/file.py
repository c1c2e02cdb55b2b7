"""The file of a catalog: connections, transactions, the revision, and errors of damage. SQLite.

Many processes may read while one writes (WAL). Every write is one transaction and moves the
catalog's revision on by one, so that whoever follows it can tell what is new.
"""

import fcntl
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from weakref import WeakSet
from zlib import crc32

from engine.catalogs.sql.catalog import SqlCatalog
from engine.catalogs.sql.database import Statements
from engine.catalogs.sqlite.connections import Connection
from engine.catalogs.sqlite.dialect import SqliteDialect
from engine.catalogs.sqlite.rates import Rates
from engine.domain.jobs import Claim
from engine.errors import (
    CatalogUnusable,
    CorruptData,
    DiskFull,
    ReadOnlyCatalog,
    ReelmatchError,
    TooManyOpenFiles,
)
from engine.system.homes import finish_restore, make_home, refuse_lost_catalog
from engine.system.leader_files import FileLeadership, leading_by_file
from engine.system.os_errors import expected_trouble, translated_os_errors

if TYPE_CHECKING:
    from sqlite_utils import Database


class CatalogFile(SqlCatalog):
    """One file. Safe to share between threads: each gets a connection of its own.

    Args:
        path: of the file.
        claim: of a worker to its job; without it, nothing is written any more.
    """

    dialect = SqliteDialect()

    def __init__(self, path: Path, claim: Claim | None = None) -> None:
        super().__init__(claim)
        self.path = path
        self._read_only = False
        self._own = threading.local()
        # Without those of threads that have ended.
        self._opened: WeakSet[Connection] = WeakSet()
        self._opening = threading.Lock()

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        create: bool = True,
        read_only: bool = False,
        claim: Claim | None = None,
    ) -> Self:
        """Open the catalog, creating or updating its tables where needed.

        Args:
            path: of the file.
            create: False for who was told of a catalog: one that is gone is not made anew, empty.
            read_only: True for who reads what another process has opened: it is neither made nor
                updated, and not written.
            claim: as of the class.

        Raises:
            CatalogUnusable: when the file is no catalog, or of a newer version of reelmatch.
            DiskFull: when there is no room for what it needs.
            TooManyOpenFiles: when this process may open no more.
        """
        if (read_only or not create) and not path.is_file():
            raise _gone(path)
        catalog = cls(path, claim)
        if read_only:
            catalog._read_only = True
            return catalog
        try:
            make_home(path.parent)
            catalog._prepare()
        except ReelmatchError:
            catalog.close()
            raise
        except (OSError, sqlite3.Error, UnicodeDecodeError) as error:
            catalog.close()
            trouble = expected_trouble(error, path.parent)
            if isinstance(trouble, (DiskFull, TooManyOpenFiles)):
                raise trouble from error
            raise CatalogUnusable(
                f"cannot open the catalog {path}: {error};"
                " check the file and its permissions, or set REELMATCH_HOME to another folder"
            ) from error
        return catalog

    def _prepare(self) -> None:
        # One process at a time: SQLite does not let others wait while it turns to WAL.
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            finish_restore(self.path.parent)
            refuse_lost_catalog(self.path)
            if self._is_up_to_date():
                return
            from engine.catalogs.sqlite.migrations import MIGRATIONS, is_foreign, is_newer

            db = self._db
            if is_foreign(db):
                raise CatalogUnusable(
                    f"{self.path} is a database of another program: move it away, or set"
                    " REELMATCH_HOME to another folder"
                )
            db.enable_wal()
            if is_newer(db):
                raise CatalogUnusable(
                    f"{self.path} was written by a newer reelmatch: upgrade this one",
                    hint="'pip install --upgrade reelmatch'",
                )
            if MIGRATIONS.pending(db):
                MIGRATIONS.apply(db)
            db.execute(f"pragma user_version = {_steps_checksum()}")

    def _is_up_to_date(self) -> bool:
        ask = self._connection.sqlite.execute
        (version,) = ask("pragma user_version").fetchone()
        (mode,) = ask("pragma journal_mode").fetchone()
        return (version, mode) == (_steps_checksum(), "wal")

    @property
    def is_local(self) -> bool:
        """Whether it lies on this machine: a file must."""
        return True

    @property
    def name(self) -> str:
        """Name of it in messages: its path."""
        return str(self.path)

    @property
    def url(self) -> str:
        """URL that ``engine.catalogs.open_catalog`` opens it by: its path."""
        return str(self.path)

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._opening:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
            self._own = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _connection(self) -> Connection:
        if not hasattr(self._own, "connection"):
            connection = Connection(self.path, read_only=self._read_only)
            with self._opening:
                self._opened.add(connection)
            self._own.connection = connection
        own: Connection = self._own.connection
        return own

    @property
    def writes(self) -> bool:
        """Whether this thread is within a transaction."""
        return self._connection.writes

    @property
    def _db(self) -> "Database":
        return self._connection.db

    def rows(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a question and return all its rows.

        Raises:
            CorruptData: when the file is not what was written.
        """
        with translated_os_errors(self.path.parent), self.reporting_damage():
            rows: list[tuple[Any, ...]] = self._connection.sqlite.execute(
                sql, tuple(parameters)
            ).fetchall()
        return rows

    @contextmanager
    def reporting_damage(self) -> Iterator[None]:
        """Turn what SQLite says of a damaged file, in a block, into ``CorruptData``."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            raise self.damaged(str(error)) from error
        except UnicodeDecodeError as error:
            if not _is_of_a_catalog(error):
                raise
            # What SQLite says of damage names what is damaged, and that may be no text any more.
            raise self.damaged(str(error)) from error

    def damaged(self, problem: str) -> CorruptData:
        """Return the error that says what was found in the file."""
        line = " ".join(problem.split())
        return CorruptData(
            f"the catalog {self.path} is damaged ({line}): restore a dump into another folder;"
            " 'sqlite3 FILE .recover' saves what can be read of this one",
            hint="'reelmatch restore' brings a dump back",
        )

    @contextmanager
    def transaction(self) -> Iterator[Statements]:
        """Write all of a block or nothing; within another's block, it is a part of that one.

        Raises:
            CatalogUnusable: when the file is gone, or another one is in its place.
            DiskFull: when there is no room for it.
            JobLost: when this writes for a job that its worker has no more.
            ReadOnlyCatalog: when it was opened to be read only.
        """
        if self._read_only:
            raise ReadOnlyCatalog
        with translated_os_errors(self.path.parent), self.reporting_damage():
            connection = self._connection
            if connection.writes:
                yield connection.sqlite
                return
            with connection.writing() as db:
                self.check_claim()
                yield db

    @contextmanager
    def snapshot(self) -> Iterator[Statements]:
        """Read all of a block as it is at its beginning, while others write."""
        with closing(Connection(self.path, read_only=True)) as own, self.reporting_damage():
            own.sqlite.execute("begin")
            yield own.sqlite

    def rates(self) -> Rates:
        """Return counts of requests in a file beside this one; to be closed.

        Raises:
            DiskFull: when there is no room for it.
        """
        return Rates.open(self.path.with_name("rates"))

    def leading(self, what: str) -> AbstractContextManager[FileLeadership | None]:
        """Lead, for a block, among who share the file; yields None when another one does."""
        return leading_by_file(self.path.with_name(f"{what}.lock"))

    def lease_clock(self) -> float:
        """Return seconds since the machine was started: all who share the file share it."""
        return time.monotonic()

    @contextmanager
    def erasing(self) -> Iterator[None]:
        """Overwrite what is deleted in a block, in the file and in what is beside it."""
        self.rows("pragma secure_delete = on")
        yield
        # What was written to the log before goes, too, unless somebody reads just now; then it
        # goes with the next one.
        self.flush(truncate=True)

    def flush(self, *, truncate: bool = False) -> None:
        """Put on the disk what was written so far, so that even a power cut leaves it.

        Args:
            truncate: leave nothing beside the file; waits for those who read.
        """
        self.rows(f"pragma wal_checkpoint({'truncate' if truncate else 'passive'})")


def _gone(path: Path) -> CatalogUnusable:
    return CatalogUnusable(f"the catalog {path} is gone: put it back, or start this again")


_DAMAGE: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    # A text that is no UTF-8 is told by Python, without a code of SQLite's.
    name = getattr(error, "sqlite_errorname", "")
    return name.startswith(_DAMAGE) or (not name and "decode" in str(error))


def _is_of_a_catalog(error: UnicodeDecodeError) -> bool:
    """Tell whether a text was refused by SQLite, not by what else happens in a block."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = "" if trace is None else str(trace.tb_frame.f_globals.get("__name__"))
    return name.startswith(("engine.catalogs.", "sqlite_utils."))


@cache
def _steps_checksum() -> int:
    """Return what tells a catalog that has every step of this version from any other.

    A catalog keeps it, so that the steps and what takes them are loaded only when one is new.
    """
    return crc32(Path(__file__).with_name("migrations.py").read_bytes()) >> 1
