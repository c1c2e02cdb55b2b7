"""A reindex in a process of its own, so that whoever asked for it goes on answering.

What builds an index is imported in that process: it compiles, which whoever watches need not.
"""

import os
import signal
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.catalogs import open_catalog
from engine.domain.matching.index_config import IndexConfig
from engine.errors import ReelmatchError, ReindexRunning
from engine.indexes import LOCAL
from engine.ports.catalog import Catalog
from engine.system.os_errors import translated_os_errors
from ingest.decoding.probe import Status
from ingest.pipeline import IngestResult, Progress
from ingest.runner.parents import end_with_parent

if TYPE_CHECKING:
    from engine.indexes.local.disk.generation import Generation

_BUSY_SECONDS: Final = 1.0
_NICENESS: Final = 5


@dataclass(frozen=True, slots=True)
class ReindexJobSpec:
    """Specification of a reindex job.

    Attributes:
        catalog: its URL.
        generations: destination of the result.
        config: how the index is built.
        executor: URL of who counts.
        index: URL of the index that it is made live in.
    """

    catalog: str
    generations: Path
    config: IndexConfig
    executor: str
    index: str = LOCAL


def run_reindex_job(spec: ReindexJobSpec, answers: Connection) -> None:
    """Reindex; send a ``Progress`` in videos now and then and the ``IngestResult`` at the end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    # Whoever answers questions goes first; the processes that count have it from here.
    os.nice(_NICENESS)
    try:
        with translated_os_errors(), open_catalog(spec.catalog, create=False) as catalog:
            built = _reindex(spec, catalog, answers)
            result = IngestResult(built.id, "", Status.OK, f"{built.index.n_videos} videos", 0)
    except ReelmatchError as error:
        result = IngestResult(None, "", Status.FAILED, str(error), 0)
    answers.send(result)
    answers.close()


def _reindex(spec: ReindexJobSpec, catalog: Catalog, answers: Connection) -> "Generation":
    from engine.batch.reindex import reindex
    from engine.batch.shared_index import serve
    from engine.indexes.local.disk.generations import Generations

    total, done = catalog.videos.count(), 0

    def count(videos: int) -> None:
        nonlocal done
        done += videos
        answers.send(Progress(done, total))

    while True:
        try:
            built = reindex(
                catalog,
                Generations(spec.generations),
                spec.config,
                on_videos=count,
                executor=spec.executor,
            )
            serve(spec.index, built, catalog)
            return built
        except ReindexRunning:
            # Who waits is not stalled.
            answers.send(Progress(0, None))
            time.sleep(_BUSY_SECONDS)
