"""Interface of the words of taggers."""

from collections.abc import Iterable
from typing import Protocol

from engine.domain.videos import TaggerWords


class Taggers(Protocol):
    """The taggers of a catalog. Services and imports are not among them: they have any words."""

    def remember(self, tagger: str, tags: Iterable[str]) -> None:
        """Keep the words of a tagger; must come before the first video it looked at is saved."""
        ...

    def words(self) -> TaggerWords:
        """Return the words of all taggers."""
        ...

    def words_of(self, tagger: str) -> frozenset[str] | None:
        """Return the words of one tagger, None when they are not known."""
        ...
