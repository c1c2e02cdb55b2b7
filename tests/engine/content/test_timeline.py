"""The timeline, against a dictionary and a loop."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.content.counting import tag_counts
from engine.content.timeline import (
    LEVEL_STEP,
    MIN_HUNDREDTH,
    TILE_CELLS,
    Tile,
    in_hundredths,
    level_count,
    overview,
    texts_on,
    tile,
)
from engine.domain.lines import Line
from engine.domain.time_ranges import TimeRange, time_ranges
from engine.domain.tracks import CUT, FULL_SCALE, NEW_CONTENT, ChangeTrack, Track, min_stored
from engine.errors import InvalidInput
from engine.words.vocabulary import Vocabulary

NAMES = Vocabulary(("ant", "bee", "cat", "dog", "eel"))

confidences = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=5).map(lambda s: (s[0], 5)),
    elements=st.floats(0, 1, width=32),
)


def track_of(values: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]") -> Track:
    return Track.from_confidences(values, np.arange(values.shape[1], dtype=np.uint32))


def cells_of(drawn: Tile) -> dict[tuple[int, int], int]:
    return {
        (line, int(drawn.cells[i])): int(drawn.hundredths[i])
        for line in range(len(drawn.starts) - 1)
        for i in range(drawn.starts[line], drawn.starts[line + 1])
    }


@given(confidences)
def test_an_overview_counts_at_every_hundredth_as_counting_does(
    values: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]",
) -> None:
    track = track_of(values)
    drawn = overview(track, NAMES)
    for hundredth in range(MIN_HUNDREDTH, 101):
        counted = {one.tag: one.seconds for one in tag_counts(track, hundredth / 100, NAMES)}
        shown = {line.tag: line.seconds_at[hundredth - MIN_HUNDREDTH] for line in drawn.lines}
        assert {tag: seconds for tag, seconds in shown.items() if seconds} == counted


def test_a_hundredth_is_reached_exactly_when_the_threshold_is() -> None:
    stored = np.arange(FULL_SCALE + 1, dtype=np.uint16)
    reached = in_hundredths(stored)
    for hundredth in range(101):
        assert np.array_equal(reached >= hundredth, stored >= min_stored(hundredth / 100))


@given(
    seconds=st.integers(1, TILE_CELLS * LEVEL_STEP + 40),
    seed=st.integers(0, 2**32 - 1),
    pick=st.floats(0, 1, exclude_max=True),
)
def test_tiles_hold_the_highest_confidence_of_each_cell(
    seconds: int, seed: int, pick: float
) -> None:
    rng = np.random.default_rng(seed)
    values = np.where(rng.random((seconds, 5)) < 0.05, rng.random((seconds, 5)), 0)
    values[:, 1] = 0
    track = track_of(values.astype(np.float32))
    lines = overview(track, NAMES).lines
    level = int(pick * level_count(seconds))
    cell_seconds = LEVEL_STEP**level
    expected: dict[tuple[int, int], int] = {}
    hundredths = in_hundredths(track.confidences)
    for second in range(seconds):
        for i in range(track.starts[second], track.starts[second + 1]):
            name = NAMES.names[track.tags[i]]
            line = [one.tag for one in lines].index(name)
            at = (line, second // cell_seconds)
            expected[at] = max(expected.get(at, 0), int(hundredths[i]))
    actual: dict[tuple[int, int], int] = {}
    cells = -(-seconds // cell_seconds)
    for number in range(-(-cells // TILE_CELLS)):
        for (line, cell), value in cells_of(tile(track, NAMES, level, number)).items():
            actual[line, cell + number * TILE_CELLS] = value
    assert actual == expected


def test_the_last_level_has_a_video_of_two_hours_in_one_tile() -> None:
    track = track_of(np.full((7200, 5), 0.5, np.float32))
    last = level_count(7200) - 1
    assert LEVEL_STEP**last * TILE_CELLS >= 7200
    assert cells_of(tile(track, NAMES, last, 0)).keys() == {
        (line, cell) for line in range(5) for cell in range(-(-7200 // LEVEL_STEP**last))
    }
    with pytest.raises(InvalidInput, match="7200 seconds"):
        tile(track, NAMES, last, 1)


@pytest.mark.parametrize(("level", "number"), [(-1, 0), (1, 0), (0, 1), (0, -1), (40, 0)])
def test_a_tile_that_cannot_be_is_refused(level: int, number: int) -> None:
    with pytest.raises(InvalidInput, match="no tile"):
        tile(track_of(np.ones((3, 5), np.float32)), NAMES, level, number)


def test_the_bytes_of_a_tile_are_its_arrays() -> None:
    drawn = tile(track_of(np.eye(5, dtype=np.float32)), NAMES, 0, 0)
    raw = drawn.to_bytes()
    assert np.frombuffer(raw, "<u4", 6).tolist() == [0, 1, 2, 3, 4, 5]
    assert np.frombuffer(raw, "<u2", 5, 24).tolist() == [0, 1, 2, 3, 4]
    assert list(raw[34:]) == [100] * 5


def test_rows_of_tiles_are_the_lines_of_the_overview_where_a_tag_is_a_verdict() -> None:
    names = Vocabulary(("ant", "nudity", "cat"))
    track = track_of(np.full((3, 3), 0.5, np.float32))
    assert [line.tag for line in overview(track, names).lines] == ["ant", "cat"]
    assert cells_of(tile(track, names, 0, 0)).keys() == {(r, c) for r in range(2) for c in range(3)}


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9))),
    st.integers(0, 30),
    st.integers(1, 9),
)
def test_texts_are_those_of_one_of_the_seconds(
    drawn: list[tuple[int, int]], first: int, length: int
) -> None:
    lines = [Line(f"{start} {long}", TimeRange(start, start + long)) for start, long in drawn]
    whole = Line("of all", None)
    seconds = set(range(first, first + length))
    expected = [
        (TimeRange(start, start + long), f"{start} {long}")
        for start, long in drawn
        if seconds & set(range(start, start + long))
    ]
    assert texts_on([whole, *lines], first, first + length) == expected


def test_cuts_and_stills_are_told() -> None:
    flags = np.array([NEW_CONTENT, 0, 0, NEW_CONTENT | CUT, 0, NEW_CONTENT | CUT], np.uint8)
    changes = ChangeTrack(flags, np.zeros(6, np.uint8))
    track = Track.from_confidences(
        np.ones((6, 5), np.float32), np.arange(5, dtype=np.uint32), changes
    )
    drawn = overview(track, NAMES)
    assert drawn.cuts == (3, 5)
    assert drawn.still == (TimeRange(1, 3), TimeRange(4, 5))


def test_a_video_of_which_nothing_was_seen_has_an_overview() -> None:
    drawn = overview(Track.empty(), NAMES)
    assert (drawn.seconds, drawn.lines, drawn.cuts, drawn.still) == (0, (), (), ())


@given(st.sets(st.integers(0, 60)))
def test_time_ranges_hold_the_same_seconds(seconds: set[int]) -> None:
    actual = time_ranges(np.array(sorted(seconds), np.int64))
    assert {s for one in actual for s in range(one.start, one.end)} == seconds
    assert all(a.end < b.start for a, b in pairwise(actual))
