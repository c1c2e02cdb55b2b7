"""Cost of an evaluation: 1,000,000 events of 100,000 viewers on 100,000 made-up videos.

.venv/bin/python benchmarks/viewers/evaluate.py [VIEWERS]

Makes a catalog in a temporary folder, loads the events, and evaluates the present settings and one
change of them on both cores. VIEWERS measures as many; 20,000 unless given.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
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
from engine.catalogs import open_catalog
from engine.domain.viewers import Event, EventKind
from engine.search.profiles import VIEWER_RULES
from engine.services.viewers import load_events

sys.path.append(str(Path(__file__).parent.parent / "engine"))

from reindex import CONFIG, fill

N_VIDEOS: Final = 100_000
N_VIEWERS: Final = 100_000
N_EVENTS: Final = 1_000_000
NOW: Final = 1_800_000_000.0


def main() -> None:
    """Make, load and evaluate; print what each took, in seconds and in those of all processes."""
    n_viewers = int(sys.argv[1]) if len(sys.argv) > 1 else MAX_VIEWERS
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fill(home, N_VIDEOS)
        with open_catalog(home / "catalog.db") as catalog:
            clock, cpu = time.monotonic(), cpu_seconds()
            added = sum(part.added for part in load_events(catalog, viewings(), now=NOW))
            tell(f"{added} events loaded", clock, cpu)
            present = Candidate(PRESENT, {}, CONFIG, VIEWER_RULES)
            alone = Candidate("co_likes=0", {}, CONFIG, replace(VIEWER_RULES, co_likes=0.0))
            options = EvaluationOptions(max_viewers=n_viewers, executor="local:2")
            for candidates in ([present], [present, alone]):
                clock, cpu = time.monotonic(), cpu_seconds()
                evaluation = evaluate(catalog, home, candidates, options)
                tell(f"{evaluation.viewers} viewers, {len(candidates)} settings", clock, cpu)


def cpu_seconds() -> float:
    """Return what this process and those that it has waited for have spent."""
    return sum(os.times()[:4])


def tell(what: str, clock: float, cpu: float) -> None:
    """Print a row: seconds that went by, and CPU seconds."""
    passed, spent = time.monotonic() - clock, cpu_seconds() - cpu
    print(f"| {what} | {passed:.0f} | {spent:.0f} |", flush=True)


def viewings() -> Iterator[tuple[str, Event]]:
    """Yield what viewers watched, by time: some videos far more than others."""
    rng = np.random.default_rng(0)
    videos = (N_VIDEOS * rng.random(N_EVENTS) ** 3).astype(np.int64)
    viewers = rng.integers(N_VIEWERS, size=N_EVENTS)
    for number, (video, viewer) in enumerate(zip(videos.tolist(), viewers.tolist(), strict=True)):
        at = NOW - 30.0 * (N_EVENTS - number)
        event = Event(str(number), f"{video:016x}", EventKind.WATCHED, at, 0.9)
        yield f"v{viewer}", event


if __name__ == "__main__":
    main()
