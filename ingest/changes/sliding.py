"""Whether words go one way as one over a picture that stays where it is.

Words that fill the frame leave no cell at rest, and where they have a dark rim they make some cells
brighter and others darker. But all of them have one colour, or a mixture of two that is the same
everywhere: how much of it the cells show moves on from one second to the next, everywhere and
always by as much, and through the gaps the same picture is seen all the time.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.evenness import evenness
from ingest.changes.new_content import LUMA, allowed_change, gradient
from ingest.changes.one_colour import MOVES, CellChanges, mostly_shown

LINES: Final = 0.45
"""Lines of words, where smoke is not, have this much or more that is the same all along a row."""
A_LINE: Final = 0.1
"""One line of words that goes sideways, its letters one after the other, has this much or less."""
_MIN_TWOS: Final = 3
# A row is part of a line when more than this share of its cells move.
_LINE_ROW: Final = 0.2
# By a larger share of the picture nothing is moved that is in view for two seconds.
_MAX_MOVE: Final = 0.73
# So much of what there is must lie on what there was, of both.
_MIN_OVERLAP: Final = 0.1
# From this correlation on, a picture shows what the one before showed, moved; where it is, it is
# less alike by this.
_SAME, _MOVED_BY = 0.5, 0.15
# What differs by less from the colour shows little of how much of it there is.
_MIN_CONTRAST: Final = 25.0
# A cell is wider than the strokes of letters, so that the changes lead to a mixture, and some cells
# may be beyond that already: it is tried there and so many times as far away.
_FAR: Final = (1.0, 3.0)
# Words are at work everywhere at once: so much of what moves moves at a time.
_ACTIVITY, _EVEN = 0.25, 0.8

_Shares = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sliding:
    """Measures of what goes one way; shares, 0.0 to 1.0.

    Attributes:
        share: of twos of pictures, how many are the same moved by as much, up or down or sideways;
            0.0 of what is neither lines nor one line.
        lines: of how much the cells show of the colour, what is the same all along a row.
        bared: of how steep the pictures are where they move, what their mean is: what stays behind.
        two_colours: of the changes, how much is that of one or two colours.
    """

    share: float = 0.0
    lines: float = 0.0
    bared: float = 0.0
    two_colours: float = 0.0


def sliding(pictures: NDArray[np.uint8]) -> Sliding:
    """Tell whether each second picture is the one before, with words moved over what is behind.

    Args:
        pictures: in twos a second apart, shape (n, 54, 96, 3).
    """
    n_twos = len(pictures) // 2
    if n_twos < _MIN_TWOS:
        return Sliding()
    pictures = pictures[: 2 * n_twos]
    greys = pictures.astype(np.float32) @ LUMA
    behind = mostly_shown(greys)
    changes = np.abs(np.diff(greys, axis=0)) > allowed_change(gradient(behind))
    moving = np.mean(changes, axis=0) > MOVES
    if not _everywhere(changes, moving):
        return Sliding()
    cells = CellChanges.of_pictures(pictures, greys, behind, moving)
    colour = cells.colour()
    if colour is None:
        return Sliding()
    middle = pictures[:, moving].mean(axis=(0, 1), dtype=np.float32)
    share, lines = max(
        _goes(_shown(pictures, middle + far * (colour - middle)) * moving, moving) for far in _FAR
    )
    # The colours of what does not slide tell nothing, and take as long as all else.
    two_colours = cells.colour_shares()[1] if share else 0.0
    return Sliding(share, lines, _bared(greys, moving), two_colours)


def _everywhere(changes: NDArray[np.bool_], moving: NDArray[np.bool_]) -> bool:
    activity = float(np.median((changes & moving).mean(axis=(1, 2)))) / max(1e-6, moving.mean())
    return activity >= _ACTIVITY and evenness(changes, moving) >= _EVEN


def _goes(shown: _Shares, moving: NDArray[np.bool_]) -> tuple[float, float]:
    """Return in how many twos it is moved by as much, and how much of it is in lines.

    What is neither one line nor lines is not asked whether it is moved: that is most of the work.
    """
    in_row = moving.sum(axis=1)
    rows = shown.sum(axis=2) / np.maximum(1, in_row)
    lines = float((np.square(rows) @ in_row).sum()) / max(1e-6, float(np.square(shown).sum()))
    if A_LINE < lines < LINES:
        return 0.0, lines
    across = _sideways(np.ascontiguousarray(shown.swapaxes(1, 2)), moving.T)
    return max(_sideways(shown, moving), across), lines


def _shown(pictures: NDArray[np.uint8], colour: NDArray[np.float32]) -> _Shares:
    """Return how much of the colour each cell shows, more or less than on average."""
    middle = pictures.mean(axis=0, dtype=np.float32)
    whole = colour - middle
    contrast = np.maximum(np.square(whole).sum(axis=2), _MIN_CONTRAST**2)
    along = np.einsum("nijc,ijc->nij", pictures - middle, whole)
    return np.asarray(np.clip(along / contrast, -1, 1), np.float32)


def _bared(greys: NDArray[np.float32], moving: NDArray[np.bool_]) -> float:
    both = moving[1:] & moving[:-1]
    stays = np.square(np.diff(greys.mean(axis=0), axis=0))[both].sum()
    steep = np.square(np.diff(greys, axis=1)).mean(axis=0)[both].sum()
    return float(stays) / max(1e-6, float(steep))


def _sideways(shown: _Shares, moving: NDArray[np.bool_]) -> float:
    line = shown[:, moving.mean(axis=1) > _LINE_ROW]
    if not line.size:
        return 0.0
    line = line - line.mean(axis=2, keepdims=True)
    like = _likeness(line[::2], line[1::2])
    best, stays = int(like.mean(axis=0).argmax()), like.shape[1] // 2
    moved = (like[:, best] >= _SAME) & (like[:, best] - like[:, stays] >= _MOVED_BY)
    return float(np.mean(moved))


def _likeness(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the correlations of pictures, moved by so many columns; the middle one is by none."""
    width = before.shape[2]
    waves = [np.fft.rfft(pictures, 2 * width, axis=2) for pictures in (before, after)]
    products = np.fft.irfft((np.conj(waves[0]) * waves[1]).sum(axis=1), 2 * width, axis=1)
    furthest = int(_MAX_MOVE * width)
    columns = np.arange(-furthest, furthest + 1)
    energy_before, energy_after = (
        np.pad(np.square(pictures).sum(axis=1).cumsum(axis=1), ((0, 0), (1, 0)))
        for pictures in (before, after)
    )
    # Moved by c columns, the first width - c of ``before`` lie on the last of ``after``.
    first, last = np.maximum(-columns, 0), width - np.maximum(columns, 0)
    lying = energy_before[:, last] - energy_before[:, first]
    under = energy_after[:, last + columns] - energy_after[:, first + columns]
    overlapping = (lying > _MIN_OVERLAP * energy_before[:, -1:]) & (
        under > _MIN_OVERLAP * energy_after[:, -1:]
    )
    energy = np.sqrt(np.maximum(1e-6, lying * under))
    return np.where(overlapping, products[:, columns] / energy, 0.0)
