"""Comparison of two pictures a second apart."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from ingest.changes.new_content import (
    MAX_NOISE,
    NEW_CONTENT_SHARE,
    ROWS,
    Grey,
    allowed_change,
    gradient,
)
from ingest.changes.registration import Registration, align, refine

FITTED_SHARE: Final = 0.03
"""Two pictures fit when less than this share of the cells differs once zoom, shift and light are
undone: both show the same."""

JUMP_SHARE: Final = 0.30
"""Two pictures have little in common when more than this share of the cells differs even then."""

# A fit that leaves less than this of the picture in view says nothing.
_MIN_KNOWN: Final = 0.5
# A picture whose brightest cell has this grey level is lit; less is explained in a dimmer one.
_FULL_LIGHT: Final = 128.0
_MIN_LIGHT: Final = 0.5
# Cells steeper than this, in grey levels a cell, have something on them that could move.
_TEXTURED: Final = 3.0
_MIN_TEXTURED: Final = 100
# Where a rough alignment leaves more than this share of the cells, a better one leaves too many for
# a fit: of 367 pairs that fit, the rough one had left at most 0.031, and of footage five pairs in
# six have more than this.
_MAY_FIT: Final = 0.06
# Where so many of the textured cells are at rest, no zoom and no pan explains what changes.
_MOSTLY: Final = 0.7
# What remains of a cell is worth a look from this on; so many of them, and so close together (the
# spread of their places, in cells) are somebody who moves.
_REMAINS: Final = 0.75
_MIN_SPOT: Final = 4
_SPOT: Final = 5.0
# Rows that text may climb in a second, and how much of what moved must still be in view then.
_MAX_ROWS: Final = 30
_MIN_OVERLAP: Final = 0.2


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture against the one a second before.

    Attributes:
        changed: share of cells that changed, 0.0 to 1.0.
        left: of it, what remains when zoom, shift and light are undone, 0.0 to 1.0.
        excess: by how much the most changed 0.5 % of the cells that remain exceed what noise and
            edges explain; 1.0 is just explained. 0.0 where the two do not fit: nobody asks.
        rest: grey levels by which the calmest fifth of the textured cells changed at most: what is
            behind whatever moves.
        climb: correlation, 0.0 to 1.0, of what changed with what had changed a second before,
            ``rows`` further up or down.
        rows: by how many rows; over 0 is downwards.
        spot: 1.0 where the two fit and what remains lies in one small place: somebody who moves.
    """

    changed: float
    left: float
    excess: float
    rest: float
    climb: float
    rows: int
    spot: float


SAME: Final = Pair(changed=0.0, left=0.0, excess=0.0, rest=0.0, climb=0.0, rows=0, spot=0.0)
"""The same picture again."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Cell by cell, a picture less the one a second before; each of shape (54, 96).

    Attributes:
        signed: in grey levels.
        size: without the sign.
        over: ``size`` over what noise and edges explain: above 1.0 a cell has changed.
        steepness: of the earlier picture, in grey levels a cell.
    """

    signed: Grey
    size: Grey
    over: Grey
    steepness: Grey

    @classmethod
    def between(cls, before: Grey, after: Grey) -> Self:
        """Take the difference of two pictures."""
        signed = after - before
        size, steepness = np.abs(signed), gradient(before)
        return cls(signed, size, size / allowed_change(steepness), steepness)


def compare(before: Grey, after: Grey, now: Difference, earlier: Difference | None) -> Pair:
    """Compare a picture with the one before.

    What is costly is left out where it would tell nothing: all of it where less than a hundredth
    changed, the alignment where most of the picture is at rest and much of it is not, and its last
    steps where the first leave too much.

    Args:
        before: a second earlier.
        after: the picture.
        now: the difference of the two.
        earlier: the difference of ``before`` and the one before that, if there was one.
    """
    changed = _share(now.over > 1)
    rest = _rest(now)
    if changed <= NEW_CONTENT_SHARE:
        return Pair(changed, changed, _excess(now.over), rest, 0.0, 0, _in_one_spot(now.over))
    climb, rows = (0.0, 0) if earlier is None else climbing(earlier.signed, now.signed)
    if changed > _MAY_FIT and _is_mostly_at_rest(now):
        return Pair(changed, changed, 0.0, rest, climb, rows, 0.0)
    over, known = _unexplained(before, after)
    left = _share(over[known] > 1)
    if np.count_nonzero(known) < _MIN_KNOWN * before.size or left >= changed:
        over, known, left = now.over, np.ones(over.shape, np.bool_), changed
    if left >= FITTED_SHARE:
        return Pair(changed, left, 0.0, rest, climb, rows, 0.0)
    return Pair(changed, left, _excess(over[known]), rest, climb, rows, _in_one_spot(over))


_Unexplained = tuple[NDArray[np.float32], NDArray[np.bool_]]
"""Of each cell what is left, over what explains it, and whether anything is known of it."""


def _unexplained(before: Grey, after: Grey) -> _Unexplained:
    rough = align(before, after)
    over, known = _over(rough, before, after)
    if _share(over[known] > 1) > _MAY_FIT:
        return over, known
    return _over(refine(rough, before, after), before, after)


def _over(registration: Registration, before: Grey, after: Grey) -> _Unexplained:
    made, known = registration.of(before)
    # On dim pictures all differences are small, between two of them as well.
    light = min(1.0, max(_MIN_LIGHT, float(min(before.max(), after.max())) / _FULL_LIGHT))
    over = np.abs(after - made) / (np.float32(light) * allowed_change(gradient(made)))
    return np.where(known, over, np.float32(0)), known


def _in_one_spot(over: NDArray[np.float32]) -> float:
    rows, columns = np.nonzero(over > _REMAINS)
    if len(rows) < _MIN_SPOT:
        return 0.0
    return float(max(rows.std(), columns.std()) <= _SPOT)


def climbing(before: Grey, after: Grey) -> tuple[float, int]:
    """Find by how many rows one difference of pictures must be moved to be like the next.

    Lines of text that climb over a picture at rest change other cells every second, but always the
    same shapes, moved by the same number of rows: the difference moves with the text.

    Returns:
        the best correlation, 0.0 to 1.0, and its number of rows; over 0 is downwards.
    """
    # Each row with each, then summed along the diagonals: laid out with one cell less in a row,
    # each row moves one further to the right, and the diagonals stand upright.
    skewed = np.zeros((ROWS, 2 * ROWS), np.float32)
    skewed[:, :ROWS] = before[::-1] @ after.T
    products = skewed.ravel()[:-ROWS].reshape(ROWS, -1).sum(axis=0)
    energy_before = np.concatenate([[0], np.cumsum(np.square(before).sum(axis=1))])
    energy_after = np.concatenate([[0], np.cumsum(np.square(after).sum(axis=1))])
    rows = np.arange(-_MAX_ROWS, _MAX_ROWS + 1)
    # Moved by r rows, the first ROWS - r of ``before`` lie on the last ROWS - r of ``after``.
    lying = energy_before[ROWS - np.maximum(rows, 0)] - energy_before[np.maximum(-rows, 0)]
    under = energy_after[ROWS + np.minimum(rows, 0)] - energy_after[np.maximum(rows, 0)]
    overlapping = (lying >= _MIN_OVERLAP * energy_before[-1]) & (
        under >= _MIN_OVERLAP * energy_after[-1]
    )
    correlations = np.where(
        overlapping, products[ROWS - 1 + rows] / np.sqrt(lying * under + 1e-6), 0.0
    )
    best = int(np.argmax(correlations))
    return max(0.0, float(correlations[best])), int(rows[best])


def _share(cells: NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(cells)) / max(1, cells.size)


def _excess(over: NDArray[np.float32]) -> float:
    """Return the value that 0.5 % of the cells are over."""
    # Sorted as a whole: where most are alike, as on stills, a part takes twenty times as long.
    return float(np.sort(over, axis=None)[int(over.size * 0.995)]) if over.size else 0.0


def _is_mostly_at_rest(difference: Difference) -> bool:
    textured = difference.size[difference.steepness > _TEXTURED]
    return textured.size >= _MIN_TEXTURED and _share(textured <= MAX_NOISE) >= _MOSTLY


def _rest(difference: Difference) -> float:
    textured = difference.size[difference.steepness > _TEXTURED]
    calm = textured if textured.size >= _MIN_TEXTURED else difference.size.ravel()
    return float(np.sort(calm)[calm.size // 5])
