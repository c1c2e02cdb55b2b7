"""A second look within a second, where one a second leaves in doubt what moves.

What comes back to where it was after one second, a record that turns sixty times a minute or
lines of text that follow each other, stands still for whoever looks once a second. And what is
another thing every second, words that are marked in turn, may have stood still in between, as
nobody does who moves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.evenness import LARGE
from ingest.changes.frame_difference import Difference
from ingest.changes.new_content import (
    COLUMNS,
    LUMA,
    MIN_AT_REST,
    NEW_CONTENT_SHARE,
    ROWS,
    Colours,
    Grey,
    changed_share,
    share_at_rest,
)
from ingest.changes.parts import left_when_shifted

# From this correlation on, what changed is the same again so many rows or columns further.
_REPEATS: Final = 0.5
# After the nearest, which are alike because cells are blurred, they must have been unlike once.
_UNLIKE: Final = 0.1

# Which of the calm seconds are looked at twice: a few, whether a video is short or long.
_CALM_SECONDS: Final = (2, 4, 9, 20, 50, 120)
# Likewise, of those in which a part changed; once so many were no exchange, no more.
_LIVELY_SECONDS: Final = (1, 2, 3, 4, 6, 8, 11, 15, 20, 30, 60, 120)
_MAX_IN_VAIN: Final = 6
_MIN_LIVELY: Final = 2
# What changed in a second stood still before when less of it than this differs, by more than this
# many grey levels.
_STOOD, _STIRS, _MOVED = 0.1, 4.0, 7.0


@dataclass(frozen=True, slots=True)
class _Exchange:
    """Shares of the cells that changed in a second, and in the end of it.

    ``stirs`` is how much of what changed did so in the end as well, ``pace`` by how much, over by
    how much in all of the second, ``moved`` how many cells did in the end, over how many in all of
    it; ``left`` is how much of that is left, and how much there is, as ``left_when_shifted``
    returns.
    """

    changed: float
    stirred: float
    stirs: float
    pace: float
    moved: float
    left: tuple[float, float]

    @property
    def stood(self) -> bool:
        """Whether what changed stood still in the end."""
        return self.stirs < _STOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Measures of what moves within a fraction of a second, as in ``kind_evidence.Evidence``."""

    pace: float = 0.0
    moved: float = 0.0
    stirs: float = 0.0
    stirs_unevenly: float = 0.0
    shifted_within: float = 0.5


class Exchanges:
    """Compares a few lively seconds with what was shown just before: whether they stand still.

    Whoever moves is somewhere else a fifth of a second before; words are not.
    """

    def __init__(self) -> None:
        self._n_lively = 0
        self._compared: list[_Exchange] = []

    def add(
        self,
        now: Callable[[], Colours],
        before: Callable[[], Colours],
        difference: Difference,
    ) -> None:
        """Take a second in which a part changed; pictures are made only when needed.

        Args:
            now: makes the picture of the second.
            before: makes the one shown a fraction of a second before.
            difference: of the picture and that of the second before.
        """
        self._n_lively += 1
        in_vain = len(self._compared) >= _MAX_IN_VAIN and not any(
            one.stood for one in self._compared
        )
        if in_vain or self._n_lively not in _LIVELY_SECONDS:
            return
        earlier, later = ((picture @ LUMA).astype(np.float32) for picture in (before(), now()))
        changed, size = difference.over > 1, np.abs(later - earlier)
        moved = size > _MOVED
        self._compared.append(
            _Exchange(
                float(np.mean(changed)),
                changed_share(earlier, later),
                stirs=float(np.mean(size[changed] > _STIRS)),
                pace=float(size[changed].mean()) / max(1.0, float(difference.size[changed].mean())),
                moved=np.count_nonzero(moved) / np.count_nonzero(changed),
                left=left_when_shifted(earlier[None], later[None], moved[None]),
            )
        )

    def share(self) -> float:
        """Return, of the seconds in which much changed, the share in which it stood in the end."""
        if len(self._compared) < _MIN_LIVELY:
            return 0.0
        largest = max(one.changed for one in self._compared)
        return float(
            np.mean([one.stood for one in self._compared if one.changed >= LARGE * largest])
        )

    def stirring(self) -> float:
        """Return how much changed within a fraction of a second, over what changed in a second.

        What jumps to and fro changes as much in either; what goes its way, a part of it; what is
        exchanged at once, nothing. 0.0 if nothing was compared.
        """
        changed = sum(one.changed for one in self._compared)
        return sum(one.stirred for one in self._compared) / changed if changed else 0.0

    def pace(self) -> "Pace":
        """Return how what changes moves within a fraction of a second."""
        if not self._compared:
            return Pace()
        stirs = [one.stirs for one in self._compared]
        least, stays = np.sum([one.left for one in self._compared], axis=0).tolist()
        return Pace(
            pace=float(np.mean([one.pace for one in self._compared])),
            moved=float(np.mean([one.moved for one in self._compared])),
            stirs=float(np.mean(stirs)),
            stirs_unevenly=float(np.std(stirs)),
            shifted_within=least / stays if stays else 0.5,
        )


class Within:
    """Compares a few calm seconds with what was shown just before."""

    def __init__(self) -> None:
        self._n_calm = 0
        self._n_pairs = 0
        self._n_moved = 0
        self._n_repeating = 0
        self._moved: list[Colours] = []

    def add(self, now: Callable[[], Colours], before: Callable[[], Colours]) -> None:
        """Take a second that looks like the one before; pictures are made only when needed.

        Args:
            now: makes the picture of the second.
            before: makes the one shown a fraction of a second before.
        """
        self._n_calm += 1
        if self._n_calm not in _CALM_SECONDS:
            return
        self._n_pairs += 1
        earlier, later = before(), now()
        greys = [(picture @ LUMA).astype(np.float32) for picture in (earlier, later)]
        if changed_share(*greys) > NEW_CONTENT_SHARE:
            self._n_moved += 1
            self._n_repeating += repeats(greys[1] - greys[0])
            if share_at_rest(greys[1] - greys[0]) >= MIN_AT_REST:
                self._moved += [earlier, later]

    def share(self) -> float:
        """Return in which share of the pairs something moved; 0.0 if there were fewer than two."""
        return self._n_moved / self._n_pairs if self._n_pairs > 1 else 0.0

    def pictures(self) -> NDArray[np.uint8]:
        """Return the pictures between which a part moved, the rest not; shape (n, 54, 96, 3)."""
        return np.array(self._moved, np.uint8).reshape(-1, ROWS, COLUMNS, 3)

    def repeating(self) -> float:
        """Return, of the pairs in which something moved, the share in which it repeats itself."""
        return self._n_repeating / max(1, self._n_moved)


def repeats(difference: Grey) -> bool:
    """Tell whether a difference of two pictures is the same again some rows or columns further.

    Whatever moves on and is where it was a second later, though it does not turn, is made of equal
    lines or signs that follow each other; footage that is shown again and again is not.

    Args:
        difference: shape (54, 96).
    """
    return max(_again(difference), _again(difference.T)) >= _REPEATS


def _again(difference: Grey) -> float:
    """Return the best correlation with itself, moved by rows, after the first that is low."""
    likeness = [_likeness(difference[rows:], difference[:-rows]) for rows in _moves(difference)]
    unlike = next((n for n, like in enumerate(likeness) if like < _UNLIKE), len(likeness))
    return max(likeness[unlike:], default=0.0)


def _moves(difference: Grey) -> range:
    return range(1, len(difference) // 2 + 1)


def _likeness(one: Grey, other: Grey) -> float:
    energy = np.sqrt(np.square(one).sum() * np.square(other).sum())
    return float((one * other).sum()) / max(1e-6, float(energy))
