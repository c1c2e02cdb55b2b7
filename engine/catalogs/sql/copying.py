"""Copy of all that a catalog holds into another one, of any kind, without loss.

Both tell a digest of what they hold afterwards; who compares them knows that nothing was lost.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from typing import Any, Final

from engine.catalogs.sql.catalog import SqlCatalog
from engine.catalogs.sql.database import Dialect, Statements, marks
from engine.catalogs.sql.tables import TABLES, Table
from engine.errors import CorruptData, InvalidInput

_BATCH_SIZE: Final = 500

# What a new catalog begins with, and a copy has of its own instead.
_FIRST_ROWS: Final = ("identity", "revisions", "campaign_revisions", "outbox")


def copy_catalog(source: SqlCatalog, target: SqlCatalog) -> str:
    """Copy all that one catalog holds at this moment into another one that is empty.

    Both may be read and the source written meanwhile. The target has all of it or, when this is cut
    short, nothing.

    Returns:
        The digest of what both hold, in hexadecimal digits.

    Raises:
        InvalidInput: when the target is not empty, or is the source.
        CorruptData: when the target holds something else than what was read.
    """
    refuse_full(target)
    with source.snapshot() as snapshot, target.transaction() as db:
        for name in _FIRST_ROWS:
            db.execute(f"delete from {name}")  # noqa: S608 - constants
        read = hashlib.sha256()
        for table in TABLES:
            rows = _hashed(read, table, source.dialect, snapshot)
            if table.name == "line_texts":
                for row, text in rows:
                    target.dialect.put_line_text(db, row, text)
            else:
                _insert(db, table, rows)
            if table.counts:
                last = source.dialect.last_id(snapshot, table.name)
                target.dialect.set_last_id(db, table.name, last)
        digest = read.hexdigest()
        # Within: what is not as it was read is not stored.
        if (stored := _digest(target.dialect, db)) != digest:
            raise CorruptData(
                f"the copy in {target.name} is not what was read ({stored[:12]} instead of"
                f" {digest[:12]}): nothing was stored of it; try it again"
            )
    return digest


def digest_of(catalog: SqlCatalog) -> str:
    """Return the digest of all that a catalog holds at this moment, in hexadecimal digits.

    It depends on what is stored alone, and not on the kind of the catalog.
    """
    with catalog.snapshot() as snapshot:
        return _digest(catalog.dialect, snapshot)


def refuse_full(target: SqlCatalog) -> None:
    """Refuse to copy into a catalog that holds something.

    Raises:
        InvalidInput: naming what it holds.
    """
    for table in TABLES:
        if table.name in _FIRST_ROWS:
            continue
        if target.rows(f"select 1 from {table.name} limit 1"):  # noqa: S608 - constants
            raise InvalidInput(
                f"the catalog {target.name} holds {table.name} already: copy into one that is empty"
            )


def _digest(dialect: Dialect, db: Statements) -> str:
    digest = hashlib.sha256()
    for table in TABLES:
        for _ in _hashed(digest, table, dialect, db):
            pass
    return digest.hexdigest()


def _hashed(
    digest: Any, table: Table, dialect: Dialect, db: Statements
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table, each of them counted into a digest."""
    digest.update(f"{table.name}({','.join(table.columns)})\n".encode())
    sql = f"select {', '.join(table.columns)} from {table.name} order by {table.order}"  # noqa: S608
    for row in dialect.streamed(db, sql):
        digest.update(b"".join(map(_encoded, row)))
        yield row


def _encoded(value: Any) -> bytes:
    """Return a value with its kind and length, so that no two rows are told by the same bytes."""
    match value:
        case None:
            return b"n"
        case int():
            return b"i" + struct.pack("<q", value)
        case float():
            return b"f" + struct.pack("<d", value)
        case str():
            text = value.encode()
            return b"t" + struct.pack("<Q", len(text)) + text
        case _:
            return b"b" + struct.pack("<Q", len(value)) + bytes(value)


def _insert(db: Statements, table: Table, rows: Iterator[tuple[Any, ...]]) -> None:
    sql = f"insert into {table.name} ({', '.join(table.columns)}) values ({marks(table.columns)})"  # noqa: S608
    page: list[Sequence[Any]] = []
    for row in rows:
        page.append(row)
        if len(page) == _BATCH_SIZE:
            db.executemany(sql, page)
            page = []
    if page:
        db.executemany(sql, page)
