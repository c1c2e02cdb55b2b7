"""The service keeps the store of media: thumbnails go there, and what nobody needs goes away."""

import logging
import threading
from typing import Final

from api.background.leader_lock import LeaderLock
from engine.batch.media import delete_unneeded, move_thumbnails, probe
from engine.errors import DiskFull, StoreUnusable
from engine.object_stores import open_object_store
from engine.ports.catalog import Catalog
from engine.ports.object_store import ObjectStore

_POLL_SECONDS: Final = 1.0
_AGAIN_SECONDS: Final = 10.0

log = logging.getLogger(__name__)


def media_lock(url: str, catalog: Catalog) -> LeaderLock:
    """Return what keeps the store; one process does for all who share the catalog."""
    keeper = MediaKeeper(catalog, open_object_store(url))
    return LeaderLock("keeping media", lambda: catalog.leading("media"), keeper.run_until)


class MediaKeeper:
    """Keeps the store of media.

    Args:
        catalog: whose media they are.
        store: of media.
    """

    def __init__(self, catalog: Catalog, store: ObjectStore) -> None:
        self._catalog = catalog
        self._store = store

    def run_until(self, stop: threading.Event) -> None:
        """Keep it until told to stop; a store that is away is tried again."""
        is_away = False
        while not stop.is_set():
            try:
                if is_away:
                    # Each attempt to move something notes names of its own.
                    probe(self._store)
                    is_away = False
                worked = move_thumbnails(self._catalog, self._store)
                worked += delete_unneeded(self._catalog, self._store)
            except (StoreUnusable, DiskFull) as error:
                log.error("media stay where they are for now, which is tried again: %s", error)
                is_away = True
                stop.wait(_AGAIN_SECONDS)
                continue
            if not worked:
                stop.wait(_POLL_SECONDS)
