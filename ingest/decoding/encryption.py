"""Whether a file of which nothing can be seen is one that was made unreadable on purpose."""

import re
from pathlib import Path
from typing import Final

from ingest.decoding.boxes import read_top_box

_HEAD_BYTES: Final = 1 << 20

# Sample entries of MP4: common encryption (ISO/IEC 23001-7), Apple's.
_MP4_MARKS: Final = (b"encv", b"drmi")
_MATROSKA_START: Final = b"\x1a\x45\xdf\xa3"
# Among the encodings of a Matroska track, one of the type 1: encryption (RFC 9559, 5.1.4.1.31).
_MATROSKA_MARK: Final = re.compile(rb"\x6d\x80.{0,200}?\x50\x33\x81\x01", re.DOTALL)
_MATROSKA_PICTURES: Final = b"\x1f\x43\xb6\x75"
# The two objects of an ASF head that say how it is encrypted, as they lie in the file.
_ASF_START: Final = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"
_ASF_MARKS: Final = (
    bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),
    bytes.fromhex("14e68a292226174cb935dae07ee9289c"),
)
_PACKET_BYTES: Final = (188, 192, 204)
_SYNC: Final = 0x47
_MIN_PACKETS: Final = 5
_NO_PAYLOAD_ID: Final = 0x1FFF
_PACK_START: Final = b"\x00\x00\x01\xba"
_PICTURES_START: Final = b"\x00\x00\x01\xe0"


def is_encrypted(path: Path) -> bool:
    """Whether a file says, in its head or its packets, that its pictures are encrypted."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(_MATROSKA_START):
        return _MATROSKA_MARK.search(head.partition(_MATROSKA_PICTURES)[0]) is not None
    if head.startswith(_ASF_START):
        return any(mark in head for mark in _ASF_MARKS)
    if head.startswith(_PACK_START):
        return _is_scrambled_program(head)
    if _is_scrambled_transport(head):
        return True
    movie = read_top_box(path, b"moov")
    return any(mark in movie for mark in _MP4_MARKS)


def _is_scrambled_transport(head: bytes) -> bool:
    """Whether most packets of a transport stream are scrambled (ISO/IEC 13818-1, 2.4.3.3)."""
    for size in _PACKET_BYTES:
        for start in range(size):
            syncs = head[start::size]
            if len(syncs) >= _MIN_PACKETS and syncs.count(_SYNC) == len(syncs):
                flags = head[start + 3 :: size]
                high, low = head[start + 1 :: size], head[start + 2 :: size]
                full = [
                    flag >> 6
                    for flag, a, b in zip(flags, high, low, strict=False)
                    if flag & 0x10 and (a & 0x1F) << 8 | b not in (0, _NO_PAYLOAD_ID)
                ]
                return sum(map(bool, full)) * 2 > len(full)
    return False


def _is_scrambled_program(head: bytes) -> bool:
    """Whether a packet of pictures of a program stream is scrambled, as those of DVDs are."""
    at = head.find(_PICTURES_START)
    while at >= 0:
        flags = head[at + 6 : at + 7]
        if flags and flags[0] & 0xC0 == 0x80 and flags[0] & 0x30:
            return True
        at = head.find(_PICTURES_START, at + 4)
    return False
