"""Thumbnails are small, spread evenly, and show what the video is about."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ingest.thumbnails import MAX_TILES, POSTER_SIDE, TILE_HEIGHT, Gallery
from support.footage import photograph, read_picture


def opened(file: bytes) -> Image.Image:
    picture = Image.open(BytesIO(file))
    assert picture.format == "WEBP"
    return picture


def test_the_poster_shows_what_most_seconds_show() -> None:
    cat, coffee = read_picture(photograph("chelsea.png")), read_picture(photograph("coffee.png"))
    gallery = Gallery()
    for second in range(30):
        is_coffee = second % 10 == 0
        observed = np.array([0.0, 0.9] if is_coffee else [0.9, 0.0], np.float32)
        gallery.offer(second, coffee if is_coffee else cat, observed)
    made = gallery.pictures()
    poster = np.asarray(opened(made.poster).convert("RGB"), float)
    expected = Image.fromarray(cat)
    expected.thumbnail((POSTER_SIDE, POSTER_SIDE))
    assert np.abs(poster - np.asarray(expected, float)).mean() < 8
    assert made.strip_seconds == tuple(range(30))


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 700))
def test_a_strip_is_spread_evenly_and_never_too_long(n_seconds: int) -> None:
    gallery = Gallery()
    frame = np.zeros((18, 32, 3), np.uint8)
    for second in range(n_seconds):
        gallery.offer(second, frame, np.zeros(2, np.float32))
    made = gallery.pictures()
    steps = np.diff(made.strip_seconds)
    assert 1 <= len(made.strip_seconds) <= MAX_TILES
    assert len(made.strip_seconds) >= min(n_seconds, MAX_TILES // 2)
    assert len(set(steps.tolist())) <= 1
    strip = opened(made.strip)
    assert strip.size == (96 * len(made.strip_seconds), TILE_HEIGHT)


@pytest.mark.parametrize("shape", [(1, 1), (1, 640), (640, 1), (360, 640)])
def test_any_shape_of_frame_has_small_thumbnails(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    gallery = Gallery()
    for second in range(60):
        gallery.offer(second, noise, np.ones(3, np.float32))
    made = gallery.pictures()
    assert len(made.poster) < 100_000
    assert len(made.strip) < 300_000
    assert max(opened(made.poster).size) <= POSTER_SIDE


def test_nothing_seen_makes_no_thumbnail() -> None:
    with pytest.raises(ValueError, match="no second was seen"):
        Gallery().pictures()
