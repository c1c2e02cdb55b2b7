"""Measures of where and how a part of the picture changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from ingest.changes.new_content import COLUMNS, LUMA, ROWS
from ingest.changes.pattern import Pattern, pattern

GROUND = 60


def pattern_of(pictures: NDArray[np.uint8]) -> Pattern:
    greys = pictures.astype(np.float32) @ LUMA
    behind = np.median(greys, axis=0).astype(np.float32)
    changes = np.abs(np.diff(greys, axis=0)) > 7
    return pattern(pictures, greys, behind, changes, changes.mean(axis=0) > 0.08)


def ground(n: int = 12) -> NDArray[np.uint8]:
    return np.full((n, ROWS, COLUMNS, 3), GROUND, np.uint8)


def jumping_bars(seed: int = 1) -> NDArray[np.uint8]:
    pictures, rng = ground(), np.random.default_rng(seed)
    for picture in pictures:
        for left in range(12, 84, 6):
            picture[45 - rng.integers(1, 30) : 45, left : left + 4] = 230
    return pictures


def going_thing(seed: int = 1) -> NDArray[np.uint8]:
    """A textured square that goes from left to right."""
    pictures = ground()
    coat = np.random.default_rng(seed).integers(90, 255, (14, 14, 3), np.uint8)
    for number, picture in enumerate(pictures):
        picture[20:34, 6 * number : 6 * number + 14] = coat
    return pictures


def test_a_thing_that_goes_its_way_is_near_where_it_was_and_bars_are_anywhere() -> None:
    assert pattern_of(going_thing()).staying > 0.25
    assert abs(pattern_of(jumping_bars()).staying) < 0.1


def test_what_is_drawn_has_few_shades() -> None:
    assert pattern_of(jumping_bars()).shades == 0
    assert pattern_of(going_thing()).shades > 40


@given(st.integers(0, 20))
def test_what_stays_stirs_by_as_much_as_it_is_noisy(noise: int) -> None:
    pictures = jumping_bars()
    pictures[1::2, :10] += np.uint8(min(noise, 6))
    stir = pattern_of(pictures).stir
    assert stir == pytest.approx(min(noise, 6), abs=1e-3)


def test_bars_that_rise_from_both_sides_alike_are_mirrored() -> None:
    pictures = jumping_bars()
    half = pictures[:, :, : COLUMNS // 2]
    both = np.concatenate([half, half[:, :, ::-1]], axis=2)
    left = np.concatenate([half, ground()[:, :, : COLUMNS // 2]], axis=2)
    assert pattern_of(both).mirrored == pytest.approx(1, abs=1e-6)
    assert pattern_of(left).mirrored < 0


def test_changes_are_alike_along_what_is_long() -> None:
    pictures, rng = ground(), np.random.default_rng(2)
    for picture in pictures:
        row = rng.integers(5, 45)
        picture[row : row + 2, 10:80] = 220
    measured = pattern_of(pictures)
    assert measured.across_8 > 0.8
    assert measured.down_4 < 0.2


def test_covered_cells_are_brighter_or_darker_and_lie_within_each_other_or_not() -> None:
    sparse = np.random.default_rng(3).random((12, ROWS, COLUMNS)) < 0.1
    bright, dark = ground(), ground()
    bright[sparse], dark[sparse] = 230, 5
    assert pattern_of(bright).brighter > 0.98 > 0.02 > pattern_of(dark).brighter
    assert pattern_of(bright).inner < 0.05 < pattern_of(jumping_bars()).inner


def test_where_nothing_moves_there_is_no_pattern() -> None:
    assert pattern_of(ground()) == Pattern()


@given(arrays(np.uint8, (5, ROWS, COLUMNS, 1), elements=st.integers(0, 255), fill=st.just(9)))
def test_measures_are_finite_and_in_their_ranges(grey: NDArray[np.uint8]) -> None:
    measured = pattern_of(np.repeat(grey, 3, axis=3))
    assert all(0 <= share <= 1 for share in (measured.bare, measured.brighter, measured.inner))
    assert -1 <= measured.staying <= 1
    for like in (measured.mirrored, measured.across_4, measured.across_8, measured.down_2):
        assert -1.001 <= like <= 1.001
    assert np.isfinite([measured.stir, measured.shades, measured.unsteady]).all()
