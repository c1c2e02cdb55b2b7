"""Objects in the store of media that nobody needs any more."""

from collections.abc import Sequence
from typing import Final

from engine.catalogs.sql.database import Database, marks

_MARGIN_SECONDS: Final = 300.0
"""Clocks of two machines differ by less, and a deletion takes less."""


class UnneededObjects:
    """Names of objects to be deleted, of one catalog."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def note(self, names: Sequence[str], *, due: float) -> None:
        """Let objects be deleted from a moment on, seconds since 1970."""
        with self._file.transaction() as db:
            db.executemany(
                "insert into unneeded_objects (name, due) values (?, ?)"
                " on conflict (name) do update set due = excluded.due",
                [(name, due) for name in names],
            )

    def due(self, *, now: float, limit: int) -> list[str]:
        """Return names of objects whose moment has come, those that wait longest first."""
        sql = "select name from unneeded_objects where due <= ? order by due, name limit ?"
        return [name for (name,) in self._file.rows(sql, (now, limit))]

    def take(self, names: Sequence[str], *, now: float) -> bool:
        """Take objects off to be named; False, and nothing, when one may be deleted meanwhile."""
        with self._file.transaction() as db:
            sql = f"select 1 from unneeded_objects where name in ({marks(names)}) and due > ?"  # noqa: S608
            safe = db.execute(sql, (*names, now + _MARGIN_SECONDS)).fetchall()
            if len(safe) < len(names):
                return False
            self.remove(names)
            return True

    def remove(self, names: Sequence[str]) -> None:
        """Take objects off: they are gone."""
        with self._file.transaction() as db:
            db.executemany(
                "delete from unneeded_objects where name = ?", [(name,) for name in names]
            )
