"""Names and numbers of tags, and what an unknown word is told."""

from collections.abc import Callable
from itertools import product
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import process

from engine.domain.text import folded
from engine.errors import UnknownTag
from engine.words import spelling
from engine.words.vocabulary import Vocabulary

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
    assert Vocabulary(TAGS).nearest("sports")[0] == "sports car"


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("bicylce", "bicycle"),
        ("cta", "cat"),
        ("instruments", "musical instrument"),
        ("carr", "car"),
    ],
)
def test_a_misspelt_word_names_the_tag_that_was_meant(word: str, tag: str) -> None:
    assert tag in Vocabulary(TAGS).nearest(word)


@pytest.mark.parametrize("word", ["", " ", "zzzzzz", "\udcff", "q" * 10_000, "\u200d"])
def test_a_word_that_is_like_nothing_has_no_suggestions(word: str) -> None:
    assert Vocabulary(TAGS).nearest(word) == []
    with pytest.raises(UnknownTag, match="is not a tag, and none is like it"):
        Vocabulary(TAGS).numbers([word])


@pytest.mark.parametrize("word", ["cat", "CAT", "Cat", "\uff23\uff21\uff34", "c\u00ada\u200bt"])
def test_a_tag_is_taken_in_any_case_width_and_with_marks_nobody_sees(word: str) -> None:
    assert Vocabulary(TAGS).numbers([word]) == [3]
    assert word in Vocabulary(TAGS)
    assert Vocabulary(TAGS).tag(word) == "cat"


def test_a_tag_of_just_that_name_comes_before_one_in_another_case() -> None:
    assert Vocabulary(("cat", "Cat", "caf\u00e9")).numbers(["Cat", "cafe\u0301"]) == [1, 2]


def test_a_tag_that_is_seen_keeps_its_source_where_others_have_the_name() -> None:
    vocabulary = Vocabulary(("dog", "audio:dog", "cat"))
    weights = {"visual:dog": 1.0, "audio:dog": 2.0, "dog": 3.0, "visual:cat": 4.0}
    named = vocabulary.weights(weights)
    assert named == {"visual:dog": 1.0, "audio:dog": 2.0, "dog": 3.0, "cat": 4.0}
    # Named again, they mean the same tags.
    assert vocabulary.weighted(named) == vocabulary.weighted(weights) == {0: 4.0, 1: 5.0, 2: 4.0}


def test_two_ways_to_write_a_tag_add_up() -> None:
    assert Vocabulary(TAGS).weights({"Cat": 1.0, "cat": 0.5, "car": -1.0}) == {
        "cat": 1.5,
        "car": -1.0,
    }


def test_ten_unknown_words_are_looked_up_and_the_others_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_up: list[str] = []
    scored = spelling.Speller.scored

    def counting(self: spelling.Speller, word: str) -> dict[str, tuple[float, float]]:
        looked_up.append(word)
        return scored(self, word)

    monkeypatch.setattr(spelling.Speller, "scored", counting)
    vocabulary = Vocabulary(tuple(f"tag number {number}" for number in range(20_000)))
    with pytest.raises(UnknownTag, match="and 990 words more") as raised:
        vocabulary.numbers([f"x{number}{'qzjv' * 24}" for number in range(1_000)])
    assert len(looked_up) == 10
    assert len(str(raised.value)) < 3_000


def test_only_names_that_can_be_alike_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    extract: Callable[..., object] = process.extract

    def counting(word: str, names: list[str], **options: object) -> object:
        compared.append(len(names))
        return extract(word, names, **options)

    names = ["".join(letters) for letters in product("abcdefghijklmnopqrst", repeat=3)]
    vocabulary = Vocabulary((*names, "bicycle"))
    vocabulary.prepare()
    monkeypatch.setattr(process, "extract", counting)
    assert vocabulary.nearest("bicylce") == ["bicycle"]
    assert sum(compared) < 100


def test_a_vocabulary_that_grew_uses_what_was_prepared() -> None:
    small = Vocabulary(TAGS)
    small.prepare()
    grown = small.grown(["zebra"]).grown(["Zeppelin"])
    assert grown.names == (*TAGS, "zebra", "Zeppelin")
    assert grown == Vocabulary(grown.names)
    assert grown.numbers(["zebra", "ZEPPELIN", "CAT"]) == [7, 8, 3]
    assert grown.nearest("zebar") == ["zebra"]
    assert grown.nearest("bicylce") == ["bicycle"]


@given(st.text(max_size=20), st.integers(0, 19), st.sampled_from("abcxyz"))
def test_one_slip_of_the_fingers_is_always_found(name: str, position: int, character: str) -> None:
    name = folded(name)
    hypothesis.assume(len(name) >= 3)
    position %= len(name)
    slip = name[:position] + character + name[position + 1 :]
    hypothesis.assume(" " not in name and " " not in slip)
    assert name in Vocabulary((name,)).nearest(slip)


def test_an_empty_vocabulary_has_nothing_to_suggest() -> None:
    with pytest.raises(UnknownTag, match="no tags are known yet"):
        Vocabulary(()).numbers(["cat"])


def test_among_names_that_are_all_alike_the_nearest_is_found_with_few_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[int] = []
    extract = process.extract

    def counting(form: str, forms: list[str], **options: Any) -> Any:
        looked_at.append(len(forms))
        return extract(form, forms, **options)

    monkeypatch.setattr(process, "extract", counting)
    numbered = Vocabulary(tuple(f"tag-{number}" for number in range(20_000)))
    assert numbered.nearest("tag-12345x")[0] == "tag-12345"
    assert numbered.nearest("tga-19283")[0] == "tag-19283"
    assert max(looked_at) <= 4096
