"""Lines made of readings now and then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.lines import MAX_CHARACTERS, MAX_LINE_CHARACTERS, MAX_LINES
from ingest.taggers.text.lines import Span, as_lines, joined, similar

spans = st.lists(
    st.builds(
        lambda text, score, start, length: Span(text, score, start, start + length),
        st.sampled_from(["harbour", "harbor", "lighthouse", "light"]),
        st.floats(0.8, 1.0),
        st.integers(0, 30),
        st.integers(1, 9),
    )
)


def lines(
    *spans: tuple[str, float, int, int], detected_at: tuple[int, ...] = ()
) -> list[tuple[str, int, int]]:
    return [
        (one.text, one.start, one.end) for one in joined((Span(*s) for s in spans), detected_at)
    ]


def test_readings_of_one_line_are_joined_and_the_surest_is_kept() -> None:
    spans = (
        ("Harb0ur view", 0.84, 2, 4),
        ("Harbour view", 0.99, 4, 7),
        ("Harbour vlew", 0.9, 7, 9),
    )
    assert lines(*spans) == [("Harbour view", 2, 9)]


def test_of_equal_readings_the_longer_is_kept() -> None:
    assert lines(("Harbour", 1.0, 0, 1), ("Harbour view", 0.99, 1, 3)) == [("Harbour view", 0, 3)]


def test_other_words_are_another_line() -> None:
    spans = (("Harbour view", 0.9, 0, 3), ("Lighthouse", 0.9, 0, 3))
    assert lines(*spans) == [("Harbour view", 0, 3), ("Lighthouse", 0, 3)]


def test_the_same_later_is_another_line_where_it_was_looked_for() -> None:
    spans = (("Harbour", 0.9, 0, 3), ("Harbour", 0.9, 9, 12))
    assert lines(*spans, detected_at=(0, 5, 9)) == [("Harbour", 0, 3), ("Harbour", 9, 12)]
    assert lines(*spans, detected_at=(0, 9)) == [("Harbour", 0, 12)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Breaking news", "BREAKING NEWS", True),
        ("Breaking news", "Breaking nevvs", True),
        ("Breaking", "Breaking news from the harbour", True),
        ("Break", "Breaking news from the harbour", False),
        ("Where were you?", "At the harbour.", False),
    ],
)
def test_lines_are_alike_but_for_some_letters(one: str, other: str, *, same: bool) -> None:
    assert similar(one, other) is similar(other, one) is same


@given(spans, st.lists(st.integers(0, 40), unique=True).map(sorted))
def test_joining_loses_no_second(spans: list[Span], detected_at: list[int]) -> None:
    before = {second for span in spans for second in range(span.start, span.end)}
    starts, texts = {one.start for one in spans}, {one.text for one in spans}
    made = joined(spans, detected_at)
    assert len(made) <= len(spans)
    assert before <= {second for span in made for second in range(span.start, span.end)}
    assert {one.start for one in made} <= starts
    assert {one.text for one in made} <= texts
    assert [one.start for one in made] == sorted(one.start for one in made)


def test_lines_are_bounded() -> None:
    many = [Span("abcdef" * 200, 1.0, n, n + 1) for n in range(MAX_LINES + 9)]
    stored = as_lines(many)
    assert len(stored) == MAX_CHARACTERS // MAX_LINE_CHARACTERS
    assert {len(line.text) for line in stored} == {MAX_LINE_CHARACTERS}
    assert len(as_lines([Span("abc", 1.0, 0, 1)] * (MAX_LINES + 9))) == MAX_LINES
