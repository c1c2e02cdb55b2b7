"""Viewers who are stored, and what they did with videos: frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite
from typing import Any, Final

from engine.domain.evaluations.shown_lists import MAX_POSITION, ShownList
from engine.domain.text import UnusableText, is_blank, tidy_line
from engine.errors import InvalidInput

MAX_EVENTS: Final = 5_000
"""Number of a viewer's events that are stored: the newest, and of older ones those that hide."""

MAX_EVENT_BATCH: Final = 1_000
"""A longer batch is refused."""

MAX_CHARACTERS: Final = 128
"""The longest id of a viewer or an event."""

AHEAD_SECONDS: Final = 86_400.0
"""Clocks differ; an event further in the future is a mistake."""

MAX_LIKES: Final = 500
"""Number of a viewer's likes that co-likes are counted from."""


class EventKind(StrEnum):
    """Kind of a viewer's event with a video."""

    WATCHED = "watched"
    LIKED = "liked"
    DISLIKED = "disliked"
    SKIPPED = "skipped"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Event:
    """Something a viewer did with a video.

    Attributes:
        id: given by the app, each once for a viewer.
        video: an id; the video may have been deleted since, or may still come.
        kind: what was done.
        at: seconds since 1970, UTC.
        share: how much of the video was watched, 0.0 to 1.0; 1.0 for other kinds.
        shown_by: id of the list that the viewer had it from; None where nobody said.
        position: of the video on that list, from 1 on; None where nobody said.
    """

    id: str
    video: str
    kind: EventKind
    at: float
    share: float = 1.0
    shown_by: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """One viewer.

    Attributes:
        id: given by the app.
        interests: tag -> weight, negative for dislikes.
        events: the oldest first.
        lists: the newest that were shown to them, the oldest first; empty unless asked for.
    """

    id: str
    interests: Mapping[str, float]
    events: tuple[Event, ...]
    lists: tuple[ShownList, ...] = ()


@dataclass(frozen=True, slots=True)
class Audiences:
    """Number of viewers of each video.

    Attributes:
        viewers: number of viewers who did anything with any video.
        videos: id -> how many did something with it.
    """

    viewers: int
    videos: Mapping[str, int]


def check_id(of: str, given: Any) -> str:
    """Return an id as it is stored: a line of 1 to 128 characters, in Unicode's form NFC.

    Dots alone are no id: in the path of an address they mean another place.

    Raises:
        InvalidInput: otherwise; ``of`` says whose id it is.
    """
    try:
        tidy = tidy_line(given) if isinstance(given, str) else ""
    except UnusableText:
        tidy = ""
    if not 1 <= len(tidy) <= MAX_CHARACTERS or tidy in (".", "..") or is_blank(tidy):
        raise InvalidInput(
            f"{of}: an id is 1 to {MAX_CHARACTERS} printable characters, not {given!r:.80}"
        )
    return tidy


def check_event(name: str, event: Event, now: float) -> Event:
    """Return an event as it is stored.

    Args:
        name: what errors call it; empty where one is all there is.
        event: as it was given.
        now: seconds since 1970.

    Raises:
        InvalidInput: naming the part that cannot be used.
    """
    prefix = f"{name}." if name else ""
    shown_by = event.shown_by
    tidy = replace(
        event,
        id=check_id(f"{prefix}id", event.id),
        video=check_id(f"{prefix}video", event.video),
        shown_by=None if shown_by is None else check_id(f"{prefix}shown_by", shown_by),
    )
    if event.position is not None:
        if shown_by is None:
            raise InvalidInput(f"{prefix}position is of no list: say which in shown_by")
        if not 1 <= event.position <= MAX_POSITION:
            raise InvalidInput(
                f"{prefix}position is {event.position}: the first on a list is 1, and"
                f" {MAX_POSITION} the last there may be"
            )
    if not isfinite(event.share) or not 0.0 <= event.share <= 1.0:
        raise InvalidInput(f"{prefix}share is {event.share}: give the part watched, 0.0 to 1.0")
    if not isfinite(event.at) or event.at < 0:
        raise InvalidInput(f"{prefix}at is before 1970: give when it happened, UTC")
    if event.at > now + AHEAD_SECONDS:
        raise InvalidInput(f"{prefix}at is more than a day ahead: give when it happened, UTC")
    return tidy
