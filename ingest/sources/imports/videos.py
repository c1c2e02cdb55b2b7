"""The video that every form of result becomes, and the names it gets."""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from engine.domain.lines import Line
from engine.domain.tags import VISUAL, Tag, source_of
from engine.domain.text import cleaned_line, is_blank
from engine.errors import InvalidInput
from ingest.sources.addresses import NotAnAddress, canonical
from ingest.sources.files import ID_DIGITS
from ingest.sources.imports.fields import BadField, Fields, as_text
from ingest.taggers.named_tracks import NamedTrack
from ingest.taggers.tag_names import tidy_tag
from ingest.taggers.tag_ranges import TagRange, TagRanges

MAX_PARTS: Final = 10_000
"""Results of videos in one answer, and answers that are put together at a time."""

_WEB: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class ImportedVideo:
    """A video without footage.

    Attributes:
        id: 16 hex digits.
        title: for people.
        source: address or path; may be empty.
        tagger: name and version of the tagger.
        track: what was observed; its names are labels, each with its source.
        language: a code such as ``en``; empty when unknown.
        uploader: name of the publisher; empty when unknown.
        uploader_id: their id, or their channel's, at its site; empty when unknown.
        width: in pixels; 0 when unknown.
        height: the same.
        kind: as in ``VideoRecord``.
        categories: categories that its publisher gave it.
        external_id: the id that an app gives it; empty when none is said.
        is_titled: whether the title was given, not made of the source or the id.
        taggers: of other sources than the visual one.
        whole: label -> confidence, 0.0 to 1.0, of tags of the video as a whole.
        lines: source -> its lines of text.
    """

    id: str
    title: str
    source: str
    tagger: str
    track: NamedTrack
    language: str = ""
    uploader: str = ""
    uploader_id: str = ""
    width: int = 0
    height: int = 0
    kind: str = "unknown"
    categories: tuple[str, ...] = ()
    external_id: str = ""
    is_titled: bool = True
    taggers: Mapping[str, str] = field(default_factory=dict)
    whole: Mapping[str, float] = field(default_factory=dict)
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)

    def by_source(self) -> dict[str, NamedTrack]:
        """Return what each source observed, with the tags' names; the visual one where none did."""
        labels = (*self.track.names, *self.whole)
        if not self.lines and not any(":" in label for label in labels):
            return {VISUAL: self.track}
        sources = sorted({*map(source_of, labels), *self.lines})
        return {source: self.track.of_source(source) for source in sources}

    def whole_of(self, source: str) -> dict[str, float]:
        """Return the tags of the whole that one source gives, by their names."""
        tags = ((Tag.parse(label), confidence) for label, confidence in self.whole.items())
        return {tag.name: confidence for tag, confidence in tags if tag.source == source}


@dataclass(slots=True)
class LabelResult:
    """Result of one answer for one video, a few bytes a time range: not laid out on seconds yet.

    Attributes:
        line: where the answer begins.
        id: 16 hex digits.
        source: where the video is to be found; may be empty.
        tagger: name and version of the tagger.
        tag_ranges: the observations.
        duration: of the video, in seconds, as far as it is known; 0 otherwise.
        title: empty when none was given.
        language, uploader, uploader_id, width, height, kind, categories, external_id, taggers,
        whole, lines: as in ``ImportedVideo``.
    """

    line: int
    id: str
    source: str
    tagger: str
    tag_ranges: TagRanges
    duration: float = 0.0
    title: str = ""
    language: str = ""
    uploader: str = ""
    uploader_id: str = ""
    width: int = 0
    height: int = 0
    kind: str = "unknown"
    categories: tuple[str, ...] = ()
    external_id: str = ""
    taggers: Mapping[str, str] = field(default_factory=dict)
    whole: Mapping[str, float] = field(default_factory=dict)
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)

    def video(self) -> ImportedVideo:
        """Lay it out on seconds.

        Raises:
            BadField: it cannot be a video: empty, too long, too many tags.
        """
        n_seconds = max(math.ceil(self.duration), self.tag_ranges.end)
        if n_seconds == 0:
            raise BadField("nothing was seen and no duration is given")
        try:
            track = NamedTrack.of(self.tag_ranges, n_seconds)
        except InvalidInput as error:
            raise BadField(str(error)) from error
        return ImportedVideo(
            id=self.id,
            title=self.title or title_of(self.source, self.id),
            source=self.source,
            tagger=self.tagger,
            track=track,
            language=self.language,
            uploader=self.uploader,
            uploader_id=self.uploader_id,
            width=self.width,
            height=self.height,
            kind=self.kind,
            categories=self.categories,
            external_id=self.external_id,
            is_titled=bool(self.title),
            taggers=self.taggers,
            whole=self.whole,
            lines=self.lines,
        )


def id_of(source: str, otherwise: str) -> str:
    """Return the id of the video at a source, or of ``otherwise`` where there is none.

    The first 16 hex digits of the SHA-256, as of an address that is fetched: results about an
    address and the video fetched from it are one video.
    """
    return hashlib.sha256((source or otherwise).encode()).hexdigest()[:ID_DIGITS]


def source_in(fields: Fields, key: str) -> str:
    """Return a source as the catalog keeps it: web addresses in the one way to write them.

    Raises:
        BadField: no text, or a web address that cannot be one or holds a password.
    """
    source = fields.source(key)
    if not source.lower().startswith(_WEB):
        return source
    try:
        return canonical(source)
    except NotAnAddress as error:
        raise BadField(f"{fields.name(key)}: {error}") from error


def title_of(source: str, otherwise: str) -> str:
    """Return the last part of an address without its ending."""
    path = urlsplit(source).path if "://" in source else source
    title = cleaned_line(PurePosixPath(unquote(path)).stem)
    return otherwise if is_blank(title) else title


def tag_in(value: object, name: str) -> str:
    """Return the label of a tag that somebody else's program saw.

    Raises:
        BadField: it is none.
    """
    return Tag(VISUAL, tag_name_in(value, name)).label


def tag_name_in(value: object, name: str) -> str:
    """Return a tag as the vocabulary has it.

    Raises:
        BadField: it is none.
    """
    try:
        return tidy_tag(as_text(value, name))
    except BadField:
        raise
    except InvalidInput as error:
        raise BadField(f"{name}: {error}") from error


def seconds_touched(start: float, end: float) -> tuple[int, int]:
    """Return the whole seconds that ``[start, end]`` touches, half-open; at least one."""
    first = math.floor(start)
    return first, max(first + 1, math.ceil(end))


def collected(tag_ranges: Iterable[TagRange], into: TagRanges | None = None) -> TagRanges:
    """Return ranges as they are held.

    Raises:
        BadField: they are more than a video may have.
    """
    held = TagRanges() if into is None else into
    try:
        for tag_range in tag_ranges:
            held.add(*tag_range)
    except BadField:
        raise
    except InvalidInput as error:
        raise BadField(str(error)) from error
    return held
