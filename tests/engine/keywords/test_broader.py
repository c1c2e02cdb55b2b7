"""Tags that are broader than what was meant: never beside it, and the nearest without it."""

import pytest

from engine.keywords.broader import broader_tags, broader_than
from engine.keywords.thesaurus.nouns import noun_thesaurus
from engine.words.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("name", "broader"),
    [
        ("guitar", ("string instrument", "musical instrument")),
        ("alcohol", ("drink", "food")),
        ("tennis racket", ("tennis",)),
        ("musician", ()),
        ("no such noun", ()),
    ],
)
def test_broader_tags_come_nearest_first(name: str, broader: tuple[str, ...]) -> None:
    assert broader_than(name, noun_thesaurus()) == broader


def test_each_counts_half_of_the_one_before_and_adds_up() -> None:
    vocabulary = Vocabulary(("guitar", "string instrument", "musical instrument", "piano", "dog"))
    assert broader_tags({"guitar": 1.0, "piano": 2.0}, vocabulary) == {
        "string instrument": 0.5,
        "musical instrument": 0.25 + 1.0,
    }


def test_what_was_meant_is_not_broader_and_dislikes_have_none() -> None:
    vocabulary = Vocabulary(("alcohol", "drink", "food"))
    assert broader_tags({"alcohol": 1.0, "drink": 1.0}, vocabulary) == {"food": 0.5}
    assert broader_tags({"alcohol": -1.0}, vocabulary) == {}
