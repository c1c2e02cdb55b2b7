"""Interface of the thumbnails of a catalog."""

from collections.abc import Sequence
from typing import Protocol

from engine.domain.videos import Pictures, StoredPictures


class Thumbnails(Protocol):
    """The thumbnails of a catalog's videos, kept here, or named here and kept in a store."""

    def get(self, video: str) -> Pictures | StoredPictures | None:
        """Return the thumbnails of a video, None when there are none."""
        ...

    def strip_seconds(self, video: str) -> tuple[int, ...]:
        """Return which seconds the pictures of the strip show, none when there is no strip."""
        ...

    def pictured(self, ids: Sequence[str]) -> set[str]:
        """Return those of some videos that have thumbnails."""
        ...

    def kept_here(self, *, limit: int) -> dict[str, Pictures]:
        """Return videos whose thumbnails are kept here, with them."""
        ...

    def move(self, video: str, pictures: Pictures, poster: str, strip: str) -> bool:
        """Keep the names of two objects instead of the pictures themselves.

        The objects are none of those that nobody needs from then on.

        Args:
            video: whose they are.
            pictures: that are in the objects.
            poster: name of the object of the poster.
            strip: name of the object of the strip.

        Returns:
            False, and nothing is written, when these are not the video's pictures any more.

        Raises:
            StoreUnusable: when the objects may be deleted by now.
        """
        ...
