"""Interface of viewers and their events."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import Protocol

from engine.domain.viewers import Audiences, Event, Viewer


class ViewerHistory(Protocol):
    """Viewers that something is learned from: all there are, or as they were at a moment."""

    def likes(self) -> Iterator[list[str]]:
        """Yield, viewer by viewer, the videos they liked or watched at least half of.

        Of each viewer the newest ``MAX_LIKES``, the oldest first, ties by id; none that they
        dislike.
        """
        ...


class Viewers(Protocol):
    """The viewers of a catalog."""

    def get(self, viewer: str) -> Viewer:
        """Return a viewer.

        Raises:
            UnknownViewer: when nothing is stored of them.
        """
        ...

    def events(self, viewer: str) -> tuple[Event, ...]:
        """Return the events of a viewer, the oldest first; none for one who is not stored."""
        ...

    def ids(self, *, after: str = "", limit: int = -1) -> list[str]:
        """Return the ids of viewers, rising: those after ``after``, at most ``limit`` (-1: all)."""
        ...

    def some(self, ids: Sequence[str]) -> list[Viewer]:
        """Return some viewers, in the order of ``ids``; nothing is known of one not stored."""
        ...

    def likes(self, *, before: float = inf) -> Iterator[list[str]]:
        """Yield, viewer by viewer, the videos they liked or watched at least half of.

        Of each viewer the newest ``MAX_LIKES``, the oldest first, ties by id; none that they
        dislike.

        Args:
            before: seconds since 1970; events from then on do not count.
        """
        ...

    def audiences(self, *, before: float) -> Audiences:
        """Return how many viewers did something with each video before a moment."""
        ...

    def active_since(self, moment: float) -> list[str]:
        """Return the ids of viewers who did something at a moment or later, rising."""
        ...

    def count_events(self, *, before: float = inf) -> int:
        """Return how many events there are of before a moment."""
        ...

    def event_quantile(self, share: float) -> float | None:
        """Return the moment before which a share of all events were; None without any."""
        ...

    def put_interests(self, viewer: str, interests: Mapping[str, float], *, now: float) -> None:
        """Replace what a viewer says they like; the viewer is made if need be.

        Raises:
            InvalidInput: when the id cannot be one.
        """
        ...

    def add_events(self, viewer: str, events: Sequence[Event], *, now: float) -> int:
        """Add events; one whose id is known already is not added again.

        The viewer is made if need be. Beyond ``MAX_EVENTS`` the oldest go, hiding ones last.

        Returns:
            How many were new, and are not too old to be stored.

        Raises:
            InvalidInput: naming the event that cannot be one, or when there are too many.
        """
        ...

    def load_events(self, events: Iterable[tuple[str, Event]], *, now: float) -> int:
        """Add events of many viewers, all or none, as ``add_events`` does; there may be any number.

        Raises:
            InvalidInput: naming the first that cannot be one.
        """
        ...

    def delete(self, viewer: str) -> None:
        """Delete all that is stored of a viewer, and overwrite its bytes.

        Raises:
            UnknownViewer: when nothing is.
        """
        ...

    def unknown_videos(self, videos: Iterable[str]) -> list[str]:
        """Return those ids that no video of the catalog has, in order, each once."""
        ...
