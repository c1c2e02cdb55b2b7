"""Looking up names in a sorted list of names, all as bytes."""

import numpy as np
from numpy.typing import NDArray

from engine.kernels.compiled import compiled

Text = NDArray[np.uint8]
Starts = NDArray[np.int64]


def _compare(
    text: Text, start: int, end: int, other: Text, other_start: int, other_end: int
) -> int:
    """Return below 0, 0 or above 0 as ``text`` comes before, is, or comes after ``other``."""
    length = min(end - start, other_end - other_start)
    for at in range(length):
        if text[start + at] != other[other_start + at]:
            return -1 if text[start + at] < other[other_start + at] else 1
    return (end - start) - (other_end - other_start)


compare = compiled(_compare)


def _find(
    text: Text, starts: Starts, names: Text, name_starts: Starts, rows: NDArray[np.int64]
) -> None:
    """Fill ``rows`` with the place of every wanted name among the sorted ones, or -1."""
    for name in range(rows.size):
        start, end = name_starts[name], name_starts[name + 1]
        low, high = 0, starts.size - 1
        while low < high:
            middle = (low + high) // 2
            if compare(text, starts[middle], starts[middle + 1], names, start, end) < 0:
                low = middle + 1
            else:
                high = middle
        rows[name] = -1
        inside = low < starts.size - 1
        if inside and compare(text, starts[low], starts[low + 1], names, start, end) == 0:
            rows[name] = low


def _steps(_text: Text, starts: Starts, names: Text, *_: object) -> int:
    return names.size * starts.size.bit_length()


find_names = compiled(_find, steps=_steps)
