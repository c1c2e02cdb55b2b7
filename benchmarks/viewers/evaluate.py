"""Cost of an evaluation: 1,000,000 events of 100,000 viewers on 100,000 made-up videos.

.venv/bin/python benchmarks/viewers/evaluate.py [--viewers N ...] [--scale SHARE] [--home FOLDER]

Makes a catalog, loads the events, reindexes as every installation does, and evaluates the present
settings and one change of them on both cores, of N viewers: 20,000 unless given. SHARE makes all of
it smaller. A home that was made before is used again.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from engine.batch.evaluation.evaluation import (
    MAX_VIEWERS,
    PRESENT,
    Candidate,
    EvaluationOptions,
    evaluate,
)
from engine.batch.reindex import reindex
from engine.catalogs import open_catalog
from engine.domain.viewers import Event, EventKind
from engine.indexes.local.disk.generations import Generations
from engine.ports.catalog import Catalog
from engine.search.profiles import VIEWER_RULES
from engine.services.viewers import load_events
from engine.system.homes import CATALOG, GENERATIONS

sys.path.append(str(Path(__file__).parent.parent / "engine"))

from reindex import CONFIG, fill

N_VIDEOS: Final = 100_000
N_VIEWERS: Final = 100_000
N_EVENTS: Final = 1_000_000
NOW: Final = 1_800_000_000.0
EXECUTOR: Final = "local:2"


def main() -> None:
    """Make, load and evaluate; print what each took, in seconds and in those of all processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, nargs="+", default=[MAX_VIEWERS])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--home", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = arguments.home or Path(folder)
        if not (home / CATALOG).exists():
            make(home, arguments.scale)
        with open_catalog(home / CATALOG) as catalog:
            measure(catalog, home, arguments.viewers)


def make(home: Path, scale: float) -> None:
    """Make a catalog with events and an index."""
    home.mkdir(exist_ok=True)
    n_videos = int(scale * N_VIDEOS)
    fill(home, n_videos)
    with open_catalog(home / CATALOG) as catalog:
        clock, cpu = time.monotonic(), cpu_seconds()
        events = viewings(n_videos, int(scale * N_VIEWERS), int(scale * N_EVENTS))
        added = sum(part.added for part in load_events(catalog, events, now=NOW))
        tell(f"{added} events loaded", clock, cpu)
        clock, cpu = time.monotonic(), cpu_seconds()
        reindex(catalog, Generations(home / GENERATIONS), CONFIG, executor=EXECUTOR)
        tell(f"{n_videos} videos indexed, what is liked together learned", clock, cpu)


def measure(catalog: Catalog, home: Path, numbers: Sequence[int]) -> None:
    """Evaluate one setting and two, of so many viewers each."""
    present = Candidate(PRESENT, {}, CONFIG, VIEWER_RULES)
    alone = Candidate("co_likes=0", {}, CONFIG, replace(VIEWER_RULES, co_likes=0.0))
    for n_viewers in numbers:
        options = EvaluationOptions(max_viewers=n_viewers, executor=EXECUTOR)
        for candidates in ([present], [present, alone]):
            clock, cpu = time.monotonic(), cpu_seconds()
            evaluation = evaluate(catalog, home, candidates, options)
            tell(f"{evaluation.viewers} viewers, {len(candidates)} settings", clock, cpu)
    of = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    own, children = (resource.getrusage(who).ru_maxrss / 1e3 for who in of)
    print(f"at most {own:.0f} MB in this process, {children:.0f} MB in one of the others")


def cpu_seconds() -> float:
    """Return what this process and those that it has waited for have spent."""
    return sum(os.times()[:4])


def tell(what: str, clock: float, cpu: float) -> None:
    """Print a row: seconds that went by, and CPU seconds."""
    passed, spent = time.monotonic() - clock, cpu_seconds() - cpu
    print(f"| {what} | {passed:.0f} | {spent:.0f} |", flush=True)


def viewings(n_videos: int, n_viewers: int, n_events: int) -> Iterator[tuple[str, Event]]:
    """Yield what viewers watched, by time: some videos far more than others."""
    rng = np.random.default_rng(0)
    videos = (n_videos * rng.random(n_events) ** 3).astype(np.int64)
    viewers = rng.integers(n_viewers, size=n_events)
    for number, (video, viewer) in enumerate(zip(videos.tolist(), viewers.tolist(), strict=True)):
        at = NOW - 30.0 * (n_events - number)
        event = Event(str(number), f"{video:016x}", EventKind.WATCHED, at, 0.9)
        yield f"v{viewer}", event


if __name__ == "__main__":
    main()
