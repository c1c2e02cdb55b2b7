"""Events of viewers who are stored."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from engine.domain.evaluations.shown_lists import may_be_unwritten
from engine.domain.viewers import Event, Viewer
from engine.ports.catalog import Catalog

BATCH_SIZE: Final = 5_000
"""Events of a file that are added together, or not at all."""


@dataclass(frozen=True, slots=True)
class AddedEvents:
    """The result of a batch of events.

    Attributes:
        viewer: the id.
        added: how many were new.
        repeated: number of those that were known already.
        unknown_videos: ids that no video of the catalog has; their events are stored.
        unknown_lists: ids that no list has, or none any more; their events are stored.
    """

    viewer: str
    added: int
    repeated: int
    unknown_videos: tuple[str, ...]
    unknown_lists: tuple[str, ...] = ()


def add_events(
    catalog: Catalog, viewer: str, events: Sequence[Event], *, now: float
) -> AddedEvents:
    """Add what a viewer did; sent again, an event changes nothing."""
    added = catalog.viewers.add_events(viewer, events, now=now)
    videos = catalog.viewers.unknown_videos(event.video for event in events)
    lists = _unknown_lists(catalog, events, now)
    return AddedEvents(viewer, added, len(events) - added, tuple(videos), lists)


def _unknown_lists(catalog: Catalog, events: Iterable[Event], now: float) -> tuple[str, ...]:
    named = (event.shown_by for event in events if event.shown_by)
    lists = [one for one in named if not may_be_unwritten(one, now)]
    return tuple(catalog.shown_lists.unknown(lists)) if lists else ()


def viewer_with_lists(catalog: Catalog, viewer: str) -> Viewer:
    """Return all that is stored of a viewer, the newest lists that they were shown, too.

    Raises:
        UnknownViewer: when nothing is.
    """
    stored = catalog.viewers.get(viewer)
    return replace(stored, lists=catalog.shown_lists.of_viewer(stored.id))


@dataclass(frozen=True, slots=True)
class LoadedEvents:
    """The result of a part of a file of events.

    Attributes:
        added: how many were new.
        repeated: number of those that were known already, or too old to be stored.
        unknown: the videos of events that no video of the catalog has, event by event; they are
            kept.
    """

    added: int
    repeated: int
    unknown: tuple[str, ...]


def load_events(
    catalog: Catalog, events: Iterable[tuple[str, Event]], *, now: float
) -> Iterator[LoadedEvents]:
    """Add events of many viewers, some thousands at a time, and say what came of each time.

    What was added stays when the rest is not to be had: added again, it changes nothing.

    Args:
        catalog: of the viewers; videos may be named by an app's ids, too.
        events: viewer and event, in any order.
        now: seconds since 1970.
    """
    rest = iter(events)
    while some := list(islice(rest, BATCH_SIZE)):
        own = catalog.videos.own_ids({event.video for _, event in some})
        named = [
            (viewer, replace(event, video=own.get(event.video, event.video)))
            for viewer, event in some
        ]
        added = catalog.viewers.load_events(named, now=now)
        unknown = set(catalog.viewers.unknown_videos(event.video for _, event in named))
        videos = tuple(event.video for _, event in named if event.video in unknown)
        yield LoadedEvents(added, len(some) - added, videos)
