"""Simulation of many hosts on one catalog in PostgreSQL and one object store, event by event.

What each of them does, and how often, is what the product does: a worker claims a job, fetches and
watches its video, writes what it saw while it holds the row that orders changes, ends the job, and
tells every second that it lives; a process that answers looks for changes ten times a second and
takes them in, writes down the lists it showed, and fetches new generations.
"""

from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Final

import simpy
from processors import Processors, Steps, draw, mean_of
from scenario import Api, Measured, Operation, Scenario

from api.background.list_recorder import FLUSH_SECONDS
from api.background.live import FOLLOW_SECONDS
from api.settings import Settings
from ingest.runner.worker import BEAT_SECONDS, POLL_SECONDS

REPLICA_SECONDS: Final = Settings().replica_seconds
VIDEOS: Final = 1
"""Priority of watching videos on a host: its processes are nicer than a server beside them."""


@dataclass(slots=True)
class Job:
    """One video to watch, with the moments of its life."""

    length: float
    created_at: float
    claimed_at: float | None = None
    ended_at: float | None = None


@dataclass(slots=True)
class Observed:
    """Seconds that were measured, by what they were of; what lies in the warm-up is left out."""

    claims: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    queries: list[float] = field(default_factory=list)
    fetches: list[float] = field(default_factory=list)


class Simulation:
    """All hosts, in simulated time.

    Args:
        scenario: what is simulated.
        measured: what it takes.
        arrivals: when videos of which length come, instead of by chance.

    Attributes:
        jobs: all that came, the oldest first.
        queued: those that nobody has claimed.
        observed: what was measured.
        order_seconds: for which the row that orders changes was held, after the warm-up.
        store_requests: requests to the object store, after the warm-up.
        committed: moments at which videos were written.
        database: cores of the server.
    """

    def __init__(
        self,
        scenario: Scenario,
        measured: Measured,
        arrivals: list[tuple[float, float]] | None = None,
    ) -> None:
        self.env = simpy.Environment()
        self._scenario = scenario
        self._measured = measured
        self._chance = Random(scenario.seed)  # noqa: S311 - a simulation's chance
        self.jobs: list[Job] = []
        self.queued: deque[Job] = deque()
        self.running = 0
        self.observed = Observed()
        # The row that orders changes is held until a change is committed.
        self._order = simpy.Resource(self.env)
        self.order_seconds = 0.0
        self.store_requests = 0
        self.committed: list[float] = []
        workers, speed = scenario.workers, scenario.speed
        hosts = [
            Processors(self.env, workers.cores, slice_seconds=workers.slice_seconds, speed=speed)
            for _ in range(-(-workers.count // workers.a_host))
        ]
        shared = scenario.database.cores == 0
        self.database = (
            hosts[0] if shared else Processors(self.env, scenario.database.cores, speed=speed)
        )
        self._store = Processors(self.env, 1)
        self.env.process(
            self._arrive(arrivals) if arrivals is not None else self._arrive_by_chance()
        )
        for number in range(workers.count):
            self.env.process(self._work(hosts[number // workers.a_host]))
        if scenario.api:
            for _ in range(scenario.api.hosts):
                self._start_host(scenario.api)

    def run(self) -> None:
        """Simulate as long as the scenario says; count nothing of the warm-up."""
        since = self._scenario.warm_up_seconds
        if since > 0:
            self.env.run(since)
        self.database.busy_seconds = 0.0
        self.order_seconds = 0.0
        self.store_requests = 0
        self.env.run(self._scenario.seconds)

    def run_until_done(self, jobs: int) -> None:
        """Simulate until so many jobs have ended."""
        while len(self.jobs) < jobs or any(job.ended_at is None for job in self.jobs):
            self.env.run(self.env.now + 1.0)

    # Videos, and those who watch them

    def _arrive_by_chance(self) -> Steps:
        videos = self._scenario.videos
        while True:
            yield self.env.timeout(self._chance.expovariate(videos.a_second))
            self._queue(draw(self._chance, videos.length_seconds))

    def _arrive(self, arrivals: list[tuple[float, float]]) -> Steps:
        for moment, length in arrivals:
            yield self.env.timeout(max(0.0, moment - self.env.now))
            self._queue(length)

    def _queue(self, length: float) -> None:
        job = Job(length, self.env.now)
        self.jobs.append(job)
        self.queued.append(job)

    def _work(self, host: Processors) -> Steps:
        # Those of a machine are not started at the same moment.
        yield self.env.timeout(self._chance.random() * POLL_SECONDS)
        while True:
            asked_at = self.env.now
            nothing = "claim_nothing" if self.running else "look_at_empty_queue"
            yield from self._ask("claim" if self.queued else nothing, host)
            self._observe(self.observed.claims, self.env.now - asked_at)
            if self.queued:
                yield from self._watch(self.queued.popleft(), host)
            else:
                yield self.env.timeout(POLL_SECONDS)

    def _watch(self, job: Job, host: Processors) -> Steps:
        job.claimed_at = self.env.now
        self.running += 1
        self.env.process(self._beat(job, host))
        footage = self._scenario.videos.bytes_a_second * job.length
        if footage:
            yield from self._fetch(footage)
        measured = self._measured
        cpu = measured.job_cpu_seconds + measured.cpu_a_second * job.length
        ratio = draw(self._chance, measured.cpu_ratios)
        yield from host.run(cpu * ratio, priority=VIDEOS)
        yield from self._write(host)
        yield from self._ask("end", host)
        job.ended_at = self.env.now
        self.running -= 1

    def _beat(self, job: Job, host: Processors) -> Steps:
        while True:
            yield self.env.timeout(BEAT_SECONDS)
            if job.ended_at is not None:
                return
            yield from self._ask("heartbeat", host)

    def _write(self, host: Processors) -> Steps:
        asked_at = self.env.now
        with self._order.request() as turn:
            yield turn
            held_from = self.env.now
            yield from self._ask("write", host)
            self.order_seconds += self.env.now - held_from
        self.committed.append(self.env.now)
        self._observe(self.observed.writes, self.env.now - asked_at)

    # Those who answer

    def _start_host(self, api: Api) -> None:
        host = Processors(self.env, api.cores, speed=self._scenario.speed)
        self.env.process(self._renew(api, host))
        if api.queries_a_second:
            self.env.process(self._be_asked(api, host))
        for _ in range(api.cores):
            self.env.process(self._follow(host))
            if api.queries_a_second:
                self.env.process(self._write_lists(api, host))

    def _follow(self, host: Processors) -> Steps:
        yield self.env.timeout(self._chance.random() * FOLLOW_SECONDS)
        taken = len(self.committed)
        batch = self._operation("follow_batch")
        one = self._operation("follow")
        # Of a batch, each but the first takes so much of what one alone does.
        more = (batch.server / one.server - 1) / (batch.batch - 1) if one.server else 0.0
        while True:
            yield self.env.timeout(FOLLOW_SECONDS)
            new = self.committed[taken:]
            if not new:
                yield from self._ask("look_for_changes", host)
                continue
            yield from self._ask("follow", host, times=1 + more * (len(new) - 1))
            for moment in new:
                self._observe(self.observed.changes, self.env.now - moment)
            taken += len(new)

    def _write_lists(self, api: Api, host: Processors) -> Steps:
        lists = api.queries_a_second * FLUSH_SECONDS / (api.hosts * api.cores)
        batches = lists / self._operation("write_lists").batch
        while True:
            yield self.env.timeout(FLUSH_SECONDS)
            yield from self._ask("write_lists", host, times=batches)

    def _be_asked(self, api: Api, host: Processors) -> Steps:
        while True:
            yield self.env.timeout(self._chance.expovariate(api.queries_a_second / api.hosts))
            self.env.process(self._answer(api, host))

    def _answer(self, api: Api, host: Processors) -> Steps:
        asked_at = self.env.now
        search = draw(self._chance, self._measured.search_seconds[api.index_videos])
        yield from host.run(self._measured.request_seconds + search)
        self._observe(self.observed.queries, self.env.now - asked_at)

    def _renew(self, api: Api, host: Processors) -> Steps:
        yield self.env.timeout(self._chance.random() * REPLICA_SECONDS)
        generation = 0
        while True:
            asked_at = self.env.now
            poll = self._measured.replica_poll
            wall = draw(self._chance, poll.wall)
            yield from host.run(poll.client * wall / mean_of(poll.wall))
            yield from self._fetch(0.0)
            if (newest := int(self.env.now // api.generation_seconds)) > generation:
                generation = newest
                yield from self._fetch(api.index_bytes)
                self._observe(self.observed.fetches, self.env.now - asked_at)
            yield self.env.timeout(REPLICA_SECONDS)

    # What they share

    def _ask(self, name: str, host: Processors, *, times: float = 1.0) -> Steps:
        operation = self._operation(name)
        wall = draw(self._chance, operation.wall)
        part = times * wall / mean_of(operation.wall)
        yield from host.run(operation.client * part)
        yield from self.database.run(operation.server * part)
        # Neither computes: the disk is waited for, or the way between them.
        waiting = times * wall - (operation.client + operation.server) * part
        if waiting > 0:
            yield self.env.timeout(waiting * self._scenario.database.waits)

    def _operation(self, name: str) -> Operation:
        return self._measured.operations[name]

    def _fetch(self, size_bytes: float) -> Steps:
        store = self._scenario.store
        self.store_requests += 1
        yield from self._store.run(1 / store.requests_a_second)
        latency = draw(self._chance, store.latency_seconds)
        yield self.env.timeout(latency + size_bytes / store.host_bytes_a_second)

    def _observe(self, seconds: list[float], spent: float) -> None:
        if self.env.now >= self._scenario.warm_up_seconds:
            seconds.append(spent)
