from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ingest.taggers.base import Confidences
from ingest.taggers.visual.temporal_smoothing import TemporalSmoothing

TAGS = ("dog", "gun")


def smoothed(confidences: Sequence[float], tag: str = "dog") -> list[float]:
    """Return what is said of a tag on each second of a shot, once it was smoothed."""
    seconds = np.zeros((len(confidences), len(TAGS)), np.float32)
    seconds[:, TAGS.index(tag)] = confidences
    TemporalSmoothing(TAGS, exempt={"gun"}).smooth(seconds)
    return [float(one) for one in seconds[:, TAGS.index(tag)]]


def test_a_second_that_stands_alone_says_no_more_than_the_five_around_it() -> None:
    assert smoothed([0, 0, 0.9, 0, 0.1]) == pytest.approx([0, 0, 0.2, 0, 0.1])


def test_at_the_ends_of_a_shot_fewer_are_asked() -> None:
    assert smoothed([0.9, 0.2, 0.1, 0, 0, 0])[0] == pytest.approx(0.4)


def test_a_second_between_sure_ones_is_as_sure_as_the_mean_of_their_log_odds() -> None:
    log_odds = [np.log(9), np.log(9), np.log(0.6 / 0.4), np.log(9), np.log(9)]
    assert smoothed([0.9, 0.9, 0.6, 0.9, 0.9])[2] == pytest.approx(
        1 / (1 + np.exp(-np.mean(log_odds)))
    )


def test_what_is_surer_than_the_seconds_around_it_stays_so() -> None:
    assert smoothed([0.7, 0.7, 0.99, 0.7, 0.7])[2] == pytest.approx(0.99)


def test_what_repeats_itself_stays_as_it_is() -> None:
    assert smoothed([0.8] * 9) == pytest.approx([0.8] * 9)


def test_of_what_may_be_a_risk_each_second_counts() -> None:
    assert smoothed([0, 0, 0.9, 0, 0], "gun") == pytest.approx([0, 0, 0.9, 0, 0])


@pytest.mark.parametrize("confidences", [[], [0.9], [0.9, 0.1]])
def test_of_too_few_seconds_each_says_what_it_says(confidences: list[float]) -> None:
    assert smoothed(confidences) == pytest.approx(confidences)


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(0, 20), st.just(len(TAGS))),
        elements=st.floats(0, 1, width=32),
    )
)
def test_confidences_stay_within_those_around_them(seconds: Confidences) -> None:
    before = seconds.copy()
    TemporalSmoothing(TAGS, exempt={"gun"}).smooth(seconds)
    for second, own in enumerate(seconds[:, 0]):
        near = before[max(0, second - 2) : second + 3, 0]
        assert near.min() - 1e-6 <= own <= max(near.max(), 1e-3) + 1e-6
    assert (seconds[:, 1] == before[:, 1]).all()
