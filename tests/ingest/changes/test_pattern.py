"""Measures of what covers the picture behind, and how it changes."""

from dataclasses import astuple

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
    moving = np.mean(np.abs(np.diff(greys, axis=0)) > 7, axis=0) > 0.08
    backdrop = np.median(pictures, axis=0).astype(np.float32)[moving]
    return pattern(pictures, greys, behind, backdrop, moving)


def ground(n: int = 12) -> NDArray[np.uint8]:
    return np.full((n, ROWS, COLUMNS, 3), GROUND, np.uint8)


def jumping_bars(seed: int = 1) -> NDArray[np.uint8]:
    pictures, rng = ground(), np.random.default_rng(seed)
    for picture in pictures:
        for left in range(12, 84, 6):
            picture[45 - rng.integers(1, 30) : 45, left : left + 4] = 230
    return pictures


def going_thing(by: int, seed: int = 1) -> NDArray[np.uint8]:
    """A textured square that goes from left to right."""
    pictures = ground()
    coat = np.random.default_rng(seed).integers(90, 255, (14, 14, 3), np.uint8)
    for number, picture in enumerate(pictures):
        picture[20:34, 8 + by * number : by * number + 22] = coat
    return pictures


def test_what_goes_slowly_was_beside_and_bars_were_not() -> None:
    assert pattern_of(going_thing(by=2)).shifted < 0.1
    assert pattern_of(jumping_bars()).shifted > 0.3


def test_bars_stand_on_one_line_and_a_thing_is_in_one_piece() -> None:
    now_and_then = ground()
    now_and_then[::3] = jumping_bars()[::3]
    bars, thing = pattern_of(now_and_then), pattern_of(going_thing(by=6))
    assert bars.feet == 0
    assert bars.tops > 4
    assert bars.in_one_piece < 0.3
    assert thing.in_one_piece > 0.9


def test_what_is_drawn_has_few_colours() -> None:
    assert pattern_of(jumping_bars()).few_colours == 1
    assert pattern_of(going_thing(by=6)).few_colours < 0.5


@given(st.integers(0, 6))
def test_what_is_lit_beside_it_changes_as_much_as_it_is_lit(light: int) -> None:
    pictures = jumping_bars()
    pictures[1::2, :, :12] += np.uint8(light)
    pictures[1::2, :, 84:] += np.uint8(light)
    lit, dark = pattern_of(pictures), pattern_of(jumping_bars())
    assert dark.beside == dark.resting == 0
    assert lit.resting <= light
    assert (lit.beside > 0) == (light > 0)


def test_covered_cells_are_lighter_or_darker() -> None:
    sparse = np.random.default_rng(3).random((12, ROWS, COLUMNS)) < 0.1
    bright, dark = ground(), ground()
    bright[sparse], dark[sparse] = 230, 5
    assert pattern_of(bright).lighter > 0.98
    assert pattern_of(dark).lighter < 0.02
    assert pattern_of(bright).skewed > 1 > -1 > pattern_of(dark).skewed


def test_where_it_is_follows_it() -> None:
    pictures = ground()
    pictures[::2, 40:54, 48:96] = 230
    measured = pattern_of(pictures)
    assert measured.low == pytest.approx(46.5 / 53)
    assert (measured.margin, measured.lopsided) == (0, 0.5)
    assert measured.off_middle == pytest.approx(71.5 / 95 - 0.5)


def test_where_nothing_moves_there_is_no_pattern() -> None:
    assert pattern_of(ground()) == Pattern()


@given(arrays(np.uint8, (5, ROWS, COLUMNS, 1), elements=st.integers(0, 255), fill=st.just(9)))
def test_measures_are_finite_and_in_their_ranges(grey: NDArray[np.uint8]) -> None:
    measured = pattern_of(np.repeat(grey, 3, axis=3))
    assert np.isfinite(astuple(measured)).all()
    shares = (measured.lighter, measured.in_one_piece, measured.few_colours, measured.bent)
    assert all(0 <= share <= 1 for share in (*shares, measured.shifted, measured.low))
    assert all(abs(like) <= 1.001 for like in (measured.smooth, measured.lasting))
