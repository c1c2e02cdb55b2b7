"""The first bytes of a file: whether they are those of a video."""

from typing import Final

SIGNATURE_BYTES: Final = 1 << 16
"""Number of bytes that tell what a file is."""

_STARTS: Final = (
    b"\x00\x00\x01\xb3",  # MPEG video
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x00\x01",  # H.264, HEVC
    b"\x06\x0e\x2b\x34\x02\x05\x01\x01",  # MXF
    b"\x1a\x45\xdf\xa3",  # Matroska, WebM
    b"\x1f\x07\x00",  # DV
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF
    b"\xb7\xd8\x00\x20\x37\x49\xda\x11",  # recorded by Windows
    b".RMF",
    b"DHAV",
    b"DKIF",
    b"FLV\x01",
    b"GIF8",
)
# Boxes that MP4 and QuickTime files begin with, and the brands of those that are songs or stills.
_BOXES: Final = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_SONGS: Final = (b"M4A ", b"M4B ", b"M4P ")
_STILLS: Final = (b"avif", b"heic", b"heix", b"heim", b"heis", b"mif1")
_SEQUENCES: Final = (b"avis", b"hevc", b"hevx", b"msf1")
_OGG_VIDEOS: Final = (b"\x80theora", b"\x01video", b"OVP80", b"BBCD\x00")
# A packet of a transport stream; after four bytes of a time; before sixteen of a checksum.
_PACKET_BYTES: Final = (188, 192, 204)
_SYNCS: Final = b"\x47" * 5


def starts_like_a_video(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a video, or a picture that moves.

    Args:
        head: the first ``SIGNATURE_BYTES`` of the file, or all of it.
    """
    if b"\0" not in head:  # a text
        return False
    if head.startswith(_STARTS) or _is_transport_stream(head):
        return True
    kind, form = head[4:8], head[8:12]
    if head.startswith(b"RIFF"):
        # Of WebP's flags, the second is that of an animation.
        moves = form == b"WEBP" and head[12:16] == b"VP8X" and bool(head[20] & 2)
        return moves or form in (b"AVI ", b"CDXA")
    if head.startswith(b"OggS"):
        return any(mark in head for mark in _OGG_VIDEOS)
    if kind == b"ftyp" and form in (*_SONGS, *_STILLS):
        return any(brand in head[16 : int.from_bytes(head[:4])] for brand in _SEQUENCES)
    return kind in _BOXES


def _is_transport_stream(head: bytes) -> bool:
    """Whether the byte that packets begin with comes often enough, wherever the first one is."""
    return any(_SYNCS in head[start::size] for size in _PACKET_BYTES for start in range(size))
