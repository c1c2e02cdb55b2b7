"""The store of media that the settings name."""

import logging

from api.settings import Settings
from engine.errors import DiskFull, StoreUnusable
from engine.object_stores import open_object_store
from engine.ports.catalog import Catalog
from engine.ports.object_store import ObjectStore

log = logging.getLogger(__name__)


def open_media(settings: Settings) -> ObjectStore | None:
    """Open the store of media, None where the settings name none."""
    return open_object_store(settings.media) if settings.media else None


def tidy_media(settings: Settings, catalog: Catalog) -> None:
    """Bring the store up to date after a command; where it cannot be, a service does it later."""
    store = open_media(settings)
    if store is None:
        return
    from engine.batch.media import tidy

    try:
        tidy(catalog, store)
    except (StoreUnusable, DiskFull) as error:
        log.warning("thumbnails wait in the catalog, and what was deleted in the store: %s", error)
