"""Titles of songs, which are names: no word of one says what is on the video."""

import re
from typing import Final

from ingest.taggers.lines.nouns import given_names

_MARKER: Final = r"""
    (?:official\s+)?(?:(?:hd|4k)\s+)?(?:music|lyrics?|live)\s+video
    | official\s+(?:(?:hd|4k)\s+)?(?:video|audio|visuali[sz]er|clip|mv|live)
    | lyrics? | audio | visuali[sz]er | m/v | mv | karaoke(?:\s+version)? | remaster(?:ed)?
"""
# In brackets, or at the end: "an audio tour" is no song.
_SONG: Final = re.compile(
    rf"[(\[|]\s*({_MARKER})\b[^)\]|]*[)\]|]? | \b({_MARKER})\s*$", re.IGNORECASE | re.VERBOSE
)
_FEATURING: Final = re.compile(r"\b(?:feat|ft|prod)\.", re.IGNORECASE)
_BY: Final = re.compile(r"^((?:[A-Z][\w.'\u2019]*\s+){1,3})[-\u2013\u2014]\s+[A-Z\"\u201c]")
_PARTS: Final = re.compile(r"\s[-\u2013\u2014|]\s|:\s")


def song_words(title: str) -> str | None:
    """Return the words by which a title says that it is one of a song; None where it is not.

    ``Kate Bush - Cloudbusting (Official Music Video)`` gives ``Official Music Video``. An artist
    and a song need a line between them, or a guest.
    """
    marker = _SONG.search(title)
    if marker is not None and (_PARTS.search(title) or _FEATURING.search(title)):
        return marker.group(1) or marker.group(2)
    guest = _FEATURING.search(title)
    return guest.group() if guest is not None and _PARTS.search(title) else None


def is_named_work(title: str) -> bool:
    """Tell whether a title is a person's name, a line, and what a work of theirs is called."""
    by = _BY.match(title)
    return by is not None and by.group(1).split()[0].lower() in given_names()
