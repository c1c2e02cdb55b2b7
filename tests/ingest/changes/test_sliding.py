"""Words that go one way over a picture, told from what goes both ways, stays, or is the picture."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from ingest.changes.new_content import COLUMNS, ROWS
from ingest.changes.sliding import Sliding, sliding

Shares = NDArray[np.float64]
GREEN = np.array((120, 240, 90))
N_TWOS = 8


def backdrop(rng: np.random.Generator) -> NDArray[np.float64]:
    """Blurred noise in all colours, as steep as photographs are."""
    noise = gaussian_filter(rng.normal(0, 1, (ROWS, COLUMNS, 3)), (1.2, 1.2, 0))
    return np.asarray(np.clip(90 + 45 * noise / noise.std(), 0, 255))


def lines(rng: np.random.Generator, rows: int) -> Shares:
    """Lines of words from side to side, as the cells show them: letters are smaller than these."""
    sheet = np.zeros((rows, COLUMNS))
    for top in range(0, rows - 4, 7):
        sheet[top : top + 4] = rng.uniform(0.2, 0.5) + rng.normal(0, 0.1, COLUMNS)
    return np.clip(gaussian_filter(sheet, 0.7), 0, 1)


def drawn(behind: NDArray[np.float64], shares: list[Shares]) -> NDArray[np.uint8]:
    pictures = [behind * (1 - part[..., None]) + GREEN * part[..., None] for part in shares]
    return np.array(pictures).astype(np.uint8)


def climbing(rng: np.random.Generator, rows: int) -> list[Shares]:
    sheet = lines(rng, 2 * N_TWOS * abs(rows) + ROWS)
    firsts = [abs(rows) * number for number in range(2 * N_TWOS)]
    return [sheet[first : first + ROWS] for first in (firsts if rows > 0 else firsts[::-1])]


@settings(max_examples=15, deadline=None)
@given(
    rows=st.integers(2, 20).filter(lambda n: n % 7),
    way=st.sampled_from([-1, 1]),
    seed=st.integers(0, 100),
)
def test_lines_that_fill_the_frame_climb_or_sink_over_what_stays(
    rows: int, way: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    results = sliding(drawn(backdrop(rng), climbing(rng, way * rows)))
    assert results.share >= 0.8
    assert results.lines >= 0.45
    assert results.bared >= 0.2
    assert results.two_colours >= 0.9


@settings(max_examples=15, deadline=None)
@given(columns=st.integers(5, 60), way=st.sampled_from([-1, 1]), seed=st.integers(0, 100))
def test_a_line_goes_sideways(columns: int, way: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    letters = rng.uniform(0, 2, (5, 2 * N_TWOS * columns + COLUMNS))
    ribbon = gaussian_filter(letters, 0.7).clip(0, 1)
    shares = np.zeros((2 * N_TWOS, ROWS, COLUMNS))
    for number in range(2 * N_TWOS):
        shares[number, 40:45] = ribbon[:, number * columns : number * columns + COLUMNS]
    results = sliding(drawn(backdrop(rng), list(shares[::way])))
    assert results.share >= 0.8
    assert results.lines <= 0.1


@given(seed=st.integers(0, 100))
@settings(max_examples=10, deadline=None)
def test_what_is_new_each_time_goes_nowhere(seed: int) -> None:
    rng = np.random.default_rng(seed)
    waves = [gaussian_filter(rng.uniform(0, 3, (ROWS, COLUMNS)), 1).clip(0, 1) for _ in range(10)]
    assert sliding(drawn(backdrop(rng), waves)).share < 0.8


@given(seed=st.integers(0, 100))
@settings(max_examples=10, deadline=None)
def test_of_a_picture_that_goes_itself_nothing_stays(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wide = np.concatenate([backdrop(rng) for _ in range(6)])
    panned = [wide[6 * number : 6 * number + ROWS] for number in range(2 * N_TWOS)]
    assert sliding(np.array(panned).astype(np.uint8)).bared < 0.15


def test_nothing_is_said_of_few_pictures_or_of_such_as_stay() -> None:
    picture = backdrop(np.random.default_rng(0)).astype(np.uint8)
    assert sliding(np.stack([picture] * 4)) == Sliding()
    assert sliding(np.stack([picture] * 12)) == Sliding()
