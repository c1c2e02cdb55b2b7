"""The history of viewers, cut in time: what may be learned from, and what is to be foreseen."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from engine.domain.viewers import Event, EventKind, Viewer
from engine.ports.catalog import Viewers

WATCHED_SHARE = 0.5
"""A video of which so much was watched is one that was liked, as in co-watching."""


class ViewersBefore:
    """Viewers as they were at a moment; an ``engine.ports.catalog.ViewerHistory``.

    What is learned is learned from it, so nothing that came later can be.

    Args:
        viewers: all there is.
        moment: events from then on are not there; seconds since 1970.
    """

    def __init__(self, viewers: Viewers, moment: float) -> None:
        self._viewers = viewers
        self._moment = moment

    def likes(self) -> Iterator[list[str]]:
        """Yield, viewer by viewer, the videos they had liked by then, as ``Viewers.likes`` does."""
        return self._viewers.likes(before=self._moment)


def before(viewer: Viewer, moment: float) -> Viewer:
    """Return a viewer with what they had done by a moment.

    Interests have no time: they are those of now.
    """
    return replace(viewer, events=tuple(one for one in viewer.events if one.at < moment))


def foreseeable(viewer: Viewer, moment: float) -> frozenset[str]:
    """Return the videos that a viewer went on to like, of those they had done nothing with before.

    Others do not come back, so no list can have them.
    """
    known = {event.video for event in viewer.events if event.at < moment}
    return frozenset(_liked(event for event in viewer.events if event.at >= moment) - known)


def _liked(events: Iterable[Event]) -> set[str]:
    later = list(events)
    disliked = _of_kind(later, (EventKind.DISLIKED,))
    watched = {one.video for one in later if _is_watched(one)}
    return (_of_kind(later, (EventKind.LIKED,)) | watched) - disliked


def _of_kind(events: Iterable[Event], kinds: Collection[EventKind]) -> set[str]:
    return {event.video for event in events if event.kind in kinds}


def _is_watched(event: Event) -> bool:
    return event.kind is EventKind.WATCHED and event.share >= WATCHED_SHARE
