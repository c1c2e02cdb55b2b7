"""Words in fields of a form, there and back."""

import pytest
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
from engine.errors import InvalidInput

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


def test_a_line_that_says_what_is_not_wanted_is_one_keyword() -> None:
    text = 'no dogs, cats\ncars, trucks = 2\ncats, dogs not allowed = 3\n"a\nno b, c\nd"\n"no", e'
    keywords = {
        "no dogs, cats": 1.0,
        "cars": 1.0,
        "trucks": 2.0,
        "cats, dogs not allowed": 3.0,
        "a\nno b, c\nd": 1.0,
        "no": 1.0,
        "e": 1.0,
    }
    assert weighted_in(text) == keywords
    assert weighted_in(weighted_text(keywords.items())) == keywords


@pytest.mark.parametrize("weight", ["much", "", "1e999", "nan"])
def test_a_weight_that_is_no_number_is_refused_with_its_keyword(weight: str) -> None:
    with pytest.raises(InvalidInput, match="the weight of 'dog' is no number"):
        weighted_in(f"dog = {weight}")
