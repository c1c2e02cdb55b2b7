"""JSON values too long to be held as Python objects: their lists are read again and again instead.

Ten bytes of JSON can become three hundred of memory, so that of a long value only its text is
kept. Its brackets, commas and quotation marks are found with numpy, block by block; what stands
between them is parsed by the json module in pieces, and forgotten.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from ingest.sources.imports.fields import BadField
from ingest.sources.imports.unpacking import Check

SHORT_BYTES: Final = 1 << 20
"""Up to so many bytes a value is parsed whole."""

MAX_FIELDS: Final = 10_000
"""Fields of a long object."""

MAX_DEPTH: Final = 64
"""Brackets within brackets of a long value."""

# Of a long object, longer lists than this are not parsed before they are asked for, and so much of
# what is no list is.
_PIECE_BYTES: Final = 1 << 16
_HELD_BYTES: Final = 2 << 20
_BLOCK_BYTES: Final = 1 << 18
_BLANK: Final = b" \t\r\n"
_CLOSING: Final = {ord("["): ord("]"), ord("{"): ord("}")}
_NAME: Final = re.compile(rb'[ \t\r\n]*("(?:[^"\\]|\\.){0,1000}")[ \t\r\n]*:')
_QUOTE, _COMMA = ord('"'), ord(",")
_IS_STRUCTURE: Final = np.isin(np.arange(256), np.frombuffer(b"[]{},", np.uint8))
_STEP: Final = np.zeros(256, np.int8)
_STEP[[ord("["), ord("{")]] = 1
_STEP[[ord("]"), ord("}")]] = -1


@dataclass(frozen=True, slots=True)
class Text:
    """The bytes of a JSON value, in UTF-8, and whether anybody still wants to know."""

    raw: bytes
    check: Check


class LongList(Sequence[Any]):
    """A list in a long value: its items are parsed as they are asked for, each time anew."""

    def __init__(self, text: Text, at: int, end: int) -> None:
        self._text = text
        self._at = at
        self._end = end
        self._length = -1

    def __iter__(self) -> Iterator[Any]:
        raw = self._text.raw
        # From the first item that was not yielded, and from the one that is looked at.
        pending = begin = self._at + 1
        for cut in cuts(self._text, self._at):
            is_last = raw[cut] != _COMMA
            if cut - begin > SHORT_BYTES:
                if pending < begin:
                    yield from _parsed_items(raw[pending : begin - 1])
                yield read_value(self._text, begin, cut)
                pending = cut + 1
            elif cut - pending > _PIECE_BYTES or is_last:
                is_empty = is_last and pending == self._at + 1
                yield from _parsed_items(raw[pending:cut], may_be_empty=is_empty)
                pending = cut + 1
            begin = cut + 1
        if begin != self._end:
            raise BadField("no JSON: something stands after a list")

    def __len__(self) -> int:
        if self._length < 0:
            self._length = sum(1 for _ in self)
        return self._length

    def __bool__(self) -> bool:
        return True  # an empty one is not long

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return list(self)[index]
        for item in islice(self, index, None):
            return item
        raise IndexError(index)


def read_value(text: Text, begin: int, end: int) -> Any:
    """Return the value that stands in some bytes; a list in it that is long is a ``LongList``.

    Raises:
        BadField: it is no JSON, or more than is taken.
    """
    if end - begin <= SHORT_BYTES:
        return parsed(text.raw[begin:end])
    return _LongReader(text).value(begin, end)


def cuts(text: Text, at: int) -> Iterator[int]:
    """Yield where the commas of a list or object are, and at last where it ends.

    Args:
        text: whole.
        at: where it begins, with a bracket.

    Raises:
        BadField: it does not end, or is nested too deeply.
    """
    for commas, end in _structure(text, at):
        yield from commas.tolist()
        if end is not None:
            yield end


def end_of(text: Text, at: int) -> int:
    """Return the place after a list or object.

    Raises:
        BadField: as ``cuts``.
    """
    return next(end for _, end in _structure(text, at) if end is not None) + 1


def _structure(text: Text, at: int) -> Iterator[tuple[NDArray[np.int64], int | None]]:
    """Yield block by block where the commas of a list or object are, and at last where it ends."""
    depth, in_string, position = 0, 0, at
    while position < len(text.raw):
        text.check()
        block = _whole_escapes(text.raw[position : position + _BLOCK_BYTES])
        codes = np.frombuffer(block, np.uint8)
        inside = np.cumsum(codes == _QUOTE, dtype=np.uint8) + np.uint8(in_string) & 1
        in_string = int(inside[-1])
        where = np.flatnonzero(_IS_STRUCTURE[codes] & (inside == 0))
        codes = codes[where]
        depths = depth + np.cumsum(_STEP[codes], dtype=np.int64)
        where += position
        position += len(block)
        if not len(where):
            continue
        if depths.max() > MAX_DEPTH:
            raise BadField("nested too deeply")
        ends = np.flatnonzero(depths == 0)
        until = int(ends[0]) if len(ends) else len(where)
        commas = where[:until][(codes[:until] == _COMMA) & (depths[:until] == 1)]
        if not len(ends):
            yield commas, None
            depth = int(depths[-1])
            continue
        end = int(where[until])
        if text.raw[end] != _CLOSING[text.raw[at]]:
            raise BadField("no JSON: a bracket is closed by one of another kind")
        yield commas, end
        return
    raise BadField("no JSON: it is cut off, or a bracket or quotation mark is missing")


def parsed(raw: bytes) -> Any:
    """Return a value that is short.

    Raises:
        BadField: it is no JSON that can be used.
    """
    try:
        return DECODER.decode(raw.decode())
    except UnicodeDecodeError:
        raise BadField("this is no UTF-8 text") from None
    except json.JSONDecodeError as error:
        near = error.doc[max(0, error.pos - 10) : error.pos + 10]
        raise BadField(f"no JSON: {error.msg} near {near!r}") from None
    except RecursionError:
        raise BadField("nested too deeply") from None
    except ValueError as error:
        raise BadField(f"no JSON that can be used: {error}") from None


class _LongReader:
    """Reads one long value; counts what it holds of it."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._held = 0

    def value(self, begin: int, end: int) -> Any:
        begin, end = _trimmed(self._text.raw, begin, end)
        opening = self._text.raw[begin : begin + 1]
        if end - begin > _PIECE_BYTES and opening == b"[":
            return LongList(self._text, begin, end)
        if end - begin > _PIECE_BYTES and opening == b"{":
            return self._object(begin, end)
        self._held += end - begin
        if self._held > _HELD_BYTES:
            raise BadField(f"more than {_HELD_BYTES} bytes of it stand outside of long lists")
        return parsed(self._text.raw[begin:end])

    def _object(self, at: int, whole_end: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        begin = at + 1
        for end in cuts(self._text, at):
            name, value_at = self._name(begin, end)
            if name in made:
                raise BadField(f"no JSON that can be used: the field {name[:40]!r} is there twice")
            if len(made) == MAX_FIELDS:
                raise BadField(f"an object with more than {MAX_FIELDS} fields")
            made[name] = self.value(value_at, end)
            begin = end + 1
        if begin != whole_end:
            raise BadField("no JSON: something stands after an object")
        return made

    def _name(self, begin: int, end: int) -> tuple[str, int]:
        raw = self._text.raw
        match = _NAME.match(raw, begin, end)
        name = parsed(match[1]) if match else None
        if match is None or not isinstance(name, str):
            raise BadField("no JSON: an object without the name of a field in quotation marks")
        return name, match.end()


def _whole_escapes(block: bytes) -> bytes:
    """Return a block without escapes, none of them cut through, place for place."""
    if b"\\" not in block:
        return block
    backslashes = len(block) - len(block.rstrip(b"\\"))
    if backslashes % 2 and len(block) > 1:
        block = block[:-1]
    return block.replace(b"\\\\", b"__").replace(b'\\"', b"__")


def _trimmed(raw: bytes, begin: int, end: int) -> tuple[int, int]:
    while begin < end and raw[begin] in _BLANK:
        begin += 1
    while begin < end and raw[end - 1] in _BLANK:
        end -= 1
    return begin, end


def _parsed_items(raw: bytes, *, may_be_empty: bool = False) -> list[Any]:
    items: list[Any] = parsed(b"[" + raw + b"]")
    if not items and not may_be_empty:
        raise BadField("no JSON: a comma without a value")
    return items


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names: set[str] = set()
        for name, _ in pairs:
            if name in names:
                raise ValueError(f"the field {name[:40]!r} is there twice")
            names.add(name)
    return made


DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_object)
