"""Events of viewers who are kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.viewers import Event
from engine.ports.catalog import Viewers


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
