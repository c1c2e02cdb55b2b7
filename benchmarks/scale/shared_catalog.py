"""Measure a catalog in PostgreSQL: jobs a second over many workers, changes until they are seen.

    PYTHONPATH=tests python benchmarks/scale/shared_catalog.py [--workers 8] [--jobs 4000]

A server is started for it, from Debian's package, that waits for the disk as an installation does.
"""

import argparse
import multiprocessing
import os
import statistics
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

from engine.catalogs import open_catalog
from engine.domain.jobs import JobResult, State
from support.catalogs import save, video_id
from support.postgres import Server, serving_postgres

_DONE = JobResult(State.DONE, "ok", "", "", 1)


def work(
    url: str, name: str, start: Barrier, ended: "multiprocessing.Queue[tuple[int, float]]"
) -> None:
    """Claim and end jobs until none is left; tell how many, and the seconds of this processor."""
    with open_catalog(url, create=False) as catalog:
        start.wait()
        cpu = time.process_time()
        count = 0
        while (job := catalog.jobs.claim(name, now=time.time())) is not None:
            assert catalog.jobs.end(job, _DONE, now=time.time())
            count += 1
        ended.put((count, time.process_time() - cpu))


def server_seconds(server: Server) -> float:
    """Return the seconds of processors that connections took which are closed by now."""
    stat = Path(f"/proc/{postmaster(server)}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(stat[13]) + int(stat[14])) / os.sysconf("SC_CLK_TCK")


def postmaster(server: Server) -> int:
    """Return the process of a server that all its others are below."""
    return int((server.folder / "data" / "postmaster.pid").read_text().split()[0])


def claims(server: Server, url: str, workers: int, jobs: int) -> None:
    """Print how many jobs a second are claimed and ended."""
    with open_catalog(url) as catalog:
        catalog.jobs.add([f"/films/{number}.mp4" for number in range(jobs)], {}, now=0)
    before = server_seconds(server)
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(workers + 1)
    ended: multiprocessing.Queue[tuple[int, float]] = context.Queue()
    processes = [
        context.Process(target=work, args=(url, f"w{number}", start, ended))
        for number in range(workers)
    ]
    for process in processes:
        process.start()
    start.wait()
    began = time.perf_counter()
    results = [ended.get() for _ in processes]
    seconds = time.perf_counter() - began
    for process in processes:
        process.join()
    done = sum(count for count, _ in results)
    cpu = sum(one for _, one in results)
    assert done == jobs, f"{done} of {jobs} jobs were done"
    own, theirs = 1e3 * cpu / jobs, 1e3 * (server_seconds(server) - before) / jobs
    print(
        f"{workers} workers, {jobs} jobs claimed and ended, each once: {jobs / seconds:,.0f} a"
        f" second ({seconds:.1f} s); a job takes {own:.2f} ms of the workers' processors and"
        f" {theirs:.2f} ms of the server's; load {os.getloadavg()[0]:.0f}"
    )


def following(url: str, changes: int) -> None:
    """Print the time from a change's commit until another process could have seen it."""
    with open_catalog(url) as writing, open_catalog(url) as reading:
        save(writing, video_id(0), {"cat": 1})
        delays = []
        for number in range(1, changes + 1):
            before = reading.revision()
            save(writing, video_id(number), {"cat": 1})
            committed = time.perf_counter()
            time.sleep(0.1)
            while reading.revision() == before:
                time.sleep(0.1)
            assert reading.videos.changed_since(before) == [video_id(number)]
            delays.append(time.perf_counter() - committed)
            time.sleep(0.037)
    print(
        f"{changes} changes followed by a look every 0.1 s: median"
        f" {statistics.median(delays):.3f} s, longest {max(delays):.3f} s"
    )


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=4000)
    options = parser.parse_args()
    with serving_postgres(fsync=True) as server:
        url = server.create("benchmark")
        claims(server, url, options.workers, options.jobs)
        following(url, 20)


if __name__ == "__main__":
    main()
