"""The service publishes each new generation, with the catalog, for its replicas."""

import logging
import threading
from typing import Final

from api.background.leader_lock import LeaderLock
from api.settings import Settings
from engine.batch.replication.publications import read_publications
from engine.batch.replication.publish import publish
from engine.errors import ReelmatchError
from engine.indexes.local.disk.generations import Generations
from engine.object_stores import open_object_store
from engine.ports.catalog import Catalog
from engine.ports.object_store import ObjectStore
from engine.system.leader_files import leading_by_file

_POLL_SECONDS: Final = 0.5
_AGAIN_SECONDS: Final = 10.0

log = logging.getLogger(__name__)


def publisher_lock(settings: Settings, catalog: Catalog, generations: Generations) -> LeaderLock:
    """Return what publishes; what is live at the start is published, too, unless it is older."""
    store = open_object_store(settings.publish_to)
    publisher = Publisher(catalog, generations, store, with_catalog=not settings.shares_catalog)
    lock = settings.home / "publishing.lock"
    # One on each machine: it is this one's generation that is published.
    return LeaderLock("publishing", lambda: leading_by_file(lock), publisher.run_until)


class Publisher:
    """Publishes a generation once it is live.

    Args:
        catalog: of this machine.
        generations: of this machine.
        store: where to.
        with_catalog: as of ``engine.batch.replication.publish.publish``.

    Attributes:
        published: id of the generation that needs not be published any more, None at the start.
    """

    def __init__(
        self,
        catalog: Catalog,
        generations: Generations,
        store: ObjectStore,
        *,
        with_catalog: bool,
    ) -> None:
        self._catalog = catalog
        self._generations = generations
        self._store = store
        self._with_catalog = with_catalog
        self.published: str | None = None

    def run_until(self, stop: threading.Event) -> None:
        """Publish until told to stop; a store that is away is tried again."""
        while not stop.wait(_POLL_SECONDS):
            if not self._publish_newer():
                stop.wait(_AGAIN_SECONDS)

    def _publish_newer(self) -> bool:
        """Publish what is live, unless it was; return whether there was no trouble."""
        try:
            current = self._generations.current_id
            if current is None or current == self.published:
                return True
            if self.published is None and self._is_older(current):
                log.info("%s has a newer generation than this machine", self._store.url)
                self.published = current
                return True
            done = publish(
                self._catalog, self._generations, self._store, with_catalog=self._with_catalog
            )
        except ReelmatchError as error:
            log.error("nothing could be published, which is tried again: %s", error)
            return False
        self.published = done.generation
        log.info(
            "published generation %s, %s videos, to %s: %.1f of %.1f MB were new there",
            done.generation,
            done.videos,
            self._store.url,
            done.uploaded_bytes / 1e6,
            done.size_bytes / 1e6,
        )
        return True

    def _is_older(self, generation: str) -> bool:
        """Tell whether another machine published what was built of later videos."""
        published = read_publications(self._store)
        return (
            published is not None
            and published.catalog == self._catalog.identity()
            and published.revision > self._generations.built(generation).revision
        )
