"""Zoom, shift and light are found again on photographs that were zoomed, shifted and dimmed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ingest.changes.frame_difference import FITTED_SHARE, Difference, compare
from ingest.changes.new_content import Grey, changed_share, small_grey
from ingest.changes.registration import Registration, align, refine
from support.footage import photograph
from support.stills import read_photograph

PHOTOGRAPHS = {
    name: read_photograph(photograph(name)) for name in ("china.jpg", "coffee.png", "flower.jpg")
}


def photographed(photo: Image.Image, observed: Registration) -> Grey:
    """The middle 60 % of the photograph, seen through an ideal zoom lens that pans and dims."""
    width = 0.6 * photo.width / observed.zoom
    height = width * 9 / 16
    # A place is a share of half the width that is seen when there is no zoom.
    half = 0.3 * photo.width
    left = photo.width / 2 - observed.right * half - width / 2
    top = photo.height / 2 - observed.down * half - height / 2
    box = (left, top, left + width, top + height)
    pixels = np.asarray(photo.resize((640, 360), Image.Resampling.BILINEAR, box), float)
    return small_grey(np.clip(pixels * observed.gain + observed.offset, 0, 255).astype(np.uint8))


def aligned(earlier: Grey, later: Grey) -> Registration:
    return refine(align(earlier, later), earlier, later)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize(
    "true",
    [
        Registration(zoom=1.02),
        Registration(zoom=0.95, right=0.02, down=0.02),
        Registration(right=0.05, down=-0.03),
        Registration(zoom=1.08, right=-0.04, gain=0.8, offset=10.0),
        Registration(gain=0.4),
    ],
    ids=str,
)
def test_a_zoom_a_shift_and_a_change_of_light_are_found(name: str, true: Registration) -> None:
    earlier, later = (
        photographed(PHOTOGRAPHS[name], observed) for observed in (Registration(), true)
    )
    result = aligned(earlier, later)
    assert result.zoom == pytest.approx(true.zoom, abs=0.004)
    assert result.right == pytest.approx(true.right, abs=0.004)
    assert result.down == pytest.approx(true.down, abs=0.004)
    # 5 grey levels are what the lens loses at edges.
    grey = np.array([60.0, 120.0, 180.0])
    expected = true.gain * grey + true.offset
    assert result.gain * grey + result.offset == pytest.approx(expected, abs=5)


@settings(max_examples=15, deadline=None)
@given(
    zoom=st.floats(0.95, 1.05),
    right=st.floats(-0.03, 0.03),
    down=st.floats(-0.03, 0.03),
    gain=st.floats(0.6, 1.1),
)
def test_what_a_slow_zoom_changes_is_undone(
    zoom: float, right: float, down: float, gain: float
) -> None:
    photo = PHOTOGRAPHS["coffee.png"]
    earlier = photographed(photo, Registration())
    later = photographed(photo, Registration(zoom, right, down, gain))
    made, known = aligned(earlier, later).of(earlier)
    left = changed_share(np.where(known, made, later), later)
    assert left <= max(0.03, 0.1 * changed_share(earlier, later))


def test_the_same_picture_is_not_moved() -> None:
    grey = photographed(PHOTOGRAPHS["china.jpg"], Registration())
    result = aligned(grey, grey)
    assert (result.zoom, result.right, result.down, result.gain, result.offset) == pytest.approx(
        (1, 0, 0, 1, 0), abs=1e-3
    )


def test_no_zoom_makes_one_photograph_of_another() -> None:
    earlier, later = (
        photographed(PHOTOGRAPHS[n], Registration()) for n in ("china.jpg", "coffee.png")
    )
    made, known = aligned(earlier, later).of(earlier)
    assert changed_share(made, later) > 0.5
    assert known.mean() > 0.3


def test_a_picture_without_any_texture_does_not_break_the_fit() -> None:
    flat = np.full((54, 96), 90, np.float32)
    made, known = aligned(flat, flat + 30).of(flat)
    assert np.abs(made - 120)[known].max() < 1


def test_someone_who_moves_before_a_still_wall_does_not_pull_the_wall_along() -> None:
    wall = photographed(PHOTOGRAPHS["flower.jpg"], Registration())
    later = wall.copy()
    later[15:40, 10:30] = 230
    result = aligned(wall, later)
    assert (result.zoom, result.right, result.down) == pytest.approx((1, 0, 0), abs=2e-3)
    made, _ = result.of(wall)
    assert changed_share(made, later) == pytest.approx(25 * 20 / (54 * 96), rel=0.15)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize(
    "true",
    [
        Registration(zoom=1.05, right=-0.04, down=0.03, gain=0.9),
        Registration(zoom=1.08, right=0.06, down=-0.05),
        Registration(zoom=0.92, right=-0.07, down=0.05, gain=0.7),
    ],
    ids=str,
)
def test_a_rough_alignment_is_right_to_a_quarter_of_a_cell(name: str, true: Registration) -> None:
    earlier, later = (
        photographed(PHOTOGRAPHS[name], observed) for observed in (Registration(), true)
    )
    result = align(earlier, later)
    expected = (true.zoom, true.right, true.down)
    assert (result.zoom, result.right, result.down) == pytest.approx(expected, abs=0.25 / 48)


@settings(max_examples=60, deadline=None)
@given(
    names=st.tuples(*[st.sampled_from(sorted(PHOTOGRAPHS))] * 2),
    zoom=st.floats(0.93, 1.07),
    right=st.floats(-0.06, 0.06),
    down=st.floats(-0.06, 0.06),
    gain=st.floats(0.5, 1.1),
    side=st.integers(0, 20),
)
def test_a_pair_fits_whether_or_not_hopeless_ones_are_given_up_early(
    names: tuple[str, str], zoom: float, right: float, down: float, gain: float, side: int
) -> None:
    earlier = photographed(PHOTOGRAPHS[names[0]], Registration())
    later = photographed(PHOTOGRAPHS[names[1]], Registration(zoom, right, down, gain))
    later[10 : 10 + side, 30 : 30 + side] = 255
    difference = Difference.between(earlier, later)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.changes.frame_difference._MAY_FIT", 1.0)
        patient = compare(earlier, later, difference, None)
    pair = compare(earlier, later, difference, None)
    assert (pair.left < FITTED_SHARE) == (patient.left < FITTED_SHARE)
