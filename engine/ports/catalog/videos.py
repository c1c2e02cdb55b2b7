"""Interface of the videos of a catalog."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from engine.domain.tracks import Track
from engine.domain.videos import Pictures, VideoRecord


class Videos(Protocol):
    """The videos of a catalog."""

    def page(self, *, after: str = "", limit: int = -1) -> list[VideoRecord]:
        """Return videos by rising id: those after ``after``, at most ``limit`` (-1: all)."""
        ...

    def count(self) -> int:
        """Return how many videos there are, analyzed or not."""
        ...

    def get(self, video: str) -> VideoRecord | None:
        """Return the video with exactly this id."""
        ...

    def named(self, name: str) -> VideoRecord:
        """Return the video with exactly this id, its own or an app's.

        Raises:
            UnknownVideo: when there is none.
        """
        ...

    def some(self, videos: Sequence[str]) -> dict[str, VideoRecord]:
        """Return those of some videos that are there, by id."""
        ...

    def in_order(self, ids: Sequence[str]) -> list[VideoRecord]:
        """Return these videos in this order, without those that went meanwhile."""
        ...

    def has_external_ids(self) -> bool:
        """Tell whether an app gave any video an id of its own."""
        ...

    def own_ids(self, names: Iterable[str]) -> dict[str, str]:
        """Return, of those names that apps gave to videos, the videos' own ids."""
        ...

    def find(self, name: str) -> VideoRecord:
        """Return the video that a person means.

        Args:
            name: an id, its own or an app's, at least four digits of its own one's start, a path or
                address it came from, the name of its file, or its title.

        Raises:
            UnknownVideo: when there is none.
            AmbiguousVideo: when there are several.
        """
        ...

    def changed_since(self, revision: int) -> list[str]:
        """Return the ids of all videos changed or deleted after a revision, in order of change."""
        ...

    def changes_since(self, revision: int) -> list[tuple[int, str]]:
        """Return the last change of each of them, with its revision, in order of change."""
        ...

    def revisions(self, *, after: int, upto: int) -> list[tuple[int, str]]:
        """Return the last change of each video that is there, if in ``(after, upto]``, by time."""
        ...

    def save(
        self,
        record: VideoRecord,
        track: Track | None,
        *,
        now: datetime,
        pictures: Pictures | None = None,
    ) -> None:
        """Store a video with what was seen on it, whole or not at all.

        An earlier version is replaced, but for what other sources observed, the time when it was
        first added, and its pictures when there are no new ones. ``track`` is None when the video
        could not be analyzed: then see ``save_failure``.
        """
        ...

    def save_failure(self, record: VideoRecord, *, now: datetime) -> str:
        """Store that a look at a video came to nothing; what was seen before stays as it is.

        When something was seen before on this video, or on the one that its source was until now
        (a file that was overwritten and is damaged), the failure is told beside it, as its
        ``last_attempt``. Otherwise the record is stored.

        Returns:
            The id of the video that it is told of.
        """
        ...

    def describe(self, video: str, fields: Mapping[str, Any]) -> VideoRecord:
        """Set what people know better than a look at a video; later looks leave it as it is.

        Args:
            video: its own id.
            fields: any of ``title``, ``language``, ``uploader``, ``categories`` and
                ``external_id``, which is taken away when it is empty.

        Returns:
            The video as it is now.

        Raises:
            UnknownVideo: when there is no video with exactly this id.
            ExternalIdTaken: when another video has that external id.
        """
        ...

    def delete(self, video: str) -> None:
        """Forget a video and all that was seen on it; a new look at it that waits or runs is over.

        Raises:
            UnknownVideo: when there is no video with exactly this id.
        """
        ...

    def sources_below(self, folder: str) -> list[str]:
        """Return the sources within a folder that videos came from."""
        ...

    def sources_of(self, video: str) -> list[str]:
        """Return all sources that a video came from, the last one first."""
        ...

    def add_source(self, source: str, video: str) -> None:
        """Remember that this source holds the content of that video, too."""
        ...
