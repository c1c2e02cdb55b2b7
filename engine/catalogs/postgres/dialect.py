"""SQL of PostgreSQL where it differs: JSON, the index of lines, locks of rows."""

from collections.abc import Iterator
from typing import Any, Final
from zlib import crc32

from engine.catalogs.postgres.statements import Transaction
from engine.catalogs.sql.database import Dialect, Statements
from engine.catalogs.sql.lines import LIKE_ESCAPE

_FIRST_LETTERS: Final = 3
"""Letters from which on upper and lower case are one in every script, as in SQLite's index."""

_LOCK_SPACE: Final = 0x7265656C
"""First half of the advisory locks that are ours: a database may be shared with others."""


class PostgresDialect(Dialect):
    """SQL of PostgreSQL."""

    for_share = "for share"
    for_update = "for update"
    skip_locked = "for update skip locked"

    def json_text(self, column: str, key: str) -> str:
        """Return the expression for the text of a key of a JSON object, null where it is not."""
        return f"({column}::json ->> '{key}')"

    def mentions(self, text: str) -> tuple[str, str]:
        """Return a condition, and its parameter, on rows of ``line_texts``: a text is in it."""
        if len(text) < _FIRST_LETTERS:
            return r"text like ? escape '\'", f"%{text.translate(LIKE_ESCAPE)}%"
        return r"folded like ? escape '\'", f"%{text.lower().translate(LIKE_ESCAPE)}%"

    def put_line_text(self, db: Statements, row: int, text: str) -> None:
        """Let the lines of one row of ``lines`` be looked up."""
        db.execute(
            "insert into line_texts (rowid, text, folded) values (?, ?, ?)",
            (row, text, text.lower()),
        )

    def streamed(self, db: Statements, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a question as they come."""
        assert isinstance(db, Transaction)  # noqa: S101 - for mypy: this dialect has no other
        return db.streamed(sql)

    def last_id(self, db: Statements, table: str) -> int:
        """Return the largest ``id`` that a table that counts ever gave, 0 for none."""
        sql = "select pg_sequence_last_value(pg_get_serial_sequence(?, 'id'))"
        return int(db.execute(sql, (table,)).fetchone()[0] or 0)

    def set_last_id(self, db: Statements, table: str, last: int) -> None:
        """Let a table that counts go on after an ``id``."""
        if last:
            db.execute("select setval(pg_get_serial_sequence(?, 'id'), ?)", (table, last))

    def serialize(self, db: Statements, name: str) -> None:
        """Wait for the advisory lock of a name, which is held until the transaction ends."""
        db.execute("select pg_advisory_xact_lock(?::int, ?::int)", lock_key(name))


def lock_key(name: str) -> tuple[int, int]:
    """Return the two halves of the advisory lock of a name."""
    return _LOCK_SPACE, crc32(name.encode()) >> 1
