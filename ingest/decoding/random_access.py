"""Random access points: pictures that decoding can begin with, by codec.

A key frame of a file need not be one: H.264 also marks frames from which the picture mends bit by
bit, and what a container marks may be wrong. So the first bytes of the picture are read.
"""

import re
from collections.abc import Callable, Iterator
from enum import Enum
from itertools import islice
from typing import Final, NamedTuple

from av.video.stream import VideoStream

# What comes before a picture is short; a hostile packet is not read further than this.
_MAX_BYTES: Final = 1 << 16
_MAX_UNITS: Final = 64
_PROGRESSIVE: Final = 1  # of AVFieldOrder
_NAL_START: Final = re.compile(rb"\x00\x00\x01")
_MPEG2_SEQUENCE: Final = re.compile(rb"\x00\x00\x01\xb3")
# Picture start code, ten bits of number, three bits of type: 1 is intra (ISO/IEC 13818-2, 6.2.3).
_MPEG2_PICTURE: Final = re.compile(
    rb"\x00\x00\x01\x00.(?P<intra>[\x08-\x0f\x48-\x4f\x88-\x8f\xc8-\xcf])?", re.DOTALL
)
# Start code of an object plane, two bits of type: 0 is intra (ISO/IEC 14496-2, 6.2.5).
_MPEG4_PICTURE: Final = re.compile(rb"\x00\x00\x01\xb6(?P<intra>[\x00-\x3f])?")


class Role(Enum):
    """The role of a packet for those after it."""

    RANDOM_ACCESS = 1
    """Decoding can begin with it: it brings along all that the frames from it on are built with,
    those stored after it but shown before it excepted."""
    PARAMETERS = 2
    """It has what later ones may be read by, or may have it: it must reach the decoder."""
    OTHER = 3


class _Nals(NamedTuple):
    """Types of the units (NAL) that H.264 and HEVC are made of."""

    kind_of: Callable[[int], int]
    """Reads the kind out of the first byte."""
    parameter_sets: frozenset[int]
    """Types that a random access point needs before it, where the file has no extradata."""
    random_access: range
    pictures: range
    length_size_at: int
    """Index of the extradata's byte that holds the size of a unit's length field, less one."""


# ITU-T H.264, table 7-1: 5 alone resets the decoder; ISO/IEC 14496-15, 5.3.3.1.2.
_H264: Final = _Nals(lambda byte: byte & 31, frozenset({7, 8}), range(5, 6), range(1, 6), 4)
# ITU-T H.265, table 7-1: 16 to 21 are random access points; ISO/IEC 14496-15, 8.3.3.1.2.
_HEVC: Final = _Nals(
    lambda byte: byte >> 1 & 63, frozenset({32, 33, 34}), range(16, 22), range(32), 21
)


def role_reader(stream: VideoStream) -> Callable[[memoryview], Role] | None:
    """Return what tells a packet's role; None if nothing can.

    The first 64 kB of a packet are read, and the first 64 units. A random access point that is
    missed costs time only, and so does a packet that is wrongly taken for parameter sets.
    """
    reader = _reader(stream)
    return reader and (lambda packet: reader(bytes(packet[:_MAX_BYTES])))


def _reader(stream: VideoStream) -> Callable[[bytes], Role] | None:
    codec, context = stream.codec.canonical_name, stream.codec_context
    if codec == "h264":
        # The two fields of an interlaced frame may come in a packet each.
        is_progressive = context.field_order == _PROGRESSIVE
        return _nal_role(_H264, context.extradata) if is_progressive else None
    if codec == "hevc":
        return _nal_role(_HEVC, context.extradata)
    begins = _RANDOM_ACCESS_TESTS.get(codec)
    return begins and (lambda packet: Role.RANDOM_ACCESS if begins(packet) else Role.OTHER)


def _nal_role(nals: _Nals, extradata: bytes | None) -> Callable[[bytes], Role]:
    has_lengths = (
        extradata is not None and extradata[:1] == b"\1" and len(extradata) > nals.length_size_at
    )
    length_size = 1 + (extradata[nals.length_size_at] & 3) if extradata and has_lengths else 0

    def role(packet: bytes) -> Role:
        units = _by_length(packet, length_size) if has_lengths else _by_start_code(packet)
        parameter_sets: set[int] = set()
        for kind in map(nals.kind_of, islice(units, _MAX_UNITS)):
            if kind in nals.parameter_sets:
                parameter_sets.add(kind)
            elif kind in nals.pictures:
                # Without lengths parameter sets come along with the pictures: with this one, or a
                # former.
                if kind in nals.random_access and (
                    has_lengths or parameter_sets == nals.parameter_sets
                ):
                    return Role.RANDOM_ACCESS
                return Role.PARAMETERS if parameter_sets else Role.OTHER
        return Role.PARAMETERS

    return role


def _by_length(packet: bytes, length_size: int) -> Iterator[int]:
    offset = 0
    while offset + length_size < len(packet):
        start = offset + length_size
        yield packet[start]
        offset = start + int.from_bytes(packet[offset:start])


def _by_start_code(packet: bytes) -> Iterator[int]:
    return (packet[m.end()] for m in _NAL_START.finditer(packet) if m.end() < len(packet))


def _mpeg2_begins(packet: bytes) -> bool:
    picture = _MPEG2_PICTURE.search(packet)
    return bool(picture and picture["intra"] and _MPEG2_SEQUENCE.search(packet, 0, picture.start()))


def _mpeg4_begins(packet: bytes) -> bool:
    picture = _MPEG4_PICTURE.search(packet)
    return bool(picture and picture["intra"])


def _vp8_begins(packet: bytes) -> bool:
    # RFC 6386, 9.1: bit 0 is 0 for a key frame, bit 4 is 1 if it is shown.
    return int.from_bytes(packet[:1]) & 0b1_0001 == 0b1_0000


def _vp9_begins(packet: bytes) -> bool:
    # VP9 bitstream, 6.2: marker 10, profile, repeats no frame, is a key frame, is shown; in
    # profile 3 another bit comes in between.
    head = int.from_bytes(packet[:1])
    return head & 0b1100_1110 == 0b1000_0010 and head & 0b11_0000 != 0b11_0000


def _av1_begins(packet: bytes) -> bool:
    """Look for a sequence header before a key frame that is shown (AV1 bitstream, 5.3 and 5.9)."""
    has_sequence = False
    offset = 0
    for _ in range(_MAX_UNITS):
        if offset >= len(packet):
            break
        header = packet[offset]
        offset += 2 if header & 4 else 1
        if not header & 2:  # its size is not given
            return False
        size, offset = _leb128(packet, offset)
        kind = header >> 3 & 15
        if kind in {3, 6}:
            # Repeats no frame, type 0, shown.
            return has_sequence and offset < len(packet) and packet[offset] >> 4 == 1
        has_sequence |= kind == 1
        offset += size
    return False


def _leb128(packet: bytes, offset: int) -> tuple[int, int]:
    """Return a number, and where it ends: 8 bytes at most, of 7 bits (AV1 bitstream, 4.10.5)."""
    number = 0
    for digit, byte in enumerate(packet[offset : offset + 8]):
        number |= (byte & 127) << 7 * digit
        if byte < 128:
            return number, offset + digit + 1
    return number, offset + 8


_RANDOM_ACCESS_TESTS: Final[dict[str, Callable[[bytes], bool]]] = {
    "mpeg1video": _mpeg2_begins,
    "mpeg2video": _mpeg2_begins,
    "mpeg4": _mpeg4_begins,
    "vp8": _vp8_begins,
    "vp9": _vp9_begins,
    "av1": _av1_begins,
}
