"""Measures of what covers the picture behind and how it changes: what drawings of any kind share.

What is drawn ends at its edge and leaves the rest of the picture as it was, is brighter than what
is behind more often than not, and comes up where it is. What is there in the world lights and
shades what is beside it, and what it shows was a little to the side before.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.new_content import Grey
from ingest.changes.parts import Parts, left_when_shifted

_MIN_MOVING: Final = 8
# A cell is covered when it differs by this from what is behind, in the space of colours.
_COVERS: Final = 18.0
# Cells so far from what moves are beside it, the nearest one being blurred with it.
_BLURRED, _BESIDE = 1, 4
# So many pictures tell where they were shifted from, where they differ by more than this.
_PAIRS, _CHANGED = 8, 7.0
# Of so many levels of red, green and blue, the colours that a fifth of the covered cells have,
# those that differ most, of at least so many.
_LEVELS, _FIFTH, _MIN_COLOURS = 8, 5, 5
_COMMONEST: Final = 3
# Changes are compared with those up to so many columns, or rows, further.
_COLUMNS_ON, _ROWS_ON = 24, 16

_Greys = NDArray[np.float32]
_Cells = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Measures of the cells that change, and of those beside them.

    Attributes:
        beside: grey levels by which the cells near those that move change from one picture to the
            next, on average.
        resting: likewise, all that do not move.
        lighter: share of the covered cells that are brighter than what is behind.
        in_one_piece: of a picture's covered cells, the share of the largest connected part.
        tops: standard deviation of the first rows of these parts, in rows; 0.0 of few.
        feet: of the last rows.
        skewed: skewness of what each moving cell shows over time.
        shifted: of the change from one picture to the next, how much is left when each place may
            show what was up to two cells beside it.
        bent: likewise, of how pictures differ from what is behind.
        smooth: correlation of what neighbours in a row show, over time.
        lasting: correlation of what cells show in a picture and in the next.
        opposed_across: the least correlation of the changes with those up to 24 columns further.
        opposed_down: up to 16 rows.
        few_colours: of the covered cells that differ most, how many have the three commonest
            colours of 512.
        drift: standard deviation of the mean colour of the covered cells, from picture to picture.
        texture: grey levels by which covered cells differ from those around them.
        coarser: the same, over what it is behind.
        off_middle: how far the middle of what moves is from the picture's, over its width.
        low: how far down it is, over the height.
        margin: free columns on the narrower side, over the width.
        lopsided: what the other side has more.
        stepped: sum of the steps of how much moves from row to row.
        ringed: deviation of how far moving cells are from their middle, over the mean.
    """

    beside: float = 0.0
    resting: float = 0.0
    lighter: float = 0.0
    in_one_piece: float = 0.0
    tops: float = 0.0
    feet: float = 0.0
    skewed: float = 0.0
    shifted: float = 0.0
    bent: float = 0.0
    smooth: float = 0.0
    lasting: float = 0.0
    opposed_across: float = 0.0
    opposed_down: float = 0.0
    few_colours: float = 0.0
    drift: float = 0.0
    texture: float = 0.0
    coarser: float = 0.0
    off_middle: float = 0.0
    low: float = 0.0
    margin: float = 0.0
    lopsided: float = 0.0
    stepped: float = 0.0
    ringed: float = 0.0


def pattern(
    pictures: NDArray[np.uint8], greys: _Greys, behind: Grey, backdrop: _Greys, moving: _Cells
) -> Pattern:
    """Measure how pictures of one scene change.

    Args:
        pictures: in their order, shape (n, 54, 96, 3).
        greys: the same without colours, shape (n, 54, 96).
        behind: what each cell shows while nothing is before it, shape (54, 96).
        backdrop: the same of the cells that move, with its colours, shape (n_moving, 3).
        moving: the cells that change time and again, shape (54, 96).
    """
    if np.count_nonzero(moving) < _MIN_MOVING:
        return Pattern()
    shown = pictures[:, moving].astype(np.float32)
    distance = np.sqrt(np.square(shown - backdrop).sum(axis=2))
    is_covered = distance > _COVERS
    if not is_covered.any():
        return Pattern()
    covered = np.zeros(greys.shape, np.bool_)
    covered[:, moving] = is_covered
    changes = np.where(moving, np.diff(greys, axis=0), np.float32(0))
    in_one_piece, tops, feet = _parts(covered)
    texture, coarser = _texture(greys, behind, covered)
    away = greys - greys.mean(axis=0)
    return Pattern(
        beside=_change(greys, _widened(moving, _BESIDE) & ~_widened(moving, _BLURRED)),
        resting=_change(greys, ~moving),
        lighter=float(np.mean((greys > behind)[covered])),
        in_one_piece=in_one_piece,
        tops=tops,
        feet=feet,
        skewed=_skewed(away[:, moving]),
        **_shifts(greys, behind, moving),
        smooth=_correlation(away[:, :, 1:], away[:, :, :-1], moving[:, 1:] & moving[:, :-1]),
        lasting=_energy(away[1:, moving] * away[:-1, moving]) / _energy(away[:, moving] ** 2),
        opposed_across=_opposed(changes, _COLUMNS_ON),
        opposed_down=_opposed(changes.swapaxes(1, 2), _ROWS_ON),
        few_colours=_few_colours(shown, distance, is_covered),
        drift=_drift(shown, is_covered),
        texture=texture,
        coarser=coarser,
        **_place(moving),
    )


def _change(greys: _Greys, cells: _Cells) -> float:
    return float(np.abs(np.diff(greys[:, cells], axis=0)).mean()) if cells.any() else 0.0


def _widened(cells: _Cells, by: int) -> _Cells:
    """Return the cells that are at most so many steps away, up, down or sideways."""
    for _ in range(by):
        wider = cells.copy()
        wider[1:] |= cells[:-1]
        wider[:-1] |= cells[1:]
        wider[:, 1:] |= cells[:, :-1]
        wider[:, :-1] |= cells[:, 1:]
        cells = wider
    return cells


def _spread(n: int) -> NDArray[np.intp]:
    return np.unique(np.linspace(1, n - 1, _PAIRS).astype(np.intp))


def _parts(covered: _Cells) -> tuple[float, float, float]:
    parts = [Parts.of(cells) for cells in covered[_spread(len(covered))] if cells.any()]
    uneven = [both for both in (part.unevenness() for part in parts) if both]
    tops, feet = np.mean(uneven, axis=0).tolist() if uneven else (0.0, 0.0)
    return float(np.mean([part.largest() for part in parts])) if parts else 0.0, tops, feet


def _skewed(away: _Greys) -> float:
    spread = np.sqrt(np.square(away).mean(axis=0)) + 1e-3
    return float(np.mean((away / spread) ** 3))


def _shifts(greys: _Greys, behind: Grey, moving: _Cells) -> dict[str, float]:
    which = _spread(len(greys))
    after = greys[which]
    left = {}
    for name, before in (
        ("shifted", greys[which - 1]),
        ("bent", np.broadcast_to(behind, after.shape)),
    ):
        counted = (np.abs(after - before) > _CHANGED) & moving
        least, stays = left_when_shifted(np.asarray(before), after, counted)
        left[name] = least / stays if stays else 1.0
    return left


def _energy(values: NDArray[np.floating]) -> float:
    return max(1e-6, float(values.sum()))


def _correlation(one: _Greys, other: _Greys, cells: _Cells) -> float:
    one, other = one[:, cells], other[:, cells]
    both = float((one * other).sum())
    return both / max(1e-6, float(np.sqrt(np.square(one).sum() * np.square(other).sum())))


def _opposed(changes: _Greys, n_further: int) -> float:
    width = changes.shape[2]
    waves = np.fft.rfft(changes, 2 * width, axis=2)
    alike = np.fft.irfft(np.square(np.abs(waves)).sum(axis=(0, 1)), 2 * width)[:n_further]
    return float(alike.min()) / max(1e-6, float(alike[0]))


def _few_colours(shown: _Greys, distance: _Greys, is_covered: _Cells) -> float:
    cells, far = shown[is_covered], distance[is_covered]
    most = cells[np.argsort(-far)[: max(_MIN_COLOURS, len(cells) // _FIFTH)]]
    red, green, blue = (most // (256 // _LEVELS)).astype(np.intp).T
    counts = np.bincount((red * _LEVELS + green) * _LEVELS + blue)
    return float(np.sort(counts)[-_COMMONEST:].sum()) / len(most)


def _drift(shown: _Greys, is_covered: _Cells) -> float:
    means = [
        cells[which].mean(axis=0)
        for cells, which in zip(shown, is_covered, strict=True)
        if np.count_nonzero(which) > _MIN_COLOURS
    ]
    return float(np.std(means, axis=0).mean()) if len(means) > _MIN_COLOURS // 2 else 0.0


def _texture(greys: _Greys, behind: Grey, covered: _Cells) -> tuple[float, float]:
    detail, own = _detail(greys), _detail(behind[None])
    energy = float(np.square(detail[covered]).mean())
    under = float(np.square(np.broadcast_to(own, detail.shape)[covered]).mean())
    return float(np.sqrt(energy)), float(np.sqrt(energy / max(1e-6, under)))


def _detail(greys: _Greys) -> _Greys:
    """Return what each cell shows less the mean of itself and its eight neighbours."""
    wide = np.pad(greys, ((0, 0), (1, 1), (1, 1)), "symmetric")
    rows = wide[:, :-2] + wide[:, 1:-1] + wide[:, 2:]
    return np.asarray(greys - (rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:]) / 9, np.float32)


def _place(moving: _Cells) -> dict[str, float]:
    rows, columns = np.nonzero(moving)
    height, width = moving.shape
    left, right = int(columns.min()), width - 1 - int(columns.max())
    far = np.hypot(
        (rows - rows.mean()) / max(1.0, rows.std()),
        (columns - columns.mean()) / max(1.0, columns.std()),
    )
    return {
        "off_middle": abs(float(columns.mean()) / (width - 1) - 0.5),
        "low": float(rows.mean()) / (height - 1),
        "margin": min(left, right) / width,
        "lopsided": abs(left - right) / width,
        "stepped": float(np.abs(np.diff(moving.mean(axis=1))).sum()),
        "ringed": float(far.std() / max(1e-6, far.mean())),
    }
