import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.keywords.denied_nouns import denied_in, has_denial
from engine.keywords.phrases import plain


class FewNouns:
    """Knows red meat, that beer is like wine, and that words with an s are plurals."""

    def is_one_noun(self, text: str) -> bool:
        return text == "red meat"

    def is_plural(self, noun: str) -> bool:
        return noun.endswith("s")

    def are_of_a_kind(self, one: str, other: str) -> bool:
        return {one, other} == {"beer", "wine"}


NOUNS: Final = FewNouns()


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
        ("cats, dogs and birds not allowed", ["cats", "dogs", "birds"], ""),
        ("cats, rabbits, and dogs not allowed", ["cats", "rabbits", "dogs"], ""),
        ("wine, beer not allowed", ["wine", "beer"], ""),
        ("alcohol, tobacco and gambling excluded", ["alcohol", "tobacco", "gambling"], ""),
        ("hotel, cats and dogs not allowed", ["cats", "dogs"], "hotel"),
        ("family hotel, cats, dogs not allowed", ["dogs"], "family hotel, cats"),
        ("hotel, cats and dogs not allowed, pool", ["cats", "dogs"], "hotel, pool"),
        ("dogs are not allowed here", ["dogs"], ""),
        ("adult content and hard drugs excluded", ["content", "drugs"], ""),
        ("no dogs, cats", ["dogs", "cats"], ""),
        ("no cats, dogs, and no birds", ["cats", "dogs", "birds"], ""),
        ("no pets, no cars and no trucks", ["pets", "cars", "trucks"], ""),
        ("no cats, dogs, sunny beaches, no cars", ["cats", "cars"], "dogs, sunny beaches"),
        ("please no beer, wine or red meat", ["beer", "wine", "red meat"], ""),
        ("no stairs, a garden", ["stairs"], "a garden"),
        ("house without stairs, garden", ["stairs"], "house , garden"),
        ("exclude gambling", ["gambling"], ""),
        ("excluding: cats, dogs", ["cats", "dogs"], ""),
        ("no: cats", ["cats"], ""),
        ("movies w/o violence", ["violence"], "movies"),
        ("0% alcohol beer", ["alcohol"], "beer"),
        ("meals free from gluten", ["gluten"], "meals"),
        ("must not contain weapons", ["weapons"], ""),
        ("weapons must not be shown", ["weapons"], ""),
        ("nothing alcoholic", ["alcoholic"], ""),
        ("nothing but dogs", [], "nothing but dogs"),
        ("nothing with guns", ["guns"], ""),
        ("not suitable for kids", ["kids"], ""),
        ("kids but no toys", ["toys"], "kids"),
        ("hotel -pool !bar", ["pool", "bar"], "hotel"),
        ("rock-climbing", [], "rock climbing"),
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
    assert denied_in(phrase, NOUNS) == (denied, rest)


@given(st.text("no nfre-witha:,", max_size=40))
def test_of_any_phrase_what_is_denied_is_one_noun_or_word(phrase: str) -> None:
    denied, rest = denied_in(phrase, NOUNS)
    assert all(re.fullmatch(r"\w+|red meat", word) for word in denied)
    assert rest == plain(rest)


@given(st.text("no nfre-witha:,", max_size=40))
def test_only_what_has_a_denial_denies(phrase: str) -> None:
    assert has_denial(phrase) or denied_in(phrase, NOUNS)[0] == []
