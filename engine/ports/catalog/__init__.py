"""Interface of a catalog, noun by noun: videos, what was observed of them, and all beside."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, Self

from engine.ports.catalog.campaigns import Campaigns
from engine.ports.catalog.content import Content
from engine.ports.catalog.evaluations import Evaluations
from engine.ports.catalog.jobs import Jobs
from engine.ports.catalog.keys import Keys
from engine.ports.catalog.listing import Listing
from engine.ports.catalog.sharing import Leadership, Rates
from engine.ports.catalog.shown_lists import ShownLists
from engine.ports.catalog.started_requests import StartedRequests
from engine.ports.catalog.taggers import Taggers
from engine.ports.catalog.tags import Tags
from engine.ports.catalog.thumbnails import Thumbnails
from engine.ports.catalog.tracks import Tracks
from engine.ports.catalog.unneeded_objects import UnneededObjects
from engine.ports.catalog.videos import Videos
from engine.ports.catalog.viewers import ViewerHistory, Viewers
from engine.ports.catalog.webhooks import Webhooks

__all__ = [
    "Campaigns",
    "Catalog",
    "Content",
    "Evaluations",
    "Jobs",
    "Keys",
    "Leadership",
    "Listing",
    "Rates",
    "ShownLists",
    "StartedRequests",
    "Taggers",
    "Tags",
    "Thumbnails",
    "Tracks",
    "UnneededObjects",
    "Videos",
    "ViewerHistory",
    "Viewers",
    "Webhooks",
]


class Catalog(Protocol):
    """One catalog. Safe to share between threads, and between processes that open it by its URL."""

    @property
    def videos(self) -> Videos:
        """Source of each video, and its metadata."""
        ...

    @property
    def tracks(self) -> Tracks:
        """Observations of each source on them."""
        ...

    @property
    def content(self) -> Content:
        """Both together."""
        ...

    @property
    def thumbnails(self) -> Thumbnails:
        """Pictures of them."""
        ...

    @property
    def unneeded_objects(self) -> UnneededObjects:
        """Names of what is to be deleted from the store of media."""
        ...

    @property
    def listing(self) -> Listing:
        """Lists of them for people."""
        ...

    @property
    def tags(self) -> Tags:
        """Names and numbers."""
        ...

    @property
    def taggers(self) -> Taggers:
        """Words of each that ever looked."""
        ...

    @property
    def jobs(self) -> Jobs:
        """The queue."""
        ...

    @property
    def viewers(self) -> Viewers:
        """And what they did."""
        ...

    @property
    def campaigns(self) -> Campaigns:
        """Of advertisers."""
        ...

    @property
    def keys(self) -> Keys:
        """Of the API."""
        ...

    @property
    def webhooks(self) -> Webhooks:
        """And what is still to be told."""
        ...

    @property
    def evaluations(self) -> Evaluations:
        """Reports of evaluations of settings."""
        ...

    @property
    def shown_lists(self) -> ShownLists:
        """That events name."""
        ...

    @property
    def started_requests(self) -> StartedRequests:
        """Named ones of clients."""
        ...

    @property
    def url(self) -> str:
        """URL that ``engine.catalogs.open_catalog`` opens it by, in this process or another."""
        ...

    @property
    def name(self) -> str:
        """Name of it in messages, without any password."""
        ...

    @property
    def is_local(self) -> bool:
        """Whether it lies on this machine, and no network is between."""
        ...

    def rates(self) -> Rates:
        """Return counts of requests, one for all who share the catalog; to be closed.

        Raises:
            DiskFull: when there is no room for them.
        """
        ...

    def leading(self, what: str) -> AbstractContextManager[Leadership | None]:
        """Lead, for a block, in what one does for all who share the catalog.

        Yields:
            None when another one leads.
        """
        ...

    def revision(self) -> int:
        """Return the number that grows with every change of a video, in order of commit."""
        ...

    def identity(self) -> str:
        """Return what tells this catalog from all others, wherever it is copied or moved to."""
        ...

    def transaction(self) -> AbstractContextManager[object]:
        """Write all of a block or nothing; within another's block, it is a part of that one.

        Raises:
            CatalogUnusable: when the catalog is gone, or another one is in its place.
            CatalogUnavailable: when its server does not answer, or is busy.
            DiskFull: when there is no room for it.
            JobLost: when this writes for a job that its worker has no more.
        """
        ...

    def flush(self, *, truncate: bool = False) -> None:
        """Put on the disk what was written so far, so that even a power cut leaves it.

        Args:
            truncate: leave nothing beside the catalog; waits for those who read.
        """
        ...

    def copy_to(self, target: Path) -> int:
        """Write this catalog, as it is at this moment, into a new file of SQLite, and check it.

        Returns:
            How many videos it has.

        Raises:
            CorruptData: when the catalog is damaged.
        """
        ...

    def check(self, *, indexes: bool = False, tracks: bool = False) -> None:
        """Read the whole catalog and look whether it holds together.

        Args:
            indexes: compare them with their tables, too, which takes some times as long.
            tracks: read each of them and all lines of text, too.

        Raises:
            CorruptData: naming what was found first.
        """
        ...

    def close(self) -> None:
        """Let go of it, in all threads."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...
