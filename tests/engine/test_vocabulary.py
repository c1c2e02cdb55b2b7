"""Names and numbers of tags, and what an unknown word is told."""

import pytest

from engine.errors import UnknownTag
from engine.vocabulary import Vocabulary, nearest_tags

TAGS = ("animal", "bicycle", "car", "cat", "musical instrument", "sports car", "string instrument")


def test_numbers_come_in_the_order_asked_for() -> None:
    assert Vocabulary(TAGS).numbers(["cat", "animal"]) == [3, 0]


def test_all_unknown_words_are_named_at_once_with_their_nearest_tags() -> None:
    with pytest.raises(UnknownTag) as raised:
        Vocabulary(TAGS).numbers(["bicycl", "cat", "instruments"])
    assert list(raised.value.nearest) == ["bicycl", "instruments"]
    assert raised.value.nearest["bicycl"][0] == "bicycle"
    assert "'bicycl' is not a tag: the nearest are bicycle" in str(raised.value)


def test_a_shared_word_is_nearer_than_shared_letters() -> None:
    assert nearest_tags("sports", TAGS)[0] == "sports car"


def test_an_empty_vocabulary_has_nothing_to_suggest() -> None:
    with pytest.raises(UnknownTag, match="no tags are known yet"):
        Vocabulary(()).numbers(["cat"])
