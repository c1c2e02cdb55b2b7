"""Recommendation by tags, measured: which way of weighing finds what viewers go on to like.

    .venv/bin/python benchmarks/quality/bench.py

Fetches two wheels by name, takes some minutes, prints the tables of README.md. Settings are chosen
on one half of the viewers of one (validation) and reported on the other half (test), and on the
viewers of the other.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
from few import print_few
from latest import fetch_latest
from measures import NAMES, Floats, interval, measures
from movielens import Films, Viewer, fetch, films_of, temporary, viewers_of
from rankers import (
    Recommend,
    by_bm25,
    by_co_likes,
    by_popularity,
    by_profile,
    co_likes_of,
    snapshot_of,
    without_idf,
)

from engine.domain.matching.co_watching import ENOUGH_VIEWERS
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.profiles import VIEWER_RULES, ProfileRules

PLAIN: Final = ProfileRules(
    watched=0.0, disliked=0.0, half_life_days=1e9, mean_share=0.0, power=1.0, co_likes=0.0
)
"""The average of what was liked, and nothing else."""

SHARES: Final = (0.0, 0.2, 0.4, 0.55, 0.7, 0.85, 1.0)
POWERS: Final = (0.5, 0.65, 1.0)

WINNER: Final = "ours, what won"
DEFAULTS: Final = "ours, the defaults"
CO_LIKES_ONLY: Final = "liked together alone"
CO_LIKES_WEIGHTED: Final = "liked together alone, half watched counting"
BOTH: Final = f"{DEFAULTS}, with what is liked together as learned"

Snapshots = Mapping[str, LocalSnapshot]
"""By the name of the description."""


def main() -> None:
    """Measure everything and print it."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else temporary()
    tables = fetch(folder)
    viewers = viewers_of(tables["inter"])
    order = np.random.default_rng(0).permutation(len(viewers))
    half = len(viewers) // 2
    validation = [viewers[at] for at in order[:half]]
    test = [viewers[at] for at in order[half:]]
    films = {
        "genres": films_of(tables["item"], years=False),
        "genres and years": films_of(tables["item"], years=True),
    }
    snapshots = {name: snapshot_of(one, co_likes_of(one, viewers)) for name, one in films.items()}
    print(f"{len(validation)} viewers to choose by, {len(test)} to report on\n")
    rules = chosen(validation, snapshots)
    print_shares(validation, snapshots)
    for name, described in films.items():
        print(f"## {name}: {len(described.ids)} films, {len(described.tags)} tags\n")
        report(ways(described, viewers, snapshots[name], rules), test)
    print_latest(fetch_latest(folder), rules)
    print("## how many viewers it takes\n")
    print_needed(films["genres and years"], viewers, test)
    print("\n## few videos\n")
    print_few(films["genres and years"], validation)


def print_latest(tables: Mapping[str, list[list[str]]], rules: ProfileRules) -> None:
    """Print what the same ways find on the other data, on which nothing was chosen."""
    viewers = viewers_of(tables["inter"])
    for name, years in (("genres", False), ("genres and years", True)):
        films = films_of(tables["item"], years=years)
        n_films, n_tags, n_viewers = len(films.ids), len(films.tags), len(viewers)
        print(f"## latest-small, {name}: {n_films} films, {n_tags} tags, {n_viewers} viewers\n")
        report(
            ways(films, viewers, snapshot_of(films, co_likes_of(films, viewers)), rules), viewers
        )


def chosen(validation: Sequence[Viewer], snapshots: Snapshots) -> ProfileRules:
    """Choose the rules by recall@50, the mean over both descriptions, a few at a time."""
    best = PLAIN
    grids = (
        ("mean_share and power", product(("mean_share",), SHARES, ("power",), POWERS)),
        ("disliked", (("disliked", value) for value in (0.0, 0.1, 0.25, 0.5))),
        ("watched", (("watched", value) for value in (0.0, 0.5, 1.0))),
        ("half_life_days", (("half_life_days", value) for value in (7.0, 60.0, 1e9))),
        ("most_tags", (("most_tags", value) for value in (50, 250))),
    )
    for name, grid in grids:
        tried = [replace(best, **_pairs(one)) for one in grid]
        recalls = [goodness(rules, validation, snapshots) for rules in tried]
        best = tried[int(np.argmax(recalls))]
        print(f"- {name}: validation recall@50 {min(recalls):.4f} to {max(recalls):.4f}")
        for rules, value in zip(tried, recalls, strict=True):
            print(f"  {value:.4f} {rules}", file=sys.stderr)
    print(f"\nchosen: {best}\n")
    return best


def goodness(rules: ProfileRules, validation: Sequence[Viewer], snapshots: Snapshots) -> float:
    """Return recall@50, the mean over both descriptions."""
    values = [
        run(by_profile(snapshot, rules), validation)[:, 0].mean() for snapshot in snapshots.values()
    ]
    return float(np.mean(values))


def print_shares(validation: Sequence[Viewer], snapshots: Snapshots) -> None:
    """Print what the share taken off gives with the other defaults, dislikes counting or not."""
    columns = (0.0, VIEWER_RULES.disliked)
    headers = " | ".join(f"dislikes at {disliked:g}" for disliked in columns)
    print(f"| common share | {headers} |\n| --- | --- | --- |")
    for share in SHARES:
        values = (
            goodness(
                replace(VIEWER_RULES, co_likes=0.0, mean_share=share, disliked=disliked),
                validation,
                snapshots,
            )
            for disliked in columns
        )
        print(f"| {share:g} | {' | '.join(f'{value:.4f}' for value in values)} |")
    print()


def _pairs(flat: Iterable[object]) -> dict[str, Any]:
    flat = tuple(flat)
    return {str(name): value for name, value in zip(flat[::2], flat[1::2], strict=True)}


def ways(
    films: Films, viewers: Sequence[Viewer], with_co_likes: LocalSnapshot, rules: ProfileRules
) -> dict[str, Recommend]:
    """Return every way that is compared; ``rules`` are those that won."""
    plain = snapshot_of(films)
    return {
        "popularity": by_popularity(films, viewers),
        "tags x idf, plain mean": by_profile(plain, PLAIN),
        "tags without idf": without_idf(films),
        "min_df 3": by_profile(snapshot_of(films, min_df=3), PLAIN),
        "slope 0.25 (no cosine)": by_profile(snapshot_of(films, slope=0.25), PLAIN),
        "BM25": by_bm25(films),
        "common share 0.2": by_profile(plain, replace(PLAIN, mean_share=0.2)),
        "common share 0.2, power 0.65": by_profile(
            plain, replace(PLAIN, mean_share=0.2, power=0.65)
        ),
        WINNER: by_profile(plain, rules),
        DEFAULTS: by_profile(plain, replace(VIEWER_RULES, co_likes=0.0)),
        CO_LIKES_ONLY: by_co_likes(with_co_likes),
        CO_LIKES_WEIGHTED: by_co_likes(with_co_likes, VIEWER_RULES),
        BOTH: by_profile(with_co_likes, VIEWER_RULES),
    }


def run(recommend: Recommend, viewers: Sequence[Viewer]) -> Floats:
    """Return the measures, shape (n_viewers, 3)."""
    return np.array([measures(recommend(viewer), viewer.expected) for viewer in viewers])


def report(compared: dict[str, Recommend], test: Sequence[Viewer]) -> None:
    """Print a table, and the differences that matter with their intervals."""
    measured = {name: run(recommend, test) for name, recommend in compared.items()}
    print(f"| | {' | '.join(NAMES)} |\n| --- | --- | --- | --- |")
    for name, values in measured.items():
        cells = (interval(values[:, column]) for column in range(len(NAMES)))
        row = " | ".join(f"{mean:.3f} ({low:.3f} to {high:.3f})" for mean, low, high in cells)
        print(f"| {name} | {row} |")
    print()
    for one, other in (
        (DEFAULTS, "tags x idf, plain mean"),
        (DEFAULTS, WINNER),
        (BOTH, DEFAULTS),
        (BOTH, CO_LIKES_ONLY),
        (BOTH, CO_LIKES_WEIGHTED),
    ):
        for column, measure in enumerate(NAMES):
            mean, low, high = interval(measured[one][:, column] - measured[other][:, column])
            print(f"- {one} less {other}, {measure}: {mean:+.3f} ({low:+.3f} to {high:+.3f})")
    print()


def print_needed(films: Films, viewers: Sequence[Viewer], test: Sequence[Viewer]) -> None:
    """Print what liking together gives when only so many viewers are known."""
    others = [viewer for viewer in viewers if viewer not in set(test)]
    rng = np.random.default_rng(1)
    tags = run(by_profile(snapshot_of(films), replace(VIEWER_RULES, co_likes=0.0)), test)
    headers = (*NAMES, "recall@50 more than by tags", "than by liking together")
    print(f"| viewers | {' | '.join(headers)} |")
    print("| --- | --- | --- | --- | --- | --- |")
    for n_viewers in (5, 10, 25, 50, 100, len(others)):
        some = [others[at] for at in rng.permutation(len(others))[:n_viewers]]
        snapshot = snapshot_of(films, replace(co_likes_of(films, some), viewers=ENOUGH_VIEWERS))
        both = run(by_profile(snapshot, VIEWER_RULES), test)
        cells = [f"{value:.3f}" for value in both.mean(axis=0)]
        for less in (tags, run(by_co_likes(snapshot, VIEWER_RULES), test)):
            mean, low, high = interval(both[:, 0] - less[:, 0])
            cells.append(f"{mean:+.3f} ({low:+.3f} to {high:+.3f})")
        print(f"| {n_viewers} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
