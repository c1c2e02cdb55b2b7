"""The list of words for videos: large, in one spelling, without repeats, every category exists."""

import itertools

import pytest

from engine.content.categories import MIN_SCORE, Categories, tag_table
from engine.domain.assessments.iab.taxonomy import SENSITIVE_TOPICS, content_taxonomy
from engine.domain.text import tidy_words
from engine.keywords.phrases import plain
from engine.keywords.thesaurus.nouns import noun_thesaurus
from engine.keywords.word_lists.videos import USUAL_WEIGHT, VideoWord, read_video_words, video_words
from engine.words.vocabulary import Vocabulary

NAMES = [word.name for word in video_words()]


def test_it_has_so_many_words_and_each_once() -> None:
    assert len(NAMES) >= 1_200
    assert len({plain(name) for name in NAMES}) == len(NAMES)


def test_words_are_spelled_as_tags_are() -> None:
    for name in NAMES:
        assert name == tidy_words(name).lower()
        assert name.isascii()
        assert not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789 -'"), name


def test_no_word_is_the_plural_of_another() -> None:
    for name in NAMES:
        others = {*noun_thesaurus().singulars(name), name + "s", name + "es"} - {name}
        assert not others & {*NAMES, *tag_table().weights, *tag_table().silent}, name


def test_every_category_exists_and_none_is_a_topic_of_brand_safety() -> None:
    taxonomy = content_taxonomy()
    for word in video_words():
        for category, weight in word.categories.items():
            assert taxonomy.path(category)[0].id != SENSITIVE_TOPICS, word
            assert MIN_SCORE < weight < 1.0, word
    assert sum(bool(word.categories) for word in video_words()) > 0.9 * len(NAMES)


def test_nothing_is_said_of_who_people_are() -> None:
    of_people = {"man", "woman", "boy", "girl", "young", "asian", "african", "happy", "sad", "old"}
    found_names = {name for name in NAMES if of_people & set(name.split())}
    assert found_names == {"old town"}


def test_a_list_is_read_as_it_says_itself() -> None:
    text = """# remark
music, stage @338=0.9 @8VZQHL:
    banjo +guitar, gong show @640=0.5,
    bat (a bat, the animal) +animal +night
-:
    fog
"""
    assert list(read_video_words(text)) == [
        VideoWord("banjo", "", ("music", "stage", "guitar"), {"338": 0.9, "8VZQHL": USUAL_WEIGHT}),
        VideoWord("gong show", "", ("music", "stage"), {"640": 0.5}),
        VideoWord(
            "bat", "a bat, the animal", ("music", "stage", "animal", "night"),
            {"338": 0.9, "8VZQHL": USUAL_WEIGHT},
        ),
        VideoWord("fog", "", (), {}),
    ]  # fmt: skip


def test_what_is_no_word_is_named() -> None:
    with pytest.raises(ValueError, match=r"'bat \(a' is no word"):
        list(read_video_words("-:\n    owl, bat (a\n"))


def test_a_videos_categories_come_from_the_list() -> None:
    tags = ("ramen", "chessboard", "tom yum")
    categories = Categories(Vocabulary(tags))
    found_names = {one.category: one for one in categories.scores([0, 1, 2], [10, 5, 10], 10)}
    assert found_names["214"].score == pytest.approx(USUAL_WEIGHT)
    assert found_names["270"].score == pytest.approx(USUAL_WEIGHT / 2)
    assert set(itertools.chain(*(one.tags for one in found_names.values()))) == {
        "ramen",
        "chessboard",
    }
