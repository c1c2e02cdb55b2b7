"""Frames that are the one before again: told to the pixel, and made only once."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from ingest.decoding.equal_frames import are_equal
from ingest.decoding.frames import open_video
from support.footage import numbered, write_video

GREY = np.full((54, 96), 100, np.uint8)


def grey_frame(pixels: NDArray[np.uint8] = GREY) -> VideoFrame:
    return VideoFrame.from_ndarray(pixels, format="gray")


def test_a_frame_of_the_same_pixels_is_equal() -> None:
    assert are_equal(grey_frame(), grey_frame())


@pytest.mark.parametrize("place", [(0, 0), (27, 50), (53, 95)])
def test_one_other_pixel_makes_another_frame(place: tuple[int, int]) -> None:
    pixels = GREY.copy()
    pixels[place] += 1
    assert not are_equal(grey_frame(), grey_frame(pixels))


def test_the_same_levels_over_another_range_are_another_frame() -> None:
    other = grey_frame()
    other.color_range = ColorRange.JPEG
    assert not are_equal(grey_frame(), other)


def test_another_size_or_form_is_another_frame() -> None:
    assert not are_equal(grey_frame(), grey_frame(GREY[:50].copy()))
    assert not are_equal(grey_frame(), grey_frame().reformat(format="yuv420p"))


def test_of_a_palette_nothing_is_said() -> None:
    one, other = VideoFrame(16, 16, "pal8"), VideoFrame(16, 16, "pal8")
    for plane in (*one.planes, *other.planes):
        plane.update(bytes(plane.buffer_size))
    assert not are_equal(one, other)


def test_a_picture_that_stands_is_made_once(tmp_path: Path) -> None:
    frames = (numbered(1 + (number >= 75)) for number in range(150))
    path = write_video(tmp_path / "x.mkv", frames, codec="ffv1")
    with open_video(path) as video:
        seconds = list(video.seconds())
    shared = [one.frame is other.frame for one, other in pairwise(seconds)]
    assert shared == [True, True, False, True, True]
    assert not any(second.repeated for second in seconds)
