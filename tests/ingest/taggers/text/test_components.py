"""Regions of a mask and the rectangles around them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ingest.taggers.text.components import Box, Runs, rectangle, regions, runs_of

masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=12))
boxes = st.builds(
    Box,
    st.floats(0, 99),
    st.floats(0, 99),
    st.floats(1, 99),
    st.floats(1, 99),
    st.floats(-math.pi / 2, math.pi / 2),
)


def pixels_of(runs: Runs) -> set[tuple[int, int]]:
    return {
        (int(row), column)
        for row, start, end in zip(runs.rows, runs.starts, runs.ends, strict=True)
        for column in range(start, end)
    }


def flooded(mask: NDArray[np.bool_]) -> set[frozenset[tuple[int, int]]]:
    """Return the regions by the textbook: spread from each pixel to its eight neighbours."""
    left = {(int(row), int(column)) for row, column in zip(*np.nonzero(mask), strict=True)}
    results = set()
    while left:
        waiting, region = [left.pop()], set()
        while waiting:
            row, column = waiting.pop()
            region.add((row, column))
            beside = {(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)}
            waiting += beside & left
            left -= beside
        results.add(frozenset(region))
    return results


@given(masks)
def test_regions_are_those_of_the_textbook(mask: NDArray[np.bool_]) -> None:
    results = regions(mask)
    assert {frozenset(pixels_of(one)) for one in results} == flooded(mask)
    sizes = [len(pixels_of(one)) for one in results]
    assert sizes == sorted(sizes, reverse=True)


@given(masks)
def test_runs_are_the_pixels(mask: NDArray[np.bool_]) -> None:
    pixels = pixels_of(runs_of(mask))
    assert pixels == {(int(r), int(c)) for r, c in zip(*np.nonzero(mask), strict=True)}


@given(masks)
def test_a_rectangle_holds_its_region(mask: NDArray[np.bool_]) -> None:
    for region in regions(mask):
        box = rectangle(region)
        places = (region.corners - (box.x, box.y)) @ box.axes.T
        assert np.abs(places[:, 0]).max() <= box.width / 2 + 1e-9
        assert np.abs(places[:, 1]).max() <= box.height / 2 + 1e-9


@pytest.mark.parametrize("degrees", [-60, -35, -10, 15, 45, 80])
def test_a_bar_that_leans_gets_a_rectangle_that_leans(degrees: float) -> None:
    angle = math.radians(degrees)
    along = np.array([math.cos(angle), math.sin(angle)])
    picture = Image.new("1", (200, 200))
    ends = [tuple(100 + side * 70 * along) for side in (-1, 1)]
    ImageDraw.Draw(picture).line(ends, 1, width=14)
    box = rectangle(regions(np.asarray(picture))[0])
    assert math.degrees(box.angle) == pytest.approx(degrees, abs=1.5)
    assert (box.x, box.y) == pytest.approx((100, 100), abs=2)
    assert (box.width, box.height) == pytest.approx((140, 14), abs=5)


def test_a_bar_that_lies_gets_one_that_lies() -> None:
    mask = np.zeros((20, 60), np.bool_)
    mask[5:9, 10:50] = True
    assert rectangle(regions(mask)[0]) == Box(30, 7, 40, 4, 0)


@given(boxes)
def test_a_box_lies_in_itself(box: Box) -> None:
    assert box.overlap(box) == pytest.approx(1)
    assert box.share_in(box.grown(1)) == pytest.approx(1)


@given(boxes, boxes)
def test_overlap_is_the_same_both_ways(one: Box, other: Box) -> None:
    assert one.overlap(other) == pytest.approx(other.overlap(one))
    assert 0 <= one.overlap(other) <= 1 + 1e-9


@given(boxes, st.floats(0.5, 4))
def test_a_picture_twice_as_large_has_boxes_twice_as_large(box: Box, times: float) -> None:
    results = box.scaled(times, times)
    assert results[:4] == pytest.approx(tuple(times * one for one in box[:4]))
    assert math.sin(results.angle) == pytest.approx(math.sin(box.angle))
