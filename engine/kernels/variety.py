"""The order of a list in which hardly any of ten in a row are of one series.

A greedy walk: at each rank the best candidate that few of those just before it are alike. Which are
alike is looked up only of candidates that are tried, each pair once.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.kernels.compiled import compiled

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

WINDOW: Final = 9
"""Number of videos just before one that it is held against: ten in a row."""

_ROUNDING: Final = 1e-9

ALIKE: Final = 0.8 - _ROUNDING
"""Least cosine of two videos of one series."""

SAME: Final = 0.99 - _ROUNDING
"""Least cosine of two that show all but the same: copies, and cuts of the same footage."""

WORTH: Final = 0.5
"""Least value of what is put before a video of a series, as a share of that video's own."""

MORE_NEEDED: Final = -1
"""Returned when the candidates do not suffice to tell the order."""

_RECENT: Final = (1 << WINDOW) - 1


class Vectors(NamedTuple):
    """Vectors of length 1: those shown last, the oldest first, then the candidates, best first.

    Args:
        n: number of videos.
        rows: shape (n_postings,), the video of each posting, rising.
        tags: aligned with ``rows``, each once a video.
        values: aligned with ``tags``.
    """

    n: int
    rows: Whole
    tags: Whole
    values: Floats


def _starts(vectors: Vectors) -> Whole:
    """Return where the postings of each video start, and where the last one's end."""
    starts = np.zeros(vectors.n + 1, np.int64)
    for row in vectors.rows:
        starts[row + 1] += 1
    for row in range(vectors.n):
        starts[row + 1] += starts[row]
    return starts


starts_of = compiled(_starts)


def _spread(vectors: Vectors, start: int, end: int, share: float, dense: Floats) -> None:
    """Write a video's vector times ``share`` into ``dense``; 0.0 takes it out again."""
    for at in range(start, end):
        dense[vectors.tags[at]] = share * vectors.values[at]


spread = compiled(_spread)


def _cosine(vectors: Vectors, start: int, end: int, dense: Floats) -> float:
    """Return the cosine of a video and the one in ``dense``."""
    total = 0.0
    for at in range(start, end):
        total += vectors.values[at] * dense[vectors.tags[at]]
    return total


cosine = compiled(_cosine)


def _blank(tags: Whole) -> Floats:
    """Return room for a dense vector, 0.0 at these tags: of a large vocabulary few are read."""
    width = 0
    for tag in tags:
        width = max(width, tag + 1)
    dense = np.empty(width, np.float64)
    for tag in tags:
        dense[tag] = 0.0
    return dense


blank = compiled(_blank)


def _least_worth(value: float) -> float:
    """Return the least value of what is put before a video of a series that has this one.

    Below 0 a share of the value would be above it: there it is as many times as far below.
    """
    return min(WORTH * value, value / WORTH)


least_worth = compiled(_least_worth)


def _crowd(marks: int, copies: int, limit: int) -> int:
    """Return how many of the last are alike; one that is the same is as many as are allowed."""
    count = limit if copies else 0
    while marks:
        count += marks & 1
        marks >>= 1
    return count


crowd = compiled(_crowd)


def _steps(vectors: Vectors, values: Floats, _limit: int, _n_beyond: int, into: Whole) -> int:
    # Where all are alike, each rank looks at all that are left: on the average at half of them.
    return (2 * WINDOW + min(into.size, values.size)) * vectors.tags.size


def _vary(vectors: Vectors, values: Floats, limit: int, n_beyond: int, into: Whole) -> int:
    """Fill in which candidates come next.

    Of ten in a row ``limit`` may be alike; twice as many where nothing else has ``WORTH`` of the
    value; more only where nothing else is left.

    Args:
        vectors: of those shown last and the candidates.
        values: shape (n,), what the candidates are ranked by, falling.
        limit: 1 to 9.
        n_beyond: 0 where no candidates are beyond these, worse than all of them.
        into: shape (k,), filled with places of candidates.

    Returns:
        How many there are; ``MORE_NEEDED`` when that depends on candidates beyond these.
    """
    n, k = values.size, into.size
    n_shown = vectors.n - n
    order = np.empty(n_shown + k, np.int64)
    for number in range(n_shown):
        order[number] = number
    starts, dense = starts_of(vectors), blank(vectors.tags)
    taken = np.zeros(n, np.bool_)
    # Bit 0 is for the last that was shown, bit 1 for the one before it.
    marks, copies, checked = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    best = 0
    for rank in range(k):
        while best < n and taken[best]:
            best += 1
        if best == n:
            return MORE_NEEDED if n_beyond else rank
        shown = n_shown + rank
        chosen, second, at = -1, -1, best
        bound = least_worth(values[best])
        while at < n and chosen < 0:
            is_worth = values[at] >= bound
            if not is_worth and second >= 0:
                break
            if not taken[at]:
                behind = min(shown - checked[at], WINDOW)
                marks[at] = marks[at] << behind & _RECENT
                copies[at] = copies[at] << behind & _RECENT
                start, end = starts[n_shown + at], starts[n_shown + at + 1]
                spread(vectors, start, end, 1.0, dense)
                for back in range(behind):
                    other = order[shown - 1 - back]
                    likeness = cosine(vectors, starts[other], starts[other + 1], dense)
                    if likeness >= ALIKE:
                        marks[at] |= 1 << back
                    if likeness >= SAME:
                        copies[at] |= 1 << back
                spread(vectors, start, end, 0.0, dense)
                checked[at] = shown
                count = crowd(marks[at], copies[at], limit)
                if is_worth and count < limit:
                    chosen = at
                elif second < 0 and count < 2 * limit:
                    second = at
            at += 1
        if chosen < 0:
            is_told = second >= 0 and values[n - 1] < bound
            if at == n and n_beyond and not is_told:
                return MORE_NEEDED
            chosen = second if second >= 0 else best
        taken[chosen] = True
        into[rank] = chosen
        order[shown] = n_shown + chosen
    return k


vary = compiled(_vary, steps=_steps)
