"""The service works its queue itself, unless the settings leave that to ``reelmatch work``."""

import threading
from contextlib import AbstractContextManager

from api.background.leader_lock import LeaderLock
from api.catalogs import open_own_catalog
from api.settings import Settings
from engine.ports.catalog import Catalog, Leadership
from engine.system.leader_files import leading_by_file
from ingest.runner.worker import Worker


def worker_of(settings: Settings, catalog: Catalog) -> Worker:
    """Return a worker that ingests and reindexes as the settings say."""
    return Worker(
        catalog,
        settings.home,
        settings.processes,
        fetch=settings.fetch_limits,
        context=settings.tagger_context,
        # Whoever takes its index from another host leaves building it to that one.
        generations=None if settings.replica_of else settings.generations_path,
        executor=settings.executor,
        media=settings.media,
        index=settings.index,
    )


def job_runner_lock(settings: Settings) -> LeaderLock:
    """Return what works the queue; what is unfinished when it is stopped waits again."""

    def work(stop: threading.Event) -> None:
        # The service opened it before: when it is gone, an empty one is not what is to be worked.
        with open_own_catalog(settings, create=False) as catalog:
            worker_of(settings, catalog).run_until(stop)

    def leading() -> AbstractContextManager[Leadership | None]:
        # One on each machine, whatever others share the catalog.
        return leading_by_file(settings.home / "working.lock")

    return LeaderLock("the queue's worker", leading, work)
