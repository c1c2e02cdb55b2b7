"""The stored data of a viewer."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from engine.catalogs.sqlite.viewers import Viewers
from engine.domain.viewers import Event, Viewer


def viewer_json(viewer: Viewer) -> dict[str, Any]:
    """Return all that is kept of a viewer, events the newest first."""
    return {
        "viewer": viewer.id,
        "interests": dict(viewer.interests),
        "events": [_event_json(event) for event in reversed(viewer.events)],
    }


def _event_json(event: Event) -> dict[str, Any]:
    moment = datetime.fromtimestamp(event.at, UTC)
    return {
        "id": event.id,
        "video": event.video,
        "kind": event.kind,
        "share": event.share,
        "at": moment.isoformat(timespec="milliseconds"),
    }


def added_json(viewers: Viewers, viewer: str, events: Sequence[Event], new: int) -> dict[str, Any]:
    """Return what became of a batch of events."""
    return {
        "viewer": viewer,
        "added": new,
        "repeated": len(events) - new,
        "unknown_videos": viewers.unknown_videos(event.video for event in events),
    }
