"""What is live: the current generation and all that changed since, swapped whole."""

import logging
import threading
from typing import Final, Self

from api.live_campaigns import LiveCampaigns
from api.settings import Settings
from api.understanding import Understanding
from engine.delta import advance, tidy
from engine.errors import NothingIndexed, ReelmatchError
from engine.store.catalog import Catalog
from engine.store.generations import Generations
from engine.targeting import Targeting
from engine.thesaurus.nouns import noun_thesaurus
from engine.view import View

FOLLOW_SECONDS: Final = 0.1
"""How often a server looks whether the catalog or the generation changed."""

_AGAIN_SECONDS: Final = 5.0

log = logging.getLogger(__name__)


class Live:
    """A catalog and the newest view of it, for as long as a process answers questions."""

    def __init__(self, catalog: Catalog, generations: Generations) -> None:
        self.catalog = catalog
        self.generations = generations
        self.understanding = Understanding(catalog.path.parent)
        self._campaigns = LiveCampaigns(catalog)
        self._targeting: Targeting | None = None
        self._changing = threading.Lock()
        self._view: View | None = None
        self._trouble: ReelmatchError = NothingIndexed()
        self._stop = threading.Event()
        self._follower: threading.Thread | None = None

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the catalog under the settings' home; the view is made when it is asked for."""
        return cls(Catalog.open(settings.catalog_path), Generations(settings.generations_path))

    def close(self) -> None:
        """Stop following and close the catalog."""
        self._stop.set()
        if self._follower is not None:
            self._follower.join()
        self.catalog.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def view(self) -> View:
        """What can be found now; one question should ask for it once.

        Raises:
            NothingIndexed: before the first reindex.
            CorruptData: when the generation cannot be read.
        """
        if self._follower is None:
            self.refresh()
        view = self._view
        if view is None:
            raise self._trouble
        return view

    @property
    def targeting(self) -> Targeting:
        """All campaigns, ready to meet the videos of its view.

        Raises:
            NothingIndexed: before the first reindex.
            CorruptData: when the generation cannot be read.
        """
        view = self.view
        targeting = self._targeting
        return self._campaigns.meeting(view) if targeting is None else targeting

    def refresh(self) -> None:
        """Take in what changed; on trouble the view before stays."""
        with self._changing:
            try:
                self._view = self._newest(self._view)
            except ReelmatchError as error:
                if self._follower is not None and str(error) != str(self._trouble):
                    log.warning("the live view cannot be renewed: %s", error)
                self._trouble = error
                if isinstance(error, NothingIndexed) or self._follower is None:
                    self._view = None

    def follow(self) -> None:
        """Keep the view new in a thread of its own, so that questions never wait for it."""
        # Read now: the first change that brings a word of another tagger would hold everything up.
        noun_thesaurus()
        self.refresh()
        self._follow_campaigns()
        self._follower = threading.Thread(target=self._follow, name="live-follower", daemon=True)
        self._follower.start()

    def _follow(self) -> None:
        while not self._stop.wait(FOLLOW_SECONDS):
            try:
                self.refresh()
                self._follow_campaigns()
            except Exception:
                # A full disk, a busy catalog: what was seen last goes on being answered.
                log.exception("the live view cannot be renewed; it is tried again")
                self._stop.wait(_AGAIN_SECONDS)

    def _follow_campaigns(self) -> None:
        view = self._view
        try:
            self._targeting = None if view is None else self._campaigns.meeting(view)
        except ReelmatchError as error:
            log.warning("the campaigns cannot be renewed: %s", error)

    def _newest(self, view: View | None) -> View:
        if view is None or view.generation.id != self.generations.current_id:
            generation = self.generations.load_current()
            # Compiled, or read from the cache, before it is asked, not while.
            generation.index.warm_up()
            view = View.of(generation)
        return tidy(advance(view, self.catalog))
