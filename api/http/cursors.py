"""Cursors: where a page of a list ends, in a form that callers hand back as it is.

A cursor holds no secret and is believed nothing: whoever reads one checks its parts.
"""

import json
from typing import Any, Final

from engine.errors import InvalidInput
from engine.search.cursors import bytes_of, text_of

_MAX_CHARACTERS: Final = 4096


def cursor_of(kind: str, *parts: str | int) -> str:
    """Return a cursor of a kind of list.

    Args:
        kind: of the list, so that a cursor of another is recognised.
        parts: where the page ends.
    """
    payload = json.dumps([kind, *parts], separators=(",", ":")).encode()
    return text_of(payload)


def read_cursor(kind: str, cursor: str, *types: type) -> tuple[Any, ...]:
    """Return the parts of a cursor.

    Args:
        kind: of the list.
        cursor: what ``cursor_of`` gave.
        types: of its parts.

    Raises:
        InvalidInput: when it is not a cursor of such a list.
    """
    try:
        if len(cursor) > _MAX_CHARACTERS:
            raise ValueError
        payload = json.loads(bytes_of(cursor))
    except (ValueError, RecursionError):
        payload = None
    fits = isinstance(payload, list) and len(payload) == len(types) + 1 and payload[0] == kind
    if not fits or any(type(part) is not kind_of for part, kind_of in zip(payload[1:], types)):  # noqa: B905 - the lengths were compared
        raise InvalidInput(
            f"the cursor {cursor[:40]!r} is not one of this list: use the 'next' of the page"
            " before, or leave it out to begin again"
        )
    return tuple(payload[1:])
