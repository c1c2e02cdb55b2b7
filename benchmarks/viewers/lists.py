"""Cost of the lists of an evaluation beside those of recommendations: CPU time of one thread.

.venv/bin/python benchmarks/viewers/lists.py
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
from bench import N_VIDEOS, NOW, synthetic

from engine.batch.evaluation.lists import lists_of_many
from engine.domain.matching.filters import EVERY_VIDEO
from engine.domain.viewers import Event, EventKind
from engine.indexes.local.co_likes import CoLikes
from engine.indexes.local.snapshot import LocalSnapshot
from engine.kernels.compiled import use_machine_code
from engine.search.profiles import VIEWER_RULES, profile_of
from engine.search.recommend import Question, ranked_many

N_VIEWERS: Final = 20_000
N_MEASURED: Final = 150
LIKES_EACH: Final = 12
K: Final = 50


def main() -> None:
    """Compare, with and without co-watching and variety, and print a table."""
    use_machine_code()
    rng = np.random.default_rng(0)
    # Some videos are liked far more than others.
    liked = [
        np.unique((N_VIDEOS * rng.random(LIKES_EACH) ** 3).astype(np.int64))
        for _ in range(N_VIEWERS)
    ]
    generation = replace(synthetic(rng).generation, co_likes=CoLikes.of(liked, N_VIDEOS))
    snapshot = LocalSnapshot.of(generation)
    print("| mix | variety | recommendations | evaluation |\n| --- | --- | --- | --- |")
    for mix in (0.0, 0.5):
        for variety in (0, 2):
            rules = replace(VIEWER_RULES, co_likes=mix, variety=variety)
            questions = [
                Question(profile_of({}, events_of(rows), rules, now=NOW), NOW, K)
                for rows in liked[:N_MEASURED]
            ]
            expected = ranked_many(snapshot, questions, rules, where=EVERY_VIDEO)
            assert lists_of_many(snapshot, questions, rules) == [
                (basis, [one.candidate.video for one in ranked]) for basis, ranked in expected
            ]
            recommend = partial(ranked_many, snapshot, questions, rules, where=EVERY_VIDEO)
            before = cpu_ms(recommend)
            after = cpu_ms(partial(lists_of_many, snapshot, questions, rules))
            print(f"| {mix} | {variety} | {before:.2f} | {after:.2f} |", flush=True)


def events_of(rows: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> list[Event]:
    """Return likes of some videos, the first the newest."""
    return [
        Event(str(at), f"{row:016x}", EventKind.LIKED, NOW - at)
        for at, row in enumerate(rows.tolist())
    ]


def cpu_ms(act: Callable[[], object]) -> float:
    """Return milliseconds of CPU time a viewer."""
    began = time.process_time()
    act()
    return 1e3 * (time.process_time() - began) / N_MEASURED


if __name__ == "__main__":
    main()
