"""Boxes put into MP4 files, so that all that hold them grow."""

import struct
from pathlib import Path

_HOLDERS = (
    b"moov",
    b"trak",
    b"mdia",
    b"minf",
    b"stbl",
    b"stsd",
    b"hvc1",
    b"hev1",
    b"avc1",
    b"av01",
)


def insert(path: Path, after: bytes, kind: bytes, content: bytes) -> Path:
    """Put a box after the last one of a kind, into a file whose boxes come after its pictures."""
    whole = bytearray(path.read_bytes())
    assert whole.index(b"mdat") < whole.index(b"moov")
    at = whole.rindex(after) - 4
    index = at + int.from_bytes(whole[at : at + 4])
    new = struct.pack(">I4s", 8 + len(content), kind) + content
    for holder in _HOLDERS:
        start = whole.find(holder, whole.index(b"moov")) - 4
        size = int.from_bytes(whole[start : start + 4])
        if start >= 0 and start < index <= start + size:
            whole[start : start + 4] = (size + len(new)).to_bytes(4)
    whole[index:index] = new
    path.write_bytes(whole)
    return path
