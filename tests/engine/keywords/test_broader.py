"""Tags that are broader than what was meant: never beside it, and the nearest without it."""

import pytest

from engine.domain.matching.keywords import KeywordMatch, MatchMethod, Status, TagCandidate
from engine.keywords.broader import broader_tags, broader_than, near_tags
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


def test_a_words_own_broader_tags_count_where_its_tag_has_none() -> None:
    vocabulary = Vocabulary(("winter sport", "sport", "ski"))
    skiing = KeywordMatch(
        "skiing",
        Status.USED,
        (
            TagCandidate("winter sport", 0.8, MatchMethod.BROADER, "skiing"),
            TagCandidate("sport", 0.6, MatchMethod.BROADER, "skiing"),
            TagCandidate("ski", 0.64, MatchMethod.EMBEDDING, "skiing"),
        ),
    )
    weights = {"winter sport": 0.8}
    assert broader_tags(weights, vocabulary) == {}
    words = {"skiing": 1.0}
    assert broader_tags(weights, vocabulary, [skiing], words) == {"sport": pytest.approx(0.3)}
    near = near_tags(weights, [skiing], words)
    assert {tag: one.weight for tag, one in near.items()} == {
        "sport": pytest.approx(0.3),
        "ski": pytest.approx(0.32),
    }


def test_near_a_word_that_is_not_wanted_lies_nothing_whatever_else_gives_its_tag() -> None:
    candidates = (
        TagCandidate("alcohol", 0.8, MatchMethod.BROADER, "beer"),
        TagCandidate("beer glass", 0.65, MatchMethod.EMBEDDING, "craft beer"),
    )
    beer = KeywordMatch("craft beer", Status.USED, candidates)
    weights = {"alcohol": 1.0 - 0.5 * 0.8}
    assert near_tags(weights, [beer], {"alcohol": 1.0, "craft beer": -0.5}) == {}
