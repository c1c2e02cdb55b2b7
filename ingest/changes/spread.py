"""A few pictures of a video, spread evenly over it however long it gets."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.new_content import COLUMNS, ROWS, Colours

MAX_PICTURES: Final = 32


class Spread:
    """Keeps at most 32 small pictures, two after each other at a time: 0.5 MB; or fewer.

    Once they are that many, every other two are let go, and from then on every other two, two of
    eight ... of those that come are held. Two after each other, because what comes back every two
    or four seconds would be the same in all pictures so far apart.
    """

    def __init__(self, max_pictures: int = MAX_PICTURES) -> None:
        self._max_pictures = max_pictures
        self._held: list[Colours] = []
        self._stride = 1
        self._n_pictures = 0

    def add(self, make: Callable[[], Colours]) -> None:
        """Take the next picture; it is only made if it is held."""
        two, _ = divmod(self._n_pictures, 2)
        if two % self._stride == 0 and len(self._held) == self._max_pictures:
            self._held = [held for number, held in enumerate(self._held) if number % 4 < 2]
            self._stride *= 2
        if two % self._stride == 0:
            self._held.append(make())
        self._n_pictures += 1

    def pictures(self) -> NDArray[np.uint8]:
        """Return what is held, in order; shape (n, 54, 96, 3)."""
        return np.array(self._held, np.uint8).reshape(-1, ROWS, COLUMNS, 3)
