"""Cost of answering a viewer: CPU time of one thread, on made-up videos.

.venv/bin/python benchmarks/viewers/bench.py
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import scipy.sparse as sp

from engine.content.tag_time_ranges import tag_time_ranges
from engine.domain.assessments.sensitivity import Level
from engine.domain.matching.filters import EVERY_VIDEO
from engine.domain.matching.index_config import IndexConfig
from engine.domain.tracks import Track
from engine.domain.viewers import Event, EventKind
from engine.indexes.local.co_likes import CoLikes
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.index import Index
from engine.indexes.local.mean_vector import MeanVector
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.explain import reasons
from engine.search.profiles import VIEWER_RULES, profile_of, profile_vector_of
from engine.search.recommend import Question, recommend_many, recommend_page
from engine.search.rerank import Ranking
from engine.words.vocabulary import Vocabulary

N_VIDEOS: Final = 20_000
N_TAGS: Final = 2_000
TAGS_EACH: Final = 40
SECONDS: Final = 240
EVENTS: Final = 300
VIEWERS: Final = 40
INTERESTS: Final = {"tag 100": 1.0, "tag 400": 1.0}
NOW: Final = 1_800_000_000.0


def main() -> None:
    """Measure and print a table."""
    rng = np.random.default_rng(0)
    snapshot = synthetic(rng)
    profiles = [profile_of({}, viewer_events(rng), VIEWER_RULES, now=NOW) for _ in range(VIEWERS)]
    profile_vector = profile_vector_of(profiles[0], snapshot, VIEWER_RULES)
    question = Question(profiles[0], NOW)
    page = recommend_page(snapshot, question, VIEWER_RULES)
    videos = [one.video for one in page.matches]
    blob = track(rng).to_bytes()
    numbers = snapshot.vocabulary.numbers([reason.tag for reason in page.matches[0].why])
    varied = Question(profiles[0], NOW, ranking=Ranking(diversity=0.3, freshness=0.1))
    questions = [Question(profile, NOW) for profile in profiles]

    def in_batch() -> None:
        recommend_many(snapshot, questions, VIEWER_RULES, where=EVERY_VIDEO)

    def one_by_one() -> None:
        for one in questions:
            recommend_page(snapshot, one, VIEWER_RULES)

    for name, cost in (
        (
            f"a profile of {EVENTS} events",
            cpu(lambda: profile_vector_of(profiles[0], snapshot, VIEWER_RULES)),
        ),
        ("a page of 10", cpu(lambda: recommend_page(snapshot, question, VIEWER_RULES))),
        (
            "a page of 10, varied",
            cpu(lambda: recommend_page(snapshot, varied, VIEWER_RULES), times=20),
        ),
        (
            "why, a match",
            cpu(lambda: [reasons(snapshot, profile_vector, video) for video in videos]) / 10,
        ),
        (
            f"when, a match of {SECONDS} seconds",
            cpu(lambda: tag_time_ranges(Track.from_bytes(blob), numbers, 0.7)),
        ),
        ("a viewer of a batch", cpu(in_batch, times=3) / VIEWERS),
        ("a viewer alone", cpu(one_by_one, times=3) / VIEWERS),
    ):
        print(f"| {name} | {1e3 * cost:.2f} |")
    for name, profile in (
        (f"a page of 10 for {EVENTS} events", profiles[0]),
        ("a page of 10 for two interests", profile_of(INTERESTS, (), VIEWER_RULES, now=NOW)),
    ):
        plain, spread = cpu_in_turns(
            [
                partial(recommend_page, snapshot, Question(profile, NOW), rules)
                for rules in (replace(VIEWER_RULES, variety=0), VIEWER_RULES)
            ]
        )
        print(f"| {name}, variety 0 and {VIEWER_RULES.variety} | {plain:.3f}, {spread:.3f} |")
    print(f"{snapshot.n_videos} videos, {sys.version.split()[0]}", file=sys.stderr)


def cpu(act: Callable[[], object], *, times: int = 20) -> float:
    """Return the median CPU seconds of some runs, after one that is not counted."""
    act()
    spent = []
    for _ in range(times):
        began = time.process_time()
        act()
        spent.append(time.process_time() - began)
    return float(np.median(spent))


def cpu_in_turns(acts: Sequence[Callable[[], object]]) -> list[float]:
    """Return the least CPU milliseconds of 300 runs of each, one after the other."""
    spent = [np.inf] * len(acts)
    for _ in range(300):
        for number, act in enumerate(acts):
            began = time.process_time_ns()
            act()
            spent[number] = min(spent[number], 1e-6 * (time.process_time_ns() - began))
    return spent


def synthetic(rng: np.random.Generator) -> LocalSnapshot:
    """Index videos with tags that are common as words are."""
    weights = 1.0 / np.arange(1, N_TAGS + 1) ** 0.8
    tags = rng.choice(N_TAGS, (N_VIDEOS, TAGS_EACH), p=weights / weights.sum())
    rows = np.repeat(np.arange(N_VIDEOS), TAGS_EACH)
    counts = sp.coo_array((rng.geometric(0.05, tags.size), (rows, tags.ravel()))).tocsr()
    index = Index.from_counts(counts, [f"{number:016x}" for number in range(N_VIDEOS)])
    metadata = {"seconds": SECONDS, "added_at": int(NOW) - 86_400, "sensitive": Level.NONE}
    generation = Generation(
        "0" * 12,
        index,
        MetadataColumns.of([metadata] * N_VIDEOS),
        Vocabulary(tuple(f"tag {number}" for number in range(N_TAGS))),
        IndexConfig(0.7, "raw"),
        revision=0,
        folder=Path(),
        common=MeanVector.of(index),
        co_likes=CoLikes.nothing(),
    )
    return LocalSnapshot.of(generation)


def viewer_events(rng: np.random.Generator) -> list[Event]:
    """Return what a viewer watched or liked of late."""
    videos = rng.choice(N_VIDEOS, EVENTS, replace=False)
    return [
        Event(str(at), f"{video:016x}", kind, NOW - 86_400.0 * at / 10, 0.8)
        for at, video in enumerate(videos.tolist())
        for kind in [EventKind.LIKED if at % 5 == 0 else EventKind.WATCHED]
    ]


def track(rng: np.random.Generator) -> Track:
    """Return a track of some hundred seconds, twenty observations each."""
    confidences = rng.random((SECONDS, 400), dtype=np.float32)
    return Track.from_confidences(np.where(confidences > 0.95, confidences, 0.0), np.arange(400))


if __name__ == "__main__":
    main()
