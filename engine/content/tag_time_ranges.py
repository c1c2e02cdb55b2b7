"""Time ranges of each tag: runs of seconds on which its confidence reached a threshold."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

import numpy as np

from engine.content.counting import passing_observations
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import Threshold, Track

_TAG_BITS: Final = 32
_NO_KEY: Final = 2**62
"""Above every tag of every track."""


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
        as ``engine.content.counting.count_tags`` counts on seconds.
    """
    (ranges,) = time_ranges_of_tracks([track], [tags], threshold)
    return ranges


def time_ranges_of_tracks(
    tracks: Sequence[Track], tags: Sequence[Sequence[int]], threshold: Threshold
) -> list[dict[int, tuple[TimeRange, ...]]]:
    """Return what ``tag_time_ranges`` does of several tracks at once.

    Args:
        tracks: what was seen.
        tags: numbers, those of each track.
        threshold: least confidence that counts, 0.0 to 1.0, of all tags or one a tag.
    """
    requested = [
        (number << _TAG_BITS) + tag for number, own in enumerate(tags) for tag in sorted(set(own))
    ]
    ranges: list[dict[int, tuple[TimeRange, ...]]] = [
        dict.fromkeys(sorted(set(own)), ()) for own in tags
    ]
    # One more than there are: what is above them all belongs to none.
    keys = np.array([*requested, _NO_KEY], np.int64)
    passing = np.concatenate([passing_observations(one, threshold) for one in tracks])
    positions = np.flatnonzero(passing)
    track_starts = np.cumsum([0, *(len(one.tags) for one in tracks)])
    of_track = np.searchsorted(track_starts, positions, side="right") - 1
    observed = np.concatenate([one.tags for one in tracks])[positions]
    own_keys = (of_track << _TAG_BITS) + observed
    owners = np.searchsorted(keys, own_keys)
    is_requested = keys[owners] == own_keys
    positions, owners = positions[is_requested], owners[is_requested]
    if not len(positions):
        return ranges
    starts = [one.starts[:-1] + first for one, first in zip(tracks, track_starts, strict=False)]
    seconds = np.searchsorted(np.concatenate(starts), positions, side="right") - 1
    # Tag by tag and second by second on one line, with a gap between the tags.
    width = sum(one.n_seconds for one in tracks) + 2
    line = np.sort(owners * width + seconds)
    breaks = np.flatnonzero(np.diff(line) > 1)
    firsts = line[np.concatenate([[0], breaks + 1])]
    lasts = line[np.concatenate([breaks, [len(line) - 1]])]
    first_seconds = np.cumsum([0, *(one.n_seconds for one in tracks)])
    owner = firsts // width
    before = first_seconds[keys[owner] >> _TAG_BITS]
    runs = zip(
        keys[owner].tolist(),
        (firsts % width - before).tolist(),
        (lasts % width - before + 1).tolist(),
        strict=True,
    )
    for key, group in groupby(runs, key=itemgetter(0)):
        number, tag = key >> _TAG_BITS, key & (1 << _TAG_BITS) - 1
        ranges[number][tag] = tuple(TimeRange(start, end) for _, start, end in group)
    return ranges
