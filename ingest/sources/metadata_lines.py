"""Metadata of a video as lines of text: its title, what its publisher says, where its file lies."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Final

from engine.domain.lines import MAX_CHARACTERS, MAX_LINE_CHARACTERS, MAX_LINES, Line
from engine.domain.media import StoredUpload
from engine.domain.text import cleaned_line
from ingest.sources.addresses import is_address
from ingest.taggers.lines.titles import is_named_work
from ingest.taggers.lines.word_lists import folders

DESCRIPTION: Final = "description"
TAG: Final = "tag"

_SEPARATORS: Final = re.compile(r"[._\s-]+")
# What cameras and encoders write into names.
_TECHNICAL: Final = re.compile(
    r"(?i)^(?:\d+|\d{3,4}p|[248]k|\d+fps|[hx]\.?26[45]|hevc|av1|aac|web-?dl|hd(?:tv|rip)?|bluray|mp4|mov"
    r"|(?:img|dsc[nf]?|vid|mvi|gopr|gx|dji|pxl|mov|clip|video|final|copy|v)\d*)$"
)


def metadata_lines(
    *,
    title: str,
    source: str,
    description: str = "",
    tags: Sequence[str] = (),
    categories: Sequence[str] = (),
) -> list[Line]:
    """Return the lines of a video's metadata, the most telling first, within what is stored.

    Args:
        title: for people; one that is only the name of the file counts as that.
        source: a path or an address.
        description: may have several lines.
        tags: its publisher's words.
        categories: of its publisher.
    """
    cleaned: list[Line] = []
    characters = 0
    for line in _lines(title, source, description, tags, categories):
        text = line.text[:MAX_LINE_CHARACTERS]
        characters += len(text)
        if len(cleaned) == MAX_LINES or characters > MAX_CHARACTERS:
            break
        cleaned.append(line._replace(text=text))
    return cleaned


def _lines(
    title: str, source: str, description: str, tags: Sequence[str], categories: Sequence[str]
) -> Iterator[Line]:
    path = None if is_address(source) or not source else PurePath(source)
    stem = cleaned_line(path.stem) if path is not None else ""
    if title and title not in (stem, source):
        yield Line(title, field="title")
    if path is not None:
        if name := _words_of(path.stem):
            yield Line(name, field="file")
        folder = "" if StoredUpload.parse(source) else _words_of(path.parent.name)
        if folder and folder.lower() not in folders():
            yield Line(folder, field="folder")
    yield from (Line(tag, field=TAG) for tag in tags)
    yield from (Line(category, field="category") for category in categories)
    for line in description.splitlines():
        if text := cleaned_line(line):
            yield Line(text, field=DESCRIPTION)


def _words_of(name: str) -> str:
    """Return the words of a file's or folder's name, without what machines wrote into it."""
    parts = _SEPARATORS.split(cleaned_line(name))
    if is_named_work(written := " ".join(parts)):
        return written  # these words tell that it is one
    return " ".join(part for part in parts if part and not _TECHNICAL.match(part))
