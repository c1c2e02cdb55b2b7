"""Lines of cues: what rolls is taken once, what is wrong about times is mended or left out."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.lines import MAX_LINE_CHARACTERS
from ingest.sources.captions import joining
from ingest.sources.captions.cues import Cue
from ingest.sources.captions.joining import spoken_of

Said = tuple[str, int, int]


def said(cues: Sequence[tuple[float, float, str]], n_seconds: int = 100) -> list[Said]:
    lines, _ = spoken_of([Cue(*cue) for cue in cues], n_seconds)
    assert all(line.seconds is not None for line in lines)
    return [(line.text, *line.seconds) for line in lines if line.seconds]


def test_a_line_is_on_all_seconds_that_it_touches() -> None:
    assert said([(1.2, 3.5, "a b"), (4, 5, "c")]) == [("a b", 1, 4), ("c", 4, 5)]


def test_the_lines_of_a_cue_are_one() -> None:
    assert said([(0, 2, "New\nYork")]) == [("New York", 0, 2)]


def test_captions_that_roll_say_each_line_once_when_it_comes_up() -> None:
    rolling = [
        (0.3, 2.1, "never gonna give"),
        (2.1, 2.11, "never gonna give"),
        (2.11, 4.0, "never gonna give\nyou up"),
        (4.0, 4.01, "you up"),
        (4.01, 6.0, "you up\nnever gonna"),
    ]
    assert said(rolling) == [
        ("never gonna give", 0, 3),
        ("you up", 2, 5),
        ("never gonna", 4, 6),
    ]


def test_a_line_that_grows_is_taken_as_it_is_in_the_end() -> None:
    growing = [(0, 1, "we"), (1, 2, "we go"), (2, 3, "we go home"), (3, 4, "soon")]
    assert said(growing) == [("we go home", 0, 3), ("soon", 3, 4)]


def test_the_same_cue_twice_is_one_and_the_same_words_later_are_said_again() -> None:
    assert said([(0, 2, "no"), (0, 2, "no"), (9, 10, "no")]) == [("no", 0, 2), ("no", 9, 10)]


def test_cues_may_overlap_and_come_in_any_order() -> None:
    assert said([(5, 7, "c"), (0, 4, "a"), (2, 6, "b")]) == [("a", 0, 4), ("b", 2, 6), ("c", 5, 7)]


def test_wrong_times_are_mended_or_left_out() -> None:
    assert said([(5, 2, "the end is before the start")])[0][1:] == (5, 7)
    assert said([(5, 5, "no length")])[0][1:] == (5, 7)
    assert said([(-3, 2, "begins before the video")])[0][1:] == (0, 2)
    assert said([(-3, -1, "before"), (100, 110, "beyond"), (1e12, 2e12, "far")]) == []
    assert said([(98, 130, "ends beyond")])[0][1:] == (98, 100)
    assert said([(10, 90, "for ever")])[0][1:] == (10, 40)


def test_a_million_cues_are_kept_as_far_as_there_is_room_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(joining, "MAX_LINES", 100)
    lines, is_cut = spoken_of([Cue(i, i + 1, f"line {i}") for i in range(101)], 40_000)
    assert (len(lines), is_cut) == (100, True)
    monkeypatch.setattr(joining, "MAX_CHARACTERS", 10_000)
    lines, is_cut = spoken_of([Cue(i, i + 1, f"{i} " * 600) for i in range(50)], 40_000)
    assert is_cut
    assert sum(len(line.text) for line in lines) <= 10_000
    assert max(len(line.text) for line in lines) == MAX_LINE_CHARACTERS


times = st.floats(-10, 120, allow_nan=False)


@given(
    st.lists(st.tuples(times, times, st.sampled_from(["a", "b", "a\nb", "b\nc", "[x]"]))),
    st.integers(0, 100),
)
def test_every_line_lies_within_the_video_by_time(
    cues: list[tuple[float, float, str]], n_seconds: int
) -> None:
    lines = said(cues, n_seconds)
    assert all(0 <= start < end <= n_seconds for _, start, end in lines)
    assert [start for _, start, _ in lines] == sorted(start for _, start, _ in lines)
    words = {word for _, _, text in cues for word in text.split() if word.isalnum()}
    assert {word for text, _, _ in lines for word in text.split()} <= words
