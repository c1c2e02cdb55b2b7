"""Interface of a catalog, as far as the use cases ask one: a Protocol a noun."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from engine.domain.campaigns import Campaign
from engine.domain.content import VideoContent
from engine.domain.tracks import Track
from engine.domain.viewers import Event, Viewer
from engine.domain.webhooks import DeliveryState
from engine.vocabulary import Vocabulary


class Content(Protocol):
    """Videos with all that was observed of them."""

    def of(self, videos: Sequence[str], sources: Iterable[str] = ()) -> list[VideoContent]:
        """Return those of some videos that were observed, by rising id, in one go.

        Args:
            videos: their ids.
            sources: whose tracks to read; none for all.
        """
        ...


class Tracks(Protocol):
    """Observations on each video."""

    def get(self, video: str) -> Track:
        """Return the observations of a video; none when it could not be analyzed."""
        ...


class Tags(Protocol):
    """Tags and their numbers."""

    def vocabulary(self) -> Vocabulary:
        """Return every tag there is."""
        ...


class Taggers(Protocol):
    """Words of each tagger that ever looked."""

    def words_of(self, tagger: str) -> frozenset[str] | None:
        """Return the words of one tagger, None when they are not known."""
        ...


class Viewers(Protocol):
    """Stored viewers."""

    def get(self, viewer: str) -> Viewer:
        """Return a viewer.

        Raises:
            UnknownViewer: when nothing is kept of them.
        """
        ...

    def some(self, ids: Sequence[str]) -> list[Viewer]:
        """Return some viewers, in the order of ``ids``; nothing is known of one not kept."""
        ...

    def ids(self, *, after: str = "", limit: int = -1) -> list[str]:
        """Return the ids of viewers, rising: those after ``after``, at most ``limit`` (-1: all)."""
        ...

    def add_events(self, viewer: str, events: Sequence[Event], *, now: float) -> int:
        """Add events, each id once; return how many were new."""
        ...

    def unknown_videos(self, videos: Iterable[str]) -> list[str]:
        """Return those ids that no video of the catalog has, in order, each once."""
        ...


class Videos(Protocol):
    """Records of the videos."""

    def revisions(self, *, after: int, upto: int) -> Iterable[tuple[int, str]]:
        """Return revisions with the video changed at each, rising."""
        ...


class Campaigns(Protocol):
    """Campaigns of advertisers."""

    def some(self, ids: Sequence[str]) -> dict[str, Campaign]:
        """Return those of some campaigns that are there, by id."""
        ...


class Webhooks(Protocol):
    """Webhooks of campaigns, and their deliveries."""

    def counts(self, campaign: str) -> Mapping[DeliveryState, int]:
        """Return how many deliveries that are remembered are in each state."""
        ...

    def last_trouble(self, campaign: str) -> str:
        """Return what the last attempt that failed came to, empty when none did."""
        ...


class Catalog(Protocol):
    """All of them together."""

    @property
    def tracks(self) -> Tracks:
        """Observations on each video."""
        ...

    @property
    def content(self) -> Content:
        """Videos with all that was observed of them."""
        ...

    @property
    def tags(self) -> Tags:
        """Tags and their numbers."""
        ...

    @property
    def taggers(self) -> Taggers:
        """Words of each tagger."""
        ...

    @property
    def viewers(self) -> Viewers:
        """Stored viewers."""
        ...

    @property
    def videos(self) -> Videos:
        """Records of the videos."""
        ...

    @property
    def campaigns(self) -> Campaigns:
        """Campaigns of advertisers."""
        ...
