import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.keywords.phrases import denied_in, lighter, parts_of, plain


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


@pytest.mark.parametrize(
    ("phrase", "denied", "rest"),
    [
        ("Non-alcoholic beer", ["alcoholic"], "beer"),
        ("nonalcoholic beer", ["alcoholic"], "beer"),
        ("sugar free dessert", ["sugar"], "dessert"),
        ("car-free city", ["car"], "city"),
        ("coffee without milk", ["milk"], "coffee"),
        ("city without any cars", ["cars"], "city"),
        ("no more cats", ["cats"], ""),
        ("no cats, no other dogs", ["cats", "dogs"], ""),
        ("no cats or dogs", ["cats", "dogs"], ""),
        ("all sports except golf", ["golf"], "all sports"),
        ("pets, excluding cats or dogs", ["cats", "dogs"], "pets"),
        ("beer but not wine", ["wine"], "beer"),
        ("hotel, dogs not allowed", ["dogs"], "hotel"),
        ("smoking is prohibited", ["smoking"], ""),
        ("all animals except cats, dogs and red meat", ["cats", "dogs", "red meat"], "all animals"),
        ("all animals except cats,dogs/birds", ["cats", "dogs", "birds"], "all animals"),
        ("everything but dogs & cats", ["dogs", "cats"], ""),
        ("sports other than golf, tennis", ["golf", "tennis"], "sports"),
        ("wine instead of beer", ["beer"], "wine"),
        ("beer, not wine", ["wine"], "beer"),
        ("don\u2019t show cars", ["cars"], ""),
        ("avoid alcohol and red meat", ["alcohol", "red meat"], ""),
        ("not only dogs", [], "not only dogs"),
        ("why not pizza", [], "why not pizza"),
        ("forget-me-not flowers", [], "forget me not flowers"),
        ("not your average coffee", [], "not your average coffee"),
        ("coffee without milk and sugar", ["milk", "sugar"], "coffee"),
        ("house without stairs and a garden", ["stairs"], "house , and a garden"),
        ("cats and dogs not allowed", ["cats", "dogs"], ""),
        ("nice hotel, red meat isn't allowed", ["red meat"], "nice hotel"),
        ("books banned in schools", [], "books banned in schools"),
        ("reading banned books", [], "reading banned books"),
        ("city without cars nor red meat", ["cars", "red meat"], "city"),
        ("no red meat needed", ["red meat"], "needed"),
        ("no sugar cookies", ["sugar"], "cookies"),
        ("no-bake cake", ["bake"], "cake"),
        ("no. 1 restaurant", [], "no 1 restaurant"),
        ("pizza - free delivery", [], "pizza free delivery"),
        ("pizza free delivery", [], "pizza free delivery"),
        ("coffee: free refills", [], "coffee free refills"),
        ("free range chicken", [], "free range chicken"),
    ],
)
def test_what_a_phrase_says_is_not_there(phrase: str, denied: list[str], rest: str) -> None:
    assert denied_in(phrase, {"red meat"}.__contains__) == (denied, rest)


@given(st.text("no nfre-witha:,", max_size=40))
def test_of_any_phrase_what_is_denied_is_one_noun_or_word(phrase: str) -> None:
    denied, rest = denied_in(phrase, set[str]().__contains__)
    assert all(re.fullmatch(r"\w+", word) for word in denied)
    assert rest == plain(rest)
