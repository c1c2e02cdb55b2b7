"""When each tag was seen: runs of seconds on which its confidence reached a threshold."""

from collections.abc import Sequence

import numpy as np

from engine.content.counting import passing_observations
from engine.domain.time_ranges import SecondRange, second_ranges
from engine.domain.tracks import Threshold, Track


def tag_time_ranges(
    track: Track, tags: Sequence[int], threshold: Threshold
) -> dict[int, tuple[SecondRange, ...]]:
    """Return when each tag's confidence reached the threshold, in one pass over the track.

    Args:
        track: what was seen.
        tags: numbers.
        threshold: least confidence that counts, 0.0 to 1.0, of all tags or one a tag.

    Returns:
        Tag -> its runs, empty for one that never reached it; together they are as many seconds
        as ``engine.content.counting.count_tags`` counts.
    """
    places = np.flatnonzero(passing_observations(track, threshold))
    passing = track.tags[places]
    ranges = {}
    for tag in tags:
        own = places[passing == tag]
        ranges[tag] = second_ranges(np.searchsorted(track.starts, own, side="right") - 1)
    return ranges
