"""Loudness of each second of sound."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.taggers.audio.spectra import RATE, Samples

SILENT_DBFS: Final = -60.0
"""Level below which a second is silent: a quiet room is recorded at -50 or so, a whisper at -40."""

_FULL_SCALE: Final = 32_768.0
_A_DECIBEL: Final = 0.03  # of confidence
_AT_SILENT: Final = 0.7


def levels(samples: Samples, n_seconds: int) -> NDArray[np.float64]:
    """Return the level of each second in dB below full scale, shape (n_seconds,).

    A constant offset is no sound. Where there are no samples the level is minus infinity.
    """
    decibels = np.full(n_seconds, -np.inf)
    for second in range(n_seconds):
        own = samples[second * RATE : (second + 1) * RATE]
        deviation = own.std() if len(own) else 0.0
        if deviation > 0:
            decibels[second] = 20 * np.log10(deviation / _FULL_SCALE)
    return decibels


def silence(levels_dbfs: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return how sure silence is: 0.7 at ``SILENT_DBFS``, 1 at 10 dB less."""
    sure = _AT_SILENT + _A_DECIBEL * (SILENT_DBFS - levels_dbfs)
    return np.clip(sure, 0.0, 1.0).astype(np.float32)
