"""The catalog in a database of PostgreSQL, which any number of machines share."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import psycopg

from engine.catalogs.postgres.connections import Server
from engine.catalogs.postgres.dialect import PostgresDialect
from engine.catalogs.postgres.migrations import STEPS, TABLE, migrate
from engine.catalogs.postgres.sharing import (
    ServerLeadership,
    ServerRates,
    leading_by_server,
)
from engine.catalogs.postgres.statements import Transaction, prepared
from engine.catalogs.sql.catalog import SqlCatalog
from engine.catalogs.sql.database import Statements
from engine.catalogs.sql.tables import TABLES
from engine.domain.jobs import LEASE_SECONDS, Claim
from engine.errors import CatalogUnusable, ReadOnlyCatalog


class Catalog(SqlCatalog):
    """One catalog, noun by noun. Safe to share between threads.

    Args:
        url: of the database.
        read_only: whether the server refuses to write.
        claim: of a worker to its job; without it, nothing is written any more.
    """

    dialect = PostgresDialect()

    def __init__(self, url: str, *, read_only: bool = False, claim: Claim | None = None) -> None:
        super().__init__(claim)
        self._url = url
        # Whoever works on a job may have worked for hours, and nobody waits for the answer.
        patience = LEASE_SECONDS if claim else 0.0
        self._server = Server(url, read_only=read_only, patience=patience)
        self._read_only = read_only
        self._own = threading.local()

    @classmethod
    def open(
        cls,
        url: str,
        *,
        create: bool = True,
        read_only: bool = False,
        claim: Claim | None = None,
    ) -> Self:
        """Open the catalog, creating or updating its tables where needed.

        Args:
            url: of a database that is there: ``postgresql://user:password@host:port/database``.
            create: False for who was told of a catalog: one that is gone is not made anew, empty.
            read_only: True for who reads what another process has opened: it is neither made nor
                updated, and not written.
            claim: as of the class.

        Raises:
            InvalidInput: when the URL cannot be one.
            CatalogUnusable: when it is no catalog, or of a newer version of reelmatch.
            CatalogUnavailable: when the server does not answer.
        """
        catalog = cls(url, read_only=read_only, claim=claim)
        with catalog._server.connect() as connection, catalog._server.reporting():
            catalog._prepare(connection, create=create, updates=not read_only)
        catalog._server.start()
        return catalog

    def _prepare(self, connection: Any, *, create: bool, updates: bool) -> None:
        """Look whether the tables are there and of this version; make them so where that may be."""
        name = self._server.name
        tables = {
            table
            for (table,) in connection.execute(
                "select tablename from pg_tables where schemaname = current_schema()"
            )
        }
        if TABLE not in tables:
            if tables:
                raise CatalogUnusable(
                    f"the catalog {name} has tables of another program: make a database of its own"
                )
            if not (create and updates):
                raise CatalogUnusable(f"the catalog {name} is gone: put it back")
            applied = set()
        else:
            applied = {step for (step,) in connection.execute(f"select name from {TABLE}")}  # noqa: S608
        if applied - STEPS.keys():
            raise CatalogUnusable(
                f"the catalog {name} was written by a newer reelmatch: upgrade this one",
                hint="'pip install --upgrade reelmatch'",
            )
        if updates and STEPS.keys() - applied:
            with connection.transaction():
                db = Transaction(connection)
                self.dialect.serialize(db, "migrations")
                migrate(db)

    @property
    def url(self) -> str:
        """URL that ``engine.catalogs.open_catalog`` opens it by; its password may be in it."""
        return self._url

    @property
    def is_local(self) -> bool:
        """Whether it lies on this machine; no server is taken for one that does."""
        return False

    @property
    def name(self) -> str:
        """Name of it in messages, without its password."""
        return self._server.name

    def close(self) -> None:
        """Close the connections of all threads."""
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def writes(self) -> bool:
        """Whether this thread is within a transaction."""
        return self._connection is not None

    @property
    def _connection(self) -> "psycopg.Connection[Any] | None":
        """Connection of the transaction that this thread is within."""
        connection: psycopg.Connection[Any] | None = getattr(self._own, "connection", None)
        return connection

    def rows(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a question and return all its rows.

        Raises:
            CatalogUnavailable: when the server does not answer.
        """
        text, values = prepared(sql, tuple(parameters))
        with self._server.reporting():
            if (own := self._connection) is not None:
                return own.execute(text, values, binary=True).fetchall()
            connection, cursor = self._server.begin(text, values)
            try:
                return cursor.fetchall()
            finally:
                self._server.give_back(connection)

    @contextmanager
    def transaction(self) -> Iterator[Statements]:
        """Write all of a block or nothing; within another's block, it is a part of that one.

        Raises:
            CatalogUnavailable: when the server does not answer, or has no room; when it went
                while this was committed, it is stored whole or not at all.
            CatalogUnusable: when the tables are gone.
            JobLost: when this writes for a job that its worker has no more.
            ReadOnlyCatalog: when it was opened to be read only.
        """
        if self._read_only:
            raise ReadOnlyCatalog
        with self._server.reporting():
            if (own := self._connection) is not None:
                yield Transaction(own)
                return
            connection, _ = self._server.begin("begin")
            self._own.connection = connection
            try:
                self.check_claim()
                yield Transaction(connection)
                connection.execute("commit")
            except BaseException:
                with suppress(psycopg.Error):
                    connection.execute("rollback")
                raise
            finally:
                self._own.connection = None
                self._server.give_back(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Statements]:
        """Read all of a block as it is at its beginning, while others write."""
        with self._server.reporting(), self._server.connect() as connection:
            connection.execute("begin isolation level repeatable read read only")
            yield Transaction(connection)

    def rates(self) -> ServerRates:
        """Return counts of requests, kept by the server."""
        return ServerRates(self._server)

    def leading(self, what: str) -> AbstractContextManager[ServerLeadership | None]:
        """Lead, for a block, among all who share the catalog; yields None when another one does."""
        return leading_by_server(self._server, what)

    def lease_clock(self) -> float:
        """Return seconds since 1970 by the clock of the server, one for all who share it."""
        # Asked each time: no clock of this machine runs on while it sleeps.
        ((seconds,),) = self.rows("select extract(epoch from clock_timestamp())::float8")
        return float(seconds)

    @contextmanager
    def erasing(self) -> Iterator[None]:
        """Leave overwriting what is deleted in a block to the server, which reuses its room."""
        yield

    def flush(self, *, truncate: bool = False) -> None:
        """Do nothing: what a server has committed is on its disk."""

    def copy_to(self, target: Path) -> int:
        """Write this catalog, as it is at this moment, into a new file of SQLite, and check it.

        Returns:
            How many videos it has.
        """
        from engine.catalogs.sql.copying import copy_catalog
        from engine.catalogs.sqlite.catalog import Catalog as SqliteCatalog
        from engine.catalogs.sqlite.copying import tidy_copy

        with SqliteCatalog.open(target) as copy:
            copy_catalog(self, copy)
        target.with_suffix(".lock").unlink()
        with closing(sqlite3.connect(target)) as file:
            return tidy_copy(file)

    def check(self, *, indexes: bool = False, tracks: bool = False) -> None:
        """Read the whole catalog and look whether it holds together.

        Args:
            indexes: read the rows of all tables, too; the server compares no indexes.
            tracks: read each of them and all lines of text, too.

        Raises:
            CorruptData: naming what was found first.
        """
        for table in TABLES:
            if indexes or table.name == "videos":
                self.rows(f"select count(*) from {table.name}")  # noqa: S608 - constants
        if tracks:
            self.check_content()
