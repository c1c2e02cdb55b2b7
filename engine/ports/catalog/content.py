"""Interface of videos with all that was observed of them."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from engine.domain.content import PAGE_VIDEOS, VideoContent
from engine.domain.videos import Span


class Content(Protocol):
    """The content of a catalog's videos."""

    def of(self, videos: Sequence[str], sources: Iterable[str] = ()) -> list[VideoContent]:
        """Return those of some videos that were observed, by rising id.

        Args:
            videos: their ids.
            sources: whose tracks to read; none for all.
        """
        ...

    def page(self, *, after: str = "", limit: int = PAGE_VIDEOS) -> list[VideoContent]:
        """Return a page of the videos that were observed, by rising id, those after ``after``."""
        ...

    def spans(self, videos: int) -> list[Span]:
        """Return the observed videos in runs of so many, by rising id, all of one moment."""
        ...
