"""Lists of many viewers over one generation as it was built: those of ``ranked_many``, sooner.

Nothing came since the build, so that a video is its row: candidates stay arrays, and only what is
on a list becomes an id.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.filters import EVERY_VIDEO
from engine.domain.matching.recommendations import Basis
from engine.indexes.local.rows.unit_vectors import unit_rows
from engine.indexes.local.snapshot import LocalSnapshot
from engine.kernels.best import tie_keys
from engine.search.co_watching import added_to_scores, mix_of
from engine.search.profiles import ProfileRules, ProfileVector, profile_vector_of
from engine.search.recommend import POOL, Question, ranked_many
from engine.search.variety import LOOK_AHEAD, MoreCandidatesNeeded, vectors_of, walked

_BATCH_SIZE: Final = 50
"""Viewers whose candidates are held at once."""

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


def lists_of_many(
    snapshot: LocalSnapshot, questions: Sequence[Question], rules: ProfileRules
) -> list[tuple[Basis, list[str]]]:
    """Return what ``ranked_many`` ranks of every video, as ids.

    Args:
        snapshot: a generation as it was built.
        questions: first pages by the score, of viewers to whom nothing comes back.
        rules: weights of profiles.
    """
    profiles = [profile_vector_of(one.profile, snapshot, rules) for one in questions]
    consumed = [snapshot.base.index.rows_of(one.profile.consumed) for one in questions]
    lists: list[tuple[Basis, list[str]]] = [(Basis.FRESH, [])] * len(questions)
    with_profile = [number for number, one in enumerate(profiles) if not one.is_empty]
    # Who has seen much is searched for beside others who have.
    with_profile.sort(key=lambda number: len(consumed[number]))
    for first in range(0, len(with_profile), _BATCH_SIZE):
        batch = with_profile[first : first + _BATCH_SIZE]
        of_batch = [(profiles[number], consumed[number], questions[number].k) for number in batch]
        for number, rows in zip(batch, _ranked(snapshot, of_batch, rules), strict=True):
            lists[number] = Basis.PROFILE, snapshot.base.index.ids.at(rows)
    others = [number for number, one in enumerate(profiles) if one.is_empty]
    fresh = ranked_many(snapshot, [questions[at] for at in others], rules, where=EVERY_VIDEO)
    for number, (basis, ranked) in zip(others, fresh, strict=True):
        lists[number] = basis, [one.candidate.video for one in ranked]
    return lists


def _ranked(
    snapshot: LocalSnapshot, viewers: Sequence[tuple[ProfileVector, Rows, int]], rules: ProfileRules
) -> Iterator[Rows]:
    """Yield the rows of each list."""
    most = max(k for _, _, k in viewers)
    n = POOL if mix_of(snapshot, rules) else min(most + LOOK_AHEAD, POOL)
    more = max(len(rows) for _, rows, _ in viewers)
    index = snapshot.base.index
    results = index.top_k_many([profile.query for profile, _, _ in viewers], n + more)
    for (profile, consumed, k), (rows, scores) in zip(viewers, results, strict=True):
        try:
            yield _list_of(snapshot, profile, consumed, rules, k, n, rows, scores)
        except MoreCandidatesNeeded:
            best = index.top_k(profile.query, POOL + more)
            yield _list_of(snapshot, profile, consumed, rules, k, POOL, *best)


def _list_of(
    snapshot: LocalSnapshot,
    profile: ProfileVector,
    consumed: Rows,
    rules: ProfileRules,
    k: int,
    n: int,
    rows: Rows,
    scores: Floats,
) -> Rows:
    """Return the rows of a list, of the ``n`` best by their tags and what goes with them."""
    new = np.flatnonzero(~np.isin(rows, consumed))[:n]
    rows, values = _valued(snapshot, profile, consumed, rules, rows[new], scores[new])
    order = np.argsort(-tie_keys(values), kind="stable")
    rows, values = rows[order], values[order]
    if not rules.variety:
        return rows[:k]
    index = snapshot.base.index
    is_all = n == POOL or len(new) < n
    places = walked(
        lambda size: vectors_of(unit_rows(index.forward, rows[:size]), size),
        values,
        rules.variety,
        k=k,
        is_all=is_all,
    )
    return rows[places]


def _valued(
    snapshot: LocalSnapshot,
    profile: ProfileVector,
    consumed: Rows,
    rules: ProfileRules,
    rows: Rows,
    scores: Floats,
) -> tuple[Rows, Floats]:
    """Return candidates, by rising row, and what they are ranked by."""
    mix, index = mix_of(snapshot, rules), snapshot.base.index
    liked = [one for one in profile.reactions if one.weight > 0]
    if mix and liked:
        weights = np.array([one.weight for one in liked])
        co_likes = snapshot.generation.co_likes
        others, shares = co_likes.neighbours(index.rows_of([one.video for one in liked]), weights)
        new = np.flatnonzero(~np.isin(others, consumed))
        new = new[np.argsort(-shares[new], kind="stable")[:POOL]]
        others, shares = others[new], shares[new]
        lacking = others[~np.isin(others, rows)]
        rows = np.concatenate([rows, lacking])
        scores = np.concatenate([scores, index.score_rows(profile.query, lacking)])
        by_row = np.argsort(rows)
        rows, scores = rows[by_row], scores[by_row]
        parts = np.zeros(len(rows))
        parts[np.searchsorted(rows, others)] = shares
        scores = scores + added_to_scores(scores, parts, mix)
    else:
        by_row = np.argsort(rows)
        rows, scores = rows[by_row], scores[by_row]
    return rows, scores / max(1.0, float(scores.max(initial=1.0)))
