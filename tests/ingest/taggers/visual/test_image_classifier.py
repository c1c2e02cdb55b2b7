import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from ingest.taggers.visual.image_classifier import crop_windows, merge_crops, softmax


def crop_of(columns: int, rows: int, number: int) -> NDArray[np.float32]:
    crop: NDArray[np.float32] = crop_windows(columns, rows)[number].reshape(rows, columns)
    return crop


def test_a_square_frame_is_looked_at_as_a_whole() -> None:
    assert crop_windows(7, 7) == pytest.approx(np.full((1, 49), 1 / 49))


@pytest.mark.parametrize(("columns", "rows"), [(12, 7), (7, 12), (28, 7)])
def test_a_long_frame_is_looked_at_whole_and_in_three_squares(columns: int, rows: int) -> None:
    crops = crop_windows(columns, rows)
    assert crops.shape == (4, columns * rows)
    assert crops.sum(axis=1) == pytest.approx(1)
    assert (crops[1:] > 0).sum(axis=1).tolist() == [49, 49, 49]


def test_the_squares_go_from_end_to_end() -> None:
    for number, first in ((1, 0), (2, 7), (3, 14)):
        assert np.flatnonzero(crop_of(21, 7, number).any(axis=0)).tolist() == [
            *range(first, first + 7)
        ]
        assert np.flatnonzero(crop_of(7, 21, number).any(axis=1)).tolist() == [
            *range(first, first + 7)
        ]


def test_two_sure_parts_make_a_tag_sure_and_one_alone_does_not() -> None:
    crops = np.array([[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.0, 0.0]], np.float32)
    assert merge_crops(crops) == pytest.approx([0.9, 0.5])


def test_what_the_whole_frame_shows_stays() -> None:
    crops = np.array([[0.9], [0.2], [0.1], [0.0]], np.float32)
    assert merge_crops(crops) == pytest.approx([0.9])


@given(hnp.arrays(np.float32, (4, 3), elements=st.floats(0, 1, width=32)))
def test_merged_is_at_least_the_whole_and_at_most_the_surest(crops: NDArray[np.float32]) -> None:
    merged = merge_crops(crops)
    assert (merged >= crops[0]).all()
    assert (merged <= crops.max(axis=0)).all()


@given(hnp.arrays(np.float32, (2, 5), elements=st.floats(-1000, 1000, width=32)))
def test_softmax_adds_up_to_one_whatever_the_logits(logits: NDArray[np.float32]) -> None:
    shares = softmax(logits)
    assert shares.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    largest = np.take_along_axis(shares, logits.argmax(axis=1)[:, None], axis=1)
    assert (shares <= largest).all()
