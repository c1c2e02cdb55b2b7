import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.taggers.visual.input_size import CELL, MAX_ASPECT, fit_area

SIDES = st.integers(1, 4096)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((640, 360), (352, 192)),
        ((360, 640), (192, 352)),
        ((640, 480), (288, 224)),
        ((500, 500), (256, 256)),
        ((4096, 1), (512, 128)),
    ],
)
def test_a_frame_keeps_about_its_shape(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert fit_area(size, 256) == expected


@given(SIDES, SIDES, st.sampled_from([256, 352]))
def test_frames_of_all_shapes_are_looked_at_in_whole_cells_and_cost_about_the_same(
    width: int, height: int, side: int
) -> None:
    fitted = fit_area((width, height), side)
    assert all(side >= CELL and side % CELL == 0 for side in fitted)
    assert (fitted[0] - fitted[1]) * (width - height) >= 0
    assert max(fitted) <= MAX_ASPECT**0.5 * side + CELL
    assert 0.75 < fitted[0] * fitted[1] / side**2 < 1.25
