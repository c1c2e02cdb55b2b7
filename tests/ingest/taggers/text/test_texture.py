"""Cheap sign that letters may have come up."""

import numpy as np
import pytest

from ingest.taggers.text.texture import CELL, hard_cells, line_may_be_new
from support.writing import moving, plain, written


@pytest.mark.parametrize("size", [12, 16, 24, 40])
def test_letters_are_a_sign_over_what_moves(size: int) -> None:
    before = hard_cells(moving(0))
    now = hard_cells(written(moving(1), "Fresh bread daily", size=size))
    assert line_may_be_new(now, before)


def test_what_moves_softly_is_none() -> None:
    for number in range(5):
        assert not line_may_be_new(hard_cells(moving(number + 1)), hard_cells(moving(number)))


def test_letters_that_were_there_before_are_none() -> None:
    cells = hard_cells(written(moving(0), "Fresh bread daily"))
    assert not line_may_be_new(cells, cells)
    assert line_may_be_new(cells, None)


def test_cells_are_where_the_letters_are() -> None:
    picture = written(plain(), "mmmmmmmm", middle=(160, 88))
    rows, columns = np.nonzero(hard_cells(picture))
    assert set(rows) == {5}
    assert 80 // CELL <= columns.min() < columns.max() <= 240 // CELL


@pytest.mark.parametrize("shape", [(1, 1), (15, 400), (400, 15), (16, 48)])
def test_small_pictures_have_few_cells_or_none(shape: tuple[int, int]) -> None:
    cells = hard_cells(plain(shape))
    assert cells.shape == (shape[0] // CELL, shape[1] // CELL)
    assert not line_may_be_new(cells, None)
    assert not line_may_be_new(cells, hard_cells(plain()))


def test_a_cell_is_hard_where_15_of_100_of_its_steps_are_of_more_than_30_levels() -> None:
    picture = np.zeros((32, 48, 3), np.uint8)
    picture[:3, 18:31:2, 1] = 31  # 14 steps a row, 42 of 256
    assert hard_cells(picture)[0].tolist() == [False, True, False]
    picture[2] = 0  # 28
    assert not hard_cells(picture).any()
    picture[:16, 18:31:2, 1] = 30
    assert not hard_cells(picture).any()
