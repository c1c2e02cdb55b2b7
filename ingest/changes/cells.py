"""Changes of each cell over a whole video, and the part of the picture that stays."""

from array import array
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.evenness import LARGE
from ingest.changes.frame_difference import Difference
from ingest.changes.new_content import COLUMNS, ROWS
from ingest.changes.one_colour import MOVES

# A cell stays when it changes in this share of the pairs at most.
_MAX_UNREST: Final = 0.03
# A row of cells, or a column, moves when more than this share of them does not stay.
_ROW_MOVES: Final = 0.02
# A line is as high as this share of the picture at most, and as wide at least.
_LINE_BAND, _LINE_ACROSS = 0.1, 0.5
# The lull, the middle and the burst of how much moves at a time.
_QUANTILES: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class AtRest:
    """The part of the picture that stays; as ``quiet``, ``quiet_pairs`` ... of ``Evidence``.

    ``activity`` is ``lull``, ``activity`` and ``burst`` of it; ``standing`` and ``shuttling``
    likewise.
    """

    share: float
    n_pairs: int
    noise: float
    band: float
    across: float
    moving: float
    activity: tuple[float, float, float]
    standing: float
    shuttling: float


class Cells:
    """Number and size of each cell's changes, in pairs where nothing jumps, zooms or fades."""

    def __init__(self) -> None:
        self._n_pairs = 0
        self._n_changed = np.zeros((ROWS, COLUMNS), np.int32)
        self._size = np.zeros((ROWS, COLUMNS))
        self._shares = array("f")
        self._gross = array("f")
        self._net = array("f")

    def add(self, difference: Difference) -> None:
        """Take the next pair."""
        changed = difference.over > 1
        self._n_pairs += 1
        self._n_changed += changed
        self._size += difference.size
        self._log(
            np.count_nonzero(changed) / changed.size,
            float(difference.size[changed].sum()),
            float(difference.signed[changed].sum()),
        )

    def add_same(self) -> None:
        """Take a pair of the same picture."""
        self._n_pairs += 1
        self._log(0.0, 0.0, 0.0)

    def moving(self) -> NDArray[np.bool_]:
        """Return the cells that change time and again, shape (54, 96)."""
        return np.asarray(self._n_changed > MOVES * self._n_pairs)

    def filled(self, in_the_end: NDArray[np.bool_]) -> float:
        """Return of the cells that changed ever, the share that is not what it was at first.

        Args:
            in_the_end: the cells that are not, shape (54, 96); where they make no line from side to
                side, 0.0 is returned.
        """
        if _extent(in_the_end) > _LINE_BAND or _extent(in_the_end.T) < _LINE_ACROSS:
            return 0.0
        ever = self._n_changed > 0
        return share_of(in_the_end[ever])

    def at_rest(self) -> AtRest:
        """Return what stays, and how what does not stay moves."""
        stays = self._n_changed <= _MAX_UNREST * self._n_pairs
        moving = float(np.mean(self.moving()))
        shares = np.array(self._shares) / max(moving, 1 / stays.size)
        lull, middle, burst = np.quantile(shares, _QUANTILES).tolist() if shares.size else (0, 0, 0)
        standing, shuttling = self._between_large_changes(shares)
        return AtRest(
            share=share_of(stays),
            n_pairs=self._n_pairs,
            noise=middle_of(self._size[stays] / max(1, self._n_pairs)),
            band=_extent(~stays),
            across=_extent(~stays.T),
            moving=round(moving, 4),
            activity=(round(lull, 4), round(middle, 4), round(burst, 4)),
            standing=standing,
            shuttling=shuttling,
        )

    def _between_large_changes(self, shares: NDArray[np.floating]) -> tuple[float, float]:
        """Return the share of the pairs that are, and of all change what goes to and fro in them.

        What moves by covers what is behind and bares it again, so that its changes cancel out;
        letters that are lit one by one all change the same way.
        """
        if not shares.size:
            return 0.0, 0.0
        small = shares < LARGE * (float(np.quantile(shares, _QUANTILES[-1])) or float(shares.max()))
        gross, net = np.array(self._gross), np.array(self._net)
        shuttling = float(gross[small].sum() - abs(net[small].sum()))
        return share_of(small), round(shuttling / max(1e-6, float(gross.sum())), 4)

    def _log(self, share: float, gross: float, net: float) -> None:
        self._shares.append(share)
        self._gross.append(gross)
        self._net.append(net)


def _extent(moves: NDArray[np.bool_]) -> float:
    """Return the share of the rows from the first that moves to the last."""
    rows = np.flatnonzero(np.mean(moves, axis=1) > _ROW_MOVES)
    return round(float(rows[-1] - rows[0] + 1) / len(moves), 4) if rows.size else 0.0


def share_of(which: NDArray[np.bool_]) -> float:
    """Return the share of cells or pairs for which it holds; 0.0 of none."""
    return round(float(np.mean(which)), 4) if which.size else 0.0


def middle_of(values: NDArray[np.floating]) -> float:
    """Return the median; 0.0 of none."""
    return round(float(np.median(values)), 4) if values.size else 0.0
