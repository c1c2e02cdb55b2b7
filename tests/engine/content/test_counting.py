"""Counts are seconds at or over the threshold; a dictionary is the oracle."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from engine.content.counting import (
    count_distinct_seconds,
    count_tags,
    observations_at,
    observations_of,
    steady,
    surest_observation,
    tag_counts,
)
from engine.domain.counts import Counts
from engine.domain.matching.results import Observation, TagCount
from engine.domain.tracks import (
    FULL_SCALE,
    NEW_CONTENT,
    ChangeTrack,
    Track,
    merged,
    min_stored,
)
from engine.errors import InvalidInput, UnknownTag
from engine.indexes.local.rows.count_matrix import CountMatrix
from engine.words.vocabulary import Vocabulary

VOCABULARY = Vocabulary(("cat", "dog", "car", "people"))

confidence_tables = hnp.arrays(
    np.float32, st.tuples(st.integers(0, 30), st.just(4)), elements=st.floats(0, 1, width=32)
)
thresholds = st.floats(0.05, 1.0)


def a_track(rows: list[list[float]]) -> Track:
    return Track.from_confidences(np.array(rows, np.float32), np.arange(4))


@given(confidence_tables, thresholds)
def test_counts_equal_a_dictionary(confidences: NDArray[np.float32], threshold: float) -> None:
    counts = count_tags(Track.from_confidences(confidences, np.arange(4)), threshold)
    expected: Counter[int] = Counter()
    for second in confidences:
        for tag, confidence in enumerate(second):
            if confidence >= 0.05 and round(float(confidence) * 65_535) >= round(
                threshold * 65_535
            ):
                expected[tag] += 1
    assert dict(zip(counts.tags.tolist(), counts.seconds.tolist(), strict=True)) == expected


@given(confidence_tables, thresholds, thresholds)
def test_raising_the_threshold_never_raises_a_count(
    confidences: NDArray[np.float32], one: float, other: float
) -> None:
    track = Track.from_confidences(confidences, np.arange(4))
    low, high = (
        dict(zip(counts.tags.tolist(), counts.seconds.tolist(), strict=True))
        for counts in (count_tags(track, min(one, other)), count_tags(track, max(one, other)))
    )
    assert all(seconds <= low[tag] for tag, seconds in high.items())


@given(confidence_tables, thresholds, st.integers(0, 2**30 - 1))
def test_looks_equal_a_dictionary(
    confidences: NDArray[np.float32], threshold: float, bits: int
) -> None:
    n_seconds = len(confidences)
    flags = np.array([(bits >> k) & 1 or k == 0 for k in range(n_seconds)], np.uint8) * NEW_CONTENT
    changes = ChangeTrack(flags, np.zeros(n_seconds, np.uint8))
    track = Track.from_confidences(confidences, np.arange(4), changes)
    expected: dict[int, set[int]] = {}
    segment = 0
    for second, row in enumerate(confidences):
        segment += bool(flags[second])
        for tag, confidence in enumerate(row):
            minimum = round(threshold * 65_535)
            if confidence >= 0.05 and round(float(confidence) * 65_535) >= minimum:
                expected.setdefault(tag, set()).add(segment)
    counts = count_distinct_seconds(track, threshold)
    actual = dict(zip(counts.tags.tolist(), counts.seconds.tolist(), strict=True))
    assert actual == {tag: len(observed) for tag, observed in expected.items()}
    raw = count_tags(track, threshold)
    assert raw.tags.tolist() == counts.tags.tolist()
    assert (raw.seconds >= counts.seconds).all()


def test_the_threshold_itself_counts() -> None:
    track = a_track([[0.7, 0.69, 0, 0]])
    assert count_tags(track, 0.7).tags.tolist() == [0]


def test_counts_come_most_seconds_first_then_by_name() -> None:
    track = a_track([[0.9, 0.9, 0, 0.9], [0, 0.9, 0, 0.9], [0, 0, 0.9, 0]])
    assert tag_counts(track, 0.7, VOCABULARY) == [
        TagCount("dog", 2),
        TagCount("people", 2),
        TagCount("car", 1),
        TagCount("cat", 1),
    ]


def test_a_second_lists_the_surest_tag_first() -> None:
    track = a_track([[0.1, 0.9, 0, 0], [0.2, 0.0, 0.8, 0.5]])
    assert [(o.tag, o.confidence) for o in observations_at(track, 1, VOCABULARY)] == [
        ("car", 0.8),
        ("people", 0.5),
        ("cat", 0.2),
    ]


@pytest.mark.parametrize("second", [-1, 2])
def test_a_second_the_video_does_not_have_is_named(second: int) -> None:
    with pytest.raises(InvalidInput, match=rf"no second {second}: the video has seconds 0 to 1"):
        observations_at(a_track([[0.9, 0, 0, 0]] * 2), second, VOCABULARY)


def test_a_tag_is_followed_along_every_second() -> None:
    track = a_track([[0.9, 0, 0, 0], [0, 0.5, 0, 0], [0.3, 0.6, 0, 0]])
    observed = observations_of(track, "dog", VOCABULARY)
    assert [(o.second, o.confidence) for o in observed] == [(0, 0), (1, 0.5), (2, 0.6)]


def test_the_surest_of_all_seconds_is_found() -> None:
    track = a_track([[0.1, 0.2, 0, 0], [0, 0.5, 0.6, 0], [0.6, 0, 0, 0]])
    assert surest_observation(track, VOCABULARY) == Observation(1, "car", 0.6)
    assert surest_observation(a_track([[0, 0, 0, 0]]), VOCABULARY) is None


def test_an_unknown_tag_comes_with_the_nearest() -> None:
    with pytest.raises(UnknownTag, match=r"'carr' is not a tag.*car"):
        observations_of(a_track([[0.9, 0, 0, 0]]), "carr", VOCABULARY)


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_outside_0_to_1_is_refused(threshold: float) -> None:
    with pytest.raises(InvalidInput, match=r"not between 0.0 and 1.0"):
        count_tags(a_track([[0.9, 0, 0, 0]]), threshold)


def test_rows_are_stacked_in_order() -> None:
    rows = [
        count_tags(a_track([[0.9, 0, 0.9, 0]]), 0.7),
        count_tags(a_track([[0, 0, 0, 0]]), 0.7),
        count_tags(a_track([[0, 0.9, 0, 0]] * 3), 0.7),
    ]
    matrix = CountMatrix.from_rows(rows, 4)
    assert matrix.shape == (3, 4)
    assert matrix.indptr.tolist() == [0, 2, 2, 3]
    assert matrix.indices.tolist() == [0, 2, 1]
    assert matrix.data.tolist() == [1, 1, 3]


def test_no_rows_make_an_empty_matrix() -> None:
    assert CountMatrix.from_rows([], 4).indptr.tolist() == [0]


@pytest.mark.parametrize(
    ("n_seconds", "expected"),
    [(1, [1, 2, 3]), (2, [1, 2, 3]), (3, [2, 3]), (4, [2, 3]), (9, [2, 3])],
)
def test_a_tag_counts_from_two_seconds_on_or_half_of_a_short_video(
    n_seconds: int, expected: list[int]
) -> None:
    counts = Counts(np.array([5, 6, 7], np.uint32), np.array([1, 2, 3], np.uint32))
    assert steady(counts, counts, n_seconds, 2).seconds.tolist() == expected


def test_looks_are_kept_by_the_seconds_of_their_tags() -> None:
    changes = Counts(np.array([5, 6], np.uint32), np.array([1, 1], np.uint32))
    seconds = Counts(changes.tags, np.array([1, 9], np.uint32))
    assert steady(changes, seconds, 60, 2).tags.tolist() == [6]


def test_a_confidence_reaches_the_threshold_that_it_is_as_a_float_of_32_bits() -> None:
    for hundredth in range(5, 101):
        track = Track.from_confidences(
            np.full((1, 1), hundredth / 100, np.float32), np.zeros(1, int)
        )
        assert count_tags(track, hundredth / 100).tags.tolist() == [0], hundredth


@given(confidence_tables, thresholds, st.floats(0.05, 1.0))
def test_what_is_observed_of_the_whole_counts_on_every_second(
    confidences: NDArray[np.float32], threshold: float, of_whole: float
) -> None:
    picture = Track.from_confidences(confidences, np.arange(4))
    title = Track.of_whole(np.array([of_whole]), np.array([9]), 0)
    for count, of_all in (
        (count_tags, picture.n_seconds),
        (count_distinct_seconds, picture.n_seconds),
    ):
        alone, both = count(picture, threshold), count(merged([picture, title]), threshold)
        expected = dict(zip(alone.tags.tolist(), alone.seconds.tolist(), strict=True))
        if round(of_whole * FULL_SCALE) >= min_stored(threshold):
            expected[9] = max(of_all, 1)
        assert dict(zip(both.tags.tolist(), both.seconds.tolist(), strict=True)) == expected


def test_a_still_picture_counts_once_for_what_is_told_of_it() -> None:
    picture = Track.from_confidences(
        np.full((4, 1), 0.9, np.float32),
        np.array([0]),
        ChangeTrack(np.array([NEW_CONTENT, 0, 0, 0], np.uint8), np.zeros(4, np.uint8)),
    )
    both = merged([picture, Track.of_whole(np.array([0.9]), np.array([2]), 4)])
    assert count_distinct_seconds(both, 0.7).seconds.tolist() == [1, 1]
    assert count_tags(both, 0.7).seconds.tolist() == [4, 4]
