"""The service publishes each new generation, with the catalog, for its replicas."""

import logging
import threading
from typing import Final

from api.background.leader_lock import LeaderLock
from api.background.live import Live
from api.settings import Settings
from engine.batch.replication.publish import publish
from engine.errors import ReelmatchError
from engine.object_stores import open_object_store
from engine.ports.object_store import ObjectStore
from engine.system.leader_files import leading_by_file

_POLL_SECONDS: Final = 0.5
_AGAIN_SECONDS: Final = 10.0

log = logging.getLogger(__name__)


def publisher_lock(settings: Settings, live: Live) -> LeaderLock:
    """Return what publishes; what is live at the start is published, too."""
    publisher = Publisher(live, open_object_store(settings.publish_to))
    lock = settings.home / "publishing.lock"
    # One on each machine: it is this one's generation that is published.
    return LeaderLock("publishing", lambda: leading_by_file(lock), publisher.run_until)


class Publisher:
    """Publishes a generation once it is live.

    Args:
        live: of the service.
        store: where to.
    """

    def __init__(self, live: Live, store: ObjectStore) -> None:
        self._live = live
        self._store = store
        self._published: str | None = None

    def run_until(self, stop: threading.Event) -> None:
        """Publish until told to stop; a store that is away is tried again."""
        while not stop.wait(_POLL_SECONDS):
            if not self._publish_newer():
                stop.wait(_AGAIN_SECONDS)

    def _publish_newer(self) -> bool:
        """Publish what is live, unless it was; return whether there was no trouble."""
        try:
            current = self._live.generations.current_id
            if current in (None, self._published):
                return True
            done = publish(self._live.catalog, self._live.generations, self._store)
        except ReelmatchError as error:
            log.error("nothing could be published, which is tried again: %s", error)
            return False
        self._published = done.generation
        log.info(
            "published generation %s, %s videos, to %s: %.1f of %.1f MB were new there",
            done.generation,
            done.videos,
            self._store.url,
            done.uploaded_bytes / 1e6,
            done.size_bytes / 1e6,
        )
        return True
