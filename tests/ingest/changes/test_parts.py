"""Connected parts, and where what is seen was a little before."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label

from ingest.changes.new_content import COLUMNS, ROWS
from ingest.changes.parts import Parts, left_when_shifted

CELLS = arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 12)))


@given(CELLS)
def test_parts_are_those_of_scipy(cells: NDArray[np.bool_]) -> None:
    labels, n_parts = label(cells)
    expected = sorted(
        (int(np.count_nonzero(labels == number + 1)), rows.start, rows.stop - 1)
        for number, (rows, _) in enumerate(find_objects(labels))
    )
    parts = Parts.of(cells)
    actual = zip(
        parts.sizes.tolist(), (parts.tops - 1).tolist(), (parts.feet - 1).tolist(), strict=True
    )
    assert len(parts.sizes) == n_parts
    assert sorted(actual) == expected
    assert parts.largest() == max((size for size, *_ in expected), default=0) / max(1, cells.sum())


def test_bars_on_a_line_have_even_feet_and_uneven_tops() -> None:
    cells = np.zeros((ROWS, COLUMNS), np.bool_)
    for number, high in enumerate((4, 20, 9, 15)):
        cells[40 - high : 40, 10 * number + 5 : 10 * number + 9] = True
    assert Parts.of(cells).unevenness() == (float(np.std([4, 20, 9, 15])), 0.0)
    assert Parts.of(cells[:, :20]).unevenness() is None


@pytest.mark.parametrize(("down", "right"), [(2, -1), (0, 2), (3, 0)])
def test_what_went_two_cells_at_most_leaves_nothing(down: int, right: int) -> None:
    before = np.random.default_rng(5).uniform(0, 255, (1, ROWS, COLUMNS)).astype(np.float32)
    after = np.roll(before, (down, right), axis=(1, 2))
    inner = np.zeros(before.shape, np.bool_)
    inner[:, 6:-6, 6:-6] = True
    left, stays = left_when_shifted(before, after, inner)
    assert (left < 1e-3) == (max(down, right) <= 2)
    assert stays > 1e6
