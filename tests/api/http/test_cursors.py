"""A cursor leads on, and rubbish in its place is refused kindly."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.cursors import cursor_of, read_cursor
from engine.errors import InvalidInput


@given(st.text(max_size=50), st.integers(0, 2**60))
def test_what_goes_in_comes_out(text: str, number: int) -> None:
    assert read_cursor("list", cursor_of("list", text, number), str, int) == (text, number)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="begin again"):
        read_cursor("list", text, str, int)


@pytest.mark.parametrize(
    "cursor",
    [
        cursor_of("other", "a"),
        cursor_of("list", 1),
        cursor_of("list", "a", "b"),
        base64.urlsafe_b64encode(b"[" * 3000).decode(),
        base64.urlsafe_b64encode(b'["list", true]').decode(),
        "A" * 10_000,
    ],
)
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="is not one of this list"):
        read_cursor("list", cursor, str)
