"""Titles of songs, which are names: no word of one says what is on the video."""

import re
from collections.abc import Iterable
from typing import Final

from ingest.taggers.lines.nouns import given_names

_MARKER: Final = r"""
    (?:official\s+)?(?:(?:hd|4k)\s+)?(?:music|lyrics?|live)\s+video
    | official\s+(?:(?:hd|4k)\s+)?(?:video|audio|visuali[sz]er|clip|mv|live)
    | lyrics? | (?:hq\s+|8d\s+)?audio | visuali[sz]er | m/v | mv | karaoke(?:\s+version)?
    | slowed | sped\s+up | instrumental | full\s+album | acoustic\s+version
"""
# In brackets, or at the end: "an audio tour" is no song.
_SONG: Final = re.compile(
    rf"[(\[|]\s*({_MARKER})\b[^)\]|]*[)\]|]? | \b({_MARKER})\s*$", re.IGNORECASE | re.VERBOSE
)
# These say so without a name and a line before them.
_OF_RECORD: Final = re.compile(
    r"[(\[]\s*((?:\d{4}\s+)?remaster(?:ed)?|official\s+[a-z ]*(?:video|audio|visuali[sz]er))\b",
    re.IGNORECASE,
)
# What the publishers of records write below.
_BELOW: Final = re.compile(
    r"\b(?:official\s+(?:music\s+)?(?:video|audio)|provided\s+to\s+youtube|spotify|apple\s+music"
    r"|new\s+(?:single|album)|the\s+(?:single|album)|lyrics|vevo|soundcloud|bandcamp)\b",
    re.IGNORECASE,
)
# Films, series, books and talks, which are called after what they need not show.
_WORK: Final = re.compile(
    r"\b(?:trailer|teaser|full\s+(?:movie|film|episode|audiobook)|short\s+film|movie\s+clip|audiobook"
    r"|(?:movie|film|deleted|opening|final|ending|post-?credits?)\s+scene|reaction\s+video"
    r"|scene\s+(?:analysis|breakdown|explained)"
    r"|first\s+time\s+(?:watching|hearing|listening)"
    r"|s\d{1,2}\s?e\d{1,2}|season\s+\d+|ending\s+explained|tedx?\w*|podcast|sermon|psalm"
    r"|book\s+review|book\s+summary|lecture\s+\d+(?!\s+(?:on|about)\b))\b"
    # A copy of a film: its year, and what was copied. Home videos have a resolution, too.
    r"|\b(?:19|20)\d\d\s.{0,60}?\b(?:blu-?ray|(?:br|dvd|web)rip|web-?dl|hdtv)\b"
    # "A forest scene" and "a chemical reaction" are shown; these stand behind a work's name.
    r"|[-\u2013\u2014|]\s(?!an?\b)[^-\u2013\u2014|]+\bscene\s*$|[(\[|]\s*reaction\s*(?:[)\]|]|$)",
    re.IGNORECASE,
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
    if (record := _OF_RECORD.search(title)) is not None:
        return record.group(1)
    guest = _FEATURING.search(title)
    return guest.group() if guest is not None and _PARTS.search(title) else None


def is_named_work(title: str) -> bool:
    """Tell whether a title is what a film, a book, a talk or another work is called.

    It says so, or is a person's name, a line, and what a work of theirs is called.
    """
    if _WORK.search(title):
        return True
    by = _BY.match(title)
    return by is not None and by.group(1).split()[0].lower() in given_names()


def is_of_song(title: str, description: Iterable[str], words: Iterable[str] = ()) -> bool:
    """Tell whether a title of two parts is one of a song, by what is written below it.

    Args:
        title: of a video.
        description: lines of it, which may say so in passing.
        words: of its publisher, of which one must say just that.
    """
    return _PARTS.search(title) is not None and (
        any(_BELOW.search(line) for line in description)
        or any(_BELOW.fullmatch(word) for word in words)
    )
