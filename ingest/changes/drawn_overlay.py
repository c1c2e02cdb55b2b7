"""Whether what moves before a picture at rest is drawn over it: in one colour, or turning.

A cell that something of one colour covers in part shows a mixture of that colour and of what is
behind. So whatever a cell shows at two times lies, in the space of colours, on a line through the
colour of the drawing, for every cell another line: all of them meet in one place. What is there in
the world has shades, and its lines meet nowhere.
"""

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.evenness import evenness
from ingest.changes.mixtures import mixed
from ingest.changes.new_content import LUMA, Grey, allowed_change, gradient
from ingest.changes.one_colour import BEHIND_SHARE, MOVES, CellChanges, mostly_shown
from ingest.changes.pattern import Pattern, pattern
from ingest.changes.turning import turning

_MIN_PICTURES: Final = 3
# A cell that differs by so much (in the space of colours), so often, tells what its own colour is.
_MIN_LENGTH, _MIN_TIMES = 15.0, 3
# Cells are as bright where they differ by less than this, in grey levels.
_AS_BRIGHT: Final = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing(Pattern):
    """Measures of the cells that change; shares of how much they do, 0.0 to 1.0.

    Attributes:
        one_colour: of the change, how much is that of one colour over what is behind.
        two_colours: or of one of two.
        one_sided: how much is, in each cell, to the same side: brighter always, or darker.
        alike: how much is to the same side in all cells behind which it is as bright.
        tint: grey levels by which the changes are other than grey, on average.
        turning: of the pictures, how many are the one before with a disc turned.
        mixed: of what differs from what is behind, how much lies between that and one
            brighter colour.
        own_colour: of what differs, how much lies, in each cell, on one line through what is
            behind.
        even: of the parts of what moves, how many take part in a large change.
    """

    one_colour: float = 0.0
    two_colours: float = 0.0
    one_sided: float = 0.0
    alike: float = 0.0
    tint: float = 0.0
    turning: float = 0.0
    mixed: float = 0.0
    own_colour: float = 0.0
    even: float = 0.0


def drawing(pictures: NDArray[np.uint8]) -> Drawing:
    """Tell what pictures of one scene have in common where they change.

    Args:
        pictures: in their order, shape (n, 54, 96, 3).
    """
    if len(pictures) < _MIN_PICTURES:
        return Drawing()
    greys = pictures.astype(np.float32) @ LUMA
    behind = mostly_shown(greys)
    changes = np.abs(np.diff(greys, axis=0)) > allowed_change(gradient(behind))
    moving = np.mean(changes, axis=0) > MOVES
    if not moving.any():
        return Drawing()
    one, two, tint = CellChanges.of_pictures(pictures, greys, behind, moving).colour_shares()
    one_sided, alike = _one_sided(greys, behind, moving)
    backdrop = _backdrop(pictures, greys, behind, moving)
    mixture, own_colour = _mixed(pictures, greys, behind, moving, backdrop)
    return Drawing(
        **asdict(pattern(pictures, greys, behind, backdrop, moving)),
        one_colour=one,
        two_colours=two,
        one_sided=one_sided,
        alike=alike,
        tint=tint,
        turning=turning(greys),
        mixed=mixture,
        own_colour=own_colour,
        even=evenness(changes, moving),
    )


def _backdrop(
    pictures: NDArray[np.uint8],
    greys: NDArray[np.float32],
    behind: Grey,
    moving: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Return the colours behind the cells that move, shape (n_moving, 3)."""
    # Of these alone: to sort all of them takes as long as all else here.
    away = np.abs(greys - behind)[:, moving]
    n_alike = max(2, int(np.ceil(BEHIND_SHARE * len(pictures))))
    bare = np.argsort(away, axis=0)[:n_alike, :, None]
    shown = np.take_along_axis(pictures[:, moving], bare, axis=0)
    return np.asarray(shown.mean(axis=0), np.float32)


def _mixed(
    pictures: NDArray[np.uint8],
    greys: NDArray[np.float32],
    behind: Grey,
    moving: NDArray[np.bool_],
    backdrop: NDArray[np.float32],
) -> tuple[float, float]:
    """Return what is a mixture with one colour for all cells, and with one for each."""
    shown, away = pictures[:, moving], np.abs(greys - behind)[:, moving]
    when, cell = np.nonzero(away > allowed_change(gradient(behind))[moving])
    at = backdrop[cell]
    return mixed(at, shown[when, cell] - at), _own_colour(shown - backdrop)


def _own_colour(away: NDArray[np.float32]) -> float:
    """Return how much lies along the line that explains most, for each cell another.

    Args:
        away: what cells show less what is behind, shape (n, n_cells, 3).
    """
    far = np.linalg.norm(away, axis=2) > _MIN_LENGTH
    often = far.sum(axis=0) >= _MIN_TIMES
    if not often.any():
        return 0.0
    counts = (away * far[..., None])[:, often].transpose(1, 0, 2)
    along = np.linalg.eigvalsh(counts.transpose(0, 2, 1) @ counts)
    return float(along[:, -1].sum() / along.sum())


def _one_sided(
    greys: NDArray[np.float32], behind: Grey, moving: NDArray[np.bool_]
) -> tuple[float, float]:
    """Return how much is to one side in each cell, and in all cells of the same brightness."""
    away = (greys - behind)[:, moving]
    away = np.where(np.abs(away) > allowed_change(np.zeros((), np.float32)), away, 0)
    total = float(np.abs(away).sum())
    if not total:
        return 0.0, 0.0
    cells = away.sum(axis=0)
    levels = np.bincount((behind[moving] / _AS_BRIGHT).astype(int), weights=cells)
    return float(np.abs(cells).sum()) / total, float(np.abs(levels).sum()) / total
