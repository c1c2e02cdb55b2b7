"""Cursors come back as they went out, and whatever else comes back does no harm."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import CursorExpired, InvalidInput
from engine.search.cursors import HOURS, MAX_SHOWN, Cursor, digest_of, next_cursor

NOW = 1_800_000_000.0
QUESTION = digest_of("ann", 1)
video_ids = st.integers(0, 2**64 - 1).map("{:016x}".format)


@given(st.lists(video_ids, unique=True, max_size=MAX_SHOWN - 1))
def test_a_cursor_comes_back_as_it_was(shown: list[str]) -> None:
    cursor = next_cursor("0123456789ab", QUESTION, int(NOW), shown)
    assert cursor is not None
    text = cursor.to_text()
    assert len(text) < 5_500
    assert Cursor.from_text(text, question=QUESTION, now=NOW + 60) == cursor


def test_the_list_ends_after_as_many_as_a_cursor_can_name() -> None:
    shown = [f"{number:016x}" for number in range(MAX_SHOWN)]
    assert next_cursor("0123456789ab", QUESTION, int(NOW), shown) is None


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_refused_or_names_videos_only(text: str) -> None:
    try:
        cursor = Cursor.from_text(text, question=QUESTION, now=NOW)
    except (InvalidInput, CursorExpired):
        return
    assert all(len(video) == 16 for video in cursor.shown)


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_changes_what_is_left_out_only(at: int, byte: int) -> None:
    shown = ("0" * 16, "f" * 16)
    raw = bytearray(base64.urlsafe_b64decode(_text(shown) + "=="))
    raw[at % len(raw)] = byte
    text = base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()
    try:
        cursor = Cursor.from_text(text, question=QUESTION, now=NOW)
    except (InvalidInput, CursorExpired):
        return
    assert cursor.question == QUESTION
    assert NOW - HOURS * 3600 <= cursor.at <= NOW + 3600
    assert len(cursor.shown) == 2


def _text(shown: tuple[str, ...] = ()) -> str:
    return Cursor("0123456789ab", QUESTION, int(NOW), shown).to_text()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "this is none"),
        ("!!!", "this is none"),
        ("Ä", "this is none"),
        (_text() + "AAAA", "this is none"),
        (_text(("0" * 16, "0" * 16)), "this is none"),
        ("A" * 10_000, "10000 characters are too many"),
    ],
)
def test_what_is_no_cursor_says_how_to_go_on(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=f"cursor: .*{says}.*leave it out to begin anew"):
        Cursor.from_text(text, question=QUESTION, now=NOW)


def test_another_question_or_another_day_is_told_apart() -> None:
    with pytest.raises(InvalidInput, match="another question"):
        Cursor.from_text(_text(), question=digest_of("bob", 1), now=NOW)
    with pytest.raises(CursorExpired, match="older than 24 hours"):
        Cursor.from_text(_text(), question=QUESTION, now=NOW + HOURS * 3600 + 1)
