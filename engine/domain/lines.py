"""Lines of text that a video carries: its title, what is written on the picture, what is spoken."""

import json
import sys
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from engine.domain.time_ranges import TimeRange
from engine.errors import CorruptData

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_LINES: Final = 20_000
"""Lines of one source on one video; those of half a day of talk."""

MAX_LINE_CHARACTERS: Final = 500
"""Characters of one line."""

MAX_CHARACTERS: Final = 1_000_000
"""Characters of one source's lines on one video."""

_COMPRESSION: Final[dict[int, int]] = {
    zstd.CompressionParameter.compression_level: 3,
    zstd.CompressionParameter.checksum_flag: 1,
}


class LineTag(NamedTuple):
    """A tag that words of a line mean.

    Attributes:
        tag: its name, without the source.
        words: those that mean it, as they are written.
    """

    tag: str
    words: str


class Line(NamedTuple):
    """One line of text.

    Attributes:
        text: up to ``MAX_LINE_CHARACTERS`` characters, one line.
        seconds: those it is on; None for one that is about the whole video.
        field: which part of the metadata it is (``title``, ``description``, ``tag``, ``category``,
            ``folder``, ``file``); empty where it is read or spoken.
        tags: which tags its words mean.
    """

    text: str
    seconds: TimeRange | None = None
    field: str = ""
    tags: tuple[LineTag, ...] = ()


def lines_to_bytes(lines: Sequence[Line]) -> bytes:
    """Return lines as one zstd blob."""
    rows = [[one.text, one.seconds, one.field, one.tags] for one in lines]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return zstd.compress(text.encode("utf-8", "replace"), options=_COMPRESSION)


def lines_from_bytes(blob: bytes) -> tuple[Line, ...]:
    """Read what ``lines_to_bytes`` wrote.

    Raises:
        CorruptData: when the bytes are not lines.
    """
    try:
        rows = json.loads(zstd.decompress(blob))
        return tuple(_line(*row) for row in rows)
    except (zstd.ZstdError, ValueError, TypeError) as error:
        raise CorruptData(f"lines of text cannot be read: {error}") from error


def _line(text: str, seconds: Sequence[int] | None, field: str, tags: Any) -> Line:
    return Line(
        text,
        None if seconds is None else TimeRange(*seconds),
        field,
        tuple(LineTag(*tag) for tag in tags),
    )
