"""Check the simulation against a real run: four workers, PostgreSQL, made videos, this machine.

    PYTHONPATH=tests:benchmarks/engine python benchmarks/scale/check.py

Videos come one after the other, faster than two cores can watch them. The simulation is told when
which length came, and how much of the cores other programs took meanwhile; how long the queue was
and how many jobs a second were done is its own. It ends with code 1 when either is more than 25 %
from what happened.
"""

import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Final

import msgspec
from figures import go_first, keep, measured
from scenario import Measured, Scenario, load
from shared_catalog import postmaster
from simulation import Simulation
from workers import Done, MadeVideos, busy_seconds, cpu_seconds, run, warm_up, working

from engine.catalogs import open_catalog
from support.postgres import serving_postgres

JOBS: Final = 80
TOLERANCE: Final = 0.25
SEEDS: Final = 5


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Jobs done a second, and the mean of the seconds that they waited in the queue."""

    throughput: float
    delay: float


def main() -> None:
    """Run both, print the ratios, keep them."""
    scenario = load(Path(__file__).with_name("here.toml"))
    done, others = real_run(scenario)
    first = min(job.created_at for job in done)
    real = figures_of([(job.created_at, job.claimed_at, job.ended_at) for job in done])
    arrivals = [(job.created_at - first, float(job.seconds)) for job in done]
    speed = 1 - others / scenario.workers.cores
    courses = [
        simulated(msgspec.structs.replace(scenario, speed=speed, seed=seed), arrivals)
        for seed in range(SEEDS)
    ]
    model = QueueFigures(
        fmean(one.throughput for one in courses), fmean(one.delay for one in courses)
    )
    ratios = {
        "throughput": model.throughput / real.throughput,
        "mean delay": model.delay / real.delay,
    }
    keep(
        "check",
        {
            "jobs": len(done),
            "cores_of_others": round(others, 3),
            "real": asdict(real),
            "simulated": asdict(model),
            "ratios": ratios,
        },
    )
    print(f"{len(done)} jobs; others took {others:.2f} of {scenario.workers.cores} cores")
    print(f"happened  {real}\nsimulated {model}")
    for name, ratio in ratios.items():
        print(f"{name}: simulated {ratio:.2f} of what happened")
    sys.exit(any(abs(ratio - 1) > TOLERANCE for ratio in ratios.values()))


def real_run(scenario: Scenario) -> tuple[list[Done], float]:
    """Have real workers watch real videos; return the jobs, and the cores that others took."""
    chance = Random(scenario.seed)  # noqa: S311 - of a benchmark
    gaps = [chance.expovariate(scenario.videos.a_second) for _ in range(JOBS)]
    count = scenario.workers.count
    with tempfile.TemporaryDirectory() as home, serving_postgres(fsync=True) as server:
        url, folder = server.create("check"), Path(home)
        videos = MadeVideos(folder)
        with open_catalog(url) as catalog, working(url, count, folder):
            warm_up(url, catalog, videos, count)
            paths = [videos.make(chance.randint(1, 4)) for _ in range(JOBS)]
            # Workers are below this process; the server has left it.
            ours = (os.getpid(), postmaster(server))
            for process in ours:
                go_first(process)
            busy, own = busy_seconds(), sum(map(cpu_seconds, ours))
            began = time.monotonic()
            done = run(url, catalog, paths, gaps)
            wall = time.monotonic() - began
            own = sum(map(cpu_seconds, ours)) - own
            return done, max(0.0, busy_seconds() - busy - own) / wall


def figures_of(jobs: list[tuple[float, float, float]]) -> QueueFigures:
    """Return what came of jobs, from when each was queued, claimed, and ended."""
    created, claimed, ended = zip(*jobs, strict=True)
    delay = fmean(claim - create for create, claim in zip(created, claimed, strict=True))
    return QueueFigures(len(jobs) / (max(ended) - min(created)), delay)


def simulated(scenario: Scenario, arrivals: list[tuple[float, float]]) -> QueueFigures:
    """Return what comes of the same videos in simulated time."""
    simulation = Simulation(scenario, Measured.of(measured()), arrivals)
    simulation.run_until_done(len(arrivals))
    return figures_of(
        [
            (job.created_at, job.claimed_at, job.ended_at)
            for job in simulation.jobs
            if job.claimed_at is not None and job.ended_at is not None
        ]
    )


if __name__ == "__main__":
    main()
