"""Gain of a reindex by processes: wall and processor time, memory, and that the result is one.

    python processes.py --videos 1000000 --turns 3

Makes a catalog as ``reindex.py`` does, and reindexes it by each executor in turns, every time into
an empty folder and in a process of its own. CPU is that of the process and its workers. Memory is
what all of them hold for themselves (``RssAnon``), the largest sum of samples taken every 50 ms.
``--home`` keeps the catalog, or takes the one that is there. Linux only.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from typing import Any

from reindex import CONFIG, fill

from engine.batch.reindex import reindex
from engine.catalogs import open_catalog
from engine.indexes.local.disk.generations import Generations


def main() -> None:
    """Make a catalog, reindex it by each executor in turns, and print how that went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=100_000)
    parser.add_argument("--executors", nargs="+", default=["local:1", "local:2"])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--home", type=Path, help="a folder to keep the catalog in")
    parser.add_argument("--by", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.by:
        print(json.dumps(measure(arguments.home, arguments.by)))
        return
    folder = nullcontext(arguments.home) if arguments.home else tempfile.TemporaryDirectory()
    with folder as home:
        if not Path(home, "catalog.db").exists():
            print(f"making {arguments.videos:,} videos", flush=True)
            fill(Path(home), arguments.videos)
        compare(Path(home), arguments.executors, arguments.turns)


def compare(home: Path, executors: list[str], turns: int) -> None:
    """Reindex in turns; print each time, and the medians beside those of the first executor."""
    walls: dict[str, list[float]] = {executor: [] for executor in executors}
    digests = set()
    for _ in range(turns):
        for executor in executors:
            command: list[str | Path] = [sys.executable, __file__, "--home", home, "--by", executor]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 # ours
            measured = json.loads(done.stdout)
            walls[executor].append(measured["wall"])
            digests.add(measured["generation"])
            print(
                f"{executor:10} {measured['wall']:8.1f} s, CPU {measured['cpu']:8.1f} s,"
                f" {measured['most_mb']:6.0f} MB in {measured['processes']} processes,"
                f" {measured['videos']:,} videos, generation {measured['generation']}",
                flush=True,
            )
    first = median(walls[executors[0]])
    for executor in executors:
        middle = median(walls[executor])
        print(f"{executor:10} {middle:8.1f} s in the middle, {middle / first:.1%} of the first")
    assert len(digests) == 1, "the result depends on who counts"


def measure(home: Path, executor: str) -> dict[str, Any]:
    """Reindex once, into an empty folder."""
    stop = threading.Event()
    samples: list[tuple[float, int]] = [held(os.getpid())]
    sampler = threading.Thread(target=sample, args=(samples, stop))
    with tempfile.TemporaryDirectory(dir=home) as folder, open_catalog(home / "catalog.db") as own:
        sampler.start()
        started, before = time.perf_counter(), os.times()
        built = reindex(own, Generations(Path(folder)), CONFIG, executor=executor)
        wall, after = time.perf_counter() - started, os.times()
        stop.set()
        sampler.join()
    return {
        "generation": built.id,
        "videos": built.index.n_videos,
        "wall": wall,
        "cpu": sum(after[:4]) - sum(before[:4]),
        "most_mb": max(megabytes for megabytes, _ in samples),
        "processes": max(processes for _, processes in samples),
    }


def sample(samples: list[tuple[float, int]], stop: threading.Event) -> None:
    """Append what this process and those that it started hold, until told to stop."""
    while not stop.wait(0.05):
        samples.append(held(os.getpid()))


def held(process: int) -> tuple[float, int]:
    """Return what a process and all below it hold for themselves, in MB, and their number."""
    folder = Path(f"/proc/{process}")
    try:
        anonymous = (folder / "status").read_text().split("RssAnon:")[1].split()[0]
        children = (folder / "task" / str(process) / "children").read_text().split()
    except (OSError, IndexError):
        return 0.0, 0  # It has ended.
    below = [held(int(process_below)) for process_below in children]
    return (
        int(anonymous) / 1000 + sum(megabytes for megabytes, _ in below),
        1 + sum(processes for _, processes in below),
    )


if __name__ == "__main__":
    main()
