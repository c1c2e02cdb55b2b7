"""Variety of a list: hardly any of ten in a row are of one series, while something else fits.

Two videos are of one series when what all sources tell of them is alike: the cosine of their
vectors. Scores stay what they are; what is too many of a series comes later.
"""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.results import Move
from engine.kernels.variety import ALIKE, MORE_NEEDED, SAME, WINDOW, Vectors, least_worth, vary
from engine.ports.index import IndexSnapshot, UnitRows

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

LOOK_AHEAD: Final = 30
"""Number of candidates beyond a page that are looked at first; of those beyond, all there are."""


class Scored(Protocol):
    """A video of an answer."""

    @property
    def video(self) -> str:
        """Its id."""
        ...

    @property
    def score(self) -> float:
        """Number that is the greater, the better it fits."""
        ...


S = TypeVar("S", bound=Scored)


class MoreCandidatesNeeded(Exception):
    """Raised where the order depends on candidates that were not given; caught by who has them."""


def pool_sizes(k: int, most: int) -> list[int]:
    """Return of how many candidates the next ``k`` are chosen: so many, some more, or ``most``."""
    return sorted({min(n, most) for n in (k, k + LOOK_AHEAD, most)})


def varied(
    snapshot: IndexSnapshot,
    best: Callable[[int], Sequence[str]],
    values: Floats,
    variety: int,
    *,
    k: int,
    shown: Sequence[str] = (),
    is_all: bool = True,
) -> Places:
    """Return the places of the candidates that come next, at most ``k``.

    A candidate passes when fewer than ``variety`` of the nine before it are of its series, and none
    is all but the same. At each rank the best comes that passes and has at least half of the value
    of the best that is left (below 0: is at most twice as far below); else the best with fewer than
    twice as many; else the best. That depends on nothing but what was shown, so that pages put
    together are the one list.

    Args:
        snapshot: the index that the candidates are in.
        best: gives the ids of the best so many of those not shown, the best first.
        values: shape (n,), what they are ranked by.
        variety: 1 to 9.
        k: number of results.
        shown: what comes before, in its order.
        is_all: whether there are no candidates beyond these.

    Raises:
        MoreCandidatesNeeded: there are, and what comes next depends on them.
    """
    last = list(shown[-WINDOW:])
    if last:
        last = [one for one, there in zip(last, snapshot.contains(last), strict=True) if there]

    def first(n: int) -> Vectors:
        before = [*last, *best(n)]
        return vectors_of(snapshot.vectors(before), len(before))

    return walked(first, values, variety, k=k, is_all=is_all)


def walked(
    first: Callable[[int], Vectors], values: Floats, variety: int, *, k: int, is_all: bool
) -> Places:
    """Return the places of the candidates that come next, as ``varied`` does.

    Args:
        first: gives the vectors of what was shown last and of the first so many candidates.
        values: shape (n,), what the candidates are ranked by, falling.
        variety: 1 to 9.
        k: number of results.
        is_all: whether there are no candidates beyond these.

    Raises:
        MoreCandidatesNeeded: there are, and what comes next depends on them.
    """
    order = np.zeros(k, np.int64)
    n_all = len(values)
    for n in dict.fromkeys((min(k + LOOK_AHEAD, n_all), n_all)):
        size = vary(first(n), values[:n], variety, n_all - n + (not is_all), order)
        if size != MORE_NEEDED:
            return order[:size]
    raise MoreCandidatesNeeded


def varied_best(
    snapshot: IndexSnapshot, best: Callable[[int], Sequence[S]], variety: int, *, k: int, most: int
) -> list[tuple[S, tuple[Move, ...]]]:
    """Return the ``k`` that come first of an answer, each with how it was moved.

    Args:
        snapshot: the index that was searched.
        best: gives the best so many, best first; fewer where there are no more.
        variety: 1 to 9, or 0 for the order as it is.
        k: number of results.
        most: after so many candidates there are no more.
    """
    if not variety:
        return [(one, ()) for one in best(k)]
    for n in pool_sizes(k, most):
        ranked = best(n)
        scores = np.array([one.score for one in ranked])
        is_all = n == most or len(ranked) < n
        try:
            places = varied(snapshot, partial(_first, ranked), scores, variety, k=k, is_all=is_all)
        except MoreCandidatesNeeded:
            continue
        return [(ranked[at], _moved(at + 1, rank)) for rank, at in enumerate(places.tolist(), 1)]
    raise AssertionError("the last candidates are all there are")


def _first(ranked: Sequence[Scored], n: int) -> list[str]:
    return [one.video for one in ranked[:n]]


def _moved(before: int, after: int) -> tuple[Move, ...]:
    return (Move("variety", before, after),) if before != after else ()


def vectors_of(units: UnitRows, n: int) -> Vectors:
    """Return ``n`` vectors as the walk reads them."""
    return Vectors(n, units.rows, units.tags, units.values)


class Crowds:
    """Count of the last nine that each candidate is alike; for orders that are made one by one."""

    def __init__(self, n: int, variety: int) -> None:
        self._variety = variety
        self._none = np.zeros(n, bool)
        self._alike: deque[Mask] = deque(maxlen=WINDOW)
        self._same: deque[Mask] = deque(maxlen=WINDOW)

    def add(self, likeness: Floats) -> None:
        """Take note of one that is shown: the cosine of every candidate with it."""
        self._alike.append(likeness >= ALIKE)
        self._same.append(likeness >= SAME)

    def passing(self, left: Mask, values: Floats, best: int) -> Mask:
        """Return those that are left of which the best comes next, as ``varied`` has it."""
        counts = sum(self._alike, np.zeros(len(left), np.int64))
        counts[np.logical_or.reduce([self._none, *self._same])] += self._variety
        is_worth = values >= least_worth(values[best])
        for passing in (
            left & is_worth & (counts < self._variety),
            left & (counts < 2 * self._variety),
        ):
            if passing.any():
                return passing
        return left


def warm_up() -> None:
    """Compile what orders lists, or fetch it from the disk."""
    vectors = Vectors(1, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    vary(vectors, np.zeros(1), 1, 0, np.zeros(1, np.int64))
