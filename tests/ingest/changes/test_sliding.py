"""Lines of words that go sideways, told from what goes both ways or stays."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.changes.new_content import COLUMNS, ROWS
from ingest.changes.sliding import sliding

BEHIND = np.full((ROWS, COLUMNS), 90, np.float32)
LINE = slice(40, 46)
MOVING = np.zeros((ROWS, COLUMNS), np.bool_)
MOVING[LINE] = True


def passing(columns: list[int], seed: int, n_twos: int = 12) -> NDArray[np.float32]:
    """Twos of pictures in which each row goes its way, by so many columns from one to the next."""
    rng = np.random.default_rng(seed)
    pictures = np.tile(BEHIND, (2 * n_twos, 1, 1))
    for number in range(n_twos):
        sheet = rng.normal(0, 60, (6, 3 * COLUMNS)).astype(np.float32)
        for row, moved in enumerate(columns):
            pictures[2 * number, 40 + row] += sheet[row, COLUMNS : 2 * COLUMNS]
            pictures[2 * number + 1, 40 + row] += sheet[row, COLUMNS - moved : 2 * COLUMNS - moved]
    return pictures


@settings(max_examples=20, deadline=None)
@given(columns=st.integers(1, 60), way=st.sampled_from([-1, 1]), seed=st.integers(0, 100))
def test_a_line_that_goes_as_one_slides(columns: int, way: int, seed: int) -> None:
    assert sliding(passing([way * columns] * 6, seed), BEHIND, MOVING) == 1.0


@settings(max_examples=20, deadline=None)
@given(rows=st.integers(1, 35), way=st.sampled_from([-1, 1]), seed=st.integers(0, 100))
def test_lines_that_climb_or_sink_slide_too(rows: int, way: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pictures = np.tile(BEHIND, (8, 1, 1))
    for number in range(4):
        sheet = rng.normal(0, 60, (3 * ROWS, 40)).astype(np.float32)
        pictures[2 * number, :, 20:60] += sheet[ROWS : 2 * ROWS]
        first = ROWS - way * rows
        pictures[2 * number + 1, :, 20:60] += sheet[first : first + ROWS]
    moving = np.zeros((ROWS, COLUMNS), np.bool_)
    moving[:, 20:60] = True
    assert sliding(pictures, BEHIND, moving) == 1.0


@settings(max_examples=20, deadline=None)
@given(columns=st.integers(3, 60), seed=st.integers(0, 100))
def test_what_goes_both_ways_or_stays_does_not(columns: int, seed: int) -> None:
    lanes = passing([columns, -columns, 0] * 2, seed)
    assert sliding(lanes, BEHIND, MOVING) < 0.8
    assert sliding(passing([0] * 6, seed), BEHIND, MOVING) == 0.0
    assert sliding(lanes[:1], BEHIND, MOVING) == sliding(lanes, BEHIND, ~MOVING & MOVING) == 0.0
