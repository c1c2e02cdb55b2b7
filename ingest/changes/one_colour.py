"""Changes of cells that are of one colour, and that colour.

Every cell that something of one colour covers in part lies, in the space of colours, on a line from
what is behind it through that colour. All of these lines meet there.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.new_content import Grey, allowed_change, gradient

MOVES: Final = 0.08
"""A cell is part of what moves when it changes in more than this share of the pairs."""

BEHIND_SHARE: Final = 0.3
"""Of so many of the pictures a cell shows what is behind: those that are most alike."""

# So many changes are enough to tell the colour by.
_MAX_CHANGES: Final = 2000
_MIN_CHANGES: Final = 20
# A change of less than this, in the space of colours, has no direction to speak of.
_MIN_LENGTH: Final = 15.0
# A line meets a colour when it passes within this, and this share of the way there.
_NEAR, _NEAR_SHARE = 8.0, 0.2
_STEPS: Final = 10
_MIDDLE_GREY, _BEYOND = 128, 20
# So much of the change must lead from what is behind to the colour, not from it; where what is
# behind is the colour, the change must have one direction: to within 14 degrees.
_TOWARDS: Final = 0.35
_SAME_DIRECTION: Final = 0.97

Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CellChanges:
    """Changes of single cells; each of shape (n, 3) or (n,).

    Attributes:
        bare: the colour that is nearer to what is behind.
        direction: from there to the other colour, of length 1.
        length: how far.
    """

    bare: Points
    direction: Points
    length: Points

    @classmethod
    def of_pictures(
        cls,
        pictures: NDArray[np.uint8],
        greys: NDArray[np.float32],
        behind: Grey,
        moving: NDArray[np.bool_],
    ) -> "CellChanges":
        """Take those from each picture to the next, of cells that move.

        Args:
            pictures: shape (n, 54, 96, 3).
            greys: the same without colours, shape (n, 54, 96).
            behind: what each cell shows while nothing is before it, shape (54, 96).
            moving: shape (54, 96).
        """
        changed = (np.abs(np.diff(greys, axis=0)) > allowed_change(gradient(behind))) & moving
        every = -(-max(1, int(np.count_nonzero(changed))) // _MAX_CHANGES)
        when, row, column = (cells[::every] for cells in np.nonzero(changed))
        before = pictures[when, row, column].astype(np.float32)
        after = pictures[when + 1, row, column].astype(np.float32)
        away = np.abs(greys[:, row, column] - behind[row, column])
        number = np.arange(len(when))
        came = (away[when + 1, number] > away[when, number])[:, None]
        bare, covered = np.where(came, before, after), np.where(came, after, before)
        length = np.linalg.norm(covered - bare, axis=1)
        far = length > _MIN_LENGTH
        direction = (covered - bare)[far] / length[far, None]
        return cls(bare[far], direction, length[far])

    def of(self, which: NDArray[np.bool_]) -> "CellChanges":
        """Return some of them."""
        return CellChanges(self.bare[which], self.direction[which], self.length[which])

    def colour(self) -> Points | None:
        """Return the colour that most of them lead to, shape (3,); None if they are too few."""
        if len(self.length) < _MIN_CHANGES:
            return None
        return _meet_in_one_colour(self.bare, self.direction, self.length)[1]

    def colour_shares(self) -> tuple[float, float, float]:
        """Return what of the changes is of one colour and of two, and their tint."""
        if len(self.length) < _MIN_CHANGES:
            return 0.0, 0.0, 0.0
        total = float(self.length.sum())
        tint = float(np.average(np.ptp(self.direction, axis=1), weights=self.length))
        tint *= float(np.average(self.length, weights=self.length))
        met = _of_one_colour(self)
        one = float(self.length[met].sum()) / total
        others = self.of(~met)
        if len(others.length) < _MIN_CHANGES:
            return one, 1.0, tint
        two = one + float(others.length[_of_one_colour(others)].sum()) / total
        return one, two, tint


def _of_one_colour(changes: CellChanges) -> NDArray[np.bool_]:
    """Return which changes are of the colour that most are of."""
    met, colour = _meet_in_one_colour(changes.bare, changes.direction, changes.length)
    towards = np.einsum("ni,ni->n", colour - changes.bare, changes.direction) > _NEAR
    share = float(changes.length[met & towards].sum()) / max(1e-6, float(changes.length[met].sum()))
    if share >= _TOWARDS:
        return met
    # All lines meet in what is behind where that is of one colour itself: then it is the direction.
    middle = changes.length @ changes.direction
    middle /= max(1e-6, float(np.linalg.norm(middle)))
    return np.asarray(changes.direction @ middle >= _SAME_DIRECTION)


def _meet_in_one_colour(
    at: Points, direction: Points, weight: Points
) -> tuple[NDArray[np.bool_], Points]:
    """Find the colour that most of the lines pass; return which of them do, and the colour.

    The nearest point to all lines, by least squares, then to those that pass near it, and so on.
    """
    aim = _beside(at, direction)
    counts = weight
    passed, colour = np.ones(len(at), np.bool_), np.zeros(3, np.float32)
    for _ in range(_STEPS):
        total = float(counts.sum())
        # Where all lines are one, nothing but this holds the colour in its place.
        slack = 1e-4 * total
        normal = (total + slack) * np.eye(3) - (direction * counts[:, None]).T @ direction
        nearest = np.linalg.solve(normal, counts @ aim + slack * _MIDDLE_GREY)
        colour = np.clip(nearest, -_BEYOND, 255 + _BEYOND).astype(np.float32)
        away = colour - at
        distance = np.linalg.norm(_beside(away, direction), axis=1)
        allowed = _NEAR + _NEAR_SHARE * np.linalg.norm(away, axis=1)
        passed = distance < allowed
        counts = weight / np.square(1 + np.square(distance / allowed))
    return passed, colour


def _beside(vectors: Points, direction: Points) -> Points:
    """Return what is left of vectors beside the directions of their lines."""
    along = np.einsum("ni,ni->n", vectors, direction)
    return np.asarray(vectors - along[:, None] * direction, np.float32)


def mostly_shown(greys: NDArray[np.float32]) -> Grey:
    """Return what each cell shows most often, shape (54, 96)."""
    cells = np.sort(greys, axis=0)
    n = len(cells)
    n_alike = max(2, int(np.ceil(BEHIND_SHARE * n)))
    spread = cells[n_alike - 1 :] - cells[: n - n_alike + 1]
    first = spread.argmin(axis=0) + (n_alike - 1) // 2
    return np.asarray(np.take_along_axis(cells, first[None], axis=0)[0])
