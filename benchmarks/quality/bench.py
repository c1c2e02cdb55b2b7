"""Recommendation by tags, measured: which way of weighing finds what viewers go on to like.

    .venv/bin/python benchmarks/quality/bench.py

Fetches one wheel by name, takes some minutes, prints the tables of README.md. Settings are chosen
on one half of the viewers (validation) and reported on the other half (test).
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
from measures import DEPTH, NAMES, Floats, interval, measures
from movielens import Films, Viewer, fetch, films_of, temporary, viewers_of

from engine.commonplace import Commonplace
from engine.facts import Facts, VideoFacts
from engine.index import Index
from engine.kernels.best import TIE
from engine.profiles import VIEWER_RULES, ProfileRules, profile_of, taste_of
from engine.recipe import Recipe
from engine.recommending import ENOUGH_VIEWERS, Question, page_of
from engine.sensitive import Level
from engine.store.generations import Generation
from engine.store.viewers import EventKind
from engine.together import Together
from engine.view import View
from engine.vocabulary import Vocabulary

Recommend = Callable[[Viewer], Sequence[str]]
"""Gives the best 300 films, best first, none that the viewer has rated."""

PLAIN: Final = ProfileRules(
    watched=0.0, disliked=0.0, half_life_days=1e9, common_share=0.0, power=1.0, together=0.0
)
"""The average of what was liked, and nothing else."""

SHARES: Final = (0.0, 0.2, 0.4, 0.7, 1.0)
POWERS: Final = (0.5, 0.65, 1.0)
CHECKED: Final = 3


def main() -> None:
    """Measure everything and print it."""
    tables = fetch(Path(sys.argv[1]) if len(sys.argv) > 1 else temporary())
    viewers = viewers_of(tables["inter"])
    order = np.random.default_rng(0).permutation(len(viewers))
    half = len(viewers) // 2
    validation = [viewers[at] for at in order[:half]]
    test = [viewers[at] for at in order[half:]]
    films = {
        "genres": films_of(tables["item"], years=False),
        "genres and years": films_of(tables["item"], years=True),
    }
    print(f"{len(validation)} viewers to choose by, {len(test)} to report on\n")
    rules = chosen(validation, films)
    for name, described in films.items():
        print(f"## {name}: {len(described.ids)} films, {len(described.tags)} tags\n")
        report(ways(described, viewers, rules), test)
    print("## how many viewers it takes\n")
    print_needed(films["genres and years"], viewers, test, rules)


def chosen(validation: Sequence[Viewer], films: dict[str, Films]) -> ProfileRules:
    """Choose the rules by recall@50, the mean over both descriptions, a few at a time."""
    views = [view_of(described) for described in films.values()]

    def goodness(rules: ProfileRules) -> float:
        found = [run(by_profile(view, rules), validation)[:, 0].mean() for view in views]
        return float(np.mean(found))

    best = PLAIN
    grids = (
        ("common_share and power", product(("common_share",), SHARES, ("power",), POWERS)),
        ("disliked", (("disliked", value) for value in (0.0, 0.25, 0.5))),
        ("watched", (("watched", value) for value in (0.0, 0.5, 1.0))),
        ("half_life_days", (("half_life_days", value) for value in (7.0, 60.0, 1e9))),
        ("most_tags", (("most_tags", value) for value in (50, 250))),
    )
    for name, grid in grids:
        tried = [replace(best, **_pairs(one)) for one in grid]
        found = [goodness(rules) for rules in tried]
        best = tried[int(np.argmax(found))]
        print(f"{name}: validation recall@50 {min(found):.4f} to {max(found):.4f}")
        for rules, value in zip(tried, found, strict=True):
            print(f"  {value:.4f} {rules}", file=sys.stderr)
    print(f"chosen: {best}\n")
    return best


def _pairs(flat: Iterable[object]) -> dict[str, float]:
    flat = tuple(flat)
    return {str(name): value for name, value in zip(flat[::2], flat[1::2], strict=True)}  # type: ignore[misc]


def view_of(films: Films, together: Together | None = None, **options: object) -> View:
    """Index films as the product does, kept in memory."""
    index = Index.from_counts(films.counts, films.ids, **options)  # type: ignore[arg-type]
    facts = VideoFacts(0, 0, Level.NONE, "", "motion", "", ())
    generation = Generation(
        "0" * 12,
        index,
        Facts.of([facts] * len(films.ids)),
        Vocabulary(tuple(films.tags)),
        Recipe(0.7, "raw"),
        revision=0,
        folder=Path(),
        common=Commonplace.of(index),
        together=together or Together.nothing(),
    )
    return View.of(generation)


def by_profile(view: View, rules: ProfileRules) -> Recommend:
    """Recommend as the product does: its profiles, every film scored, those above 0 ranked.

    Scoring all is quicker than a search each where there are so few; that both give the same list
    is held on the first viewers.
    """
    index = view.base.index
    every_row = np.arange(index.n_videos)
    checked = iter(range(CHECKED))

    def recommend(viewer: Viewer) -> Sequence[str]:
        profile = profile_of({}, viewer.events, rules, now=viewer.now)
        taste = taste_of(profile, view, rules)
        if taste.is_empty:
            return []
        values = index.score_rows(taste.query, every_row)
        values[values <= 1e-9] = 0.0
        if rules.together and view.generation.together.viewers >= ENOUGH_VIEWERS:
            liked = [reaction for reaction in taste.reactions if reaction.weight > 0]
            rows = index.rows_of([reaction.video for reaction in liked])
            found, pulls = view.generation.together.pull(
                rows, np.array([reaction.weight for reaction in liked])
            )
            values[found] += rules.together * pulls
        values[index.rows_of(profile.seen)] = 0.0
        ranked = np.argsort(-np.floor(values / TIE + 0.5), kind="stable")[:DEPTH]
        films = index.ids.at(ranked[values[ranked] > 0])
        if next(checked, None) is not None and not rules.together and index.weighting.slope == 1:
            question = Question(profile, viewer.now, k=DEPTH)
            page = page_of(view, taste, question, rules)
            assert films == [one.ranked.candidate.video for one in page.found]
        return films

    return recommend


def _liked(viewer: Viewer) -> list[str]:
    return [event.video for event in viewer.events if event.kind is EventKind.LIKED]


def by_popularity(films: Films, viewers: Sequence[Viewer]) -> Recommend:
    """Recommend what most viewers like."""
    counts = dict.fromkeys(films.ids, 0)
    for viewer in viewers:
        for film in _liked(viewer):
            counts[film] += 1
    ranked = sorted(films.ids, key=lambda film: (-counts[film], film))

    def recommend(viewer: Viewer) -> Sequence[str]:
        seen = {event.video for event in viewer.events}
        return [film for film in ranked if film not in seen][:DEPTH]

    return recommend


def by_bm25(films: Films, *, k1: float = 1.2, b: float = 0.75) -> Recommend:
    """Recommend by BM25 (Robertson et al. 1994), the liked films' tags as the question."""
    counts = films.counts.astype(float).tocsr()
    df = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log(1 + (counts.shape[0] - df + 0.5) / (df + 0.5))
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    weights = counts.copy()
    pressed = k1 * (1 - b + b * lengths[rows] / lengths.mean())
    weights.data = counts.data * (k1 + 1) / (counts.data + pressed) * idf[counts.indices]
    row_of = {film: row for row, film in enumerate(films.ids)}

    def recommend(viewer: Viewer) -> Sequence[str]:
        question = np.asarray(counts[[row_of[film] for film in _liked(viewer)]].sum(axis=0))
        scores = weights @ question.ravel()
        scores[[row_of[event.video] for event in viewer.events]] = -np.inf
        return [films.ids[row] for row in np.argsort(-scores, kind="stable")[:DEPTH]]

    return recommend


def together_of(films: Films, viewers: Sequence[Viewer]) -> Together:
    """Compute what is liked together from the known part of viewers."""
    row_of = {film: row for row, film in enumerate(films.ids)}
    likes = [np.array(sorted(row_of[film] for film in _liked(viewer)), int) for viewer in viewers]
    return Together.of(likes, len(films.ids))


def by_together(view: View) -> Recommend:
    """Recommend by what is liked together alone."""
    index, together = view.base.index, view.generation.together

    def recommend(viewer: Viewer) -> Sequence[str]:
        rows = index.rows_of(_liked(viewer))
        found, pulls = together.pull(rows, np.ones(len(rows)))
        seen = {event.video for event in viewer.events}
        ranked = index.ids.at(found[np.argsort(-pulls, kind="stable")])
        return [film for film in ranked if film not in seen][:DEPTH]

    return recommend


def ways(films: Films, viewers: Sequence[Viewer], rules: ProfileRules) -> dict[str, Recommend]:
    """Return every way that is compared, the settings as chosen."""
    together = view_of(films, together_of(films, viewers))
    plain = view_of(films)
    return {
        "popularity": by_popularity(films, viewers),
        "tags x idf, plain mean": by_profile(plain, PLAIN),
        "tags without idf": without_idf(films),
        "min_df 3": by_profile(view_of(films, min_df=3), PLAIN),
        "slope 0.25 (no cosine)": by_profile(view_of(films, slope=0.25), PLAIN),
        "BM25": by_bm25(films),
        "common share 0.2": by_profile(plain, replace(PLAIN, common_share=0.2)),
        "common share 0.2, power 0.65": by_profile(
            plain, replace(PLAIN, common_share=0.2, power=0.65)
        ),
        "ours, as chosen": by_profile(plain, rules),
        "ours, the defaults": by_profile(plain, replace(VIEWER_RULES, together=0.0)),
        "liked together alone": by_together(together),
        **{
            f"ours + {weight:g} x together": by_profile(together, replace(rules, together=weight))
            for weight in (1.0, 2.0, 4.0, 8.0)
        },
    }


def without_idf(films: Films) -> Recommend:
    """Recommend by the cosine of the tags as they are."""
    rows = films.counts.astype(float)
    norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    units = rows.multiply(1 / np.maximum(norms, 1e-12)[:, None]).tocsr()
    row_of = {film: row for row, film in enumerate(films.ids)}

    def recommend(viewer: Viewer) -> Sequence[str]:
        liked = [row_of[film] for film in _liked(viewer)]
        scores = units @ np.asarray(units[liked].sum(axis=0)).ravel()
        scores[[row_of[event.video] for event in viewer.events]] = -np.inf
        return [films.ids[row] for row in np.argsort(-scores, kind="stable")[:DEPTH]]

    return recommend


def run(recommend: Recommend, viewers: Sequence[Viewer]) -> Floats:
    """Return the measures, shape (n_viewers, 3)."""
    return np.array([measures(recommend(viewer), viewer.wanted) for viewer in viewers])


def report(compared: dict[str, Recommend], test: Sequence[Viewer]) -> None:
    """Print a table, and the differences that matter with their intervals."""
    found = {name: run(recommend, test) for name, recommend in compared.items()}
    print(f"| | {' | '.join(NAMES)} |\n| --- | --- | --- | --- |")
    for name, values in found.items():
        cells = (interval(values[:, column]) for column in range(len(NAMES)))
        row = " | ".join(f"{mean:.3f} ({low:.3f} to {high:.3f})" for mean, low, high in cells)
        print(f"| {name} | {row} |")
    print()
    for one, other in (
        ("ours, as chosen", "tags x idf, plain mean"),
        ("ours + 4 x together", "ours, as chosen"),
        ("ours + 4 x together", "liked together alone"),
    ):
        for column, measure in enumerate(NAMES):
            mean, low, high = interval(found[one][:, column] - found[other][:, column])
            print(f"- {one} less {other}, {measure}: {mean:+.3f} ({low:+.3f} to {high:+.3f})")
    print()


def print_needed(
    films: Films, viewers: Sequence[Viewer], test: Sequence[Viewer], rules: ProfileRules
) -> None:
    """Print what liking together gives when only so many viewers are known."""
    others = [viewer for viewer in viewers if viewer not in set(test)]
    rng = np.random.default_rng(1)
    alone = run(by_profile(view_of(films), rules), test)
    print("| viewers | recall@50 with 4 x together | nDCG@10 | recall@50 more than without |")
    print("| --- | --- | --- | --- |")
    for n_viewers in (5, 10, 25, 50, 100, len(others)):
        some = [others[at] for at in rng.permutation(len(others))[:n_viewers]]
        together = replace(together_of(films, some), viewers=ENOUGH_VIEWERS)
        found = run(by_profile(view_of(films, together), replace(rules, together=4.0)), test)
        mean, low, high = interval(found[:, 0] - alone[:, 0])
        print(
            f"| {n_viewers} | {found[:, 0].mean():.3f} | {found[:, 2].mean():.3f}"
            f" | {mean:+.3f} ({low:+.3f} to {high:+.3f}) |"
        )


if __name__ == "__main__":
    main()
