"""Reads fields of somebody else's JSON; every refusal names the field and what is wrong with it."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from engine.domain.text import UnusableText, is_blank, refuse_controls, tidy_line
from engine.errors import InvalidInput

MAX_TEXT_CHARACTERS: Final = 2000
"""Signs in a title and the like."""

MAX_SOURCE_CHARACTERS: Final = 4096
"""Signs in a path or an address."""

_KINDS: Final = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,25}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")


class BadField(InvalidInput):
    """A field that cannot be used; the message begins with its name."""


class Fields:
    """The fields of one JSON object.

    Args:
        value: what should be an object.
        path: its name in refusals; empty for the outermost.

    Raises:
        BadField: it is no object.
    """

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, dict):
            raise BadField(f"{path or 'the line'}: an object is needed, not {_what(value)}")
        self._values: dict[str, Any] = value
        self.path = path

    def __contains__(self, key: object) -> bool:
        return self._values.get(str(key)) is not None

    def name(self, key: str) -> str:
        """Return what a field is called in refusals."""
        return f"{self.path}.{key}" if self.path else key

    def keys(self) -> list[str]:
        """Return the names of all fields."""
        return list(self._values)

    def text(self, key: str, *, longest: int = MAX_TEXT_CHARACTERS) -> str:
        """Return a line of text; empty when the field is not there.

        Raises:
            BadField: it is no text, too long, or holds characters that cannot be printed.
        """
        return as_text(self._values.get(key, "") or "", self.name(key), longest)

    def source(self, key: str) -> str:
        """Return a path or an address, character for character; empty when the field is not there.

        Raises:
            BadField: it is no text, too long, or holds characters that cannot be printed.
        """
        return as_source(self._values.get(key, "") or "", self.name(key))

    def number(self, key: str, *, maximum: float, default: float | None = None) -> float:
        """Return a number from 0 to ``maximum``.

        Raises:
            BadField: it is missing and has no default, no number, or outside.
        """
        value = self._values.get(key)
        if value is None and default is not None:
            return default
        return as_number(value, self.name(key), maximum)

    def items(self, key: str) -> Sequence[Any]:
        """Return a list; empty when the field is not there.

        Raises:
            BadField: it is no list.
        """
        value = self._values.get(key)
        if value is None:
            return []
        return as_items(value, self.name(key))

    def has(self, *keys: str) -> list[str]:
        """Return those of some fields that are there, whatever is in them."""
        return [key for key in keys if key in self._values]

    def each(self, key: str) -> Iterator["Fields"]:
        """Yield the objects of a list.

        Raises:
            BadField: it is no list, or holds something else.
        """
        for number, item in enumerate(self.items(key)):
            yield Fields(item, f"{self.name(key)}[{number}]")

    def inside(self, key: str) -> "Fields":
        """Return the object in a field; one without fields when it is not there.

        Raises:
            BadField: it is no object.
        """
        value = self._values.get(key)
        return Fields({} if value is None else value, self.name(key))

    def raw(self, key: str) -> Any:
        """Return a field as it is; None when it is not there."""
        return self._values.get(key)


def as_text(value: object, name: str, longest: int = MAX_TEXT_CHARACTERS) -> str:
    """Return ``value`` if it is a line of text, as ``engine.domain.text.tidy_line`` stores it.

    Raises:
        BadField: it is not.
    """
    if not isinstance(value, str):
        raise BadField(f"{name}: text is needed, not {_what(value)}")
    if len(value) > longest:
        raise BadField(f"{name}: {len(value)} characters; at most {longest} are taken")
    try:
        return tidy_line(value)
    except UnusableText as error:
        raise BadField(f"{name}: {error}") from error


def as_source(value: object, name: str) -> str:
    """Return ``value`` if it can be a path or an address, character for character.

    Raises:
        BadField: it cannot.
    """
    if not isinstance(value, str):
        raise BadField(f"{name}: text is needed, not {_what(value)}")
    if len(value) > MAX_SOURCE_CHARACTERS:
        raise BadField(
            f"{name}: {len(value)} characters; at most {MAX_SOURCE_CHARACTERS} are taken"
        )
    try:
        refuse_controls(value)
    except UnusableText as error:
        raise BadField(f"{name}: {error}") from error
    return "" if is_blank(value) else value


def as_number(value: object, name: str, maximum: float) -> float:
    """Return ``value`` if it is a number from 0 to ``maximum``, or the text of one.

    Services write numbers of 64 bits as text, and some programs write all of them so.

    Raises:
        BadField: it is not.
    """
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadField(f"{name}: a number is needed, not {_what(value)}")
    # An int may be too large for a float; it is compared as it is.
    if not 0 <= value <= maximum or (isinstance(value, float) and not math.isfinite(value)):
        raise BadField(f"{name}: {_what(value)} is not from 0 to {maximum:g}")
    return float(value)


def as_items(value: object, name: str) -> Sequence[Any]:
    """Return ``value`` if it is a list, however long.

    Raises:
        BadField: it is not.
    """
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise BadField(f"{name}: a list is needed, not {_what(value)}")
    return value


def of_one_length(lists: Sequence[Sequence[Any]], names: Sequence[str]) -> None:
    """Check that lists belong together item by item.

    Raises:
        BadField: they are of different lengths.
    """
    if len({len(items) for items in lists}) > 1:
        lengths = ", ".join(
            f"{name} {len(items)}" for name, items in zip(names, lists, strict=True)
        )
        raise BadField(f"{names[0]}: the lists are of different lengths: {lengths}")


def _what(value: object) -> str:
    if value is None:
        return "nothing"
    if type(value) in _KINDS:
        return _KINDS[type(value)]
    if isinstance(value, int) and value.bit_length() > 64:
        return "a number of more than 64 bits"
    return str(value) if isinstance(value, int | float) else "something else"
