"""Interface of lists of videos for people."""

from collections.abc import Iterator
from typing import Protocol

from engine.domain.listing import ListFilter, ListPosition
from engine.domain.videos import OutdatedVideo


class Listing(Protocol):
    """Lists of a catalog's videos."""

    def newest(self, where: ListFilter, *, after: ListPosition | None, limit: int) -> list[str]:
        """Return the ids of a page, the last added first."""
        ...

    def oldest(self, where: ListFilter, *, before: ListPosition, limit: int) -> list[str]:
        """Return the ids of the page before a place, the last added first."""
        ...

    def by_id(self, where: ListFilter, *, after: str, limit: int) -> list[str]:
        """Return the ids of a page, rising, those after ``after``."""
        ...

    def titled(self, text: str, *, limit: int) -> list[str]:
        """Return the ids of the newest videos that a text fits."""
        ...

    def outdated(self, tagger: str, version: str, rules: int) -> Iterator[OutdatedVideo]:
        """Yield the analyzed videos that another version of a tagger saw, the newest first.

        So does it those it saw whose kind other rules told. Results of imports are not among them.

        Args:
            tagger: its name.
            version: the one that is here.
            rules: the version of those of kinds that are here.
        """
        ...

    def lacking(self, source: str, tagger: str, version: str) -> Iterator[OutdatedVideo]:
        """Yield the analyzed videos that a source of tags has yet to observe, the newest first.

        Those that another version of this tagger observed are among them; those of other taggers
        are not, nor results of imports: there is no footage to observe.

        Args:
            source: of tags.
            tagger: the name of its tagger.
            version: the one that is here.
        """
        ...

    def count_outdated(self, tagger: str, version: str, rules: int) -> int:
        """Return how many ``outdated`` ones there are."""
        ...

    def count_old_kinds(self, tagger: str, version: str, rules: int) -> int:
        """Return how many of the ``outdated`` ones are so for their kind alone."""
        ...

    def count_lacking(self, source: str, tagger: str, version: str) -> int:
        """Return how many ``lacking`` ones there are; of metadata, imported ones, too."""
        ...
