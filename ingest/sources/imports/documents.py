"""Reads a file of JSON, one value a line or one value over many lines, plain or gzip, bounded."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from engine.errors import InvalidInput

MOST_BYTES: Final = 32 << 20
"""Bytes of one JSON value, after decompression: twelve hours with fifty tags a second."""

_GZIP_START: Final = b"\x1f\x8b"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# What printers that use several lines put on the first one.
_LONG_STARTS: Final = (b"{", b"[", b"[{")
_PIECE_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON value of a file.

    Attributes:
        line: where it begins, from 1.
        place: its place in a list that is the whole value, from 0; None if there is no such list.
        value: as Python sees it.
        digest: hexadecimal SHA-256 of the bytes it came in, with its place.
        size_bytes: of these bytes.
    """

    line: int
    place: int | None
    value: Any
    digest: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class BadLine:
    """Something in the file that cannot be used: where, and why."""

    line: int
    reason: str


def documents(path: Path) -> Iterator[Document | BadLine]:
    """Yield the values of a file as they come; a list as a whole value is taken item by item.

    Raises:
        InvalidInput: the file cannot be read at all.
    """
    with _opened(path) as stream:
        yield from _from_stream(stream)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    # Opening a pipe or a device would wait for ever.
    if not path.is_file():
        raise InvalidInput(f"{path}: there is no such file")
    try:
        with path.open("rb") as file:
            is_gzip = file.read(len(_GZIP_START)) == _GZIP_START
            file.seek(0)
            if is_gzip:
                with gzip.open(file) as unpacked:
                    yield unpacked  # type: ignore[misc] # a GzipFile reads like a file
            else:
                yield file
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read: {error.strerror or error}") from error


def _from_stream(stream: IO[bytes]) -> Iterator[Document | BadLine]:
    number = 0
    try:
        for number, raw in enumerate(_lines(stream), start=1):
            if raw is None:
                yield BadLine(number, f"longer than {MOST_BYTES} bytes")
            elif raw in _LONG_STARTS:
                yield from _over_lines(raw, number, stream)
            elif raw:
                yield from _values(raw, number)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        yield BadLine(number + 1, "the gzip file is damaged or cut off here")


def _lines(stream: IO[bytes]) -> Iterator[bytes | None]:
    """Yield each line without what is around it; None for one that is too long."""
    first = True
    while line := stream.readline(MOST_BYTES + 1):
        if len(line) > MOST_BYTES:
            while not line.endswith(b"\n") and (line := stream.readline(_PIECE_BYTES)):
                pass
            yield None
        else:
            yield (line.removeprefix(_BYTE_ORDER_MARK) if first else line).strip()
        first = False


def _over_lines(start: bytes, number: int, stream: IO[bytes]) -> Iterator[Document | BadLine]:
    rest = stream.read(MOST_BYTES)
    if stream.read(1):
        while stream.read(_PIECE_BYTES):
            pass
        yield BadLine(
            number,
            f"one value over several lines and longer than {MOST_BYTES} bytes: write it in one"
            " line a video",
        )
        return
    yield from _values(start + b"\n" + rest, number)


def _values(raw: bytes, number: int) -> Iterator[Document | BadLine]:
    """Yield the values that stand one after the other in some bytes."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        yield BadLine(number, "this is no UTF-8 text")
        return
    at, line = 0, number
    while at < len(text):
        try:
            value, end = _DECODER.raw_decode(text, at)
        except json.JSONDecodeError as error:
            at_line = number + error.lineno - 1
            yield BadLine(at_line, f"no JSON: {error.msg} at column {error.colno}")
            return
        except RecursionError:
            yield BadLine(line, "nested too deeply")
            return
        except ValueError as error:
            yield BadLine(line, f"no JSON that can be used: {error}")
            return
        yield from _items(value, line, text[at:end].encode())
        following = end
        while following < len(text) and text[following] in " \t\r\n":
            following += 1
        line += text.count("\n", at, following)
        at = following


def _items(value: Any, line: int, raw: bytes) -> Iterator[Document]:
    if not isinstance(value, list):
        yield Document(line, None, value, hashlib.sha256(raw).hexdigest(), len(raw))
        return
    whole = hashlib.sha256(raw).digest()
    for place, item in enumerate(value):
        digest = hashlib.sha256(b"%d\n%s" % (place, whole)).hexdigest()
        yield Document(line, place, item, digest, len(raw) // len(value))


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise ValueError(f"the field {name[:40]!r} is there twice")
            seen.add(name)
    return made


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_object)
