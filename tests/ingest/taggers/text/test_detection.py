"""Places where text may stand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.taggers.text.components import Box
from ingest.taggers.text.detection import (
    MAX_BOXES,
    DetectedText,
    in_reading_order,
    map_size,
    places_on,
)


@given(st.integers(1, 700), st.integers(1, 700), st.sampled_from([320, 640]))
def test_a_map_is_of_whole_steps_and_about_as_large(width: int, height: int, side: int) -> None:
    wide, high = map_size(width, height, side)
    assert wide % 32 == high % 32 == 0
    assert 32 <= wide <= side + 32
    assert 32 <= high <= side + 32
    scale = min(1, side / max(width, height))
    assert abs(wide - scale * width) <= max(16, 32 - scale * width)


def test_a_place_grows_by_what_the_network_leaves_out() -> None:
    text_map = np.zeros((64, 128), np.float32)
    text_map[20:28, 40:80] = 0.9
    (place,) = places_on(text_map, 256, 64)
    grown = 1.6 * 40 * 8 / (2 * 48)
    assert place.score == pytest.approx(0.9)
    assert place.box[:4] == pytest.approx((120, 24, 2 * (40 + 2 * grown), 8 + 2 * grown))


def test_what_is_faint_or_tiny_is_no_place() -> None:
    text_map = np.zeros((64, 64), np.float32)
    text_map[10:20, 10:50] = 0.4
    text_map[40, 10:50] = 1.0
    assert places_on(text_map, 64, 64) == []


def test_the_largest_places_are_kept() -> None:
    text_map = np.zeros((640, 640), np.float32)
    for number in range(60):
        row, column = divmod(number, 6)
        text_map[60 * row : 60 * row + 8, 100 * column : 100 * column + 20 + number] = 1
    places = places_on(text_map, 640, 640)
    assert len(places) == MAX_BOXES
    assert min(one.box.width for one in places) > 20 + 60 - MAX_BOXES


def test_rows_are_read_from_the_left() -> None:
    boxes = [Box(90, 12, 20, 10), Box(10, 10, 20, 10), Box(50, 14, 20, 10), Box(30, 40, 20, 10)]
    order = in_reading_order([DetectedText(box, 1.0) for box in boxes])
    assert [one.box.x for one in order] == [10, 50, 90, 30]
