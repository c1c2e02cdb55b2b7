"""Variety measured: what it does to lists, and whether it costs any of what viewers go on to like.

    .venv/bin/python benchmarks/quality/variety.py

The six sets of ``defaults.py``, all viewers, the product's own lists; by the tags alone, and where
a mix with co-watching is learned, with it.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from defaults import BY_TAGS, Set, sets, text
from measures import DEPTH, NAMES, Floats, interval, measures
from movielens import Viewer, temporary
from rankers import co_likes_of, snapshot_of

from engine.batch.evaluation.measures import diversity
from engine.domain.matching.filters import EVERY_VIDEO
from engine.indexes.local.snapshot import LocalSnapshot
from engine.kernels.variety import ALIKE
from engine.search.profiles import VIEWER_RULES, ProfileRules, profile_of
from engine.search.recommend import Question, ranked_many

VARIETIES: Final = (0, 1, 2, 4)
_BATCH_SIZE: Final = 50
_FIRST: Final = 10

Lists = list[list[str]]


def main() -> None:
    """Measure every set and print its table."""
    for name, one in sets(Path(sys.argv[1]) if len(sys.argv) > 1 else temporary()).items():
        print(f"## {name}: {len(one.films.ids)} videos, {len(one.viewers)} viewers\n")
        co_likes = co_likes_of(one.films, one.viewers)
        snapshot = snapshot_of(one.films, co_likes, tf="sqrt")
        report(one, snapshot, "by tags alone", BY_TAGS)
        if co_likes.learned.mix:
            report(one, snapshot, "with co-watching as learned", VIEWER_RULES)


def report(one: Set, snapshot: LocalSnapshot, heading: str, rules: ProfileRules) -> None:
    """Print a table: each variety beside the order as it is."""
    columns = " | ".join(f"{name} | less 0" for name in NAMES)
    print(f"| {heading} | {columns} | diversity | most alike | lists as before |")
    print(f"| --- |{' --- |' * (2 * len(NAMES) + 3)}")
    plain, before = Lists(), np.zeros(0)
    for variety in VARIETIES:
        lists = lists_of(snapshot, one.viewers, replace(rules, variety=variety))
        measured = np.array(
            [measures(own, viewer.expected) for own, viewer in zip(lists, one.viewers, strict=True)]
        )
        if not variety:
            plain, before = lists, measured
        cells = [
            f"{measured[:, at].mean():.3f} | {text(interval(measured[:, at] - before[:, at]))}"
            for at in range(len(NAMES))
        ]
        shapes = np.array([shape(snapshot, own[:_FIRST]) for own in lists])
        same = np.mean([own[:_FIRST] == a[:_FIRST] for own, a in zip(lists, plain, strict=True)])
        varied, alike = shapes.mean(axis=0)
        row = f"variety {variety} | {' | '.join(cells)} | {varied:.3f} | {alike:.1f} | {same:.2f}"
        print(f"| {row} |", flush=True)
    print()


def lists_of(snapshot: LocalSnapshot, viewers: Sequence[Viewer], rules: ProfileRules) -> Lists:
    """Return the product's lists, as long as is measured."""
    lists = Lists()
    for first in range(0, len(viewers), _BATCH_SIZE):
        questions = [
            Question(profile_of({}, one.events, rules, now=one.now), one.now, DEPTH)
            for one in viewers[first : first + _BATCH_SIZE]
        ]
        for _, ranked in ranked_many(snapshot, questions, rules, where=EVERY_VIDEO):
            lists.append([one.candidate.video for one in ranked])
    return lists


def shape(snapshot: LocalSnapshot, videos: Sequence[str]) -> tuple[float, float]:
    """Return how varied a list is, and how many of it are alike one of them, itself included."""
    units = snapshot.vectors(videos)
    vectors: Floats = np.zeros((len(videos), len(snapshot.idf)))
    vectors[units.rows, units.tags] = units.values
    alike = (vectors @ vectors.T >= ALIKE).sum(axis=1)
    return diversity(units.tags, units.rows, units.values, len(videos)), float(alike.max(initial=0))


if __name__ == "__main__":
    main()
