"""Dolby Vision whose pictures are meant for no other screen: its colours cannot be read here."""

from pathlib import Path
from typing import Final

from ingest.decoding.boxes import read_top_box

_HEAD_BYTES: Final = 1 << 20
_MATROSKA_START: Final = b"\x1a\x45\xdf\xa3"
_MATROSKA_PICTURES: Final = b"\x1f\x43\xb6\x75"
_MATROSKA_DATA: Final = b"\x41\xed"
_CONFIGURATIONS: Final = (b"dvcC", b"dvvC", b"dvwC")
# These have a layer that other screens show, or none; the number beside the profile tells.
_EITHER: Final = (10, 20)
_NEVER: Final = 5


def is_dolby_vision_only(path: Path) -> bool:
    """Whether a file's configuration names a profile without a layer for other screens."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    is_matroska = head.startswith(_MATROSKA_START)
    about = head.partition(_MATROSKA_PICTURES)[0] if is_matroska else read_top_box(path, b"moov")
    for name in _CONFIGURATIONS:
        _, mark, rest = about.partition(name)
        if mark:
            return _has_no_base_layer(_after_data_mark(rest) if is_matroska else rest)
    return False


def _after_data_mark(rest: bytes) -> bytes:
    """Return what follows the mark and the length, of one byte, of the configuration."""
    return rest[:64].partition(_MATROSKA_DATA)[2][1:]


def _has_no_base_layer(configuration: bytes) -> bool:
    # Two bytes of version; 7 bits of profile, 6 of level, 3 of layers; 4 of compatibility.
    if len(configuration) < 5:
        return False
    profile, compatibility = configuration[2] >> 1, configuration[4] >> 4
    return profile == _NEVER or (profile in _EITHER and compatibility == 0)
