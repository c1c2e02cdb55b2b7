"""Changes that are everywhere at once, told from those that are in one place at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.changes.evenness import evenness
from ingest.changes.new_content import COLUMNS, ROWS

WHOLE = np.ones((ROWS, COLUMNS), np.bool_)


@given(seed=st.integers(0, 1000), share=st.floats(0.3, 1.0))
def test_what_changes_everywhere_is_even_wherever_it_is(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    top, left = rng.integers(0, 30, 2)
    moving = np.zeros((ROWS, COLUMNS), np.bool_)
    moving[top : top + 24, left : left + 60] = True
    changes = rng.random((8, ROWS, COLUMNS)) < share
    assert evenness(changes, moving) == 1.0


@pytest.mark.parametrize("is_tall", [False, True])
@given(parts=st.lists(st.integers(0, 11), min_size=1, max_size=9))
def test_what_is_in_one_place_at_a_time_is_in_one_part_of_twelve(
    *, parts: list[int], is_tall: bool
) -> None:
    # A square, cut either way.
    moving = np.zeros((48, 48), np.bool_)
    moving[: None if is_tall else 6, : 6 if is_tall else None] = True
    changes = np.zeros((len(parts), 48, 48), np.bool_)
    for change, part in zip(changes, parts, strict=True):
        (change if is_tall else change.T)[4 * part : 4 * part + 4] = True
    assert evenness(changes, moving) == pytest.approx(1 / 12)


def test_small_changes_between_large_ones_do_not_count() -> None:
    lit = np.zeros((9, ROWS, COLUMNS), np.bool_)
    for second, change in enumerate(lit):
        change[:, 10 * second : 10 * second + 4] = True
    lit[::4] = True
    assert evenness(lit, WHOLE) == 1.0


def test_where_nothing_moves_nothing_is_even() -> None:
    assert evenness(np.zeros((4, ROWS, COLUMNS), np.bool_), ~WHOLE) == 0.0
    assert evenness(np.ones((4, ROWS, COLUMNS), np.bool_), ~WHOLE) == 0.0
