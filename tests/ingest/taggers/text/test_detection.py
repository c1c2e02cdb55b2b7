"""Places where text may stand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.taggers.text.components import Box
from ingest.taggers.text.detection import (
    MAX_BOXES,
    DetectedText,
    TextFinder,
    in_reading_order,
    places_on,
    scaled_size,
)
from ingest.taggers.text.networks import Networks, Picture, TextMap
from ingest.taggers.text.windows import windows_around


@given(st.integers(1, 700), st.integers(1, 700), st.floats(0.1, 1))
def test_a_map_is_of_whole_steps_and_about_as_large(width: int, height: int, scale: float) -> None:
    wide, high = scaled_size(width, height, scale)
    assert wide % 32 == high % 32 == 0
    assert abs(wide - scale * width) <= max(16, 32 - scale * width)
    assert abs(high - scale * height) <= max(16, 32 - scale * height)


class Spots(Networks):
    """Takes what is bright for text."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, ...]] = []

    def find(self, picture: Picture) -> TextMap:
        self.sizes.append(picture.shape[:2])
        return picture[..., 0].astype(np.float32) / np.float32(255)


def test_places_are_looked_for_around_what_was_seen_at_a_glance() -> None:
    frame = np.zeros((384, 640, 3), np.uint8)
    frame[300:316, 500:600] = 255
    networks = Spots()
    finder = TextFinder(networks)
    probe = finder.probe(frame)
    windows = windows_around(probe.traces, 640, 384)
    (place,) = finder.places(frame, windows)
    assert networks.sizes[0] == (192, 320)
    assert networks.sizes[1][0] * networks.sizes[1][1] < 384 * 640 * 0.5
    assert (place.box.x, place.box.y) == pytest.approx((550, 308), abs=4)
    assert finder.n_pixels(frame, windows) == networks.sizes[1][0] * networks.sizes[1][1]


def test_a_figure_is_no_line_and_has_no_window() -> None:
    frame = np.zeros((384, 640, 3), np.uint8)
    frame[100:340, 200:380] = 255
    probe = TextFinder(Spots()).probe(frame)
    assert (probe.lines, probe.traces, probe.n_figures) == ([], [], 1)


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
