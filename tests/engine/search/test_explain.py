"""The seconds of a tag, told as runs, are those that were counted."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.content.counting import count_tags
from engine.content.tag_time_ranges import tag_time_ranges
from engine.domain.time_ranges import TimeRange, time_ranges
from engine.domain.tracks import Track

drawn_confidences = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=12),
    elements=st.sampled_from([0.0, 0.3, 0.7, 0.9]),
)


def test_runs_are_as_one_would_draw_them() -> None:
    ranges = time_ranges(np.array([0, 1, 2, 5, 9, 10]))
    assert ranges == (TimeRange(0, 3), TimeRange(5, 6), TimeRange(9, 11))
    assert time_ranges(np.array([], int)) == ()


@given(drawn_confidences, st.sampled_from([0.05, 0.3, 0.7, 0.95]))
def test_runs_hold_the_counted_seconds_and_no_other(
    confidences: np.ndarray[tuple[int, int], np.dtype[np.float32]], threshold: float
) -> None:
    n_seconds, n_tags = confidences.shape
    track = Track.from_confidences(confidences, np.arange(n_tags))
    ranges = tag_time_ranges(track, range(n_tags), threshold)
    for tag in range(n_tags):
        expected = {k for k in range(n_seconds) if confidences[k, tag] >= threshold}
        runs = ranges[tag]
        assert {k for one in runs for k in range(one.start, one.end)} == expected
        assert all(before.end < after.start for before, after in pairwise(runs))
    counts = count_tags(track, threshold)
    lengths = [sum(one.end - one.start for one in ranges[int(tag)]) for tag in counts.tags]
    assert lengths == counts.seconds.tolist()
