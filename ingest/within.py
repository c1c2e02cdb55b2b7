"""A second look within a second, where one a second sees nothing move.

What comes back to where it was after one second, a record that turns sixty times a minute or
lines of text that follow each other, stands still for whoever looks once a second.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.motion import (
    COLUMNS,
    LEAST_AT_REST,
    LUMA,
    NEW_LOOK_SHARE,
    ROWS,
    Colours,
    changed_share,
    share_at_rest,
)

# Which of the calm seconds are looked at twice: a few, whether a video is short or long.
_CALM_SECONDS: Final = (2, 4, 9, 20, 50, 120)


class Within:
    """Compares a few calm seconds with what was shown just before."""

    def __init__(self) -> None:
        self._n_calm = 0
        self._n_looks = 0
        self._n_moved = 0
        self._moved: list[Colours] = []

    def see(self, now: Callable[[], Colours], before: Callable[[], Colours]) -> None:
        """Take a second that looks like the one before; pictures are made only when needed.

        Args:
            now: makes the picture of the second.
            before: makes the one shown a fraction of a second before.
        """
        self._n_calm += 1
        if self._n_calm not in _CALM_SECONDS:
            return
        self._n_looks += 1
        earlier, later = before(), now()
        greys = [(picture @ LUMA).astype(np.float32) for picture in (earlier, later)]
        if changed_share(*greys) > NEW_LOOK_SHARE:
            self._n_moved += 1
            if share_at_rest(greys[1] - greys[0]) >= LEAST_AT_REST:
                self._moved += [earlier, later]

    def share(self) -> float:
        """Return in which share of the looks something moved; 0.0 if there were fewer than two."""
        return self._n_moved / self._n_looks if self._n_looks > 1 else 0.0

    def pictures(self) -> NDArray[np.uint8]:
        """Return the pictures between which a part moved, the rest not; shape (n, 54, 96, 3)."""
        return np.array(self._moved, np.uint8).reshape(-1, ROWS, COLUMNS, 3)
