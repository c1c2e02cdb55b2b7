"""When the tags of a match were seen: runs of seconds, as evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.counting import check_threshold
from engine.store.tracks import Track, quantise


@dataclass(frozen=True, slots=True)
class SecondRange:
    """A run of seconds, both ends included."""

    first: int
    last: int


def second_ranges(seconds: NDArray[np.integer]) -> tuple[SecondRange, ...]:
    """Return the runs of some seconds; shape (n,), rising, each once."""
    if not len(seconds):
        return ()
    breaks = np.flatnonzero(np.diff(seconds) > 1)
    firsts = seconds[np.concatenate([[0], breaks + 1])]
    lasts = seconds[np.concatenate([breaks, [len(seconds) - 1]])]
    return tuple(map(SecondRange, firsts.tolist(), lasts.tolist()))


def seen_ranges(
    track: Track, tags: Sequence[int], threshold: float
) -> dict[int, tuple[SecondRange, ...]]:
    """Return when each tag's confidence reached the threshold, in one pass over the track.

    Args:
        track: what was seen.
        tags: numbers.
        threshold: least confidence that counts, 0.0 to 1.0.

    Returns:
        Tag -> its runs, empty for one that never reached it; together they are as many seconds
        as ``engine.counting.count_tags`` counts.
    """
    places = np.flatnonzero(track.confidences >= quantise(check_threshold(threshold)))
    passing = track.tags[places]
    ranges = {}
    for tag in tags:
        own = places[passing == tag]
        ranges[tag] = second_ranges(np.searchsorted(track.starts, own, side="right") - 1)
    return ranges
