"""Simulate a cluster with more and more workers; show where it saturates.

    python benchmarks/scale/simulate.py

Each run is offered nine tenths of the videos that its workers' cores can watch. The rows go into
``simulated.json``, from which ``tables.py`` makes the page's table.
"""

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any, Final

import msgspec
from figures import measured
from processors import mean_of
from scenario import Measured, Scenario, load
from simulation import Simulation
from sizing import cpu_seconds_a_second

SIMULATED: Final = Path(__file__).with_name("simulated.json")
OFFERED: Final = 0.9
VARIANTS: Final = (
    (250, 1.0),
    (500, 1.0),
    (1000, 1.0),
    (1500, 1.0),
    (2000, 1.0),
    (2000, 0.1),
    (4000, 0.1),
)
"""Numbers of workers, and the share of its measured waits that the server's disk takes."""


def main() -> None:
    """Simulate all, keep the rows."""
    with ProcessPoolExecutor() as executor:
        rows = list(executor.map(row_of, *zip(*VARIANTS, strict=True)))
    SIMULATED.write_text(json.dumps(rows, indent=1) + "\n")


def row_of(workers: int, waits: float) -> dict[str, Any]:
    """Simulate one variant; return what came of it."""
    scenario = load(Path(__file__).with_name("cluster.toml"))
    figures = measured()
    inputs = replace(Measured.of(figures), cpu_a_second=cpu_seconds_a_second(figures))
    mean = mean_of(scenario.videos.length_seconds)
    a_second = OFFERED * workers / (inputs.job_cpu_seconds + inputs.cpu_a_second * mean)
    scenario = msgspec.structs.replace(
        scenario,
        videos=msgspec.structs.replace(scenario.videos, a_second=a_second),
        workers=msgspec.structs.replace(scenario.workers, count=workers),
        database=msgspec.structs.replace(scenario.database, waits=waits),
    )
    simulation = Simulation(scenario, inputs)
    simulation.run()
    row = {
        "workers": workers,
        "waits": waits,
        "offered": a_second,
        **figures_of(simulation, scenario),
    }
    print(row, flush=True)
    return row


def figures_of(simulation: Simulation, scenario: Scenario) -> dict[str, float]:
    """Return the figures of one run, without its warm-up."""
    since = scenario.warm_up_seconds
    seconds = scenario.seconds - since
    claimed = [
        job.claimed_at - job.created_at
        for job in simulation.jobs
        if job.claimed_at is not None and job.claimed_at >= since
    ]
    ended = sum(job.ended_at is not None and job.ended_at >= since for job in simulation.jobs)
    observed = simulation.observed
    return {
        "done": ended / seconds,
        "queued": len(simulation.queued),
        "delay": fmean(claimed),
        "claim_p95": percentile(observed.claims, 95),
        "write_p95": percentile(observed.writes, 95),
        "database_busy": simulation.database.busy_seconds / (simulation.database.cores * seconds),
        "order_busy": simulation.order_seconds / seconds,
        "change_p95": percentile(observed.changes, 95),
        "query_p50": percentile(observed.queries, 50),
        "query_p99": percentile(observed.queries, 99),
        "fetch_p95": percentile(observed.fetches, 95),
        "store_a_second": simulation.store_requests / seconds,
    }


def percentile(seconds: list[float], share: int) -> float:
    """Return a percentile."""
    return quantiles(seconds, n=100)[share - 1]


if __name__ == "__main__":
    main()
