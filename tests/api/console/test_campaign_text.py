"""Words in fields of a form, there and back."""

from hypothesis import given
from hypothesis import strategies as st

from api.console.campaigns.campaign_text import (
    end_text,
    start_text,
    weighted_in,
    weighted_text,
    words_in,
    words_text,
)
from engine.domain.advertising.campaigns import ALWAYS, FOREVER

WORDS = st.text(st.sampled_from('ab ,="\n\té日'), min_size=1, max_size=8)
WEIGHTS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(WORDS))
def test_words_come_back_as_they_were(words: list[str]) -> None:
    assert words_in(words_text(words)) == words


@given(st.dictionaries(WORDS, WEIGHTS))
def test_keywords_come_back_with_their_weights(keywords: dict[str, float]) -> None:
    text = weighted_text(keywords.items())
    assert weighted_in(text.replace("\n", "\r\n")) == {
        word.replace("\r\n", "\n"): weight for word, weight in keywords.items()
    }


@given(st.text(st.sampled_from('ab ,="\n\r'), max_size=40))
def test_whatever_is_written_is_read_once(text: str) -> None:
    words = words_in(text)
    assert words_in(words_text(words)) == words


def test_flights_are_told_by_day_where_they_begin_and_end_with_one() -> None:
    assert (start_text(ALWAYS), end_text(FOREVER)) == ("", "")
    assert (start_text(86_400), end_text(86_400)) == ("1970-01-02", "1970-01-01")
    assert end_text(86_401) == "1970-01-02T00:00:01+00:00"
