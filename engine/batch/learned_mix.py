"""Learning at a reindex: what is liked together, and how much it is worth beside the tags.

The latest likes of all viewers are held out; lists are made of the rest for a sample, by the very
candidates of recommendations, with each mix of tags and co-watching; and the mix that puts most of
what was held out among the first ten is taken, if it is surely better than the tags alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.batch.evaluation.measures import ndcg
from engine.domain.matching.co_watching import ENOUGH_VIEWERS, MAX_MIX, NOT_LEARNED, LearnedMix
from engine.domain.matching.filters import EVERY_VIDEO
from engine.domain.viewers import Event, EventKind
from engine.indexes.local.co_likes import CoLikes
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.snapshot import LocalSnapshot
from engine.kernels.best import tie_keys
from engine.search.co_watching import added_to_scores
from engine.search.profiles import VIEWER_RULES, profile_of
from engine.search.recommend import Parts, Question, parts_of_many

MIXES: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, MAX_MIX)
"""Mixes that are tried; the first is the tags alone."""

MAX_HELD_OUT: Final = 1_000
"""Viewers whose lists are measured at most; drawn at random, always the same."""

MIN_LIKES: Final = 3
"""A viewer with fewer likes is not measured: two are left to go by."""

MIN_DIFFERING: Final = 25
"""With fewer viewers whose lists differ in worth, nothing is sure."""

SURE: Final = 2.77
"""Standard errors that a gain must be above 0: one in 20 by chance, nine mixes tried
(Bonferroni)."""

_HELD_OUT_SHARE: Final = 0.2
_FIRST: Final = 10
_BATCH_SIZE: Final = 250
_SEED: Final = 20_260_101
_NOW: Final = 0.0
_RULES: Final = replace(VIEWER_RULES, co_likes=MAX_MIX)
"""Rules by which both parts are looked for; each mix weighs them as it does."""

Liked = NDArray[np.int64]

HeldOut = tuple[list[str], frozenset[str]]
"""The likes of a viewer that are known, and those that came later."""


def learned_co_likes(generation: Generation, likes: Iterable[Sequence[str]]) -> CoLikes:
    """Return what is liked together, and the mix that it is worth.

    Args:
        generation: without it.
        likes: viewer by viewer, the videos they like, the oldest first.
    """
    index = generation.index
    liked = [rows[rows >= 0] for rows in map(index.rows_of, likes)]
    learned = learned_mix(generation, liked)
    return replace(CoLikes.of(liked, index.n_videos), learned=learned)


def learned_mix(generation: Generation, liked: Sequence[Liked]) -> LearnedMix:
    """Return the mix of tags and co-watching that finds most of the latest likes.

    Args:
        generation: its tags.
        liked: viewer by viewer, rows of what they like, each row once, the oldest first.
    """
    if sum(len(rows) > 1 for rows in liked) < ENOUGH_VIEWERS:
        return NOT_LEARNED
    n_known = {viewer: _n_known(liked[viewer]) for viewer in _sampled(liked)}
    # The latest likes of others are left out, too: they tell what nobody could know yet.
    co_likes = CoLikes.of([rows[: _n_known(rows)] for rows in liked], generation.index.n_videos)
    snapshot = LocalSnapshot.of(replace(generation, co_likes=co_likes))
    ids = generation.index.ids
    held_out = [
        (ids.at(liked[viewer][:n]), frozenset(ids.at(liked[viewer][n:])))
        for viewer, n in n_known.items()
    ]
    measured = [row for batch in _batches(held_out) for row in _ndcgs(snapshot, batch)]
    return chosen_mix(np.array(measured)) if measured else NOT_LEARNED


def chosen_mix(measured: NDArray[np.float64]) -> LearnedMix:
    """Return the best mix, 0 where it is not surely better than the tags alone.

    Args:
        measured: shape (n_viewers, n_mixes), nDCG of each list.
    """
    n_viewers = len(measured)
    best = int(np.argmax(measured.mean(axis=0)))
    gains = measured[:, best] - measured[:, 0]
    error = float(gains.std(ddof=1)) / n_viewers**0.5 if n_viewers > 1 else np.inf
    differing = np.count_nonzero(gains)
    is_sure = differing >= MIN_DIFFERING and float(gains.mean()) > SURE * error
    by_tags, by_best = measured[:, [0, best]].mean(axis=0)
    return LearnedMix(
        MIXES[best] if is_sure else 0.0,
        n_viewers,
        # What the last bits are depends on how processors add up; the digest of a generation must
        # not.
        round(float(by_tags), 6),
        round(float(by_best), 6),
    )


def _sampled(liked: Sequence[Liked]) -> list[int]:
    telling = [viewer for viewer, rows in enumerate(liked) if len(rows) >= MIN_LIKES]
    if len(telling) <= MAX_HELD_OUT:
        return telling
    drawn = np.random.default_rng(_SEED).choice(len(telling), MAX_HELD_OUT, replace=False)
    return [telling[number] for number in np.sort(drawn).tolist()]


def _batches(held_out: Sequence[HeldOut]) -> Iterator[Sequence[HeldOut]]:
    for first in range(0, len(held_out), _BATCH_SIZE):
        yield held_out[first : first + _BATCH_SIZE]


def _n_known(rows: Liked) -> int:
    return max(0, len(rows) - max(1, int(len(rows) * _HELD_OUT_SHARE)))


def _ndcgs(snapshot: LocalSnapshot, viewers: Sequence[HeldOut]) -> Iterator[list[float]]:
    """Yield, viewer by viewer, the nDCG of the list of each mix."""
    questions = [
        Question(
            profile_of(
                {},
                [Event(video, video, EventKind.LIKED, _NOW) for video in known],
                _RULES,
                now=_NOW,
            ),
            _NOW,
        )
        for known, _ in viewers
    ]
    parts = parts_of_many(snapshot, questions, _RULES, where=EVERY_VIDEO)
    for own, (_, later) in zip(parts, viewers, strict=True):
        yield [ndcg(_first(own, mix), later, _FIRST) for mix in MIXES]


def _first(parts: Parts, mix: float) -> list[str]:
    values = parts.scores + added_to_scores(parts.scores, parts.co_likes, mix)
    best = np.argsort(-tie_keys(values), kind="stable")[:_FIRST]
    return [parts.videos[number] for number in best.tolist()]
