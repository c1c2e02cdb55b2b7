"""Interface of a database that the nouns of a catalog are stored in, and of its dialect.

Statements are written once: with ``?``, ``?1`` or ``:name`` for parameters, integers for truth
values, JSON as text, seconds since 1970 as floats, and no more than SQLite and PostgreSQL share.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, Protocol

MAX_NUMBER: Final = 2**63 - 1
"""Databases hold no larger one, so no row has it as its id."""


class Cursor(Protocol):
    """Rows that a statement returned, or how many it changed."""

    @property
    def rowcount(self) -> int:
        """Number of rows that were changed."""
        ...

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""
        ...

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class Statements(Protocol):
    """An open transaction."""

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> object:
        """Run one statement for each row of parameters."""
        ...


class Dialect(ABC):
    """SQL that differs between databases.

    Attributes:
        for_share: end of a question whose rows nobody may change until the transaction's end.
        for_update: end of one whose rows this transaction alone may change, or keep from changes.
        skip_locked: end of one that locks its rows, and passes over those that others have locked.
    """

    for_share: str
    for_update: str
    skip_locked: str

    @abstractmethod
    def json_text(self, column: str, key: str) -> str:
        """Return the expression for the text of a key of a JSON object, null where it is not."""

    @abstractmethod
    def mentions(self, text: str) -> tuple[str, str]:
        """Return a condition, and its parameter, on rows of ``line_texts``: a text is in it.

        Upper and lower case are one.
        """

    @abstractmethod
    def put_line_text(self, db: Statements, row: int, text: str) -> None:
        """Let the lines of one row of ``lines`` be looked up."""

    @abstractmethod
    def streamed(self, db: Statements, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a question as they come, which may be more than memory holds."""

    @abstractmethod
    def last_id(self, db: Statements, table: str) -> int:
        """Return the largest ``id`` that a table that counts ever gave, 0 for none."""

    @abstractmethod
    def set_last_id(self, db: Statements, table: str, last: int) -> None:
        """Let a table that counts go on after an ``id``."""

    @abstractmethod
    def serialize(self, db: Statements, name: str) -> None:
        """Wait until no other transaction does what ``name`` stands for, and keep others waiting.

        For what looks before it writes.
        """


class Database(ABC):
    """Database of a catalog. Safe to share between threads.

    Attributes:
        dialect: of its SQL.
    """

    dialect: Dialect

    @abstractmethod
    def rows(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a question and return all its rows.

        Raises:
            CorruptData: when what is stored is not what was written.
        """

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Statements]:
        """Write all of a block or nothing; within another's block, it is a part of that one.

        Raises:
            CatalogUnusable: when the catalog is gone, or another one is in its place.
            DiskFull: when there is no room for it.
            JobLost: when this writes for a job that its worker has no more.
        """

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[Statements]:
        """Read all of a block as it is at its beginning, while others write."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Name of the catalog in messages, without any password."""

    @property
    @abstractmethod
    def writes(self) -> bool:
        """Whether this thread is within a transaction."""

    @abstractmethod
    def lease_clock(self) -> float:
        """Return seconds of the clock that leases run by, one for all who share the catalog."""

    @abstractmethod
    def erasing(self) -> AbstractContextManager[None]:
        """Overwrite what is deleted in a block, as far as the database can."""

    @contextmanager
    def change(self) -> Iterator[tuple[Statements, int]]:
        """Open a transaction that moves the revision on; yields the new one, too.

        The revision's row stays locked until the commit, so that revisions are committed in order.
        Whoever locks a job, too, does it before: two would wait for each other otherwise.
        """
        with self.transaction() as db:
            db.execute("update revisions set revision = revision + 1")
            yield db, self.revision()

    def identity(self) -> str:
        """Return what tells this catalog from all others, wherever it is copied or moved to."""
        ((identity,),) = self.rows("select catalog from identity")
        return str(identity)

    def revision(self) -> int:
        """Return the number that grows with every change."""
        ((revision,),) = self.rows("select revision from revisions")
        return int(revision)


def marks(values: Sequence[Any]) -> str:
    """Return the marks of a list of parameters, for ``in (...)``."""
    return ",".join("?" * len(values))


def at_most(limit: int) -> int:
    """Return a limit for SQL; -1 stands for all."""
    return MAX_NUMBER if limit < 0 else limit
