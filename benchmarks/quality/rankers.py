"""The ways of recommending that are compared."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from measures import DEPTH
from movielens import Films, Viewer

from engine.batch.learned_mix import learned_co_likes
from engine.domain.assessments.sensitivity import Level
from engine.domain.matching.index_config import IndexConfig
from engine.domain.viewers import EventKind
from engine.indexes.local.co_likes import CoLikes
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.index import Index
from engine.indexes.local.mean_vector import MeanVector
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.indexes.local.snapshot import LocalSnapshot
from engine.kernels.best import tie_keys
from engine.search.co_watching import mix_of
from engine.search.profiles import (
    Profile,
    ProfileRules,
    ProfileVector,
    profile_of,
    profile_vector_of,
)
from engine.search.recommend import Question, best_candidates, page_of
from engine.search.rerank import BY_SCORE, rerank
from engine.words.vocabulary import Vocabulary

CHECKED: Final = 3
"""The lists of so many viewers are held against the product's search."""

Recommend = Callable[[Viewer], Sequence[str]]
"""Gives the best 300 films, best first, none that the viewer has rated."""


def snapshot_of(films: Films, co_likes: CoLikes | None = None, **options: object) -> LocalSnapshot:
    """Index films as the product does, kept in memory."""
    index = Index.from_counts(films.counts, films.ids, **options)  # type: ignore[arg-type]
    metadata = {"sensitive": Level.NONE, "kind": "motion"}
    generation = Generation(
        "0" * 12,
        index,
        MetadataColumns.of([metadata] * len(films.ids)),
        Vocabulary(tuple(films.tags)),
        IndexConfig(0.7, "raw"),
        revision=0,
        folder=Path(),
        common=MeanVector.of(index),
        co_likes=co_likes or CoLikes.nothing(),
    )
    return LocalSnapshot.of(generation)


def by_profile(snapshot: LocalSnapshot, rules: ProfileRules) -> Recommend:
    """Recommend as the product does, and check on the first viewers that it is the same list.

    The order is that of the values alone: what variety does is in ``variety.py``. By the tags
    alone, scoring every film is quicker than a search each where there are so few. With what is
    liked together, the product's own candidates are put in its own order.
    """
    rules = replace(rules, variety=0)
    checked = iter(range(CHECKED))

    def recommend(viewer: Viewer) -> Sequence[str]:
        profile = profile_of({}, viewer.events, rules, now=viewer.now)
        profile_vector = profile_vector_of(profile, snapshot, rules)
        if profile_vector.is_empty:
            return []
        question = Question(profile, viewer.now, k=DEPTH)
        if mix_of(snapshot, rules):
            pool = best_candidates(snapshot, profile_vector, question, rules)
            ranked = rerank(pool, BY_SCORE, snapshot, k=DEPTH, now=viewer.now)
            films = [one.candidate.video for one in ranked]
        else:
            films = best_by_tags(snapshot, profile_vector, profile)
        if next(checked, None) is not None and snapshot.base.index.weighting.slope == 1:
            page = page_of(snapshot, profile_vector, question, rules)
            assert films == [one.video for one in page.matches]
        return films

    return recommend


def best_by_tags(
    snapshot: LocalSnapshot, profile_vector: ProfileVector, profile: Profile
) -> list[str]:
    """Return the best films of a profile, none that the viewer has rated."""
    index = snapshot.base.index
    values = index.score_rows(profile_vector.query, np.arange(index.n_videos))
    values[values <= 1e-9] = 0.0
    values[index.rows_of(profile.consumed)] = 0.0
    ranked = np.argsort(-tie_keys(values), kind="stable")[:DEPTH]
    return index.ids.at(ranked[values[ranked] > 0])


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
        consumed = {event.video for event in viewer.events}
        return [film for film in ranked if film not in consumed][:DEPTH]

    return recommend


def by_bm25(films: Films, *, k1: float = 1.2, b: float = 0.75) -> Recommend:
    """Recommend by BM25 (Robertson et al. 1994), the liked films' tags as the question."""
    counts: Any = films.counts.astype(float)
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


def co_likes_of(films: Films, viewers: Sequence[Viewer]) -> CoLikes:
    """Learn what is liked together, and how much it counts, from the known part of viewers."""
    by_tags = snapshot_of(films).generation
    return learned_co_likes(by_tags, map(_liked, viewers))


def by_co_likes(snapshot: LocalSnapshot, rules: ProfileRules | None = None) -> Recommend:
    """Recommend by what is liked together alone: of the likes, or of all that rules weigh."""
    index, co_likes = snapshot.base.index, snapshot.generation.co_likes

    def recommend(viewer: Viewer) -> Sequence[str]:
        weights = dict.fromkeys(_liked(viewer), 1.0)
        if rules is not None:
            profile = profile_of({}, viewer.events, rules, now=viewer.now)
            weights = {one.video: one.weight for one in profile.reactions if one.weight > 0}
        rows, contributions = co_likes.neighbours(
            index.rows_of(list(weights)), np.array(list(weights.values()))
        )
        consumed = {event.video for event in viewer.events}
        ranked = index.ids.at(rows[np.argsort(-contributions, kind="stable")])
        return [film for film in ranked if film not in consumed][:DEPTH]

    return recommend


def without_idf(films: Films) -> Recommend:
    """Recommend by the cosine of the tags as they are."""
    rows: Any = films.counts.astype(float)
    norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    units = rows.multiply(1 / np.maximum(norms, 1e-12)[:, None]).tocsr()
    row_of = {film: row for row, film in enumerate(films.ids)}

    def recommend(viewer: Viewer) -> Sequence[str]:
        liked = [row_of[film] for film in _liked(viewer)]
        scores = units @ np.asarray(units[liked].sum(axis=0)).ravel()
        scores[[row_of[event.video] for event in viewer.events]] = -np.inf
        return [films.ids[row] for row in np.argsort(-scores, kind="stable")[:DEPTH]]

    return recommend
