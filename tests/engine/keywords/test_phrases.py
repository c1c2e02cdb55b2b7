import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.keywords.phrases import lighter, parts_of, plain


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("Make-Up", "make up"),
        ("men's suits", "men suits"),
        ("the ladies\u2019 hats", "the ladies hats"),
        ("  Crème\tbrûlée ", "crème brûlée"),
        ("ROCK'N'ROLL!", "rock n roll"),
        ("tv_set", "tv set"),
        ("...", ""),
    ],
)
def test_a_phrase_is_made_plain(phrase: str, expected: str) -> None:
    assert plain(phrase) == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("music festival", ["music festival", "festival"]),
        ("vacation at the seaside", ["vacation"]),
        ("bouquet of roses", ["bouquet", "roses"]),
        ("cats and dogs", ["cats", "dogs"]),
        ("cats, dogs & horses", ["horses", "cats", "dogs"]),
        ("shoes for running and hiking", ["shoes"]),
        ("new cars", ["cars"]),
        ("at the", []),
    ],
)
def test_the_heads_of_a_phrase(phrase: str, expected: list[str]) -> None:
    assert [part.words for part in parts_of(phrase) if part.is_head] == expected


def test_what_only_says_more_is_no_head() -> None:
    more = [part.words for part in parts_of("live music at the seaside") if not part.is_head]
    assert more == ["seaside", "live"]


@pytest.mark.parametrize(
    ("phrase", "shorter"),
    [
        ("cheap opera tickets", ["opera tickets", "opera"]),
        ("trips to paris", ["paris"]),
        ("videos of the sea", ["the sea", "sea"]),
        ("travel deals", ["travel"]),
        ("bird feeder", []),
        ("the", []),
    ],
)
def test_light_words_around_what_a_phrase_is_about_go(phrase: str, shorter: list[str]) -> None:
    assert list(lighter(phrase)) == shorter


@given(st.text(max_size=60))
def test_plain_is_plain_already(phrase: str) -> None:
    assert plain(plain(phrase)) == plain(phrase)
    for part in parts_of(plain(phrase)):
        assert part.words
