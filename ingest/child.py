"""What runs in a process of its own: one video, under limits of memory and CPU time.

A decoder that crashes, fills the memory or never ends takes this process down and nothing else.
"""

import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from engine.store.catalog import Catalog
from ingest.asking import ingest_elsewhere
from ingest.online import ingest_address
from ingest.pipeline import Described, Outcome, Progress, ingest_file, missing_outcome
from ingest.sources.addresses import is_address
from ingest.sources.files import NoVideoFile
from ingest.sources.web import FetchLimits
from ingest.taggers.makers import Setup, make_tagger
from ingest.taggers.remote import VideoTagger

_GRACE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """What one video may take.

    Attributes:
        memory_bytes: of private memory; 200 MB are usual.
        cpu_seconds: in all; an hour of video takes 120 to 240.
        stall_seconds: without a new second, until the process is killed.
    """

    memory_bytes: int = 3 << 30
    cpu_seconds: int = 4 * 60 * 60
    stall_seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Order:
    """What a child is to do."""

    source: str
    catalog: Path
    force: bool
    limits: Limits
    fetch: FetchLimits
    tagger: str
    setup: Setup


def obey(order: Order, answers: Connection) -> None:
    """Ingest one source; send a ``Progress`` after each second and the ``Outcome`` at the end."""
    # Ctrl-C is for the parent, who then ends its children.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (order.limits.memory_bytes,) * 2)
    # The first limit sends SIGXCPU, which says why; the second would send SIGKILL.
    cpu_seconds = order.limits.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + _GRACE_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)

    def tell(progress: Progress) -> None:
        # When nobody listens any more, this raises and the process ends: no orphan works on.
        answers.send(progress)

    with Catalog.open(order.catalog) as catalog:
        outcome = _ingest(order, catalog, tell)
    answers.send(outcome)
    answers.close()


def _ingest(order: Order, catalog: Catalog, tell: Callable[[Progress], object]) -> Outcome:
    watch = _watcher(order, catalog, tell)
    if is_address(order.source):
        return ingest_address(
            order.source,
            order.catalog.parent / "fetched",
            order.fetch,
            catalog,
            watch,
            force=order.force,
            on_piece=lambda: tell(Progress(0, None)),
        )
    path = Path(order.source)
    try:
        return watch(path, Described.of_file(path))
    except NoVideoFile as error:
        return missing_outcome(path, error)


def _watcher(
    order: Order, catalog: Catalog, tell: Callable[[Progress], object]
) -> Callable[[Path, Described], Outcome]:
    tagger = make_tagger(order.tagger, order.setup)
    if isinstance(tagger, VideoTagger):
        return lambda path, described: ingest_elsewhere(
            path, described, catalog, tagger, force=order.force
        )
    return lambda path, described: ingest_file(
        path, catalog, tagger, described=described, force=order.force, on_second=tell
    )
