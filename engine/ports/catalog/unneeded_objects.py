"""Interface of what a catalog knows of objects in a store that nobody needs any more."""

from collections.abc import Sequence
from typing import Protocol


class UnneededObjects(Protocol):
    """Names of objects to be deleted from the store of media, each from some moment on.

    An object is noted before it is written, and taken off in the transaction that names it: one
    whose writer died is deleted, too. The deletion of a video notes all of its objects.
    """

    def note(self, names: Sequence[str], *, due: float) -> None:
        """Let objects be deleted from a moment on, seconds since 1970."""
        ...

    def due(self, *, now: float, limit: int) -> list[str]:
        """Return names of objects whose moment has come, those that wait longest first."""
        ...

    def take(self, names: Sequence[str], *, now: float) -> bool:
        """Take objects off to be named; False, and nothing, when one may be deleted meanwhile."""
        ...

    def remove(self, names: Sequence[str]) -> None:
        """Take objects off: they are gone."""
        ...
