"""Bars around a picture are not looked at."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.domain.matching.results import DEFAULT_THRESHOLD
from ingest.taggers.base import Frame
from ingest.taggers.visual.black_bars import BLACK, without_bars
from ingest.taggers.visual.tagger import LocalTagger
from support.footage import photograph

PICTURE = np.random.default_rng(0).integers(BLACK + 1, 256, (60, 80, 3)).astype(np.uint8)


def with_bars(frame: Frame, above: int, below: int, left: int, right: int, noise: int = 0) -> Frame:
    height, width, _ = frame.shape
    whole = np.random.default_rng(1).integers(
        0, noise + 1, (height + above + below, width + left + right, 3)
    )
    whole[above : above + height, left : left + width] = frame
    return whole.astype(np.uint8)


@given(st.integers(2, 60), st.integers(2, 80), st.integers(0, BLACK))
def test_like_bars_are_cut_off_to_the_pixel(above: int, beside: int, noise: int) -> None:
    for frame in (
        with_bars(PICTURE, above, above, 0, 0, noise),
        with_bars(PICTURE, 0, 0, beside, beside, noise),
        with_bars(PICTURE, above, above, beside, beside, noise),
    ):
        assert np.array_equal(without_bars(frame), PICTURE)


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(PICTURE, id="no bars"),
        pytest.param(with_bars(PICTURE, 20, 0, 0, 0), id="a dark sky"),
        pytest.param(with_bars(PICTURE, 0, 0, 30, 10), id="something to the right"),
        pytest.param(with_bars(PICTURE, 1, 1, 1, 1), id="an edge"),
        pytest.param(with_bars(PICTURE[:10], 40, 40, 0, 0), id="a slit of light"),
        pytest.param(np.zeros((40, 40, 3), np.uint8), id="black"),
        pytest.param(np.full((1, 1, 3), 200, np.uint8), id="a pixel"),
        pytest.param(np.zeros((0, 0, 3), np.uint8), id="nothing"),
    ],
)
def test_whatever_else_is_dark_stays(frame: Frame) -> None:
    assert np.array_equal(without_bars(frame), frame)


@pytest.mark.parametrize("bars", [(53, 53, 0, 0), (0, 0, 90, 91), (40, 40, 60, 60)])
def test_a_photograph_between_bars_shows_what_it_shows(bars: tuple[int, int, int, int]) -> None:
    tagger = LocalTagger.load()
    picture = np.asarray(Image.open(photograph("flower.jpg")).convert("RGB"))
    plain, barred = tagger.tag(picture), tagger.tag(with_bars(picture, *bars))
    assert barred == pytest.approx(plain, abs=1e-6)
    assert barred[tagger.tags.index("flower")] >= DEFAULT_THRESHOLD
