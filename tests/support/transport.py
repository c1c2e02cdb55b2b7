"""Transport and program streams whose clocks tell what a test wants."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

PACKET_BYTES = 188
WRAP_SECONDS = (1 << 33) / 90_000
"""Moment at which the counter of a stream begins anew."""

_TICKS = 90_000
_PES_START = re.compile(rb"\x00\x00\x01[\xc0-\xef]")


def retime(path: Path, retimed: Callable[[str, float], float], *, packets: bool = True) -> Path:
    """Have the pictures and the sound of a stream tell other times, wherever they tell one.

    Args:
        path: of a file, which is written anew.
        retimed: (``"video"`` or ``"audio"``, seconds) to the seconds that are to be told; times
            wrap as the 33 bits they are.
        packets: whether it is a transport stream, and not a program stream.
    """
    content = bytearray(path.read_bytes())
    for at in list(_in_packets(content) if packets else _anywhere(content)):
        kind = "video" if content[at + 3] & 0xF0 == 0xE0 else "audio"
        has_pts, has_dts = content[at + 7] & 0x80, content[at + 7] & 0x40
        for index in [at + 9] * bool(has_pts) + [at + 14] * bool(has_dts):
            _write(content, index, retimed(kind, _read(content, index) / _TICKS))
    path.write_bytes(content)
    return path


def _in_packets(content: bytearray) -> Iterator[int]:
    """Yield where the packets of a stream begin, in a transport stream."""
    for start in range(0, len(content), PACKET_BYTES):
        begins, adaptation = content[start + 1] & 0x40, content[start + 3] >> 4 & 3
        at = start + 4 + (1 + content[start + 4] if adaptation & 2 else 0)
        if begins and adaptation & 1 and _PES_START.match(content, at):
            yield at


def _anywhere(content: bytearray) -> Iterator[int]:
    """Yield where the packets of a stream begin, in a program stream."""
    for result in _PES_START.finditer(content):
        if content[result.start() + 6] & 0xC0 == 0x80:
            yield result.start()


def _read(content: bytearray, at: int) -> int:
    high, middle, low = content[at] >> 1 & 7, content[at + 1 : at + 3], content[at + 3 : at + 5]
    return high << 30 | int.from_bytes(middle) >> 1 << 15 | int.from_bytes(low) >> 1


def _write(content: bytearray, at: int, seconds: float) -> None:
    ticks = round(seconds * _TICKS) % (1 << 33)
    content[at] = content[at] & 0xF0 | ticks >> 30 << 1 | 1
    content[at + 1 : at + 3] = ((ticks >> 15 & 0x7FFF) << 1 | 1).to_bytes(2)
    content[at + 3 : at + 5] = ((ticks & 0x7FFF) << 1 | 1).to_bytes(2)
