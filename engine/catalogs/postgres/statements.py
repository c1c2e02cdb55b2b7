"""Statements of the nouns as PostgreSQL takes them: numbered parameters, LIKE without case."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from psycopg import RawServerCursor

from engine.catalogs.sql.database import MAX_NUMBER, Cursor
from engine.errors import InvalidInput

_PLACEHOLDERS: Final = re.compile(r"'[^']*'|::|\?\d*|:\w+|\blike\b")
"""Texts and casts, which stay as they are, parameters, and LIKE."""

_BATCH_SIZE: Final = 500
_NOT_TEXT: Final = re.compile("[\0\ud800-\udfff]")


class Transaction:
    """An open transaction, as ``engine.catalogs.sql.database.Statements``.

    Args:
        connection: of psycopg; its cursors take ``$1``.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        """Run one statement."""
        text, values = prepared(sql, parameters)
        cursor: Cursor = self._connection.execute(text, values)
        return cursor

    def streamed(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a question as they come."""
        with RawServerCursor(self._connection, "reelmatch") as cursor:
            cursor.itersize = _BATCH_SIZE
            cursor.execute(sql, binary=True)
            yield from cursor

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> None:
        """Run one statement for each row of parameters."""
        text, keys = _numbered(sql)
        with self._connection.cursor() as cursor:
            cursor.executemany(text, (_values(keys, row) for row in parameters))


def prepared(sql: str, parameters: Any) -> tuple[str, list[Any]]:
    """Return a statement of the nouns, and its parameters, as PostgreSQL takes them.

    Raises:
        InvalidInput: when a text holds what PostgreSQL stores in none.
        OverflowError: when a number has more than 64 bits.
    """
    text, keys = _numbered(sql)
    return text, _values(keys, parameters)


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> tuple[str, tuple[int | str, ...]]:
    """Return a statement with ``$1`` for parameters, and where to find each of them."""
    keys: list[int | str] = []

    def placeholder(match: re.Match[str]) -> str:
        word = match[0]
        if word == "like":
            # Upper and lower case are one in SQLite, of letters of ASCII; texts are in "C" here.
            return "ilike"
        if word[0] not in "?:" or word == "::":
            return word
        key: int | str
        if word == "?":
            # One more than the largest so far, as in SQLite.
            key = max((one for one in keys if isinstance(one, int)), default=-1) + 1
        else:
            key = int(word[1:]) - 1 if word[0] == "?" else word[1:]
        if key not in keys:
            keys.append(key)
        return f"${keys.index(key) + 1}"

    return _PLACEHOLDERS.sub(placeholder, sql), tuple(keys)


def _values(
    keys: tuple[int | str, ...], parameters: Sequence[Any] | Mapping[str, Any]
) -> list[Any]:
    given: Any = parameters
    return [_checked(given[key]) for key in keys]


def _checked(value: Any) -> Any:
    if isinstance(value, str):
        if _NOT_TEXT.search(value):
            raise InvalidInput(
                f"{value[:80]!a} holds a character that is none of a text (U+0000, or half of"
                " a pair): leave it out"
            )
    elif isinstance(value, int) and abs(value) > MAX_NUMBER:
        raise OverflowError(f"{value} has more than 64 bits")
    return value
