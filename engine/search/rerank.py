"""Ranking beyond the score: diversity, freshness, near-duplicates folded, variety.

The score of a match stays what it is, that of its tags; what is said here is the order, and for
each match how each rule moved it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.content.duplicates import are_same_footage, could_be_same
from engine.domain.matching.results import Move
from engine.domain.matching.variety import MAX_VARIETY
from engine.domain.tracks import Track
from engine.errors import InvalidInput
from engine.kernels.best import tie_keys
from engine.ports.index import IndexSnapshot
from engine.search.variety import Crowds, varied

Floats = NDArray[np.float64]

TrackOf = Callable[[str], Track]
"""Gives the observations of a video."""

MAX_FOLDED: Final = 50
"""Number of look-alikes of one video that are compared with it second by second."""

_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranking options that count beside the score.

    Attributes:
        diversity: 0.0 to 1.0; how much likeness to what is ranked before counts against a video
            (maximal marginal relevance; Carbonell and Goldstein 1998).
        freshness: 0.0 to 1.0; how much being new counts instead of the score.
        half_life_days: after so many days a video is half as fresh.
        fold: whether near-duplicates are folded into the one that is ranked first.
        variety: number of videos of one series among ten in a row, 0 for any number; None for that
            of the rules of profiles.
    """

    diversity: float = 0.0
    freshness: float = 0.0
    half_life_days: float = 30.0
    fold: bool = False
    variety: int | None = None

    def __post_init__(self) -> None:
        for name in ("diversity", "freshness"):
            value = getattr(self, name)
            if not isfinite(value) or not 0.0 <= value <= 1.0:
                raise InvalidInput(f"{name} is {value}: give 0.0 to 1.0")
        if not isfinite(self.half_life_days) or self.half_life_days <= 0:
            raise InvalidInput(f"half_life_days is {self.half_life_days}: give more than 0 days")
        if self.variety is not None and not 0 <= self.variety <= MAX_VARIETY:
            raise InvalidInput(f"variety is {self.variety}: give 0 to {MAX_VARIETY}")

    @property
    def is_plain(self) -> bool:
        """Whether the score alone ranks, as far as variety lets it."""
        return self.diversity == 0.0 and self.freshness == 0.0 and not self.fold


BY_SCORE: Final = Ranking()
"""The ranking by the score alone."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A video that may be ranked.

    Attributes:
        video: its id.
        score: of its tags.
        bonus: what else speaks for it, to be added to the score.
    """

    video: str
    score: float
    bonus: float = 0.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A video in its rank.

    Attributes:
        candidate: which.
        rank: its rank, from 1 on, over all pages.
        rank_without: the rank it has by the score alone.
        moved: what each rule did, in the order they apply; empty when it stayed.
        folded: ids of near-duplicates that it stands for.
    """

    candidate: Candidate
    rank: int
    rank_without: int
    moved: tuple[Move, ...] = ()
    folded: tuple[str, ...] = field(default=())


def rerank(
    candidates: Sequence[Candidate],
    ranking: Ranking,
    snapshot: IndexSnapshot,
    *,
    k: int,
    now: float,
    shown: Sequence[str] = (),
    track_of: TrackOf | None = None,
    is_all: bool = True,
) -> list[Ranked]:
    """Return the next ``k`` of some candidates after those that were shown.

    A video's value is its score and bonus, all brought to at most 1, mixed with its freshness, less
    its largest likeness to a video before it. The same candidates and rules give one list; asking
    for it in parts, each time with all that was shown, gives the same.

    Args:
        candidates: in any order, those that were shown included.
        ranking: the rules.
        snapshot: the index that the candidates are in.
        k: number of results.
        now: seconds since 1970, to tell how fresh each is.
        shown: ids, in the order they were shown; those no candidate any more are no matter.
        track_of: what near-duplicates are compared by; without, none is folded.
        is_all: whether there are no candidates beyond these, worse than all of them.

    Raises:
        MoreCandidatesNeeded: there are, and variety depends on them.
    """
    # By id, so that the first of equals is the one that comes first.
    pool = sorted(candidates, key=lambda candidate: candidate.video)
    if not pool:
        return []
    scores = np.array([candidate.score for candidate in pool])
    bonuses = np.array([candidate.bonus for candidate in pool])
    values = scores + bonuses if bonuses.any() else scores
    # Freshness and likeness are at most 1, and count against values that are.
    if (largest := float(values.max())) > 1.0:
        values = values / largest
    fresh = ranking.freshness
    mixed = (
        (1 - fresh) * values + fresh * _freshness(pool, ranking, snapshot, now) if fresh else values
    )
    order, folded = _order(pool, mixed, ranking, snapshot, k, shown, track_of, is_all=is_all)
    by_score = _ranks(scores)
    by_value = by_score if values is scores else _ranks(values)
    by_mixed = by_value if mixed is values else _ranks(mixed)
    names = ("together", "freshness")
    stages = [ranks[order].tolist() for ranks in (by_score, by_value, by_mixed)]
    ranked = []
    for rank, (number, *places) in enumerate(zip(order, *stages, strict=True), len(shown) + 1):
        rules = (*names, _last_rule(ranking, places[-1], rank))
        ranked.append(
            Ranked(
                pool[number],
                rank=rank,
                rank_without=places[0],
                moved=tuple(
                    Move(name, before, to)
                    for name, (before, to) in zip(rules, pairwise((*places, rank)), strict=True)
                    if before != to
                ),
                folded=tuple(pool[other].video for other in folded.get(number, ())),
            )
        )
    return ranked


def _last_rule(ranking: Ranking, before: int, after: int) -> str:
    """Return which rule moved a video last, where it was moved."""
    if ranking.diversity:
        return "diversity"
    # Nothing comes later because others were folded.
    if ranking.fold and (after < before or not ranking.variety):
        return "folding"
    return "variety" if ranking.variety else "pages"


def _order(
    pool: Sequence[Candidate],
    mixed: Floats,
    ranking: Ranking,
    snapshot: IndexSnapshot,
    k: int,
    shown: Sequence[str],
    track_of: TrackOf | None,
    *,
    is_all: bool,
) -> tuple[list[int], dict[int, list[int]]]:
    """Return which candidates come next, and which each stands for."""
    left = np.ones(len(pool), bool)
    numbers = {candidate.video: number for number, candidate in enumerate(pool)}
    before = [numbers[video] for video in shown if video in numbers]
    left[before] = False
    folds = ranking.fold and track_of is not None
    if not ranking.diversity and not folds:
        by_value = np.argsort(-tie_keys(mixed), kind="stable")
        by_value = by_value[left[by_value]]
        if not ranking.variety:
            return by_value[:k].tolist(), {}

        def first(n: int) -> list[str]:
            return [pool[number].video for number in by_value[:n].tolist()]

        places = varied(
            snapshot, first, mixed[by_value], ranking.variety, k=k, shown=shown, is_all=is_all
        )
        return by_value[places].tolist(), {}
    likeness = _Likeness(pool, snapshot)
    seconds = np.array(_column(pool, snapshot, "seconds"))
    closest = np.zeros(len(pool))
    crowds = Crowds(len(pool), ranking.variety) if ranking.variety else None
    order: list[int] = []
    folded: dict[int, list[int]] = {}

    def take(number: int) -> None:
        nonlocal closest
        left[number] = False
        alike = likeness.to(number)
        closest = np.maximum(closest, alike)
        if crowds is not None:
            crowds.add(alike)
        if folds and track_of is not None:
            maybe = left & could_be_same(seconds, int(seconds[number]), alike)
            same = _same(pool, number, np.flatnonzero(maybe), alike, track_of)
            left[same] = False
            folded[number] = same

    for number in before:
        take(number)
    while len(order) < k and left.any():
        marginal = (1 - ranking.diversity) * mixed - ranking.diversity * closest
        best = _best(marginal, left)
        if crowds is not None:
            best = _best(marginal, crowds.passing(left, mixed, best))
        order.append(best)
        take(best)
    return order, folded


def _best(values: Floats, among: NDArray[np.bool_]) -> int:
    return int(np.argmax(np.where(among, tie_keys(values), np.iinfo(np.int64).min)))


def _same(
    pool: Sequence[Candidate],
    number: int,
    maybe: NDArray[np.int64],
    alike: Floats,
    track_of: TrackOf,
) -> list[int]:
    if not len(maybe):
        return []
    track = track_of(pool[number].video)
    closest = maybe[np.argsort(-alike[maybe], kind="stable")][:MAX_FOLDED]
    return [
        other for other in closest.tolist() if are_same_footage(track, track_of(pool[other].video))
    ]


class _Likeness:
    """Cosines between the candidates, one against all at a time."""

    def __init__(self, pool: Sequence[Candidate], snapshot: IndexSnapshot) -> None:
        self._n = len(pool)
        units = snapshot.vectors([candidate.video for candidate in pool])
        self._owners, self._tags, self._values = units.rows, units.tags, units.values
        self._starts = np.searchsorted(self._owners, np.arange(self._n + 1))
        self._dense = np.zeros(len(snapshot.idf))

    def to(self, number: int) -> Floats:
        """Return the cosine of every candidate with one of them."""
        own = slice(int(self._starts[number]), int(self._starts[number + 1]))
        self._dense[self._tags[own]] = self._values[own]
        products = self._values * self._dense[self._tags]
        self._dense[self._tags[own]] = 0.0
        return np.bincount(self._owners, products, minlength=self._n).astype(np.float64)


def _ranks(values: Floats) -> NDArray[np.int64]:
    ranks = np.empty(len(values), np.int64)
    ranks[np.argsort(-tie_keys(values), kind="stable")] = np.arange(1, len(values) + 1)
    return ranks


def _freshness(
    pool: Sequence[Candidate], ranking: Ranking, snapshot: IndexSnapshot, now: float
) -> Floats:
    added = np.array(_column(pool, snapshot, "added_at"), float)
    return freshness(added, ranking.half_life_days, now)


def freshness(added_at: Floats, half_life_days: float, now: float) -> Floats:
    """Return 1 for what came now, a half after the half-life; 1 for what comes yet."""
    age_days = np.maximum(0.0, now - added_at) / _DAY
    return np.asarray(0.5 ** (age_days / half_life_days))


def _column(pool: Sequence[Candidate], snapshot: IndexSnapshot, name: str) -> list[int]:
    return snapshot.columns([candidate.video for candidate in pool], [name])[name]
