"""A track keeps what was seen, exactly to a step of 1/65,535."""

from random import Random

import numpy as np
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from engine.domain.tracks import FULL_SCALE, MIN_CONFIDENCE, Track, merged, renumbered
from engine.errors import CorruptData

confidence_tables = hnp.arrays(
    np.float32,
    st.tuples(st.integers(0, 12), st.integers(1, 9)),
    elements=st.floats(0, 1, width=32),
)


def as_table(track: Track, n_tags: int) -> NDArray[np.float64]:
    table = np.zeros((track.n_seconds, n_tags))
    for second in range(track.n_seconds):
        for position in range(track.starts[second], track.starts[second + 1]):
            table[second, track.tags[position]] = track.confidences[position] / FULL_SCALE
    return table


@given(confidence_tables, st.integers(0, 1000))
def test_what_goes_in_comes_out(confidences: NDArray[np.float32], seed: int) -> None:
    n_tags = confidences.shape[1]
    numbers = np.random.default_rng(seed).permutation(n_tags)
    track = Track.from_bytes(Track.from_confidences(confidences, numbers).to_bytes())

    expected = np.zeros(confidences.shape)
    expected[:, numbers] = np.where(confidences >= MIN_CONFIDENCE, confidences, 0)
    assert as_table(track, n_tags) == pytest.approx(expected, abs=0.5 / FULL_SCALE + 1e-9)


@given(confidence_tables)
def test_tags_rise_within_each_second(confidences: NDArray[np.float32]) -> None:
    numbers = np.arange(confidences.shape[1])[::-1]
    track = Track.from_confidences(confidences, numbers)
    for second in range(track.n_seconds):
        tags = track.tags[track.starts[second] : track.starts[second + 1]]
        assert (np.diff(tags.astype(int)) > 0).all()


def test_tag_numbers_over_65535_are_kept() -> None:
    track = Track.from_confidences(np.array([[0.9, 0.8]], np.float32), np.array([70_000, 3]))
    assert Track.from_bytes(track.to_bytes()).tags.tolist() == [3, 70_000]


@pytest.mark.parametrize("cut", [0, 1, 10, -1])
def test_damaged_bytes_are_refused(cut: int) -> None:
    blob = Track.from_confidences(np.full((5, 3), 0.5, np.float32), np.arange(3)).to_bytes()
    with pytest.raises(CorruptData, match="a track cannot be read"):
        Track.from_bytes(blob[:cut])


def test_bytes_that_are_no_track_are_refused() -> None:
    other = Track.from_confidences(np.full((5, 3), 0.5, np.float32), np.arange(3))
    with pytest.raises(CorruptData):
        Track.from_bytes(other.tags.tobytes())


@given(st.dictionaries(st.integers(0, 100_000), st.floats(0, 1)), st.integers(0, 5))
def test_what_is_observed_of_the_whole_comes_out(whole: dict[int, float], seconds: int) -> None:
    numbers, confidences = np.array(list(whole), np.int64), np.array(list(whole.values()))
    track = Track.of_whole(confidences, numbers, seconds)
    again = Track.from_bytes(track.to_bytes())
    assert again.n_seconds == seconds
    assert len(again.tags) == 0
    stored = {
        tag: round(of * FULL_SCALE) for tag, of in sorted(whole.items()) if of >= MIN_CONFIDENCE
    }
    assert again.whole_tags.tolist() == list(stored)
    assert again.whole_confidences.tolist() == list(stored.values())


@pytest.mark.parametrize("cut", [1, 2, 6, 7])
def test_damaged_bytes_of_the_whole_are_refused(cut: int) -> None:
    track = Track.of_whole(np.array([0.9]), np.array([3]), 2)
    raw = zstd.decompress(track.to_bytes())
    for damaged in (raw[:-cut], raw + b"\0" * cut):
        with pytest.raises(CorruptData, match="a track cannot be read"):
            Track.from_bytes(zstd.compress(damaged))


def test_the_whole_of_several_sources_is_put_together() -> None:
    picture = Track.from_confidences(np.full((2, 1), 0.9, np.float32), np.array([1]))
    title = Track.of_whole(np.array([0.8, 0.7]), np.array([9, 4]), 0)
    both = merged([picture, title])
    assert both.n_seconds == 2
    assert both.tags.tolist() == [1, 1]
    assert both.whole_tags.tolist() == [4, 9]
    assert Track.from_bytes(both.to_bytes()).to_bytes() == both.to_bytes()


@given(confidence_tables, st.randoms())
def test_other_numbers_name_the_same_tags(confidences: NDArray[np.float32], random: Random) -> None:
    n_tags = confidences.shape[1]
    numbers = np.array(random.sample(range(100), n_tags))
    track = Track.from_confidences(confidences, np.arange(n_tags), requires_confirmation=[0])
    expected = Track.from_confidences(confidences, numbers, requires_confirmation=numbers[:1])
    assert renumbered(track, numbers).to_bytes() == expected.to_bytes()
    if len(confidences):
        whole = Track.of_whole(confidences[0], np.arange(n_tags), 3)
        expected = Track.of_whole(confidences[0], numbers, 3)
        assert renumbered(whole, numbers).to_bytes() == expected.to_bytes()
