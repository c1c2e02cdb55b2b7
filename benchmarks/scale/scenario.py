"""Inputs of a simulation: a scenario in TOML, and the measured figures that it draws from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec


class Videos(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Videos that come.

    Attributes:
        a_second: how many, one after the other by chance (a Poisson process).
        length_seconds: percentiles of their length.
        bytes_a_second: of footage, fetched from the object store; 0 where files are at hand.
    """

    a_second: float
    length_seconds: tuple[float, ...]
    bytes_a_second: float = 0.0


class Workers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Processes of ``reelmatch work``, each for one video at a time.

    Attributes:
        count: of all.
        a_host: of one host.
        cores: of a host.
        slice_seconds: how long a process computes before another one's turn.
    """

    count: int
    a_host: int
    cores: int
    slice_seconds: float = float("inf")


class Database(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The server of PostgreSQL.

    Attributes:
        cores: of its host; 0 where it shares those of the one host of all workers.
        waits: share of the measured time in which nobody computes: the disk's, mostly.
    """

    cores: int
    waits: float = 1.0


class Api(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hosts that answer.

    Attributes:
        hosts: how many.
        cores: of each, and processes.
        queries_a_second: of all together.
        index_videos: size of the index, one of those that were measured.
        index_bytes: of a new generation.
        generation_seconds: from one to the next.
    """

    hosts: int
    cores: int
    queries_a_second: float
    index_videos: int
    index_bytes: float
    generation_seconds: float


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The object store.

    Attributes:
        requests_a_second: that one prefix takes.
        latency_seconds: percentiles of the time to the first byte.
        host_bytes_a_second: that one host can fetch.
    """

    requests_a_second: float
    latency_seconds: tuple[float, ...]
    host_bytes_a_second: float


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a simulation is of.

    Attributes:
        seconds: simulated.
        warm_up_seconds: at the beginning, of which nothing is counted.
        seed: of chance.
        speed: of a core; those of the measurements are 1.
    """

    seconds: float
    warm_up_seconds: float
    seed: int
    videos: Videos
    workers: Workers
    database: Database
    store: Store
    api: Api | None = None
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Operation:
    """A question to the catalog.

    Attributes:
        client: CPU seconds of who asks, on average.
        server: CPU seconds of the server, on average.
        wall: percentiles of the seconds from question to answer.
        batch: number of videos or lists that it is about.
    """

    client: float
    server: float
    wall: tuple[float, ...]
    batch: int


@dataclass(frozen=True, slots=True)
class Measured:
    """Measured figures that a simulation draws from.

    Attributes:
        operations: by name.
        job_cpu_seconds: of a job, whatever its length.
        cpu_a_second: CPU seconds of a job for each second of video.
        cpu_ratios: percentiles of a job's CPU over what these two say.
        search_seconds: percentiles of a search, by number of videos.
        request_seconds: CPU of a request around its search.
        replica_poll: a look for a new publication, without a bucket's latency.
    """

    operations: dict[str, Operation]
    job_cpu_seconds: float
    cpu_a_second: float
    cpu_ratios: tuple[float, ...]
    search_seconds: dict[int, tuple[float, ...]]
    request_seconds: float
    replica_poll: Operation

    @classmethod
    def of(cls, figures: dict[str, Any]) -> "Measured":
        """Return them of ``measured.json``."""
        jobs = figures["jobs"]
        return cls(
            {
                name: _operation(figure)
                for name, figure in figures["operations"].items()
                if isinstance(figure, dict)
            },
            jobs["cpu_seconds_a_job"],
            jobs["cpu_seconds_a_second"],
            tuple(jobs["cpu_ratios"]),
            {
                int(size): tuple(1e-3 * each for each in figure["viewer_ms"])
                for size, figure in figures["queries"].items()
                if isinstance(figure, dict)
            },
            figures["requests"]["cpu_seconds"],
            _operation(figures["replica_poll"]),
        )


def _operation(figure: dict[str, Any]) -> Operation:
    wall = tuple(1e-3 * each for each in figure["wall_ms"])
    batch = figure.get("batch", 1)
    return Operation(1e-3 * figure["client_ms"], 1e-3 * figure["server_ms"], wall, batch)


def load(path: Path) -> Scenario:
    """Return the scenario of a file."""
    return msgspec.toml.decode(path.read_bytes(), type=Scenario)
