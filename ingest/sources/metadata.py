"""Metadata of a video from its site: yt-dlp's info dictionary, made small, typed and harmless."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Self

from engine.domain.text import without_refused
from engine.words.languages import is_code
from ingest.sources.guard import WEB_SCHEMES

_LINE_CHARACTERS: Final = 500
_LANGUAGE_CHARACTERS: Final = 35
_TEXT_CHARACTERS: Final = 20_000
_LIST_ITEMS: Final = 500


@dataclass(frozen=True, slots=True)
class Metadata:
    """Metadata of a video from its site; empty where the site gives none.

    Attributes:
        address: the canonical address it was asked for by.
        title: for people.
        description: may have several lines.
        uploader: name of the publisher.
        uploader_id: the id of their channel, or theirs, at its site.
        duration_seconds: as declared; what was really seen is in the track.
        uploaded_on: ISO 8601, such as ``2024-05-01``.
        tags: the publisher's words, not what a tagger saw.
        categories: what the publisher filed it under.
        thumbnail: the address of a picture.
        language: a code such as ``en``.
    """

    address: str
    title: str = ""
    description: str = ""
    uploader: str = ""
    uploader_id: str = ""
    duration_seconds: float | None = None
    uploaded_on: str = ""
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    thumbnail: str = ""
    language: str = ""

    @classmethod
    def from_info(cls, address: str, info: Mapping[str, Any]) -> Self:
        """Read the info dictionary of yt-dlp, also as it is stored in ``.info.json`` files.

        Nothing in it is trusted: what is not of the expected kind counts as not said.
        """
        return cls(
            address=address,
            title=_line(info.get("title")),
            description=_text(info.get("description"), _TEXT_CHARACTERS).strip(),
            uploader=_line(info.get("uploader")) or _line(info.get("channel")),
            # That of a channel stays when its handle changes.
            uploader_id=_id(info.get("channel_id")) or _id(info.get("uploader_id")),
            duration_seconds=_seconds(info.get("duration")),
            uploaded_on=_day(info),
            tags=_lines(info.get("tags")),
            categories=_lines(info.get("categories")),
            thumbnail=_picture(info.get("thumbnail")),
            language=_language(info.get("language")),
        )

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Make it again from what ``as_json`` gave.

        Raises:
            TypeError, KeyError: it did not give that.
        """
        lists = {name: tuple(values[name]) for name in ("tags", "categories")}
        return cls(**{**values, **lists})

    def as_json(self) -> dict[str, Any]:
        """Return values that can be written as JSON."""
        return asdict(self)


def _text(value: object, characters: int) -> str:
    if not isinstance(value, str):
        return ""
    lines = value[:characters].replace("\t", " ").split("\n")
    return "\n".join(map(without_refused, lines))


def _line(value: object) -> str:
    return " ".join(_text(value, _LINE_CHARACTERS).split())


def _id(value: object) -> str:
    # Some sites number their channels.
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return _line(str(value) if is_number else value)


def _language(value: object) -> str:
    code = _line(value).replace("_", "-")[:_LANGUAGE_CHARACTERS]
    return code if is_code(code) else ""


def _lines(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        return ()
    return tuple(dict.fromkeys(filter(None, map(_line, value[:_LIST_ITEMS]))))


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value > 0 else None


def _day(info: Mapping[str, Any]) -> str:
    written, moment = info.get("upload_date"), info.get("timestamp")
    try:
        if isinstance(written, str):
            return date.fromisoformat(written).isoformat()
        if isinstance(moment, int | float):
            return datetime.fromtimestamp(moment, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        pass
    return ""


def _picture(value: object) -> str:
    address = _line(value)
    return address if address.startswith(tuple(f"{scheme}://" for scheme in WEB_SCHEMES)) else ""
