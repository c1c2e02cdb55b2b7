import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.taggers.fitting import CELL, LONGEST_ASPECT, fit_area, fit_shorter

SIDES = st.integers(1, 4096)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((640, 360), (384, 224)),
        ((360, 640), (224, 384)),
        ((640, 480), (288, 224)),
        ((500, 500), (224, 224)),
        ((4096, 1), (896, 224)),
    ],
)
def test_a_frame_is_fitted_by_its_shorter_side(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert fit_shorter(size, 224) == expected


@given(SIDES, SIDES)
def test_frames_of_all_shapes_are_looked_at_in_whole_cells_and_cost_about_the_same(
    width: int, height: int
) -> None:
    fitted = fit_area((width, height), 352)
    assert all(side >= CELL and side % CELL == 0 for side in fitted)
    assert (fitted[0] - fitted[1]) * (width - height) >= 0
    assert max(fitted) <= LONGEST_ASPECT**0.5 * 352 + CELL
    assert 0.75 < fitted[0] * fitted[1] / 352**2 < 1.25
