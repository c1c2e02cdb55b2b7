"""Near-duplicates: the same footage again, in another size, quality or cut of a second."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.tracks import Track

ALIKE: Final = 0.5
"""Videos whose tag counts have a lower cosine are not compared second by second."""

SAME_SECONDS: Final = 0.75
"""Mean likeness of the seconds from which on two videos are the same footage.

Of eleven real clips, copies of half the size and much lower quality had 0.85 to 0.96, but for two
that were so dark or small that other things were seen in them; no two different clips had over
0.53.
"""

_TOLERANCE: Final = 0.02


def could_be_same(
    seconds: NDArray[np.integer], other_seconds: int, likeness: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which videos are worth a look: tag counts alike, as long within 2% or a second."""
    apart = np.abs(seconds.astype(np.int64) - other_seconds)
    return (likeness >= ALIKE) & (apart <= max(1.0, _TOLERANCE * other_seconds))


def are_same_footage(track: Track, other: Track) -> bool:
    """Tell whether two videos show the same at the same seconds.

    The cosine of the confidences at each second both have, one after the other; 1 where neither
    shows anything. Counts cannot tell: any two talking heads of a minute are ``person, 60``, but
    they are not as sure at the same seconds.
    """
    n_seconds = min(track.n_seconds, other.n_seconds)
    if n_seconds == 0:
        return False
    keys, confidences = _observations(track, n_seconds)
    other_keys, other_confidences = _observations(other, n_seconds)
    common, at, other_at = np.intersect1d(keys, other_keys, assume_unique=True, return_indices=True)
    products = _per_second(common, confidences[at] * other_confidences[other_at], n_seconds)
    squares = _per_second(keys, confidences**2, n_seconds)
    other_squares = _per_second(other_keys, other_confidences**2, n_seconds)
    lengths = np.sqrt(squares * other_squares)
    likeness = np.divide(products, lengths, out=np.zeros(n_seconds), where=lengths > 0)
    likeness[(squares == 0) & (other_squares == 0)] = 1.0
    return bool(likeness.mean() >= SAME_SECONDS)


def _observations(track: Track, n_seconds: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return second and tag of each observation as one number, and its confidence."""
    end = int(track.starts[n_seconds])
    second = np.repeat(np.arange(n_seconds), np.diff(track.starts[: n_seconds + 1]))
    return (second << 32) + track.tags[:end], track.confidences[:end].astype(np.float64)


def _per_second(
    keys: NDArray[np.int64], values: NDArray[np.float64], n_seconds: int
) -> NDArray[np.float64]:
    return np.bincount(keys >> 32, values, minlength=n_seconds).astype(np.float64)
