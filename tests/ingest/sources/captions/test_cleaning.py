"""Spoken words of a cue."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.captions.cleaning import spoken_lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("plain words", ["plain words"]),
        (r"two\Nlines\nand more", ["two", "lines", "and more"]),
        (r"{\an8}up {\i1}there{\i0}", ["up there"]),
        (r"{\p1}m 0 0 l 100 0 100 100{\p0}after", ["after"]),
        ("<i>a</i> <font color='#fff'>guitar</font> <b>here</b>", ["a guitar here"]),
        ("<v Bob>Hello<00:00:01.500><c> you</c> <c.yellow>there</c>", ["Hello you there"]),
        ("3 < 5 and 6 > 4", ["3 < 5 and 6 > 4"]),
        ("rock &amp; roll &lt;3 &#39;yes&#39;", ["rock & roll <3 'yes'"]),
        (">> Hello there.", ["Hello there."]),
        (">> REPORTER: the piano. >> Yes.", ["the piano. Yes."]),
        ("JOHN: Where is it?", ["Where is it?"]),
        ("MAN #2: Here.", ["Here."]),
        ("Note: it is here", ["Note: it is here"]),
        ("at 10:30 we go", ["at 10:30 we go"]),
        (r"- Hello.\N– Hi.", ["Hello.", "Hi."]),  # noqa: RUF001
        ("[Music]", []),
        ("(applause) thank you [laughs]", ["thank you"]),
        (r"[door\Nslams] who is it", ["who is it"]),
        ("♪ la la la ♪", []),
        (r"♪ sung on\Ntwo lines ♪\Nspoken", ["spoken"]),
        ("（拍手）ありがとう【音楽】", ["ありがとう"]),  # noqa: RUF001
        ("\u200fשלום\u200e", ["שלום"]),  # noqa: RUF001
        ("wo\u00adnder\u200bful", ["wonderful"]),
        ("a\u202eb\u0007c", ["abc"]),
        ("  many   spaces ", ["many spaces"]),
        ("...", []),
        ("", []),
        ("00:00:03.5 --> 00:00:04", []),
    ],
)
def test_what_is_spoken_is_left(text: str, lines: list[str]) -> None:
    assert spoken_lines(text) == lines


@pytest.mark.parametrize(
    "piece",
    ["{", r"{\p1", "<", "<a", "[", "(", "♪", "♪ ", ">", ">> a", ">>a a ", "&", "-", "A", ":"],
)
def test_hostile_text_takes_no_longer_than_other_text(piece: str) -> None:
    begin = time.process_time()
    spoken_lines(piece * 100_000)
    assert time.process_time() - begin < 20  # seconds; a slip of an expression takes minutes


@given(st.text("ab {}\\pN<>/[]()♪>-:&;#\n\u200f", max_size=80))
def test_any_text_gives_lines_of_one_line_with_a_letter_each(text: str) -> None:
    for line in spoken_lines(text):
        assert line == line.strip()
        assert "\n" not in line
        assert any(map(str.isalnum, line))
