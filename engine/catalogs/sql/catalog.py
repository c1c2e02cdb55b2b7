"""The catalog, noun by noun, over any database."""

from engine.catalogs.sql.campaigns import Campaigns
from engine.catalogs.sql.content import Content
from engine.catalogs.sql.database import Database
from engine.catalogs.sql.evaluations import Evaluations
from engine.catalogs.sql.jobs import Jobs
from engine.catalogs.sql.keys import Keys
from engine.catalogs.sql.listing import Listing
from engine.catalogs.sql.shown_lists import ShownLists
from engine.catalogs.sql.started_requests import StartedRequests
from engine.catalogs.sql.taggers import Taggers
from engine.catalogs.sql.tags import Tags
from engine.catalogs.sql.thumbnails import Thumbnails
from engine.catalogs.sql.tracks import Tracks
from engine.catalogs.sql.unneeded_objects import UnneededObjects
from engine.catalogs.sql.videos import Videos
from engine.catalogs.sql.viewers import Viewers
from engine.catalogs.sql.webhooks import Webhooks
from engine.domain.jobs import Claim


class SqlCatalog(Database):
    """One catalog, noun by noun. Safe to share between threads.

    Args:
        claim: of a worker to its job; without it, nothing is written any more.

    Attributes:
        videos: where each came from, and what is known of it.
        tracks: what each source observed on them.
        content: both together.
        thumbnails: pictures of them.
        unneeded_objects: in the store of media.
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

    def __init__(self, claim: Claim | None = None) -> None:
        self._claim = claim
        self.videos = Videos(self)
        self.tracks = Tracks(self)
        self.content = Content(self)
        self.thumbnails = Thumbnails(self)
        self.unneeded_objects = UnneededObjects(self)
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

    def check_claim(self) -> None:
        """Refuse to write what belongs to somebody else's job, within a transaction.

        Raises:
            JobLost: when somebody else has it by now, or it has ended.
        """
        if self._claim is not None:
            self.jobs.check(self._claim)

    def check_content(self) -> None:
        """Read all that was observed, and all lines of text.

        Raises:
            CorruptData: naming what was found first.
        """
        after = ""
        while page := self.content.page(after=after):
            after = page[-1].record.id
            for content in page:
                self.tracks.lines(content.record.id)
