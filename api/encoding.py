"""Records -> what JSON can hold: the same on the command line and over HTTP.

A field is a member of that name, in the order of the fields. One whose default is None or an empty
tuple is left out when it has it. What Python keeps for itself is written with an underscore behind
it: ``from_`` is ``from``. What HTTP tells is documented, and checked, by ``api.http.schemas``.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from operator import attrgetter
from typing import Any, Final

Encode = Callable[[Any], Any]

_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
_encoders: dict[type, Encode] = {}


def encoded(value: Any) -> Any:
    """Return a record, or what records are in, as dictionaries, lists, texts and numbers."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    encode = _encoders.get(kind)
    if encode is None:
        encode = _encoders[kind] = _encoder_of(kind)
    return encode(value)


def _encoder_of(kind: type) -> Encode:
    if is_dataclass(kind):
        return _record_encoder(fields(kind))
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, Mapping):
        return lambda value: {name: encoded(one) for name, one in value.items()}
    if issubclass(kind, (list, tuple)):
        return lambda value: [encoded(one) for one in value]
    raise TypeError(f"{kind.__name__} cannot be written as JSON")


def _record_encoder(members: tuple[Field[Any], ...]) -> Encode:
    names = [one.name.removesuffix("_") for one in members]
    left_out = [_absent_value(one) for one in members]
    values_of = attrgetter(*(one.name for one in members))
    plan = list(zip(names, left_out, strict=True))

    def encode(record: Any) -> dict[str, Any]:
        told = {}
        values = values_of(record) if len(plan) > 1 else (values_of(record),)
        for (name, absent), value in zip(plan, values, strict=True):
            if value == absent:
                continue
            told[name] = value if type(value) in _PLAIN else encoded(value)
        return told

    return encode


def _absent_value(member: Field[Any]) -> Any:
    """Return the value that a member is left out with; something that nothing equals when none."""
    default = member.default
    return default if default is None or default == () else MISSING
