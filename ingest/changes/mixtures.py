"""Whether all that moves before a picture at rest is that picture, mixed with one colour.

Flakes and dots cover each cell for a moment only: what is behind is known, and whatever else a cell
shows lies between that and their colour, in every cell and at every time. People seen from above
are as small and as sparse, but they have colours of their own; where all of them are dark before
pale ground they have not, so what makes a picture darker does not count.
"""

from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.new_content import LUMA

MIN_MIXED: Final = 0.95
"""Of less than this nobody asks how much it is."""

# Colours that are tried first, in each of red, green and blue; the best is then improved.
_LEVELS: Final = (0, 64, 128, 192, 255)
_STEPS: Final = 6
_BEYOND: Final = 20
# So many samples are enough, and of these one in so many to choose among the first colours.
_MAX_SAMPLES: Final = 1000
_FIRST_SAMPLES: Final = 5
# What is behind must differ by this from the colour, or it tells nothing.
_MIN_CONTRAST: Final = 25.0
# A sample is a mixture when it passes within this of the line, and this share of its length.
_NEAR, _NEAR_SHARE = 6.0, 0.15
_MAX_OF_COLOUR: Final = 1.2

_Points = NDArray[np.float32]

_LATTICE: Final[_Points] = np.array(list(product(_LEVELS, repeat=3)), np.float32)


def mixed(behind: _Points, away: _Points) -> float:
    """Return how much of what differs lies between what is behind and one brighter colour.

    Args:
        behind: the colours of cells while nothing is before them, shape (n, 3), 0 to 255.
        away: what they show at other times, less that; shape (n, 3).

    Returns:
        a share of it, by how much it differs, 0.0 to 1.0; 0.0 where less than ``MIN_MIXED`` of it
        is brighter at all.
    """
    every = max(1, len(away) // _MAX_SAMPLES)
    behind, away = behind[::every], away[::every]
    whole = float(np.linalg.norm(away, axis=1).sum())
    brighter = away @ LUMA > 0
    behind, away = behind[brighter], away[brighter]
    length = np.linalg.norm(away, axis=1)
    if length.sum() < MIN_MIXED * whole or not whole:
        return 0.0
    colour = _best_of_lattice(*(array[::_FIRST_SAMPLES] for array in (behind, away, length)))
    met = _between(colour, behind, away, length)
    best = float(length[met].sum())
    for _ in range(_STEPS):
        colour = _improved(colour, met, behind, away, length)
        met = _between(colour, behind, away, length)
        best = max(best, float(length[met].sum()))
    return best / whole


def _best_of_lattice(behind: _Points, away: _Points, length: _Points) -> _Points:
    """Return the first of the colours that are tried first that most is a mixture with."""
    met = _between(_LATTICE[:, None], behind, away, length)
    most = max(range(len(_LATTICE)), key=lambda number: float(length[met[number]].sum()))
    return np.asarray(_LATTICE[most])


def _between(colour: _Points, behind: _Points, away: _Points, length: _Points) -> NDArray[np.bool_]:
    """Return which samples lie between what is behind and a colour, shape (..., n).

    Args:
        colour: shape (3,), or (n_colours, 1, 3).
        behind: shape (n, 3).
        away: likewise.
        length: of these, shape (n,).
    """
    whole = colour - behind
    contrast = np.linalg.norm(whole, axis=-1)
    part = np.einsum("...ni,ni->...n", whole, away) / np.maximum(1.0, np.square(contrast))
    beside = np.linalg.norm(away - part[..., None] * whole, axis=-1)
    near = beside < _NEAR + _NEAR_SHARE * length
    between = (part > 0) & (part < _MAX_OF_COLOUR)
    return np.asarray(near & between & (contrast > _MIN_CONTRAST))


def _improved(
    colour: _Points, met: NDArray[np.bool_], behind: _Points, away: _Points, length: _Points
) -> _Points:
    """Return the colour nearest to the lines of all that is between, by least squares."""
    if not met.any():
        return colour
    weight, at = length[met], behind[met]
    direction = away[met] / weight[:, None]
    beside = at - np.einsum("ni,ni->n", at, direction)[:, None] * direction
    total = float(weight.sum())
    slack = 0.02 * total
    normal = (total + slack) * np.eye(3) - (direction * weight[:, None]).T @ direction
    nearest = np.linalg.solve(normal, weight @ beside + slack * colour)
    return np.asarray(np.clip(nearest, -_BEYOND, 255 + _BEYOND), np.float32)
