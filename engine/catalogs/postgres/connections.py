"""Connections to a server of PostgreSQL, in a pool, and its errors as ours."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper
from psycopg_pool import ConnectionPool, PoolTimeout

from engine.errors import (
    CatalogUnavailable,
    CatalogUnusable,
    CorruptData,
    InvalidInput,
    ReelmatchError,
)

MAX_CONNECTIONS: Final = 10
"""Of one process."""

_CONNECT_SECONDS: Final = 5
_WAIT_SECONDS: Final = 3.0
_AGAIN_SECONDS: Final = 0.2
# The pool waits twice as long after each attempt that failed; then whoever asks begins anew.
_RECONNECT_SECONDS: Final = 5

# A host that was cut off holds its locks until the server knows: in a minute, not in two hours.
_SESSION: Final = (
    "set statement_timeout = '10min'; set lock_timeout = '30s';"
    " set idle_in_transaction_session_timeout = '10min'; set tcp_keepalives_idle = 30;"
    " set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3;"
    " set client_min_messages = 'warning'"
)
_READ_ONLY: Final = "; set default_transaction_read_only = on"

_BUSY: Final = (
    errors.QueryCanceled,
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    # What a row belongs to was deleted, or it was added, at the same time.
    errors.ForeignKeyViolation,
)
_DAMAGE: Final = (errors.DataCorrupted, errors.IndexCorrupted)


class Server:
    """A database on a server.

    Args:
        url: ``postgresql://user:password@host:port/database``, as libpq takes it.
        read_only: whether the server refuses to write.
        patience: seconds for which a server that is away is waited for; 0 for a few at most.

    Attributes:
        name: of it in messages, without its password.

    Raises:
        InvalidInput: when the URL cannot be one.
    """

    def __init__(self, url: str, *, read_only: bool = False, patience: float = 0.0) -> None:
        try:
            parts = conninfo_to_dict(url)
        except psycopg.ProgrammingError:
            # Its text has what was wrong in it, which may be the password.
            raise InvalidInput(
                "the catalog's address is none of PostgreSQL: write"
                " postgresql://user@host:5432/database, with %-signs for special characters"
            ) from None
        host, port = parts.get("host") or "localhost", parts.get("port") or "5432"
        self.name = f"postgresql://{host}:{port}/{parts.get('dbname') or ''}"
        self._password = str(parts.get("password") or "")
        self._url = url
        self._patience = patience
        self._session = _SESSION + (_READ_ONLY if read_only else "")
        self._options: dict[str, Any] = {
            "autocommit": True,
            "cursor_factory": psycopg.RawCursor,
            "connect_timeout": _CONNECT_SECONDS,
            "application_name": "reelmatch",
            # A link that was cut is told within half a minute.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
        }
        # Then nobody waits long: all who ask would stand in one line.
        self._is_away = False
        self._pool: ConnectionPool[psycopg.Connection[Any]] | None = None

    def connect(self) -> "psycopg.Connection[Any]":
        """Return a connection beside the pool.

        Raises:
            CatalogUnavailable: when the server does not answer.
            CatalogUnusable: when it lets nobody in, or has no such database.
        """
        try:
            connection = psycopg.connect(self._url, **self._options)
        except psycopg.OperationalError as error:
            raise self._refused(error) from None
        self._configure(connection)
        return connection

    def start(self) -> None:
        """Begin to hold connections ready."""
        self._pool = ConnectionPool(
            self._url,
            kwargs=self._options,
            configure=self._configure,
            min_size=1,
            max_size=MAX_CONNECTIONS,
            reconnect_timeout=_RECONNECT_SECONDS,
            open=True,
        )

    def close(self) -> None:
        """Let go of all connections."""
        if self._pool is not None:
            self._pool.close()

    def _configure(self, connection: "psycopg.Connection[Any]") -> None:
        connection.adapters.register_dumper(str, StrDumper)
        connection.adapters.register_dumper(int, Int8Dumper)
        connection.execute(self._session)

    def take(self) -> "psycopg.Connection[Any]":
        """Return a connection of the pool; whoever takes one gives it back."""
        assert self._pool is not None  # noqa: S101 - for mypy: it was started
        until = time.monotonic() + self._patience
        while True:
            try:
                connection = self._pool.getconn(_AGAIN_SECONDS if self._is_away else _WAIT_SECONDS)
            except PoolTimeout:
                self._is_away = True
                if time.monotonic() > until:
                    raise
            else:
                self._is_away = False
                return connection

    def begin(
        self, sql: str, parameters: Sequence[Any] = ()
    ) -> "tuple[psycopg.Connection[Any], psycopg.Cursor[Any]]":
        """Take a connection and run a first statement on it.

        Once more on another one, when this one's server was started again meanwhile.

        Returns:
            The connection, to be given back, and the rows.
        """
        for is_last in (False, True):
            connection = self.take()
            try:
                return connection, connection.execute(sql, parameters, binary=True)
            except BaseException as error:
                was_closed = isinstance(error, psycopg.OperationalError) and connection.broken
                self.give_back(connection)
                if is_last or not was_closed:
                    raise
        raise AssertionError

    def give_back(self, connection: "psycopg.Connection[Any]") -> None:
        """Give a connection back; one that is broken is replaced, and all others are looked at."""
        pool = self._pool
        assert pool is not None  # noqa: S101
        broken = connection.broken
        pool.putconn(connection)
        if broken:
            # A server that was started again has ended all of them.
            pool.check()

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Raise what the server says, in a block, as errors of ours.

        Raises:
            CatalogUnavailable: when it does not answer, has no room, or is busy.
            CatalogUnusable: when the tables are gone.
            CorruptData: when it says that what is stored is damaged.
        """
        try:
            yield
        except psycopg.Error as error:
            trouble = self._trouble(error)
            if trouble is None:
                raise
            raise trouble from error

    def _trouble(self, error: psycopg.Error) -> ReelmatchError | None:
        text = self._text(error)
        if isinstance(error, PoolTimeout):
            return CatalogUnavailable(
                f"the catalog {self.name} gives no connection: the server does not answer, or all"
                f" {MAX_CONNECTIONS} connections of this process are busy; it is tried again"
            )
        if isinstance(error, errors.DiskFull):
            return CatalogUnavailable(
                f"the server of the catalog {self.name} has no room ({text}): free some of its disk"
            )
        if isinstance(error, _BUSY):
            return CatalogUnavailable(f"the catalog {self.name} is busy ({text}): try it again")
        if isinstance(error, _DAMAGE):
            return CorruptData(
                f"the catalog {self.name} is damaged ({text}): bring back a backup of the server"
            )
        if isinstance(error, (errors.UndefinedTable, errors.InvalidCatalogName)):
            return CatalogUnusable(
                f"the catalog {self.name} is gone ({text}): put it back, or start this again"
            )
        if isinstance(error, psycopg.OperationalError):
            return CatalogUnavailable(
                f"the server of the catalog {self.name} does not answer ({text}): start it, or"
                " check REELMATCH_CATALOG; this goes on by itself when it is back"
            )
        return None

    def _refused(self, error: psycopg.OperationalError) -> ReelmatchError:
        text = self._text(error)
        if any(
            word in text
            for word in ("authentication failed", "does not exist", "no pg_hba.conf", "no password")
        ):
            return CatalogUnusable(
                f"the catalog {self.name} cannot be opened ({text}): check REELMATCH_CATALOG and"
                " the server's users and databases"
            )
        if "too many" in text or "remaining connection slots" in text:
            return CatalogUnavailable(
                f"the server of the catalog {self.name} has no connection left ({text}): raise its"
                " max_connections, or run fewer processes"
            )
        trouble = self._trouble(error)
        assert trouble is not None  # noqa: S101 - what is operational always is one
        return trouble

    def _text(self, error: psycopg.Error) -> str:
        line = " ".join(str(error).split())
        return line.replace(self._password, "***") if self._password else line
