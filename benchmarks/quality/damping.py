"""Worth of damping how much was shown alone, by how many videos a viewer liked (DAMPING.md).

    .venv/bin/python benchmarks/quality/damping.py

The sets of ``defaults.py``, with ``tf`` as by default, and the half of the viewers that nothing was
chosen on. Of each all that is known counts, or so many of their last likes alone.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from defaults import BY_TAGS, NDCG, run, sets, text
from measures import Floats, interval
from movielens import Viewer, temporary
from rankers import Recommend, best_by_tags, by_profile, snapshot_of

from engine.domain.viewers import EventKind
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.profiles import profile_of, profile_vector_of

LIKES: Final = (1, 2, 3, 5, None)


def main() -> None:
    """Measure every set and print its table."""
    for name, one in sets(Path(sys.argv[1]) if len(sys.argv) > 1 else temporary()).items():
        snapshot = snapshot_of(one.films, tf="sqrt")
        _, test = one.halves
        print(f"## {name}\n")
        print("| likes | viewers | all damped, nDCG@10 | as by default | difference |")
        print("| --- | --- | --- | --- | --- |")
        for n_likes in LIKES:
            known = [part for viewer in test if (part := _last_likes(viewer, n_likes))]
            before = run(all_damped(snapshot), known)[:, NDCG]
            after = run(by_profile(snapshot, BY_TAGS), known)[:, NDCG]
            means = f"{before.mean():.3f} | {after.mean():.3f}"
            difference = text(interval(after - before))
            print(f"| {n_likes or 'all'} | {len(known)} | {means} | {difference} |", flush=True)
        print()


def _last_likes(viewer: Viewer, n_likes: int | None) -> Viewer | None:
    """Return a viewer of whom the last likes alone are known; None where there are fewer."""
    if n_likes is None:
        return viewer
    likes = [event for event in viewer.events if event.kind is EventKind.LIKED]
    rated = [replace(event, kind=EventKind.HIDDEN) for event in viewer.events]
    if len(likes) < n_likes:
        return None
    last = {event.id for event in likes[-n_likes:]}
    others = (event for event in rated if event.id not in last)
    return replace(viewer, events=(*others, *likes[-n_likes:]))


def all_damped(snapshot: LocalSnapshot) -> Recommend:
    """Recommend by profiles whose whole weights are damped, however few likes they are of."""

    def recommend(viewer: Viewer) -> Sequence[str]:
        profile = profile_of({}, viewer.events, BY_TAGS, now=viewer.now)
        vector = profile_vector_of(profile, snapshot, BY_TAGS)
        given = vector.contributions
        weights: Floats = np.zeros(len(snapshot.idf))
        np.add.at(weights, given.tags, given.values)
        weights = np.sign(weights) * np.abs(weights) ** BY_TAGS.power
        weights[np.argsort(-np.abs(weights), kind="stable")[BY_TAGS.most_tags :]] = 0.0
        tags = np.flatnonzero(weights)
        query = snapshot.query(tags, weights[tags] / snapshot.idf[tags])
        return best_by_tags(snapshot, replace(vector, query=query), profile)

    return recommend


if __name__ == "__main__":
    main()
