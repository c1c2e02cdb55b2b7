"""Evidence for the defaults: term frequency, slope, rare tags, mean share, power, tags a query.

    .venv/bin/python benchmarks/quality/defaults.py

Six sets of four shapes, each halved by viewers: one half to choose by (validation), one to report
on (test). Every setting is compared with the defaults, one at a time, on the same viewers.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from debian import fetch_packages, films_of_counts, viewers_of_lists
from latest import fetch_latest
from measures import DEPTH, NAMES, Floats, interval, measures
from movielens import Films, Viewer, fetch, films_of, temporary, viewers_of
from rankers import Recommend, by_profile, co_likes_of, snapshot_of

from engine.search.co_watching import co_liked
from engine.search.profiles import VIEWER_RULES, ProfileRules, profile_of, profile_vector_of
from engine.search.recommend import POOL, Question

BY_TAGS: Final = replace(VIEWER_RULES, co_likes=0.0)
NDCG: Final = NAMES.index("nDCG@10")
EARLIER_WEIGHT: Final = 64.0

INDEXES: Final[Mapping[str, Mapping[str, Any]]] = {
    "tf sqrt": {"tf": "sqrt"},
    "tf log": {"tf": "log"},
    "slope 0.8": {"slope": 0.8},
    "slope 0.5": {"slope": 0.5},
    "min_df 3": {"min_df": 3},
    "tf sqrt, min_df 3": {"tf": "sqrt", "min_df": 3},
    "tf sqrt, slope 0.8, min_df 3": {"tf": "sqrt", "slope": 0.8, "min_df": 3},
    "tf sqrt, slope 0.5, min_df 3": {"tf": "sqrt", "slope": 0.5, "min_df": 3},
}
RULES: Final[Mapping[str, ProfileRules]] = {
    "mean share 0": replace(BY_TAGS, mean_share=0.0),
    "mean share 0.2": replace(BY_TAGS, mean_share=0.2),
    "mean share 0.5": replace(BY_TAGS, mean_share=0.5),
    "power 1": replace(BY_TAGS, power=1.0),
    "power 0.75": replace(BY_TAGS, power=0.75),
    "100 tags": replace(BY_TAGS, most_tags=100),
    "50 tags": replace(BY_TAGS, most_tags=50),
}


@dataclass(frozen=True)
class Set:
    """Videos and their tags, and viewers in two halves."""

    films: Films
    viewers: Sequence[Viewer]

    @property
    def halves(self) -> tuple[list[Viewer], list[Viewer]]:
        """Viewers to choose by, and to report on."""
        order = np.random.default_rng(0).permutation(len(self.viewers))
        half = len(order) // 2
        return [self.viewers[at] for at in order[:half]], [self.viewers[at] for at in order[half:]]


def main() -> None:
    """Measure every set and print its tables."""
    for name, one in sets(Path(sys.argv[1]) if len(sys.argv) > 1 else temporary()).items():
        shape = f"{len(one.films.ids)} videos, {len(one.films.tags)} tags"
        print(f"## {name}: {shape}, {len(one.viewers)} viewers\n", flush=True)
        print_settings(one)
        print_co_watching(one)


def sets(folder: Path) -> dict[str, Set]:
    """Fetch the sets."""
    small, latest, packages = fetch(folder), fetch_latest(folder), fetch_packages(folder)
    tagged, worded = films_of_counts(packages.tags), films_of_counts(packages.words)
    listed, maintained = (
        viewers_of_lists(lists, packages.tags)
        for lists in (packages.metapackages, packages.maintainers)
    )
    return {
        "MovieLens-100k, genres and years": Set(
            films_of(small["item"], years=True), viewers_of(small["inter"])
        ),
        "MovieLens latest-small, genres and years": Set(
            films_of(latest["item"], years=True), viewers_of(latest["inter"])
        ),
        "Debian, debtags, metapackages": Set(tagged, listed),
        "Debian, words, metapackages": Set(worded, listed),
        "Debian, debtags, maintainers": Set(tagged, maintained),
        "Debian, words, maintainers": Set(worded, maintained),
    }


def print_settings(one: Set) -> None:
    """Print what each setting gives by tags alone, on both halves."""
    plain = snapshot_of(one.films)
    ways = {
        **{name: (snapshot_of(one.films, **options), BY_TAGS) for name, options in INDEXES.items()},
        **{name: (plain, rules) for name, rules in RULES.items()},
    }
    defaults = [run(by_profile(plain, BY_TAGS), half) for half in one.halves]
    print("| by tags alone | nDCG@10, validation | less the defaults | test | less the defaults |")
    print("| --- | --- | --- | --- | --- |")
    means = " | ".join(f"{half[:, NDCG].mean():.3f} | " for half in defaults)
    print(f"| the defaults | {means}|")
    for name, (snapshot, rules) in ways.items():
        cells = []
        for half, before in zip(one.halves, defaults, strict=True):
            after = run(by_profile(snapshot, rules), half)[:, NDCG]
            cells += [f"{after.mean():.3f}", text(interval(after - before[:, NDCG]))]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print()


def print_co_watching(one: Set) -> None:
    """Print what co-watching adds, as it was weighed before and as it is learned."""
    co_likes = co_likes_of(one.films, one.viewers)
    snapshot = snapshot_of(one.films, co_likes)
    print(f"Learned: {co_likes.learned.sentence}.\n")
    by_tags = run(by_profile(snapshot, BY_TAGS), one.viewers)
    ways = {
        f"before: x (1 + {EARLIER_WEIGHT:g} x what is liked together)": earlier(snapshot),
        "as learned": by_profile(snapshot, VIEWER_RULES),
    }
    print(f"| with co-watching | {' | '.join(f'{name} | less tags' for name in NAMES)} |")
    print(f"| --- |{' --- |' * 2 * len(NAMES)}")
    print(f"| tags alone | {' | '.join(f'{mean:.3f} | ' for mean in by_tags.mean(axis=0))}|")
    for name, way in ways.items():
        measured = run(way, one.viewers)
        cells = (
            f"{measured[:, column].mean():.3f} |"
            f" {text(interval(measured[:, column] - by_tags[:, column]))}"
            for column in range(len(NAMES))
        )
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print()


def earlier(snapshot: Any) -> Recommend:
    """Recommend as before the mix was learned."""

    def recommend(viewer: Viewer) -> Sequence[str]:
        profile = profile_of({}, viewer.events, BY_TAGS, now=viewer.now)
        vector = profile_vector_of(profile, snapshot, BY_TAGS)
        question = Question(profile, viewer.now, k=DEPTH)
        liked = co_liked(snapshot, vector, question.allowed, POOL)
        matches = snapshot.search(vector.query, POOL, question.allowed)
        videos = sorted({*liked, *(hit.video for hit in matches)})
        scores = snapshot.score(vector.query, videos)
        together = np.array([liked.get(video, 0.0) for video in videos])
        values = scores + EARLIER_WEIGHT * together * (1 + scores)
        return [videos[at] for at in np.argsort(-values, kind="stable")[:DEPTH]]

    return recommend


def run(recommend: Recommend, viewers: Sequence[Viewer]) -> Floats:
    """Return the measures, shape (n_viewers, 3)."""
    return np.array([measures(recommend(viewer), viewer.expected) for viewer in viewers])


def text(difference: tuple[float, float, float]) -> str:
    """Return a difference and its interval, as the tables have it."""
    mean, low, high = difference
    return f"{mean:+.3f} ({low:+.3f} to {high:+.3f})"


if __name__ == "__main__":
    main()
