"""SQL of SQLite where it differs: JSON, the index of lines, one writer at a time."""

from collections.abc import Iterator
from typing import Any, Final

from engine.catalogs.sql.database import Dialect, Statements
from engine.catalogs.sql.lines import LIKE_ESCAPE

_FIRST_LETTERS: Final = 3  # what is shorter is not in the table's index


class SqliteDialect(Dialect):
    """SQL of SQLite."""

    # One writes at a time, so nothing has to be locked by rows.
    for_share = ""
    for_update = ""
    skip_locked = ""

    def json_text(self, column: str, key: str) -> str:
        """Return the expression for the text of a key of a JSON object, null where it is not."""
        return f"cast({column} ->> '{key}' as text)"

    def mentions(self, text: str) -> tuple[str, str]:
        """Return a condition, and its parameter, on rows of ``line_texts``: a text is in it.

        FTS5 looks a text up letter by letter, none of them a command; a shorter one is looked for
        in every line.
        """
        if len(text) < _FIRST_LETTERS:
            return r"text like ? escape '\'", f"%{text.translate(LIKE_ESCAPE)}%"
        quoted = text.replace('"', '""')
        return "line_texts match ?", f'"{quoted}"'

    def put_line_text(self, db: Statements, row: int, text: str) -> None:
        """Let the lines of one row of ``lines`` be looked up."""
        db.execute("insert into line_texts (rowid, text) values (?, ?)", (row, text))

    def streamed(self, db: Statements, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a question as they come."""
        return iter(db.execute(sql))

    def last_id(self, db: Statements, table: str) -> int:
        """Return the largest ``id`` that a table that counts ever gave, 0 for none."""
        # Other tables never lose their last row.
        sql = (
            "select seq from sqlite_sequence where name = 'deliveries'"
            if table == "deliveries"
            else f"select max(id) from {table}"  # noqa: S608 - a name of ours
        )
        row = db.execute(sql).fetchone()
        return int(row[0] or 0) if row else 0

    def set_last_id(self, db: Statements, table: str, last: int) -> None:
        """Let a table that counts go on after an ``id``."""
        if table == "deliveries":
            db.execute("delete from sqlite_sequence where name = ?", (table,))
            db.execute("insert into sqlite_sequence (name, seq) values (?, ?)", (table, last))

    def serialize(self, db: Statements, name: str) -> None:
        """Do nothing: no other transaction writes."""
