"""Lists that were shown: a small record of each, so that events can name the list they come from.

What is on a list is not stored: an event says the video and its position. The id begins with the
moment, so lists are in order of time by their ids, and old ones go from the front.
"""

from dataclasses import dataclass
from enum import StrEnum
from secrets import token_hex
from typing import Final

MAX_OF_VIEWER: Final = 1_000
"""Lists of a viewer that are told at once, the newest."""

MAX_POSITION: Final = 100_000
"""A later position on a list is a mistake."""

_UNWRITTEN_SECONDS: Final = 10.0
"""A younger list may still wait to be written down, in this process or another."""

_MOMENT_DIGITS: Final = 11  # of milliseconds since 1970, until the year 2527
_RANDOM_BYTES: Final = 4


class ListKind(StrEnum):
    """Kind of a list."""

    RECOMMENDATIONS = "recommendations"
    MATCHES = "matches"
    SIMILAR = "similar"
    CAMPAIGN = "campaign"


class EntryPoint(StrEnum):
    """Place that a list was given out at."""

    HTTP = "http"
    BATCH = "batch"
    COMMAND = "command"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class ShownList:
    """One list of videos.

    Attributes:
        id: made by ``new_list_id``.
        kind: what was asked.
        entry_point: where.
        first: position of its first video, 1 unless it is a later page.
        size: number of videos.
        viewer: the id of one who is stored; None for anybody else.
        campaign: whose videos they are, if any's.
        experiment: name of the experiment that was on for the viewer; empty for none.
        arm: name of the arm that the viewer was in.
        settings: those that ranked it, where they differ from the defaults: ``tf=raw``.
    """

    id: str
    kind: ListKind
    entry_point: EntryPoint
    first: int
    size: int
    viewer: str | None = None
    campaign: str | None = None
    experiment: str = ""
    arm: str = ""
    settings: str = ""


@dataclass(frozen=True, slots=True)
class ListEvent:
    """Reaction of one viewer to one video of a list.

    Attributes:
        list: its id.
        viewer: who did it.
        video: with what.
        position: on the list; None where no event said it.
        clicked: whether it was watched, if only for a moment, or liked.
        watched: whether at least half of it was watched, or it was liked.
    """

    list: str
    viewer: str
    video: str
    position: int | None
    clicked: bool
    watched: bool


def new_list_id(now: float) -> str:
    """Return the id of a list that is shown at a moment, seconds since 1970."""
    return oldest_list_id(now) + token_hex(_RANDOM_BYTES)


def oldest_list_id(moment: float) -> str:
    """Return what is before the ids of all lists from a moment on, and after those of before."""
    return f"{max(0, int(moment * 1000)):0{_MOMENT_DIGITS}x}"


def list_moment(list_id: str) -> float:
    """Return when a list was shown, seconds since 1970."""
    return int(list_id[:_MOMENT_DIGITS], 16) / 1000


def may_be_unwritten(list_id: str, now: float) -> bool:
    """Tell whether an id is of a list that was shown just now."""
    try:
        return 0.0 <= now - list_moment(list_id) < _UNWRITTEN_SECONDS
    except ValueError:
        return False
