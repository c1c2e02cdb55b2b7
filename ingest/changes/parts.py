"""Connected parts of what covers the picture behind, and where what is seen was a little before."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

# What is seen may come from so many cells to either side.
_FURTHEST: Final = 2
# Smaller parts have no top and foot to speak of.
_MIN_PART: Final = 3

_Cells = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Parts:
    """Connected cells, part by part: how many there are, and their first and last row.

    Each of shape (n_parts,).
    """

    sizes: NDArray[np.intp]
    tops: NDArray[np.intp]
    feet: NDArray[np.intp]

    @classmethod
    def of(cls, cells: _Cells) -> Self:
        """Join runs of cells in a row with those that they touch in the row below."""
        padded = np.pad(cells, 1).astype(np.int8)
        steps = np.diff(padded, axis=1)
        (row, first), (_, last) = np.nonzero(steps == 1), np.nonzero(steps == -1)
        roots = _joined(row.tolist(), first.tolist(), last.tolist())
        _, part = np.unique(roots, return_inverse=True)
        n_parts = int(part.max(initial=-1)) + 1
        sizes = np.bincount(part, weights=last - first, minlength=n_parts).astype(np.intp)
        tops, feet = np.full(n_parts, len(padded)), np.zeros(n_parts, np.intp)
        np.minimum.at(tops, part, row)
        np.maximum.at(feet, part, row)
        return cls(sizes, tops, feet)

    def largest(self) -> float:
        """Return the share of all cells that are in the largest part; 0.0 of none."""
        return float(self.sizes.max(initial=0)) / max(1.0, float(self.sizes.sum()))

    def unevenness(self) -> tuple[float, float] | None:
        """Return the standard deviations, in rows, of the tops and of the feet; None of few."""
        large = self.sizes >= _MIN_PART
        if np.count_nonzero(large) < _MIN_PART:
            return None
        return float(self.tops[large].std()), float(self.feet[large].std())


def _joined(row: list[int], first: list[int], last: list[int]) -> list[int]:
    """Return of each run the run that stands for its part (union-find over two rows at a time)."""
    parent = list(range(len(row)))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = parent[run]
        return run

    above = 0
    for run in range(len(row)):
        while row[above] < row[run] - 1 or (
            row[above] == row[run] - 1 and last[above] <= first[run]
        ):
            above += 1
        touching = above
        while row[touching] == row[run] - 1 and first[touching] < last[run]:
            parent[root(touching)] = root(run)
            touching += 1
    return [root(run) for run in range(len(row))]


def left_when_shifted(
    before: NDArray[np.float32], after: NDArray[np.float32], counted: _Cells
) -> tuple[float, float]:
    """Return how much pictures differ where each place may show what was up to two cells beside it.

    Args:
        before: shape (n, 54, 96), grey.
        after: likewise.
        counted: the cells that count; likewise.

    Returns:
        Sums over these cells of the squares of what is left around each, and without a shift.
    """
    around = np.pad(before, ((0, 0), (_FURTHEST,) * 2, (_FURTHEST,) * 2), "edge")
    height, width = after.shape[1:]
    least = stays = _around(np.square(after - before))
    for down in range(2 * _FURTHEST + 1):
        for right in range(2 * _FURTHEST + 1):
            other = around[:, down : down + height, right : right + width]
            least = np.minimum(least, _around(np.square(after - other)))
    return float(least[counted].sum()), float(stays[counted].sum())


def _around(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the sum of each cell and its eight neighbours, those beyond the edge being 0."""
    rows = cells.copy()
    rows[:, 1:] += cells[:, :-1]
    rows[:, :-1] += cells[:, 1:]
    total = rows.copy()
    total[:, :, 1:] += rows[:, :, :-1]
    total[:, :, :-1] += rows[:, :, 1:]
    return total
