"""Named requests and the jobs that they started."""

from engine.catalogs.sql.database import Database
from engine.domain.started_requests import StartedRequest


class StartedRequests:
    """The named requests of one catalog's clients."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def reserve(
        self, caller: int, name: str, digest: bytes, *, now: float, ttl_seconds: float
    ) -> StartedRequest | None:
        """Return the request of this name; where there is none, None, and it is this one from now.

        Args:
            caller: the key whose name it is.
            name: of the request.
            digest: of what is asked.
            now: seconds since 1970.
            ttl_seconds: seconds that names are stored.
        """
        with self._file.transaction() as db:
            db.execute("delete from started where started_at < ?", (now - ttl_seconds,))
            reserved = db.execute(
                "insert into started (caller, name, asked, job, started_at)"
                " values (?, ?, ?, null, ?) on conflict do nothing",
                (caller, name, digest, now),
            )
            if reserved.rowcount:
                return None
            row = db.execute(
                "select asked, job, started_at from started where caller = ? and name = ?",
                (caller, name),
            ).fetchone()
            return StartedRequest(*row)

    def restart(self, caller: int, name: str, *, now: float) -> None:
        """Let a request begin anew of which no job came."""
        with self._file.transaction() as db:
            db.execute(
                "update started set started_at = ? where caller = ? and name = ?",
                (now, caller, name),
            )

    def note(self, caller: int, name: str, job: int) -> None:
        """Write down the job that a request started."""
        with self._file.transaction() as db:
            db.execute(
                "update started set job = ? where caller = ? and name = ?", (job, caller, name)
            )
