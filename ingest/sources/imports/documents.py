"""Reads a file of JSON, one value a line or one value over many lines, plain or gzip, bounded."""

import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from gzip import BadGzipFile
from pathlib import Path
from typing import IO, Any, Final

from ingest.sources.imports.fields import BadField
from ingest.sources.imports.long_values import (
    DECODER,
    SHORT_BYTES,
    LongList,
    Text,
    end_of,
    read_value,
)
from ingest.sources.imports.unpacking import Check, Swollen, opened, other_than_json

MAX_BYTES: Final = 32 << 20
"""Bytes of one JSON value, after decompression: twelve hours with fifty tags a second."""

MAX_BLANK_LINES: Final = 100_000
"""Lines with nothing on them in a file."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# What printers that use several lines put on the first one.
_LONG_STARTS: Final = (b"{", b"[", b"[{")
_PIECE_BYTES: Final = 1 << 16
_MAGIC_BYTES: Final = 8
_GAP: Final = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON value of a file.

    Attributes:
        line: number of its first line, from 1.
        number: its place in a list that is the whole value, from 0; None if there is no such list.
        value: as Python sees it.
        digest: hexadecimal SHA-256 of the bytes it came in, with its place.
    """

    line: int
    number: int | None
    value: Any
    digest: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """Something in the file that cannot be used: where, and why.

    Attributes:
        line: number of its first line, from 1.
        reason: for people; empty where it was given already.
        spoils: the id of the video of which a part is missing now; empty where there is none.
    """

    line: int
    reason: str
    spoils: str = ""


def bad_part(document: Document, reason: str, *, spoils: str = "") -> BadLine:
    """Return that something of a document cannot be used."""
    where = "" if document.number is None else f"item {document.number}: "
    return BadLine(document.line, where + reason, spoils)


def documents(file: Path | IO[bytes], check: Check = lambda: None) -> Iterator[Document | BadLine]:
    """Yield the values of a file as they come; a list as a whole value is taken item by item.

    Args:
        file: a path, or a file that is open at its start.
        check: called now and then; what it raises ends the reading.

    Raises:
        InvalidInput: the file cannot be read at all.
    """
    with opened(file, check) as stream:
        yield from _from_stream(stream, check)


def _from_stream(stream: IO[bytes], check: Check) -> Iterator[Document | BadLine]:
    number = n_blank = 0
    try:
        if what := other_than_json(stream.peek(_MAGIC_BYTES)[:_MAGIC_BYTES]):  # type: ignore[attr-defined] # it is buffered
            yield BadLine(1, f"this is {what}: JSON is taken, as it is or packed with gzip once")
            return
        for number, raw in enumerate(_lines(stream), start=1):
            n_blank += raw == b""
            if n_blank > MAX_BLANK_LINES:
                yield BadLine(number, f"more than {MAX_BLANK_LINES} blank lines")
                return
            if raw is None:
                yield BadLine(number, f"longer than {MAX_BYTES} bytes")
            elif raw in _LONG_STARTS:
                yield from _over_lines(raw, number, stream, check)
            elif raw:
                yield from _values(raw, number, check)
    except (EOFError, zlib.error, BadGzipFile):
        yield BadLine(number + 1, "the gzip file is damaged or cut off here")
    except Swollen as error:
        yield BadLine(number + 1, str(error))


def _lines(stream: IO[bytes]) -> Iterator[bytes | None]:
    """Yield each line without what is around it; None for one that is too long."""
    first = True
    while line := stream.readline(MAX_BYTES + 1):
        if len(line) > MAX_BYTES:
            while not line.endswith(b"\n") and (line := stream.readline(_PIECE_BYTES)):
                pass
            yield None
        else:
            yield (line.removeprefix(_BYTE_ORDER_MARK) if first else line).strip()
        first = False


def _over_lines(
    start: bytes, number: int, stream: IO[bytes], check: Check
) -> Iterator[Document | BadLine]:
    rest = stream.read(MAX_BYTES)
    if stream.read(1):
        while stream.read(_PIECE_BYTES):
            pass
        yield BadLine(
            number,
            f"one value over several lines and longer than {MAX_BYTES} bytes: write it in one"
            " line a video",
        )
        return
    yield from _values(b"\n".join((start, rest)), number, check)


def _values(raw: bytes, number: int, check: Check) -> Iterator[Document | BadLine]:
    """Yield the values that stand one after the other in some bytes."""
    if len(raw) <= SHORT_BYTES:
        yield from _short_values(raw, number)
        return
    text, at, line = Text(raw, check), 0, number
    try:
        while at < len(raw):
            end = end_of(text, at) if raw[at] in b"[{" else len(raw)
            if end - at <= SHORT_BYTES:
                yield from _short_values(raw[at:end], line)
            elif raw[at] not in b"[{":
                yield BadLine(line, "no JSON: no object or list begins here")
            else:
                yield from _items(read_value(text, at, end), line, memoryview(raw)[at:end])
            following = end
            while following < len(raw) and raw[following] in b" \t\r\n":
                following += 1
            line += raw.count(b"\n", at, following)
            at = following
    except BadField as error:
        yield BadLine(line, str(error))


def _short_values(raw: bytes, number: int) -> Iterator[Document | BadLine]:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        yield BadLine(number, "this is no UTF-8 text")
        return
    at, line = 0, number
    while at < len(text):
        try:
            value, end = DECODER.raw_decode(text, at)
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
        yield from _items(value, line, memoryview(text[at:end].encode()))
        gap = _GAP.match(text, end)
        following = gap.end() if gap else end
        line += text.count("\n", at, following)
        at = following


def _items(value: Any, line: int, raw: memoryview) -> Iterator[Document]:
    if not isinstance(value, list | LongList):
        yield Document(line, None, value, hashlib.sha256(raw).hexdigest())
        return
    whole = hashlib.sha256(raw).digest()
    for number, item in enumerate(value):
        digest = hashlib.sha256(b"%d\n%s" % (number, whole)).hexdigest()
        yield Document(line, number, item, digest)
