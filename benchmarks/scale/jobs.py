"""Measure the CPU seconds of a job by the length of its video, start of its process included.

    PYTHONPATH=tests:benchmarks/engine python benchmarks/scale/jobs.py

Two workers, as many as cores, take jobs of one length after the other from a queue in PostgreSQL. A
line through what they took, and how far single jobs lie from it, go into ``measured.json``.
"""

import os
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
from figures import QUANTILES, go_first, keep
from shared_catalog import postmaster
from workers import MadeVideos, cpu_seconds, run, warm_up, working

from engine.catalogs import open_catalog
from support.postgres import serving_postgres

WORKERS: Final = 2
TIMES: Final = (1, 2, 4, 6)
JOBS: Final = 12


def main() -> None:
    """Measure, fit, keep."""
    seconds, cpu = [], []
    with tempfile.TemporaryDirectory() as home, serving_postgres(fsync=True) as server:
        url, folder = server.create("jobs"), Path(home)
        go_first(os.getpid())
        go_first(postmaster(server))
        videos = MadeVideos(folder)
        with open_catalog(url) as catalog, working(url, WORKERS, folder) as processes:
            warm_up(url, catalog, videos, WORKERS)
            for times in TIMES:
                paths = [videos.make(times) for _ in range(JOBS)]
                before = sum(map(cpu_seconds, processes))
                done = run(url, catalog, paths)
                whole = sum(map(cpu_seconds, processes)) - before
                # What no source of tags took: the start of a process, and what its worker does.
                beside = (whole - sum(job.cpu_seconds for job in done)) / JOBS
                seconds += [job.seconds for job in done]
                cpu += [job.cpu_seconds + beside for job in done]
                print(times, whole / JOBS, beside, flush=True)
    slope, intercept = np.polyfit(seconds, cpu, 1)
    ratios = np.array(cpu) / (intercept + slope * np.array(seconds))
    keep(
        "jobs",
        {
            "cpu_seconds_a_job": round(float(intercept), 4),
            "cpu_seconds_a_second": round(float(slope), 5),
            "cpu_ratios": np.percentile(ratios, QUANTILES).round(4).tolist(),
            "jobs": len(cpu),
        },
    )
    print(intercept, slope, ratios.min(), ratios.max())


if __name__ == "__main__":
    main()
