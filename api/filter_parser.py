"""Filters as JSON: what an HTTP body or ``--where`` holds -> the engine's typed tree.

::

    {"and": [{"duration": {"at_least": 30}}, {"not": {"seen": {"tag": "alcohol"}}}]}
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from engine.domain.matching.filters import HARMLESS, And, Field, Filter, HasTag, Ids, Not, Or
from engine.domain.metadata import (
    SCHEMA,
    Bounds,
    Column,
    Moment,
    Number,
    RiskLevels,
    RiskLimit,
    SensitivityLevel,
    Word,
)
from engine.domain.tags import SOURCES, explicit_tag, is_source
from engine.errors import InvalidInput

MAX_PARTS: Final = 200
"""A tree of more parts is refused."""

_NAMES: Final = {int: "a whole number", str: "a text", bool: "true or false"}

MAX_IDS: Final = 10_000
"""A longer list of ids is refused."""


def filter_of(payload: object) -> Filter:
    """Read a filter.

    Raises:
        InvalidInput: naming the part that is wrong and what would be right.
    """
    return _Reader().read(payload)


def filter_of_text(text: str) -> Filter:
    """Read a filter from JSON.

    Raises:
        InvalidInput: the text is no JSON, or no filter.
    """
    try:
        payload = json.loads(text)
    except RecursionError:
        raise InvalidInput(f"a filter of more than {MAX_PARTS} parts is too big") from None
    except ValueError as error:
        raise InvalidInput(f"the filter is no JSON: {error}") from None
    return filter_of(payload)


def harmless(where: Filter) -> Filter:
    """Narrow a filter to videos that were judged and on which nothing sensitive is suspected."""
    return And((where, HARMLESS))


class _Reader:
    def __init__(self) -> None:
        self._left = MAX_PARTS

    def read(self, payload: object) -> Filter:
        if not isinstance(payload, Mapping) or len(payload) != 1:
            raise InvalidInput(
                f"{_short(payload)} is no filter: write an object with one of"
                f" {', '.join(sorted(_KINDS))}"
            )
        self._left -= 1
        if self._left < 0:
            raise InvalidInput(f"a filter of more than {MAX_PARTS} parts is too big")
        ((kind, value),) = payload.items()
        if kind not in _KINDS:
            raise InvalidInput(f"no filter {kind!r}: choose from {', '.join(sorted(_KINDS))}")
        return _KINDS[kind](self, value)

    def read_all(self, kind: str, value: object) -> tuple[Filter, ...]:
        if not isinstance(value, list):
            raise InvalidInput(f"{kind!r} takes a list of filters, not {_short(value)}")
        return tuple(self.read(part) for part in value)


def _words(kind: str, value: object, max_words: int = MAX_PARTS) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise InvalidInput(f"{kind!r} takes a list of words, not {_short(value)}")
    if len(value) > max_words:
        raise InvalidInput(f"{kind!r} takes at most {max_words} words, not {len(value)}")
    return tuple(value)


def _chosen(kind: str, value: object, choices: tuple[str, ...]) -> tuple[str, ...]:
    words = _words(kind, value)
    for word in words:
        if word not in choices:
            raise InvalidInput(f"{kind!r} has no {_short(word)}: choose from {', '.join(choices)}")
    return words


def _fields(kind: str, value: object, known: Mapping[str, type]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{kind!r} takes an object with {', '.join(known)}, not {_short(value)}")
    for name, given in value.items():
        if name not in known:
            raise InvalidInput(f"{kind!r} has no {name!r}: it takes {', '.join(known)}")
        if not isinstance(given, known[name]) or isinstance(given, bool) != (known[name] is bool):
            raise InvalidInput(
                f"{name!r} of {kind!r} is {_NAMES[known[name]]}, not {_short(given)}"
            )
    return dict(value)


def _has_tag(_: _Reader, value: object) -> Filter:
    given = _fields("seen", value, {"tag": str, "source": str, "at_least": int})
    if "tag" not in given:
        raise InvalidInput("'seen' needs a 'tag'")
    source = given.pop("source", None)
    if source is not None:
        given["tag"] = _of_source(source, given["tag"])
    return HasTag(**given)


def _of_source(source: str, word: str) -> str:
    """Return what names the tag of one source."""
    if not is_source(source):
        raise InvalidInput(
            f"'source' of 'seen' is one of {', '.join(SOURCES)}, not {_short(source)}"
        )
    named = explicit_tag(word)
    if named is not None and named.source != source:
        raise InvalidInput(f"'seen' names two sources, {source!r} and that of {_short(word)}")
    return word if named else f"{source}:{word}"


def _field(column: Column, _: _Reader, value: object) -> Filter:
    """Read a filter by a column of the metadata, in the form of its type."""
    key, name = column.key, column.name
    match column.type:
        case Number():
            given = _fields(key, value, {"at_least": int, "at_most": int})
            return Field(name, "between", (given.get("at_least"), given.get("at_most")))
        case Moment():
            return Field(
                name, "between", _moments(_fields(key, value, {"since": str, "until": str}))
            )
        case SensitivityLevel():
            return Field(
                name, "at_most", _fields(key, value, {"at_most": str}).get("at_most", "none")
            )
        case RiskLevels():
            given = _fields(key, value, {"topic": str, "at_most": str, "unknown": bool})
            if "at_most" not in given:
                raise InvalidInput(f"{key!r} needs an 'at_most': none, low, medium, high or floor")
            return Field(name, "at_most", RiskLimit(**given))
        case Word(choices) if choices:
            return Field(name, "in", _chosen(key, value, choices))
        case _:
            return Field(name, "in", _words(key, value))


def _moments(given: Mapping[str, str]) -> Bounds:
    moments = {name: _moment(name, text) for name, text in given.items()}
    until = moments.get("until")
    return moments.get("since"), None if until is None else until - 1


def _moment(name: str, text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{name!r} is {text!r}: write a date as 2026-01-31 or 2026-01-31T12:00:00+00:00"
        ) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


_KINDS: Final[dict[str, Callable[[_Reader, Any], Filter]]] = {
    "and": lambda reader, value: And(reader.read_all("and", value)),
    "or": lambda reader, value: Or(reader.read_all("or", value)),
    "not": lambda reader, value: Not(reader.read(value)),
    "within": lambda _, value: Ids(_words("within", value, MAX_IDS)),
    "leave_out": lambda _, value: Not(Ids(_words("leave_out", value, MAX_IDS))),
    **{column.key: partial(_field, column) for column in SCHEMA},
    "seen": _has_tag,
}


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
