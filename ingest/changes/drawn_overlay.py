"""Whether what moves before a picture at rest is drawn over it: in one colour, or turning.

A cell that something of one colour covers in part shows a mixture of that colour and of what is
behind. So whatever a cell shows at two times lies, in the space of colours, on a line through the
colour of the drawing, for every cell another line: all of them meet in one place. What is there in
the world has shades, and its lines meet nowhere.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.evenness import evenness
from ingest.changes.mixtures import mixed
from ingest.changes.new_content import COLUMNS, LUMA, ROWS, Grey, allowed_change, gradient
from ingest.changes.sliding import sliding

MOVES: Final = 0.08
"""A cell is part of what moves when it changes in more than this share of the pairs."""

_MIN_PICTURES: Final = 3
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
# Of so many of the pictures a cell shows what is behind: those that are most alike.
_BEHIND: Final = 0.3
# Angles and rings, from the centre outwards, at which a disc is looked at.
_ANGLES: Final = 96
_RINGS: Final = np.linspace(0.3, 0.9, 8)
# From this correlation on a disc is the same, turned; as it lies, it is less alike by this.
_SAME_TURNED, _TURNED_BY = 0.7, 0.15
_MIN_DISC: Final = 60
_DISC_CHANGES: Final = 0.2
# So much of the disc must move, and so little beside it.
_DISC_FILLED, _BESIDE_DISC = 0.6, 0.05

_Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Measures of the cells that change; shares of how much they do, 0.0 to 1.0.

    Attributes:
        one_colour: of the change, how much is that of one colour over what is behind.
        two_colours: or of one of two.
        one_sided: how much is, in each cell, to the same side: brighter always, or darker.
        tint: grey levels by which the changes are other than grey, on average.
        turning: of the pictures, how many are the one before with a disc turned.
        mixed: of what differs from what is behind, how much lies between that and one
            brighter colour.
        even: of the parts of what moves, how many take part in a large change.
        sliding: of twos of pictures, how many are the same moved by the same number of columns.
    """

    one_colour: float = 0.0
    two_colours: float = 0.0
    one_sided: float = 0.0
    tint: float = 0.0
    turning: float = 0.0
    mixed: float = 0.0
    even: float = 0.0
    sliding: float = 0.0


def drawing(pictures: NDArray[np.uint8]) -> Drawing:
    """Tell what pictures of one scene have in common where they change.

    Args:
        pictures: in their order, shape (n, 54, 96, 3).
    """
    if len(pictures) < _MIN_PICTURES:
        return Drawing()
    greys = pictures.astype(np.float32) @ LUMA
    behind = _behind(greys)
    changes = np.abs(np.diff(greys, axis=0)) > allowed_change(gradient(behind))
    moving = np.mean(changes, axis=0) > MOVES
    if not moving.any():
        return Drawing()
    one, two, tint = _colour_shares(_changes_of(pictures, greys, behind, moving))
    return Drawing(
        one,
        two,
        _one_sided(greys, behind, moving),
        tint,
        turning(greys),
        _mixed(pictures, greys, behind, moving),
        evenness(changes, moving),
        sliding(greys, behind, moving),
    )


@dataclass(frozen=True, slots=True)
class _Changes:
    """Changes of single cells; each of shape (n, 3) or (n,).

    Attributes:
        bare: the colour that is nearer to what is behind.
        direction: from there to the other colour, of length 1.
        length: how far.
    """

    bare: _Points
    direction: _Points
    length: _Points

    def of(self, which: NDArray[np.bool_]) -> "_Changes":
        return _Changes(self.bare[which], self.direction[which], self.length[which])


def _changes_of(
    pictures: NDArray[np.uint8],
    greys: NDArray[np.float32],
    behind: Grey,
    moving: NDArray[np.bool_],
) -> _Changes:
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
    return _Changes(bare[far], direction, length[far])


def _colour_shares(changes: _Changes) -> tuple[float, float, float]:
    """Return what of the changes is of one colour and of two, and their tint."""
    if len(changes.length) < _MIN_CHANGES:
        return 0.0, 0.0, 0.0
    total = float(changes.length.sum())
    tint = float(np.average(np.ptp(changes.direction, axis=1), weights=changes.length))
    tint *= float(np.average(changes.length, weights=changes.length))
    met = _of_one_colour(changes)
    one = float(changes.length[met].sum()) / total
    others = changes.of(~met)
    if len(others.length) < _MIN_CHANGES:
        return one, 1.0, tint
    two = one + float(others.length[_of_one_colour(others)].sum()) / total
    return one, two, tint


def _of_one_colour(changes: _Changes) -> NDArray[np.bool_]:
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
    at: _Points, direction: _Points, weight: _Points
) -> tuple[NDArray[np.bool_], _Points]:
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


def _beside(vectors: _Points, direction: _Points) -> _Points:
    """Return what is left of vectors beside the directions of their lines."""
    along = np.einsum("ni,ni->n", vectors, direction)
    return np.asarray(vectors - along[:, None] * direction, np.float32)


def _behind(greys: NDArray[np.float32]) -> Grey:
    """Return what each cell shows most often, shape (54, 96)."""
    cells = np.sort(greys, axis=0)
    n = len(cells)
    n_alike = max(2, int(np.ceil(_BEHIND * n)))
    spread = cells[n_alike - 1 :] - cells[: n - n_alike + 1]
    first = spread.argmin(axis=0) + (n_alike - 1) // 2
    return np.asarray(np.take_along_axis(cells, first[None], axis=0)[0])


def _mixed(
    pictures: NDArray[np.uint8],
    greys: NDArray[np.float32],
    behind: Grey,
    moving: NDArray[np.bool_],
) -> float:
    away = np.abs(greys - behind)
    n_alike = max(2, int(np.ceil(_BEHIND * len(pictures))))
    bare = np.argsort(away, axis=0)[:n_alike, ..., None]
    backdrop = np.take_along_axis(pictures, bare, axis=0).mean(axis=0, dtype=np.float32)
    differs = (away > allowed_change(gradient(behind))) & moving
    when, row, column = np.nonzero(differs)
    at = backdrop[row, column]
    return mixed(at, pictures[when, row, column] - at)


def _one_sided(greys: NDArray[np.float32], behind: Grey, moving: NDArray[np.bool_]) -> float:
    away = (greys - behind)[:, moving]
    away = np.where(np.abs(away) > allowed_change(np.zeros((), np.float32)), away, 0)
    total = float(np.abs(away).sum())
    return float(np.abs(away.sum(axis=0)).sum()) / total if total else 0.0


def turning(greys: NDArray[np.float32]) -> float:
    """Return how many pictures are the one before with a disc turned, as a share, 0.0 to 1.0.

    Args:
        greys: shape (n, 54, 96). The disc may be squeezed to an ellipse, as the cells are.
    """
    moving = np.mean(
        np.abs(np.diff(greys, axis=0)) > allowed_change(np.zeros((), np.float32)), axis=0
    )
    disc = moving > _DISC_CHANGES
    if np.count_nonzero(disc) < _MIN_DISC:
        return 0.0
    down, across = _extent(disc.mean(axis=1)), _extent(disc.mean(axis=0))
    if down is None or across is None:
        return 0.0
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    inside = np.hypot((rows - down[0]) / down[1], (columns - across[0]) / across[1]) <= 1.05
    filled = np.count_nonzero(disc & inside) / np.count_nonzero(inside)
    if filled < _DISC_FILLED or np.count_nonzero(disc & ~inside) > _BESIDE_DISC * disc.sum():
        return 0.0
    return _turned(_unrolled(greys, down, across))


def _extent(shares: NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the middle of what moves along one side, and half its length."""
    lines = np.flatnonzero(shares > 0.02)
    if not lines.size:
        return None
    return float(lines[0] + lines[-1]) / 2, float(lines[-1] - lines[0] + 1) / 2


def _unrolled(
    greys: NDArray[np.float32], down: tuple[float, float], across: tuple[float, float]
) -> NDArray[np.float32]:
    """Return rings of the disc, each less its mean; shape (n, n_rings, n_angles)."""
    angles = np.arange(_ANGLES) * 2 * np.pi / _ANGLES
    rows = down[0] + down[1] * _RINGS[:, None] * np.sin(angles)
    columns = across[0] + across[1] * _RINGS[:, None] * np.cos(angles)
    rings = greys[:, np.rint(rows).astype(int), np.rint(columns).astype(int)]
    return np.asarray(rings - rings.mean(axis=2, keepdims=True), np.float32)


def _turned(rings: NDArray[np.float32]) -> float:
    waves = np.fft.rfft(rings, axis=2)
    turns = np.fft.irfft((np.conj(waves[:-1]) * waves[1:]).sum(axis=1), _ANGLES, axis=1)
    energy = np.square(rings).sum(axis=(1, 2))
    alike = turns / (np.sqrt(energy[:-1] * energy[1:]) + 1e-6)[:, None]
    best = alike.max(axis=1)
    return float(np.mean((best >= _SAME_TURNED) & (best - alike[:, 0] >= _TURNED_BY)))
