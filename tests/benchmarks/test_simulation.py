"""The simulation of many hosts: nothing is lost in it, and queues are as long as Erlang says."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import factorial
from pathlib import Path
from random import Random

import figures
import msgspec
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from processors import Processors, Steps, draw, mean_of
from scenario import Api, Database, Measured, Operation, Scenario, Store, Videos, Workers, load
from simulation import Simulation

OPERATIONS = (
    "claim", "claim_nothing", "look_at_empty_queue", "heartbeat", "end", "write", "follow",
    "follow_batch", "look_for_changes", "write_lists",
)  # fmt: skip
INSTANT = Operation(0.0005, 0.001, (0.001, 0.002, 0.003), batch=20)
MEASURED = Measured(
    dict.fromkeys(OPERATIONS, INSTANT),
    0.5,
    0.05,
    (0.8, 1.0, 1.2),
    {1000: (0.001, 0.002)},
    0.0005,
    INSTANT,
)


def scenario(*, workers: int, cores: int, a_second: float, seed: int, api: bool) -> Scenario:
    return Scenario(
        seconds=40.0,
        warm_up_seconds=0.0,
        seed=seed,
        videos=Videos(a_second, (1.0, 20.0, 100.0), bytes_a_second=1e5),
        workers=Workers(workers, a_host=2, cores=cores, slice_seconds=0.5),
        database=Database(cores=2),
        store=Store(1000.0, (0.01, 0.02), 1e8),
        api=Api(2, 2, 20.0, 1000, 1e6, 20.0) if api else None,
    )


@settings(max_examples=10, deadline=None)
@given(
    workers=st.integers(1, 6),
    cores=st.integers(1, 3),
    a_second=st.floats(0.1, 5),
    seed=st.integers(0, 1000),
    api=st.booleans(),
)
def test_every_job_is_queued_or_claimed_once_and_ends_after_that(
    workers: int, cores: int, a_second: float, seed: int, *, api: bool
) -> None:
    simulation = Simulation(
        scenario(workers=workers, cores=cores, a_second=a_second, seed=seed, api=api), MEASURED
    )
    simulation.run()
    claimed = [job for job in simulation.jobs if job.claimed_at is not None]
    ended = [job for job in claimed if job.ended_at is not None]
    assert len(simulation.jobs) == len(simulation.queued) + len(claimed)
    assert len(claimed) - len(ended) == simulation.running <= workers
    assert all(job.claimed_at is None and job.ended_at is None for job in simulation.queued)
    moments = [(job.created_at, job.claimed_at or 0.0) for job in claimed]
    assert all(created <= start for created, start in moments)
    # The oldest first.
    assert all(before[1] <= after[1] for before, after in pairwise(sorted(moments)))
    assert len(simulation.committed) >= len(ended)
    assert simulation.database.busy_seconds <= 2 * 40.0 + 1


def test_one_seed_is_one_course() -> None:
    def course() -> list[tuple[float, float | None]]:
        made = scenario(workers=3, cores=2, a_second=1.0, seed=7, api=True)
        simulation = Simulation(made, MEASURED)
        simulation.run()
        return [(job.created_at, job.ended_at) for job in simulation.jobs]

    assert course() == course()


@pytest.mark.parametrize(("warm_up_seconds", "counted"), [(0.0, True), (30.0, False)])
def test_nothing_of_the_warm_up_is_counted(warm_up_seconds: float, *, counted: bool) -> None:
    made = scenario(workers=1, cores=1, a_second=1.0, seed=1, api=False)
    made = msgspec.structs.replace(made, warm_up_seconds=warm_up_seconds)
    simulation = Simulation(made, MEASURED, [(0.0, 10.0)])
    simulation.run()
    assert simulation.jobs[0].ended_at is not None
    assert (simulation.store_requests > 0) is counted
    assert (simulation.order_seconds > 0) is counted


def test_how_many_were_measured_at_a_time_changes_nothing() -> None:
    def busy(batch: int) -> float:
        lists = Operation(batch / 2**14, batch / 2**13, (batch / 2**10,) * 2, batch)
        # Each that follows another takes half of what one alone does.
        followed = Operation(0.0005, INSTANT.server * (1 + (batch - 1) / 2), INSTANT.wall, batch)
        batches = {"write_lists": lists, "follow_batch": followed}
        measured = replace(MEASURED, operations=MEASURED.operations | batches)
        made = scenario(workers=2, cores=2, a_second=1.0, seed=7, api=True)
        simulation = Simulation(made, measured)
        simulation.run()
        return simulation.database.busy_seconds

    assert busy(16) == pytest.approx(busy(64), rel=1e-6)


def test_more_workers_than_cores_share_them() -> None:
    arrivals = [(0.0, 10.0)] * 20
    by_workers = {}
    for workers in (2, 4):
        made = scenario(workers=workers, cores=2, a_second=1.0, seed=1, api=False)
        on_few_hosts = Workers(workers, a_host=4, cores=2, slice_seconds=0.01)
        made = msgspec.structs.replace(made, workers=on_few_hosts)
        simulation = Simulation(made, MEASURED, arrivals)
        simulation.run_until_done(len(arrivals))
        by_workers[workers] = max(job.ended_at or 0.0 for job in simulation.jobs)
    # 20 jobs of about a second on two cores, whoever has them.
    assert by_workers[2] == pytest.approx(10.0, rel=0.15)
    assert by_workers[4] == pytest.approx(by_workers[2], rel=0.1)


def erlang_c(cores: int, load: float) -> float:
    """The probability that somebody has to wait: A. K. Erlang, 1917, for a load in erlangs."""
    waits = load**cores / factorial(cores) * cores / (cores - load)
    return waits / (sum(load**k / factorial(k) for k in range(cores)) + waits)


@pytest.mark.parametrize(("cores", "load"), [(1, 0.6), (2, 1.5), (8, 6.4)])
def test_who_waits_for_processors_waits_as_long_as_erlang_c_says(cores: int, load: float) -> None:
    env, chance = simpy.Environment(), Random(3)  # noqa: S311
    processors = Processors(env, cores)
    waits: list[float] = []

    def served() -> Steps:
        came, needed = env.now, chance.expovariate(1.0)
        yield from processors.run(needed)
        waits.append(env.now - came - needed)

    def come() -> Steps:
        while True:
            yield env.timeout(chance.expovariate(load))
            env.process(served())

    env.process(come())
    env.run(12_000 / load)
    expected = erlang_c(cores, load) / (cores - load)
    assert sum(waits) / len(waits) == pytest.approx(expected, rel=0.15)
    assert processors.busy_seconds / env.now == pytest.approx(load, rel=0.05)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=2, max_size=21).map(sorted), st.integers(0, 99))
def test_what_is_drawn_lies_in_the_distribution_and_has_its_mean(
    percentiles: Sequence[float], seed: int
) -> None:
    chance = Random(seed)  # noqa: S311
    drawn = [draw(chance, tuple(percentiles)) for _ in range(400)]
    assert percentiles[0] <= min(drawn) <= max(drawn) <= percentiles[-1]
    spread = percentiles[-1] - percentiles[0]
    assert sum(drawn) / 400 == pytest.approx(mean_of(tuple(percentiles)), abs=0.15 * spread + 1e-9)


@pytest.mark.parametrize("name", ["here", "cluster"])
def test_the_files_of_inputs_can_be_read(name: str) -> None:
    folder = Path(figures.__file__).parent
    assert load(folder / f"{name}.toml").workers.count > 0
    measured = Measured.of(figures.measured())
    assert measured.operations.keys() == set(OPERATIONS)
    assert all(
        one.server >= 0 and one.wall == tuple(sorted(one.wall))
        for one in measured.operations.values()
    )
    check = figures.measured()["check"]
    # Longer than the tests may take: benchmarks/scale/check.py is run by hand.
    assert all(abs(ratio - 1) <= 0.25 for ratio in check["ratios"].values())
