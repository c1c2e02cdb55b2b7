"""Measure what hosts ask of a catalog in PostgreSQL: CPU of both sides, and how long each takes.

    PYTHONPATH=tests:benchmarks/engine python benchmarks/scale/operations.py

A server that waits for the disk is asked by one process, one thing after the other. What is
measured goes into ``measured.json``: the mean CPU of the asking process and of the server, and
percentiles of the time from question to answer.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import numpy as np
from figures import QUANTILES, go_first, keep
from shared_catalog import postmaster, server_seconds
from videos import Watched, number_tags, store, watch

from api.cli.footage import packaged_clips
from engine.batch.follow import follow
from engine.batch.reindex import reindex
from engine.catalogs import open_catalog
from engine.domain.evaluations.shown_lists import EntryPoint, ListKind, ShownList, new_list_id
from engine.domain.jobs import Job, JobResult, State
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.ports.catalog import Catalog
from support.postgres import Server, serving_postgres

TIMES: Final = 400
BATCHES: Final = 50
ENDING_SECONDS: Final = 0.5
"""Until connections that were closed have ended, and count."""

DONE: Final = JobResult(State.DONE, "ok", "", "", 1)
LISTS: Final = 100
BATCH: Final = 20


def main() -> None:
    """Measure all, and keep it."""
    with tempfile.TemporaryDirectory() as folder, serving_postgres(fsync=True) as server:
        home = Path(folder)
        _, watched = watch(packaged_clips(), home)
        url = server.create("operations")
        go_first(os.getpid())
        go_first(postmaster(server))
        with open_catalog(home / "catalog.db") as first, open_catalog(url) as catalog:
            number_tags(first, catalog)
        asking = Asking(server, url)
        keep("operations", {**queue(asking), **content(asking, watched, home)})


class Asking:
    """One process that asks one server.

    Args:
        server: it.
        url: of the catalog.
    """

    def __init__(self, server: Server, url: str) -> None:
        self.url = url
        self._server = server
        self._opening = 0.0
        with self._opened() as opened:
            pass
        self._opening = opened["server_ms"]

    @contextmanager
    def _opened(self) -> Iterator[dict[str, float]]:
        """Open the catalog for a block; tell the server's CPU of it, once its connections ended."""
        spent: dict[str, float] = {}
        time.sleep(ENDING_SECONDS)
        before = server_seconds(self._server)
        with open_catalog(self.url, create=False) as self._catalog:
            yield spent
        time.sleep(ENDING_SECONDS)
        spent["server_ms"] = 1e3 * (server_seconds(self._server) - before)

    def measure(
        self,
        act: Callable[[Catalog], object],
        before: Callable[[Catalog], object] | None = None,
        times: int = TIMES,
    ) -> dict[str, Any]:
        """Return what an operation takes.

        Args:
            act: asks the catalog.
            before: done before each of them; what it takes is counted to the server, not to us.
            times: how often it is done.
        """
        walls, client = [], 0.0
        with self._opened() as spent:
            act(self._catalog)
            for _ in range(times):
                if before:
                    before(self._catalog)
                cpu, began = time.process_time(), time.perf_counter()
                act(self._catalog)
                walls.append(1e3 * (time.perf_counter() - began))
                client += time.process_time() - cpu
        return {
            "client_ms": round(1e3 * client / times, 4),
            "server_ms": round((spent["server_ms"] - self._opening) / times, 4),
            "wall_ms": np.percentile(walls, QUANTILES).round(4).tolist(),
        }


def queue(asking: Asking) -> dict[str, Any]:
    """Measure what workers ask of the queue."""
    claimed: list[Job] = []

    def claim(catalog: Catalog) -> None:
        job = catalog.jobs.claim("me", now=time.time())
        assert job
        claimed.append(job)

    with open_catalog(asking.url) as catalog:
        catalog.jobs.add([f"/films/q{number}.mp4" for number in range(TIMES + 1)], {}, now=0)
    figures = {"claim": asking.measure(claim)}
    running = claimed[0]
    figures["claim_nothing"] = asking.measure(lambda it: it.jobs.claim("me", now=time.time()))
    figures["heartbeat"] = asking.measure(lambda it: it.jobs.heartbeat(running, done=1, total=2))
    figures["end"] = asking.measure(lambda it: it.jobs.end(claimed.pop(), DONE, now=time.time()))
    figures["look_at_empty_queue"] = asking.measure(lambda it: it.jobs.claim("me", now=time.time()))
    return figures


def content(asking: Asking, watched: list[Watched], home: Path) -> dict[str, Any]:
    """Measure writing videos, and following what was written."""
    numbers = count()

    def write(catalog: Catalog, videos: int = 1) -> None:
        for number in range(videos):
            store(catalog, [watched[number % len(watched)]], first=next(numbers), copies=1)

    figures = {"write": asking.measure(write)}
    with open_catalog(asking.url) as catalog:
        generations = Generations(home / "generations")
        reindex(catalog, generations, IndexConfig(threshold=0.7, tf="raw"))
        snapshot = LocalSnapshot.of(generations.load_current())

    def take_in(catalog: Catalog) -> None:
        nonlocal snapshot
        snapshot = follow(snapshot, catalog)

    def write_many(catalog: Catalog) -> None:
        write(catalog, BATCH)

    figures["look_for_changes"] = asking.measure(lambda it: it.revision())
    for name, before, videos, times in (
        ("follow", write, 1, TIMES),
        ("follow_batch", write_many, BATCH, BATCHES),
    ):
        figures[name] = asking.measure(take_in, before, times)
        written = videos * figures["write"]["server_ms"]
        figures[name]["server_ms"] = round(figures[name]["server_ms"] - written, 4)
    figures["follow_batch"]["batch"] = BATCH
    figures["write_lists"] = asking.measure(write_lists)
    figures["write_lists"]["batch"] = LISTS
    return figures


def write_lists(catalog: Catalog) -> None:
    """Write down as many shown lists as a process may in a second."""
    now = time.time()
    kind, place = ListKind.RECOMMENDATIONS, EntryPoint.BATCH
    shown = [ShownList(new_list_id(now), kind, place, 1, 10) for _ in range(LISTS)]
    catalog.shown_lists.put(shown, since=now - 1e6)


if __name__ == "__main__":
    main()
