"""Records -> what JSON can hold: the same on the command line and over HTTP.

A field is a member of that name, in the order of the fields, unless ``api.members`` says otherwise
of its record. One whose default is None or an empty tuple is left out when it has it. What Python
keeps for itself is written with an underscore behind it: ``from_`` is ``from``. What HTTP tells is
documented, and checked, by ``api.http.schemas``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, fields, is_dataclass
from enum import Enum
from operator import attrgetter
from types import UnionType
from typing import Any, Final, get_args

from api.members import EARLIER_NAMES, MEMBERS, Members
from engine.domain.time_ranges import TimeRange

Encode = Callable[[Any], Any]

_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


class _Encoders(dict[type, Encode]):
    """The encoder of each type that was met; what is plain is written as it is."""

    def __missing__(self, kind: type) -> Encode:
        encode = self[kind] = _encoder_of(kind)
        return encode


_ENCODERS: Final = _Encoders()


def encoded(value: Any) -> Any:
    """Return a record, or what records are in, as dictionaries, lists, texts and numbers."""
    kind = type(value)
    return value if kind in _PLAIN else _ENCODERS[kind](value)


def _encoder_of(kind: type) -> Encode:
    if kind is TimeRange:
        # Told with both ends: the first second and the last.
        return lambda seconds: [seconds.start, seconds.end - 1]
    if kind in MEMBERS:
        return _member_encoder(kind, MEMBERS[kind])
    if is_dataclass(kind):
        return _record_encoder(fields(kind), EARLIER_NAMES.get(kind, {}))
    if issubclass(kind, Enum):
        return attrgetter("value")
    if issubclass(kind, Mapping):
        return lambda value: {name: encoded(one) for name, one in value.items()}
    if issubclass(kind, (list, tuple)):
        return _encoded_all
    raise TypeError(f"{kind.__name__} cannot be written as JSON")


def _encoded_all(values: Iterable[Any]) -> list[Any]:
    return [one if (kind := type(one)) in _PLAIN else _ENCODERS[kind](one) for one in values]


def _member_encoder(kind: type, members: Members) -> Encode:
    plain = {one.name for one in fields(kind) if _is_plain(one)}
    functions, lines = {}, []
    for number, (name, value) in enumerate(members.items()):
        if isinstance(value, str):
            value_text = f"record.{value}"
            lines.append(
                f"out[{name!r}] = {value_text if value in plain else f'encoded({value_text})'}"
            )
        else:
            functions[f"value_{number}"] = value
            lines.append(f"out[{name!r}] = encoded(value_{number}(record))")
    return _written(lines, functions)


def _record_encoder(own: tuple[Field[Any], ...], earlier: Mapping[str, str]) -> Encode:
    lines = []
    for one in own:
        names = [one.name.removesuffix("_"), *([earlier[one.name]] if one.name in earlier else [])]
        value = "value" if _is_plain(one) else "encoded(value)"
        out = " = ".join([*(f"out[{name!r}]" for name in names), value])
        if one.default is None:
            out = f"if value is not None: {out}"
        elif one.default == ():
            out = f"if value != (): {out}"
        lines += [f"value = record.{one.name}", out]
    return _written(lines, {})


def _is_plain(member: Field[Any]) -> bool:
    """Tell by a field's type that its values are written as they are, whatever they are."""
    parts = get_args(member.type) if isinstance(member.type, UnionType) else (member.type,)
    return _PLAIN.issuperset(parts)


def _written(lines: Iterable[str], names: Mapping[str, Any]) -> Encode:
    """Return a function that fills ``out`` from ``record``: as fast as one written by hand.

    Pages are written thousands of times a second; a loop over fields takes several times as long.
    The lines are of nothing but the names of our own records, as with ``dataclass`` itself.
    """
    source = "\n    ".join(["def encode(record):", "out = {}", *lines, "return out"])
    namespace = {"encoded": encoded, **names}
    exec(source, namespace)  # noqa: S102 - see above
    encode: Encode = namespace["encode"]
    return encode
