"""Co-watching in a video's value: what the viewers of a viewer's videos like, beside the tags.

Both parts are brought to one spread, that of the candidates of the question, and mixed:
``(1 - mix) x score / sd(scores) + mix x co / sd(co)``. That ranks as ``score + co_likes`` does with
``co_likes = mix / (1 - mix) x sd(scores) / sd(co) x co``, which leaves the score what it is and
tells on its scale what co-watching adds. Z-scores of both rank the same: their means are the same
for all candidates.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.co_watching import ENOUGH_VIEWERS
from engine.domain.matching.filters import Filter
from engine.domain.matching.recommendations import Source
from engine.kernels.best import TIE
from engine.ports.index import IndexSnapshot
from engine.search.explain import MAX_SOURCES
from engine.search.profiles import ProfileRules, ProfileVector, Reaction

Floats = NDArray[np.float64]


def mix_of(snapshot: IndexSnapshot, rules: ProfileRules) -> float:
    """Return the share of co-watching in the value of videos: that of the rules, or the learned."""
    if snapshot.n_viewers < ENOUGH_VIEWERS:
        return 0.0
    return snapshot.learned_mix.mix if rules.co_likes is None else rules.co_likes


def added_to_scores(scores: Floats, co_likes: Floats, mix: float) -> Floats:
    """Return what co-watching adds to the scores of candidates, on their scale.

    Args:
        scores: shape (n,).
        co_likes: shape (n,), 0.0 where nothing is known.
        mix: 0.0 to ``MAX_MIX``.
    """
    spread = float(co_likes.std()) if mix and len(co_likes) else 0.0
    if spread <= TIE:
        return np.zeros(len(scores))
    # Where the tags tell no candidate from another, any scale ranks the same.
    of_scores = float(scores.std())
    return (mix / (1.0 - mix) * (of_scores if of_scores > TIE else 1.0) / spread) * co_likes


def co_liked(
    snapshot: IndexSnapshot, profile_vector: ProfileVector, where: Filter, k: int
) -> dict[str, float]:
    """Return how much videos go with what was liked: the ``k`` that do most."""
    liked = _liked(profile_vector)
    weights = np.array([reaction.weight for reaction in liked])
    return dict(snapshot.co_liked([reaction.video for reaction in liked], weights, where, k))


def co_like_sources(
    snapshot: IndexSnapshot,
    profile_vector: ProfileVector,
    videos: Sequence[str],
    added: Sequence[float],
) -> list[tuple[Source, ...]]:
    """Return, video by video, which of a viewer's it goes with, and what each gave.

    Args:
        snapshot: the index that the videos were found in.
        profile_vector: of the viewer.
        videos: ids.
        added: what co-watching added to the score of each.
    """
    liked = _liked(profile_vector)
    if not liked or not any(added):
        return [()] * len(videos)
    weights = np.array([reaction.weight for reaction in liked])
    names = [reaction.video for reaction in liked]
    cosines = np.nan_to_num(snapshot.co_like_cosines(videos, names))
    return [
        _sources(liked, weights * own, whole) for own, whole in zip(cosines, added, strict=True)
    ]


def _sources(liked: Sequence[Reaction], parts: Floats, whole: float) -> tuple[Source, ...]:
    total = float(parts.sum())
    if not total or not whole:
        return ()
    largest = np.argsort(-parts, kind="stable")[:MAX_SOURCES]
    return tuple(
        Source(liked[at].video, liked[at].kind, float(parts[at] / total * whole))
        for at in largest.tolist()
        if parts[at] > 0
    )


def _liked(profile_vector: ProfileVector) -> list[Reaction]:
    return [reaction for reaction in profile_vector.reactions if reaction.weight > 0]
