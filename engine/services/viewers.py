"""Events of viewers who are kept."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from engine.domain.viewers import Event
from engine.ports.catalog import Catalog, Viewers

LOADED_AT_ONCE: Final = 5_000
"""Events of a file that are added together, or not at all."""


@dataclass(frozen=True, slots=True)
class AddedEvents:
    """The result of a batch of events.

    Attributes:
        viewer: the id.
        added: how many were new.
        repeated: number of those that were known already.
        unknown_videos: ids that no video of the catalog has; their events are kept.
    """

    viewer: str
    added: int
    repeated: int
    unknown_videos: tuple[str, ...]


def add_events(
    viewers: Viewers, viewer: str, events: Sequence[Event], *, now: float
) -> AddedEvents:
    """Add what a viewer did; sent again, an event changes nothing."""
    added = viewers.add_events(viewer, events, now=now)
    unknown = viewers.unknown_videos(event.video for event in events)
    return AddedEvents(viewer, added, len(events) - added, tuple(unknown))


@dataclass(frozen=True, slots=True)
class LoadedEvents:
    """The result of a part of a file of events.

    Attributes:
        added: how many were new.
        repeated: number of those that were known already, or too old to be kept.
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
    while some := list(islice(rest, LOADED_AT_ONCE)):
        own = catalog.videos.own_ids({event.video for _, event in some})
        named = [
            (viewer, replace(event, video=own.get(event.video, event.video)))
            for viewer, event in some
        ]
        added = catalog.viewers.load_events(named, now=now)
        unknown = set(catalog.viewers.unknown_videos(event.video for _, event in named))
        videos = tuple(event.video for _, event in named if event.video in unknown)
        yield LoadedEvents(added, len(some) - added, videos)
