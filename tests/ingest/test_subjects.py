import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from PIL import Image

from ingest.taggers.subjects import cut_views, merge_views, softmax

SIDE = 26


def stripes(width: int, height: int) -> Image.Image:
    """Red on the left or top third, green in the middle, blue at the end."""
    pixels = np.zeros((height, width, 3), np.uint8)
    along = np.arange(max(width, height)) * 3 // max(width, height)
    colours = np.eye(3, dtype=np.uint8)[along] * 255
    pixels[:] = colours[None] if width > height else colours[:, None]
    return Image.fromarray(pixels)


def main_colours(views: NDArray[np.uint8]) -> list[int]:
    return [int(colour) for colour in views.mean(axis=(1, 2)).argmax(axis=1)]


@pytest.mark.parametrize("size", [(300, 300), (300, 260), (260, 300), (1, 1)])
def test_an_almost_square_frame_is_looked_at_once(size: tuple[int, int]) -> None:
    assert cut_views(Image.new("RGB", size), SIDE).shape == (1, SIDE, SIDE, 3)


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (4096, 1), (1, 4096)])
def test_a_long_frame_is_looked_at_whole_and_in_three_parts(size: tuple[int, int]) -> None:
    assert cut_views(Image.new("RGB", size), SIDE).shape == (4, SIDE, SIDE, 3)


@pytest.mark.parametrize("size", [(900, 300), (300, 900)])
def test_the_parts_go_from_end_to_end(size: tuple[int, int]) -> None:
    assert main_colours(cut_views(stripes(*size), SIDE)[1:]) == [0, 1, 2]


def test_shrinking_averages_instead_of_skipping_pixels() -> None:
    fine = np.zeros((1040, 1040, 3), np.uint8)
    fine[::2] = 255
    (view,) = cut_views(Image.fromarray(fine), SIDE)
    assert np.abs(view.astype(int) - 127).max() <= 2


def test_two_sure_parts_make_a_tag_sure_and_one_alone_does_not() -> None:
    views = np.array([[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.0, 0.0]], np.float32)
    assert merge_views(views) == pytest.approx([0.9, 0.5])


def test_what_the_whole_frame_shows_stays() -> None:
    views = np.array([[0.9], [0.2], [0.1], [0.0]], np.float32)
    assert merge_views(views) == pytest.approx([0.9])


@given(hnp.arrays(np.float32, (4, 3), elements=st.floats(0, 1, width=32)))
def test_merged_is_at_least_the_whole_and_at_most_the_surest(views: NDArray[np.float32]) -> None:
    merged = merge_views(views)
    assert (merged >= views[0]).all()
    assert (merged <= views.max(axis=0)).all()


@given(hnp.arrays(np.float32, (2, 5), elements=st.floats(-1000, 1000, width=32)))
def test_softmax_adds_up_to_one_whatever_the_logits(logits: NDArray[np.float32]) -> None:
    shares = softmax(logits)
    assert shares.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    largest = np.take_along_axis(shares, logits.argmax(axis=1)[:, None], axis=1)
    assert (shares <= largest).all()
