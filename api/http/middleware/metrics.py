"""Metrics for an operator, in the text form of Prometheus.

What happens is counted as it happens, by each process; what is, is looked up when it is asked for.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from api.background.live import Live
from engine.errors import ReelmatchError
from engine.system.os_errors import writing_to
from engine.system.temporary_files import reserve

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


_FILE_BYTES: Final = 1 << 20
"""Size of a file that prometheus_client makes; all of ours take a tenth of it."""

WORKER_BYTES: Final = 4 * _FILE_BYTES
"""Bytes that a worker process stores on the disk: a file for each kind of metric."""


class _Reserved(MmapedDict):
    """Counters of a worker process, in a file that has its room on the disk from the start."""

    def __init__(self, filename: str, *args: Any, **named: Any) -> None:
        with writing_to(Path(filename).parent), Path(filename).open("ab") as file:
            reserve(file.fileno(), _FILE_BYTES)
        super().__init__(filename, *args, **named)  # type: ignore[no-untyped-call]


# There is no other way to name it.
values.MmapedDict = _Reserved  # type: ignore[attr-defined]


class Metrics:
    """Counters of one process.

    Args:
        folder: where all worker processes of a service keep theirs, so that each can tell of all;
            None when there is one process only.
    """

    def __init__(self, folder: str | None = None) -> None:
        self._folder = folder
        self._own = CollectorRegistry()
        self._requests = Counter(
            "reelmatch_requests",
            "Requests answered.",
            ("route", "method", "status"),
            registry=self._own,
        )
        self._seconds = Histogram(
            "reelmatch_request_seconds",
            "Seconds until an answer was complete.",
            ("route",),
            buckets=_BUCKETS,
            registry=self._own,
        )
        self._searches = Histogram(
            "reelmatch_search_seconds",
            "Seconds that a search took in the engine.",
            ("kind",),
            buckets=_BUCKETS,
            registry=self._own,
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(route, method, status).inc()
        self._seconds.labels(route).observe(seconds)

    @contextmanager
    def searching(self, kind: str) -> Iterator[None]:
        """Count and time a search."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._searches.labels(kind).observe(time.perf_counter() - began)

    def text(self, live: Live) -> bytes:
        """Return everything, with the state of the catalog as it is now."""
        counted = self._own
        if self._folder is not None:
            counted = CollectorRegistry()
            MultiProcessCollector(counted, self._folder)  # type: ignore[no-untyped-call]
        state = CollectorRegistry()
        state.register(_State(live))
        return generate_latest(counted) + generate_latest(state)


class _State(Collector):
    def __init__(self, live: Live) -> None:
        self._live = live

    def collect(self) -> Iterator[Metric]:
        yield from self._index()
        yield from self._queue()

    def _index(self) -> Iterator[Metric]:
        try:
            snapshot = self._live.snapshot
        except ReelmatchError:
            return
        built_at = snapshot.built_at
        yield GaugeMetricFamily(
            "reelmatch_index_age_seconds",
            "Since the live generation was built.",
            value=max(0.0, time.time() - built_at),
        )
        yield GaugeMetricFamily(
            "reelmatch_index_videos", "Videos that can be found.", value=snapshot.n_videos
        )
        yield GaugeMetricFamily(
            "reelmatch_delta_videos",
            "Of them, those that changed since the generation was built.",
            value=snapshot.n_beside,
        )

    def _queue(self) -> Iterator[Metric]:
        jobs = self._live.catalog.jobs
        depth = GaugeMetricFamily("reelmatch_jobs", "Jobs by state.", labels=("state",))
        for state, count in jobs.counts().items():
            depth.add_metric([state.value], count)
        yield depth
        ended = CounterMetricFamily(
            "reelmatch_jobs_ended", "Jobs that ended, by what became of them.", labels=("status",)
        )
        for status, count in jobs.endings().items():
            ended.add_metric([status], count)
        yield ended
        work = jobs.work()
        yield CounterMetricFamily(
            "reelmatch_ingested_video_seconds",
            "Seconds of video analyzed by jobs.",
            value=work.video_seconds,
        )
        yield CounterMetricFamily(
            "reelmatch_ingest_seconds",
            "Seconds that those jobs took; the quotient is how many times real time.",
            value=work.job_seconds,
        )
