"""The boxes that MP4, QuickTime and HEIF files are made of (ISO/IEC 14496-12, 4.2)."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

MAX_BOX_BYTES: Final = 4 << 20
"""Most that is read of one box: what is read is about the pictures, not the pictures."""

_MAX_TOP_BOXES: Final = 4096


class DamagedBox(ValueError):
    """A box whose content is not what it says."""


def boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (kind, content) of the boxes that lie one after the other.

    Raises:
        DamagedBox: one has no size.
    """
    at = 0
    while at + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        size = size or len(content) - at
        if size < 8:
            raise DamagedBox("a box has no size")
        yield kind, content[at + 8 : at + size]
        at += size


def top_boxes(path: Path) -> Iterator[tuple[bytes, int, int]]:
    """Yield (kind, place of the content, length of the content) of a file's outermost boxes."""
    end = path.stat().st_size
    with path.open("rb") as file:
        start = 0
        for _ in range(_MAX_TOP_BOXES):
            file.seek(start)
            head = file.read(16)
            if len(head) < 8:
                return
            size, kind = struct.unpack_from(">I4s", head)
            own = 8
            if size == 1 and len(head) == 16:
                size, own = int.from_bytes(head[8:]), 16
            size = size or end - start
            if size < own:
                return
            yield kind, start + own, min(size, end - start) - own
            start += size


def read_top_box(path: Path, name: bytes) -> bytes:
    """Return the first ``MAX_BOX_BYTES`` of the content of the first such box; empty if none is."""
    for kind, offset, length in top_boxes(path):
        if kind == name:
            with path.open("rb") as file:
                file.seek(offset)
                return file.read(min(length, MAX_BOX_BYTES))
    return b""


def number(content: bytes, at: int, size: int) -> int:
    """Return the number that is written there.

    Raises:
        DamagedBox: the content ends before.
    """
    if at + size > len(content):
        raise DamagedBox("a box is cut off")
    return int.from_bytes(content[at : at + size])
