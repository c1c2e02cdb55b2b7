import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.taggers.visual.person_detector import (
    Boxes,
    boxes_of_grid,
    musician_confidence,
    people_confidences,
    without_repeats,
)


def boxes(*rows: tuple[float, ...]) -> Boxes:
    return np.array(rows, np.float32).reshape(-1, 5)


def standing(count: int, score: float = 0.8) -> Boxes:
    """People side by side."""
    return boxes(*[(k / 10, 0.2, k / 10 + 0.08, 0.6, score) for k in range(count)])


def test_a_score_of_six_tenths_is_a_confidence_of_seven_tenths() -> None:
    assert people_confidences(standing(1, score=0.6)).person == pytest.approx(0.7, abs=0.002)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, (False, False, False)),
        (1, (True, False, False)),
        (2, (True, True, False)),
        (5, (True, True, False)),
        (6, (True, True, True)),
    ],
)
def test_two_are_people_and_six_a_crowd(count: int, expected: tuple[bool, ...]) -> None:
    result = people_confidences(standing(count))
    assert tuple(confidence > 0.7 for confidence in result[:3]) == expected


def test_people_are_as_sure_as_the_second_person() -> None:
    result = people_confidences(boxes((0, 0, 0.2, 1, 0.9), (0.5, 0, 0.7, 1, 0.5)))
    assert result.person == pytest.approx(1 / (1 + np.exp(-14 * 0.36)))
    assert result.people == pytest.approx(1 / (1 + np.exp(14 * 0.04)))


def test_one_person_large_in_the_frame_is_a_portrait() -> None:
    assert people_confidences(boxes((0.3, 0.2, 0.7, 1.0, 0.8))).portrait > 0.7


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([(0.3, 0.5, 0.7, 1.0, 0.8)], id="too low"),
        pytest.param([(0.3, 0.2, 0.5, 1.0, 0.8)], id="too narrow"),
        pytest.param([(0, 0, 0.45, 1, 0.8), (0.5, 0, 1, 1, 0.8)], id="two"),
        pytest.param([], id="nobody"),
    ],
)
def test_anything_else_is_no_portrait(rows: list[tuple[float, ...]]) -> None:
    assert people_confidences(boxes(*rows)).portrait == 0.0


def test_a_musician_is_a_person_with_an_instrument_or_a_microphone() -> None:
    assert musician_confidence(0.9, 0.8, 0.1) == 0.8
    assert musician_confidence(0.9, 0.1, 0.8) == 0.8
    assert musician_confidence(0.2, 0.8, 0.8) == 0.2


def test_the_surest_of_overlapping_boxes_stands_for_the_person() -> None:
    result = boxes((0, 0, 0.5, 1, 0.9), (0.05, 0, 0.5, 1, 0.8), (0.6, 0, 1, 1, 0.7))
    assert without_repeats(result) == pytest.approx(result[[0, 2]])


def test_boxes_that_share_less_than_half_are_two_people() -> None:
    # Both 4 x 10; the shared 2 x 10 is a third of the 6 x 10 they cover together.
    result = boxes((0, 0, 0.4, 1, 0.9), (0.2, 0, 0.6, 1, 0.8))
    assert len(without_repeats(result)) == 2


def grid(n: int) -> NDArray[np.float32]:
    """A grid on which nobody is seen."""
    output = np.zeros((n, n, 80 + 44), np.float32)
    output[..., :80] = -10
    return output


def test_a_grid_with_nobody_has_no_boxes() -> None:
    assert boxes_of_grid(grid(13)).shape == (0, 5)


def test_a_box_reaches_from_its_cell_as_far_as_the_network_says() -> None:
    output = grid(13)
    output[4, 6, 0] = 2.0  # row 4, column 6
    for edge, cells in enumerate((3, 2, 5, 1)):  # left, top, right, bottom
        output[4, 6, 80 + edge * 11 + cells] = 50.0
    expected = [3.5 / 13, 2.5 / 13, 11.5 / 13, 5.5 / 13, 1 / (1 + np.exp(-2.0))]
    assert boxes_of_grid(output) == pytest.approx(np.array([expected]), abs=1e-5)


def test_other_objects_have_no_boxes() -> None:
    output = grid(13)
    output[..., 1:80] = 5.0
    assert boxes_of_grid(output).shape == (0, 5)


def test_an_unsure_edge_lies_at_the_mean() -> None:
    output = grid(13)
    output[6, 6, 0] = 2.0
    output[6, 6, [80, 82]] = 50.0  # left: 0 or 2 cells, as likely
    assert boxes_of_grid(output)[0, 0] == pytest.approx(5.5 / 13, abs=1e-5)


def test_a_box_ends_where_the_frame_does() -> None:
    output = grid(13)
    output[0, 12, 0] = 2.0  # the corner at the right of the top
    output[0, 12, 90::11] = 50.0
    assert boxes_of_grid(output)[0, 1] == 0.0
    assert boxes_of_grid(output)[0, 2] == 1.0


def test_however_sure_the_network_is_a_box_has_edges() -> None:
    output = grid(13)
    output[6, 6, 0] = 2.0
    output[6, 6, 80:] = 200.0
    assert np.isfinite(boxes_of_grid(output)).all()
