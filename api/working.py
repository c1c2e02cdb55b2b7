"""The service works its queue itself: one of its processes does, in a thread.

Which one is decided by a lock on a file, so that another takes over when that one ends.
"""

import fcntl
import logging
import os
import threading
from pathlib import Path
from typing import Final

from api.settings import Settings
from engine.store.catalog import Catalog
from ingest.worker import Worker

_AGAIN_SECONDS: Final = 2.0

log = logging.getLogger(__name__)


def worker_of(settings: Settings, catalog: Catalog) -> Worker:
    """Return a worker that ingests and reindexes as the settings say."""
    return Worker(
        catalog,
        settings.processes,
        fetch=settings.fetch_limits,
        setup=settings.tagger_setup,
        generations=settings.generations_path,
    )


class Working:
    """Works the queue from ``start`` to ``stop``; what is unfinished then waits again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="queue-worker", daemon=True)

    def start(self) -> None:
        """Begin, unless the settings leave the queue to others."""
        if self._settings.processes:
            self._thread.start()

    def stop(self) -> None:
        """End the videos that are being watched and wait until they are back in the queue."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._work_alone(self._settings.home / "working.lock")
            except Exception:
                # Whatever it is, the queue must not stand still for ever.
                log.exception("the queue's worker failed; it begins again")
            self._stop.wait(_AGAIN_SECONDS)

    def _work_alone(self, lock: Path) -> None:
        file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return
        try:
            with Catalog.open(self._settings.catalog_path) as catalog:
                worker_of(self._settings, catalog).run_until(self._stop)
        finally:
            os.close(file)
