"""Records -> what JSON can hold: the same on the command line and over HTTP.

A field is a member of that name, in the order of the fields, unless ``api.members`` says otherwise
of its record. One whose default is None or an empty tuple is left out when it has it. What Python
keeps for itself is written with an underscore behind it: ``from_`` is ``from``. What HTTP tells is
documented, and checked, by ``api.http.schemas``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from operator import attrgetter
from typing import Any, Final

from api.members import MEMBERS

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
    if kind in MEMBERS:
        members = MEMBERS[kind]
        getters = [attrgetter(one) if isinstance(one, str) else one for one in members.values()]
        return _record_encoder(
            list(members), [MISSING] * len(members), lambda record: [get(record) for get in getters]
        )
    if is_dataclass(kind):
        own = fields(kind)
        names = [one.name.removesuffix("_") for one in own]
        return _record_encoder(names, list(map(_absent_value, own)), _values_of(own))
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, Mapping):
        return lambda value: {name: encoded(one) for name, one in value.items()}
    if issubclass(kind, (list, tuple)):
        return lambda value: [encoded(one) for one in value]
    raise TypeError(f"{kind.__name__} cannot be written as JSON")


def _record_encoder(
    names: Sequence[str], absent: Sequence[Any], values_of: Callable[[Any], Sequence[Any]]
) -> Encode:
    plan = list(zip(names, absent, strict=True))

    def encode(record: Any) -> dict[str, Any]:
        told = {}
        for (name, left_out), value in zip(plan, values_of(record), strict=True):
            if value == left_out:
                continue
            told[name] = value if type(value) in _PLAIN else encoded(value)
        return told

    return encode


def _values_of(own: Sequence[Field[Any]]) -> Callable[[Any], Sequence[Any]]:
    get = attrgetter(*(one.name for one in own))
    # Of one name, it returns the value itself.
    return get if len(own) > 1 else lambda record: (get(record),)


def _absent_value(member: Field[Any]) -> Any:
    """Return the value that a member is left out with; something that nothing equals when none."""
    default = member.default
    return default if default is None or default == () else MISSING
