"""Rate limits and leadership over a server: for all machines that share a catalog."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg

from engine.catalogs.postgres.connections import Server
from engine.catalogs.postgres.dialect import lock_key

# The generic cell rate algorithm, as in engine.catalogs.sqlite.rates, by the server's clock. $1 the
# key, $2 the seconds between two requests, $3 those that may come too early. No row: it must wait.
_TAKE: Final = (
    "insert into rates as r (key, due)"
    " select $1, extract(epoch from clock_timestamp())::float8 + $2"
    " on conflict (key) do update set due = case when r.due > excluded.due + 1.0 then excluded.due"
    " else greatest(r.due + $2, excluded.due) end"
    " where r.due - $3 + $2 <= excluded.due or r.due > excluded.due + 1.0 returning 1"
)
_WAIT: Final = (
    "select due - $2 - extract(epoch from clock_timestamp())::float8 from rates where key = $1"
)
_MIN_WAIT: Final = 0.001


class ServerRates:
    """The moment from which on each key may ask again, counted by a server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def close(self) -> None:
        """Do nothing: the server counts."""

    def take(self, key: int, per_second: float) -> float:
        """Count one request of a key.

        Args:
            key: its number.
            per_second: how many it may make a second, above 0; as many may come at once.

        Returns:
            0.0 when it may pass; else the seconds until it may, and it is not counted.

        Raises:
            CatalogUnavailable: when the server does not answer.
        """
        interval = 1.0 / per_second
        # One second's worth may come at once, but always one.
        tolerance = max(0.0, 1.0 - interval)
        with self._server.reporting():
            connection, taken = self._server.begin(_TAKE, (key, interval, tolerance))
            try:
                if taken.fetchone():
                    return 0.0
                row = connection.execute(_WAIT, (key, tolerance), binary=True).fetchone()
                return max(_MIN_WAIT, float(row[0])) if row else _MIN_WAIT
            finally:
                self._server.give_back(connection)


class ServerLeadership:
    """An advisory lock of a server, which goes with the connection that holds it.

    Args:
        connection: that one.
    """

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection

    def holds(self) -> bool:
        """Tell whether the connection is there."""
        try:
            self._connection.execute("select 1")
        except psycopg.Error:
            return False
        return True


@contextmanager
def leading_by_server(server: Server, what: str) -> Iterator[ServerLeadership | None]:
    """Lead, for a block, among all who share a catalog; None when another one does.

    Raises:
        CatalogUnavailable: when the server does not answer.
    """
    key = lock_key(f"leader of {what}")
    with server.reporting():
        connection, locked = server.begin("select pg_try_advisory_lock($1::int, $2::int)", key)
    try:
        if not (locked.fetchone() or (False,))[0]:
            yield None
            return
        try:
            yield ServerLeadership(connection)
        finally:
            with suppress(psycopg.Error):
                connection.execute("select pg_advisory_unlock($1::int, $2::int)", key)
    finally:
        server.give_back(connection)
