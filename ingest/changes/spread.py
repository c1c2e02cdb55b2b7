"""A few pictures of a video, spread evenly over it however long it gets."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.new_content import COLUMNS, ROWS, Colours

MAX_STORED: Final = 32


class Spread:
    """Keeps at most 32 small pictures, two after each other at a time: 0.5 MB; or fewer.

    Once they are that many, every other two are let go, and from then on every other two, two of
    eight ... of those that come are stored. Two after each other, because what comes back every two
    or four seconds would be the same in all pictures so far apart.
    """

    def __init__(self, max_stored: int = MAX_STORED) -> None:
        self._max_stored = max_stored
        self._stored: list[Colours] = []
        self._stride = 1
        self._n_pictures = 0

    def add(self, make: Callable[[], Colours]) -> None:
        """Take the next picture; it is only made if it is stored."""
        two, _ = divmod(self._n_pictures, 2)
        if two % self._stride == 0 and len(self._stored) == self._max_stored:
            self._stored = [stored for number, stored in enumerate(self._stored) if number % 4 < 2]
            self._stride *= 2
        if two % self._stride == 0:
            self._stored.append(make())
        self._n_pictures += 1

    def pictures(self) -> NDArray[np.uint8]:
        """Return what is stored, in order; shape (n, 54, 96, 3)."""
        return np.array(self._stored, np.uint8).reshape(-1, ROWS, COLUMNS, 3)
