"""Every known word has its parents among the known words, and none is its own."""

import numpy as np
import pytest

from ingest.taggers.hierarchy import Hierarchy, all_above
from ingest.taggers.known_words import general_tags, known_parents, known_words, own_words
from ingest.taggers.tag_names import tidy_tag
from ingest.taggers.visual.nudity import NUDITY
from ingest.taggers.visual.specific_tags import load_words, specific_words
from ingest.taggers.visual.tagger import LocalTagger


def test_they_are_those_of_the_tagger_that_comes_along_and_the_list() -> None:
    words = known_words()
    assert {*LocalTagger.load().tags} - {NUDITY} <= words.keys()
    assert words.keys() >= {"ramen", "catwalk", "drum kit", "aerial view", *general_tags()}
    assert NUDITY not in words
    assert all(tidy_tag(word) == word for word in words)


def test_every_parent_is_a_known_word_and_nothing_is_above_itself() -> None:
    words, parents = known_words(), known_parents()
    assert parents.keys() <= words.keys()
    for word in parents:
        above = all_above(word, parents)
        assert set(above) <= words.keys(), word
        assert word not in above, word


@pytest.mark.parametrize(
    ("word", "above"),
    [
        ("ramen", {"noodle", "soup", "food"}),
        ("drum kit", {"drums", "musical instrument", "music"}),
        ("wedding cake", {"cake", "dessert", "food", "wedding"}),
        ("golden retriever", {"retriever", "dog", "pet", "animal"}),
        ("catwalk", {"fashion", "clothing"}),
        ("aerial view", {"landscape", "outdoors", "nature"}),
        ("black and white", set()),
    ],
)
def test_a_word_brings_what_it_always_means(word: str, above: set[str]) -> None:
    assert set(all_above(word, known_parents())) == above


def test_nothing_is_indoors_and_outdoors_at_once() -> None:
    parents = known_parents()
    assert [
        word for word in parents if {"indoors", "outdoors"} <= {*all_above(word, parents)}
    ] == []


def test_general_words_rise_even_past_one_that_is_not_listed() -> None:
    tags = ("beagle", "animal", "car")
    hierarchy = Hierarchy({"beagle": ("dog",), "dog": ("animal",), "car": ("beagle",)}, tags)
    confidences = np.array([0.9, 0.2, 0.4], np.float32)
    hierarchy.raise_general(confidences)
    assert confidences == pytest.approx([0.9, 0.9, 0.4])
    none = np.array([0.1], np.float32)
    Hierarchy({}, ("x",)).raise_general(none)
    assert none == pytest.approx([0.1])


def test_own_words_are_listed_with_what_they_bring_and_how_often_they_were_right() -> None:
    words = {word.name: word for word in own_words(people=False)}
    assert words.keys() == {*general_tags(), *specific_words(load_words())}
    assert words["golden retriever"].general == ("retriever",)
    assert "nudity" not in words
    assert all(0 <= word.right <= word.said for word in words.values())
    predicted, right = (
        sum(word.said for word in words.values()),
        sum(w.right for w in words.values()),
    )
    assert predicted > 2_000
    assert right > 0.9 * predicted
