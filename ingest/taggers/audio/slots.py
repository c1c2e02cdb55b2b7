"""Kinds of music along a sound, slot by slot."""

from collections.abc import Callable
from typing import Final

import numpy as np

from ingest.taggers.audio.kinds import clearly_alike
from ingest.taggers.audio.networks import Shares
from ingest.taggers.audio.spectra import Samples

N_TAGS: Final = 50


class MusicSlots:
    """Shares of musicnn's tags, from slot to slot.

    A slot after one that was listened to waits for the next. Where both are clearly of the same
    kinds it is what they are on average; else it is listened to as well.
    """

    def __init__(self, listen: Callable[[list[Samples]], Shares]) -> None:
        """Take what returns the shares of pieces, shape (n, 50)."""
        self._listen = listen
        self._slots: list[Shares] = []
        self._waiting: Samples | None = None

    def add(self, piece: Samples | None) -> None:
        """Take what is to be heard of the next slot; None where there is no music."""
        if piece is None:
            self._end_waiting()
            self._slots.append(np.full(N_TAGS, np.nan, np.float32))
        elif self._waiting is None and self._slots and np.isfinite(self._slots[-1]).all():
            self._waiting = piece.copy()
        else:
            shares = self._shares_of(piece)
            self._end_waiting(shares)
            self._slots.append(shares)

    def end(self) -> Shares:
        """Return the shares of each slot, shape (n_slots, 50); NaN where there is no music."""
        self._end_waiting()
        return np.stack(self._slots) if self._slots else np.zeros((0, N_TAGS), np.float32)

    def _end_waiting(self, after: Shares | None = None) -> None:
        if self._waiting is None:
            return
        before = self._slots[-1]
        if after is not None and clearly_alike(before, after):
            self._slots.append(((before + after) / 2).astype(np.float32))
        else:
            self._slots.append(self._shares_of(self._waiting))
        self._waiting = None

    def _shares_of(self, piece: Samples) -> Shares:
        (shares,) = self._listen([piece])
        return np.asarray(shares, np.float32)
