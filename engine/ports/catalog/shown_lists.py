"""Interface of the lists that were shown."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from engine.domain.evaluations.shown_lists import ListEvent, ShownList


class ShownLists(Protocol):
    """The lists that a catalog's viewers were shown, as long as they are stored."""

    def put(self, lists: Sequence[ShownList], *, since: float) -> None:
        """Store lists, and delete some thousands at most of those of before a moment.

        A viewer of whom nothing is stored is not written down.

        Args:
            lists: new ones.
            since: seconds since 1970.
        """
        ...

    def unknown(self, ids: Iterable[str]) -> list[str]:
        """Return those ids that no list has, in order, each once."""
        ...

    def of_viewer(self, viewer: str) -> tuple[ShownList, ...]:
        """Return the newest lists of a viewer who is stored, the oldest of them first.

        There are ``MAX_OF_VIEWER`` at most.
        """
        ...

    def by_viewer(
        self, *, since: float
    ) -> Iterator[tuple[Sequence[ShownList], Sequence[ListEvent]]]:
        """Yield the lists from a moment on, viewer by viewer; one that is nobody's comes alone.

        With them comes what was done with their videos, by that viewer, or with nobody's by
        anybody; each video of each list once.
        """
        ...

    def count_events(self, *, since: float) -> int:
        """Return how many videos of lists from a moment on, known or not, events are of.

        Each video of each list counts once a viewer.
        """
        ...
