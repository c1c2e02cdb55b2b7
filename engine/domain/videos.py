"""Videos as the catalog knows them: frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

KINDS: Final = ("motion", "slideshow", "overlay", "static", "unknown")
"""Kinds of videos, told by what changes on them; ``unknown`` where nobody looked."""

ANALYZED: Final = ("ok", "partial", "image", "too_long")
"""Statuses of videos that were analyzed; one of any other status could not be."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A failed analysis, beside the observations of an earlier one.

    Attributes:
        status: as in ``VideoRecord``.
        reason: reason for the status.
        at: when it was, UTC, ISO 8601.
    """

    status: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class VideoRecord:
    """The catalog's record of one video.

    Attributes:
        id: 16 hex digits, from the content.
        title: for people; the file's name without its ending.
        status: one of ``ANALYZED``, or why it could not be.
        reason: why the status is not ``ok``; empty otherwise.
        seconds: number of seconds that were analyzed.
        width: in square pixels, upright; 0 when unknown.
        height: the same.
        codec: FFmpeg's name of it; empty when unknown.
        tagger: name and version of the tagger; empty when none could.
        added_at: when it was first ingested, UTC, ISO 8601.
        source: where it was last found: an absolute path or an address.
        language: a code such as ``en``; empty when unknown.
        kind: ``motion``, ``slideshow``, ``overlay``, ``static`` or ``unknown``.
        evidence: what the kind was told by: names and numbers.
        uploader: name of the publisher; empty when unknown.
        categories: categories that its publisher gave it.
        revision: the catalog's revision at its last change.
        last_attempt: the last analysis, when it failed and all else here is of an earlier one; None
            when all else is of the last analysis.
        external_id: the id that an app gives it; empty when none does.
        edited: the fields that somebody set by hand; another analysis leaves them as they are.
        uploader_id: the id of who published it, or of their channel, at its site; empty when
            unknown.
    """

    id: str
    title: str
    status: str
    reason: str
    seconds: int
    width: int
    height: int
    codec: str
    tagger: str
    added_at: str
    source: str
    language: str = ""
    kind: str = "unknown"
    evidence: Mapping[str, Any] = field(default_factory=dict, hash=False)
    uploader: str = ""
    categories: tuple[str, ...] = ()
    revision: int = 0
    last_attempt: Attempt | None = None
    external_id: str = ""
    edited: tuple[str, ...] = ()
    uploader_id: str = ""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Thumbnails of a video, WebP.

    Attributes:
        poster: one picture.
        strip: pictures side by side, all of one width.
        strip_seconds: which second each of them shows, rising.
    """

    poster: bytes
    strip: bytes
    strip_seconds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StoredPictures:
    """Thumbnails of a video that are kept in a store.

    Attributes:
        poster: name of the object of the picture.
        strip: name of the object of the pictures side by side.
        strip_seconds: as of ``Pictures``.
    """

    poster: str
    strip: str
    strip_seconds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of analyzed videos by id, and what state it is in: equal means nothing changed.

    Attributes:
        after: the id before the first.
        last: the last id.
        videos: number of videos. A deletion lowers it.
        newest: the highest of their revisions. Any other change raises it.
    """

    after: str
    last: str
    videos: int
    newest: int


@dataclass(frozen=True, slots=True)
class OutdatedVideo:
    """A video that another version of a tagger saw, or that a source of tags has yet to observe.

    Attributes:
        video: its id.
        seconds: number of seconds that were analyzed.
        sources: where it was found, the last one first; empty when nobody knows.
    """

    video: str
    seconds: int
    sources: tuple[str, ...]


TaggerWords = dict[str, frozenset[str]]
"""Tagger, with its version, -> every tag it can name."""
