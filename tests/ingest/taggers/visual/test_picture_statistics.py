from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from ingest.taggers.visual.picture_statistics import N_STATISTICS, picture_statistics

STEPS = (0, 1, 2, 3, 5, 9, 17, 33, 65, 256)
SATURATIONS = (0, 13, 39, 77, 128, 179, 230, 256)
BRIGHTNESSES = (0, 8, 32, 64, 128, 192, 240, 254, 256)
COMMONEST = (1, 4, 16, 64, 256)


def by_the_definition(picture: NDArray[np.uint8]) -> list[float]:
    """Every share, pixel by pixel."""
    rows = picture[::2].tolist()
    steps = [abs(row[x + 1][1] - row[x][1]) for row in rows for x in range(len(row) - 1)]
    pixels = [pixel for row in rows for pixel in row[::2]]
    saturations = [int((max(p) - min(p)) * 255 / max(1, *p)) for p in pixels]
    colours = Counter(tuple(channel // 16 for channel in pixel) for pixel in pixels)
    most = sorted(colours.values(), reverse=True)
    return [
        *shares(steps, STEPS),
        *shares(saturations, SATURATIONS),
        *shares([max(pixel) for pixel in pixels], BRIGHTNESSES),
        *(sum(most[:number]) / len(pixels) for number in COMMONEST),
    ]


def shares(values: list[int], edges: tuple[int, ...]) -> list[float]:
    counts, _ = np.histogram(values, np.array(edges) - 0.5)
    return list(counts / max(1, len(values)))


@given(picture=hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(2, 9), st.just(3))))
def test_statistics_are_roots_of_the_shares_that_their_definition_gives(
    picture: NDArray[np.uint8],
) -> None:
    statistics = picture_statistics(picture)
    assert statistics.shape == (N_STATISTICS,)
    assert statistics**2 == pytest.approx(by_the_definition(picture), abs=1e-6)


def test_a_drawing_is_flatter_and_has_fewer_colours_than_a_photograph() -> None:
    drawing = np.full((64, 64, 3), 255, np.uint8)
    drawing[16:48, 16:48] = (230, 20, 20)
    photograph = np.random.default_rng(0).normal(128, 20, (64, 64, 3)).clip(0, 255)
    drawn, filmed = (picture_statistics(one.astype(np.uint8)) for one in (drawing, photograph))
    flat, four_commonest = 0, -4
    assert drawn[flat] > 0.98 > 0.3 > filmed[flat]
    assert drawn[four_commonest] == 1.0 > 0.5 > filmed[four_commonest]
