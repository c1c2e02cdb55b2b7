"""The catalog: videos, what was seen on them, and all that is stored beside. SQLite, one file."""

from pathlib import Path

from engine.catalogs.sqlite.campaigns import Campaigns
from engine.catalogs.sqlite.content import Content
from engine.catalogs.sqlite.copying import copy_catalog
from engine.catalogs.sqlite.evaluations import Evaluations
from engine.catalogs.sqlite.file import CatalogFile
from engine.catalogs.sqlite.jobs import Jobs
from engine.catalogs.sqlite.keys import Keys
from engine.catalogs.sqlite.listing import Listing
from engine.catalogs.sqlite.shown_lists import ShownLists
from engine.catalogs.sqlite.started_requests import StartedRequests
from engine.catalogs.sqlite.taggers import Taggers
from engine.catalogs.sqlite.tags import Tags
from engine.catalogs.sqlite.thumbnails import Thumbnails
from engine.catalogs.sqlite.tracks import Tracks
from engine.catalogs.sqlite.videos import Videos
from engine.catalogs.sqlite.viewers import Viewers
from engine.catalogs.sqlite.webhooks import Webhooks
from engine.domain.jobs import Claim


class Catalog(CatalogFile):
    """One catalog, noun by noun. Safe to share between threads.

    Args:
        path: of the file.
        claim: of a worker to its job; without it, nothing is written any more.

    Attributes:
        videos: where each came from, and what is known of it.
        tracks: what each source observed on them.
        content: both together.
        thumbnails: pictures of them.
        listing: lists of them for people.
        tags: names and numbers.
        taggers: the words of each that ever looked.
        jobs: the queue.
        viewers: and what they did.
        campaigns: of advertisers.
        keys: of the API.
        webhooks: and what is still to be told.
        evaluations: of settings.
        shown_lists: that events name.
        started_requests: named ones of clients.
    """

    def __init__(self, path: Path, claim: Claim | None = None) -> None:
        super().__init__(path, claim)
        self.videos = Videos(self)
        self.tracks = Tracks(self)
        self.content = Content(self)
        self.thumbnails = Thumbnails(self)
        self.listing = Listing(self)
        self.tags = Tags(self)
        self.taggers = Taggers(self)
        self.jobs = Jobs(self)
        self.viewers = Viewers(self)
        self.campaigns = Campaigns(self)
        self.keys = Keys(self)
        self.webhooks = Webhooks(self)
        self.evaluations = Evaluations(self)
        self.shown_lists = ShownLists(self)
        self.started_requests = StartedRequests(self)

    def _check_claim(self) -> None:
        if self._claim is not None:
            self.jobs.check(self._claim)

    def copy_to(self, target: Path) -> int:
        """Write this catalog, as it is at this moment, into a new file of SQLite, and check it.

        Returns:
            How many videos it has.

        Raises:
            CorruptData: when the catalog is damaged.
        """
        return copy_catalog(self, target)

    def check(self, *, indexes: bool = False, tracks: bool = False) -> None:
        """Read the whole file and look whether it holds together.

        Args:
            indexes: compare them with their tables, too, which takes some times as long.
            tracks: read each of them and all lines of text, too.

        Raises:
            CorruptData: naming what was found first.
        """
        pragma = "integrity_check" if indexes else "quick_check"
        ((problem,),) = self.rows(f"pragma {pragma}(1)")
        if problem != "ok":
            raise self.damaged(str(problem))
        after = ""
        while tracks and (page := self.content.page(after=after)):
            after = page[-1].record.id
            for content in page:
                self.tracks.lines(content.record.id)
