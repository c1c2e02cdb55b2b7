"""Frames that have new content."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.changes.new_content import (
    COLUMNS,
    NEW_CONTENT_SHARE,
    ROWS,
    ChangeDetector,
    changed_share,
    gradient,
    slopes,
    small_grey,
)
from ingest.decoding.frames import open_video
from ingest.taggers.base import Frame
from support.footage import Picture, bikes, city, photograph, read_picture, write_video


def new_frames(frames: list[Frame]) -> list[bool]:
    detector = ChangeDetector()
    return [detector.is_new(frame) for frame in frames]


def photo(name: str) -> Picture:
    return np.ascontiguousarray(read_picture(photograph(name))[:426, :640])


def frames_of(path: Path) -> list[Frame]:
    with open_video(path) as video:
        return [second.frame for second in video.seconds()]


def textbook_changed_share(before: np.ndarray, after: np.ndarray) -> float:
    """One cell a turn: does it change by more than 7 plus 0.35 of the gradient there?"""
    changed = 0
    for y in range(ROWS):
        for x in range(COLUMNS):
            above, below = max(y - 1, 0), min(y + 1, ROWS - 1)
            left, right = max(x - 1, 0), min(x + 1, COLUMNS - 1)
            down = (before[below, x] - before[above, x]) / (below - above)
            across = (before[y, right] - before[y, left]) / (right - left)
            steepness = float(np.hypot(down, across))
            changed += abs(after[y, x] - before[y, x]) > 7 + 0.35 * steepness
    return changed / (ROWS * COLUMNS)


def test_the_changed_share_is_what_the_textbook_counts() -> None:
    street = [small_grey(frame) for frame in frames_of(bikes())]
    for before, after in pairwise(street):
        share = changed_share(before, after)
        assert share == pytest.approx(textbook_changed_share(before, after), abs=2e-4)
        assert 0.01 < share < 1


@pytest.mark.parametrize("shape", [(360, 640), (640, 360), (54, 96), (10, 7), (181, 321)])
def test_the_small_picture_has_the_greys_of_the_frame(shape: tuple[int, int]) -> None:
    # A slope from left to right: blurring and shrinking leave it as it is.
    row = np.linspace(20, 220, shape[1])
    frame = np.repeat(np.tile(row, (shape[0], 1))[:, :, None], 3, axis=2).astype(np.uint8)
    grey = small_grey(frame)
    assert grey.shape == (ROWS, COLUMNS)
    assert np.abs(grey.std(axis=0)).max() < 1
    inner = slice(COLUMNS // 10, -COLUMNS // 10)
    expected = np.interp(
        (np.arange(COLUMNS) + 0.5) / COLUMNS, (np.arange(shape[1]) + 0.5) / shape[1], row
    )
    assert np.abs(grey[ROWS // 2] - expected)[inner].max() < max(3, 400 / shape[1])


def test_the_same_frame_again_is_nothing_new() -> None:
    cat = photo("chelsea.png")
    assert new_frames([cat, cat.copy(), cat.copy()]) == [True, False, False]


def test_a_cut_is_new_each_way() -> None:
    china, flower = photo("china.jpg"), photo("flower.jpg")
    assert new_frames([china, flower, flower, china]) == [True, True, False, True]


def test_a_still_picture_in_a_compressed_video_is_looked_at_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    china = photo("china.jpg").astype(int)
    grainy = [
        np.clip(china + rng.normal(0, 6, china.shape), 0, 255).astype(np.uint8) for _ in range(40)
    ]
    path = write_video(tmp_path / "x.mp4", grainy, rate=5, codec_options={"crf": "32"})
    assert new_frames(frames_of(path)) == [True] + [False] * 7


def test_a_slideshow_is_looked_at_once_a_picture(tmp_path: Path) -> None:
    shown = [photo("china.jpg")] * 20 + [photo("flower.jpg")] * 15 + [photo("china.jpg")] * 15
    path = write_video(tmp_path / "x.mp4", shown, rate=5)
    assert new_frames(frames_of(path)) == [k in (0, 4, 7) for k in range(10)]


@pytest.mark.parametrize("clip", [bikes(), city()], ids=lambda path: path.stem)
def test_every_second_of_a_moving_street_is_new(clip: Path) -> None:
    frames = frames_of(clip)
    assert new_frames(frames) == [True] * len(frames)


def test_a_slow_change_adds_up_until_it_counts() -> None:
    china = photo("china.jpg").astype(float)
    fading = [(china * (1 - step / 100)).astype(np.uint8) for step in range(40)]
    new = new_frames(fading)
    assert new[:3] == [True, False, False]
    assert 3 <= sum(new) <= 15


@given(st.integers(0, ROWS - 4), st.integers(0, COLUMNS - 4), st.integers(1, 30))
def test_something_new_must_cover_more_than_a_hundredth(y: int, x: int, width: int) -> None:
    before = np.full((ROWS, COLUMNS), 100, np.float32)
    after = before.copy()
    after[y : y + 4, x : x + width] += 50
    share = 4 * min(width, COLUMNS - x) / (ROWS * COLUMNS)
    assert changed_share(before, after) == pytest.approx(share)
    assert (changed_share(before, after) > NEW_CONTENT_SHARE) == (share > 0.01)


@given(st.integers(0, 2**32), st.tuples(st.integers(2, 9), st.integers(2, 9)))
def test_slopes_are_those_of_numpy(seed: int, shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(seed).uniform(0, 255, shape).astype(np.float32)
    down, across = slopes(grey)
    np.testing.assert_array_equal([down, across], np.gradient(grey))
    assert gradient(grey).dtype == np.float32
    np.testing.assert_allclose(gradient(grey), np.hypot(down, across), rtol=1e-5)
