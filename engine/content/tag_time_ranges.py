"""Time ranges of each tag: runs of seconds on which its confidence reached a threshold."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from engine.content.counting import passing_observations
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import Threshold, Track

_NO_TAG: Final = 2**62
"""Above every number of a tag."""


def tag_time_ranges(
    track: Track, tags: Sequence[int], threshold: Threshold
) -> dict[int, tuple[TimeRange, ...]]:
    """Return when each tag's confidence reached the threshold, in one pass over the track.

    Args:
        track: the observations.
        tags: numbers.
        threshold: least confidence that counts, 0.0 to 1.0, of all tags or one a tag.

    Returns:
        Tag -> its runs, empty for one that never reached it; together they are as many seconds
        as ``engine.content.counting.count_tags`` counts.
    """
    requested = sorted(set(tags))
    # One more than there are: what is above them all belongs to none.
    numbers = np.array([*requested, _NO_TAG], np.int64)
    positions = np.flatnonzero(passing_observations(track, threshold))
    passing = track.tags[positions]
    owners = np.searchsorted(numbers, passing)
    is_requested = numbers[owners] == passing
    positions, owners = positions[is_requested], owners[is_requested]
    if not len(positions):
        return dict.fromkeys(requested, ())
    seconds = np.searchsorted(track.starts, positions, side="right") - 1
    # Tag by tag and second by second on one line, with a gap between the tags.
    width = track.n_seconds + 2
    line = np.sort(owners * width + seconds)
    breaks = np.flatnonzero(np.diff(line) > 1)
    starts = line[np.concatenate([[0], breaks + 1])]
    ends = line[np.concatenate([breaks, [len(line) - 1]])] + 1
    ranges = list(map(TimeRange, (starts % width).tolist(), (ends % width).tolist()))
    bounds = np.searchsorted(starts, width * np.arange(len(requested) + 1)).tolist()
    return {
        tag: tuple(ranges[first:last])
        for tag, first, last in zip(requested, bounds, bounds[1:], strict=False)
    }
