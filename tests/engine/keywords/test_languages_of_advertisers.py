"""Words of many languages understood by the real networks, on lists written before."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.domain.matching.keywords import KeywordMatch, MatchMethod, Status
from engine.errors import InvalidInput
from engine.keywords.foreign import FOREIGN, LATIN, ForeignWords, languages_of
from engine.keywords.matcher import Keywords
from engine.keywords.multilingual import MultilingualKeywords
from engine.keywords.thesaurus.nouns import noun_thesaurus
from engine.keywords.word_lists.false_friends import false_friends, read_false_friends
from engine.words.vocabulary import Vocabulary
from ingest.taggers.visual.specific_tags import load_words
from ingest.taggers.visual.tagger import LocalTagger
from models.minilm.embedder import shared_minilm
from models.use_multilingual.embedder import LANGUAGES, shared_encoder

DATA = Path(__file__).parents[2] / "data" / "keywords"
ANY_LATIN = ("en", *LATIN)


@pytest.fixture(scope="module")
def keywords() -> MultilingualKeywords:
    vocabulary = Vocabulary((*LocalTagger.load().tags, "audio:rock", "audio:music"))
    english = Keywords(vocabulary, noun_thesaurus(), shared_minilm())
    encoder = shared_encoder()
    return MultilingualKeywords(english, ForeignWords(vocabulary.words, encoder, encoder))


def read(name: str) -> list[Any]:
    words: list[Any] = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    return words


def with_general(tag: str) -> set[str]:
    words = load_words()
    return {tag}.union(*map(with_general, words[tag].general if tag in words else ()))


def is_right(match: KeywordMatch, tags: list[str]) -> bool:
    if match.status == Status.REFUSED:
        return False
    return not with_general(match.candidates[0].tag).isdisjoint(tags)


@pytest.mark.parametrize("half", ["tuning", "held_out"])
@pytest.mark.parametrize("is_told", [True, False], ids=["told", "by letters"])
def test_95_of_100_words_of_fourteen_languages_lead_to_a_right_tag_first(
    keywords: MultilingualKeywords, half: str, *, is_told: bool
) -> None:
    words = read(f"languages_{half}")
    assert {one["language"] for one in words} == set(FOREIGN)
    assert len(words) == 69
    matches = [keywords.read(one["word"], one["language"] if is_told else "") for one in words]
    wrong = [
        (one["word"], match.candidates[0].tag)
        for one, match in zip(words, matches, strict=True)
        if not is_right(match, one["tags"])
    ]
    assert len(wrong) <= 0.05 * len(words), wrong
    for one, match in zip(words, matches, strict=True):
        assert not match.used or one["language"] in match.languages or not is_told


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "by letters"])
def test_nothing_is_claimed_of_words_that_have_no_tag(
    keywords: MultilingualKeywords, *, is_told: bool
) -> None:
    words = [*read("languages_no_tag_tuning"), *read("languages_no_tag_held_out")]
    assert len(words) == 46
    matches = [keywords.read(one["word"], one["language"] if is_told else "") for one in words]
    assert {match.word: match.used for match in matches if match.used} == {}


@pytest.mark.parametrize("language", ["de", ""], ids=["told", "by letters"])
def test_hardly_anything_is_claimed_of_words_without_a_meaning(
    keywords: MultilingualKeywords, language: str
) -> None:
    rng = np.random.default_rng(7)
    words = [
        "".join(
            rng.choice(list(part)) for part in ("bcdfgklmnprstvz", "aeiou") * rng.integers(1, 5)
        )
        for _ in range(40)
    ]
    claimed = [match.word for match in keywords.read_all(words, language) if match.used]
    assert len(claimed) <= 4, claimed


def test_what_is_misspelt_is_english_before_it_is_foreign(keywords: MultilingualKeywords) -> None:
    for word, tag in {"dgo": "dog", "bycicle": "bicycle"}.items():
        match = keywords.read(word)
        assert (match.candidates[0].tag, match.candidates[0].method) == (
            tag,
            MatchMethod.SPELLING,
        )


@pytest.mark.parametrize("half", ["tuning", "held_out"])
def test_english_is_understood_as_before(keywords: MultilingualKeywords, half: str) -> None:
    words = read(half)
    together = [is_right(keywords.read(one["word"]), one["tags"]) for one in words]
    alone = [is_right(keywords.english.read(one["word"]), one["tags"]) for one in words]
    assert sum(together) >= sum(alone)
    for word in read(f"no_tag_{half}"):
        assert not keywords.read(word).used


@pytest.mark.parametrize(
    ("word", "language", "tag", "never"),
    [
        ("pie", "es", "footwear", "dessert"),
        ("Hose", "de", "clothing", "footwear"),
        ("Rock", "de", "clothing", "rock"),
        ("rock", "DE-at", "clothing", "rock"),
        ("Gift", "de", None, "perfume"),
        ("cane", "it", "dog", None),
        ("mare", "it", "sea", "horse"),
        ("beer", "nl", "bear", "alcohol"),
        ("pan", "es", "bread", "frying pan"),
        ("robe", "fr", "dress", None),
        ("pet", "nl", "hat", "pet"),
        ("pies", "pl", "dog", "dessert"),
        # What is the same in both is that.
        ("Pizza", "de", "pizza", None),
        ("piano", "it", "piano", None),
        ("lion", "fr", "lion", None),
    ],
)
def test_a_word_that_only_looks_english_is_not_taken_for_it(
    keywords: MultilingualKeywords, word: str, language: str, tag: str | None, never: str | None
) -> None:
    match = keywords.read(word, language)
    used = [one.tag for one in match.used]
    assert used[:1] == ([] if tag is None else [tag])
    assert never not in used
    weights, _ = keywords.profile({word: 1, "visual:cat": 1}, language=language)
    assert weights.keys() == {"cat", *used}


def test_without_a_language_such_a_word_is_english(keywords: MultilingualKeywords) -> None:
    assert keywords.read("pie").used[0].tag == "dessert"
    assert keywords.profile({"rock": 1}) == ({"rock": 1}, [])
    assert keywords.profile({"rock": 1}, language="en") == ({"rock": 1}, [])


def test_what_is_not_understood_says_in_which_languages_it_was_tried(
    keywords: MultilingualKeywords,
) -> None:
    tried = {
        ("Versicherung", ""): ANY_LATIN,
        ("Versicherung", "de"): ("de",),
        ("insurance", "en"): ("en",),
        ("страхование", ""): ("ru",),
        ("保险", ""): ("ja", "zh"),
        # Nothing reads Greek letters, or Finnish.
        ("ασφάλεια", ""): (),
        ("vakuutus", "fi"): (),
    }
    matches = {case: keywords.read(*case) for case in tried}
    assert {case: match.languages for case, match in matches.items()} == tried
    assert not any(match.used for match in matches.values())
    with pytest.raises(InvalidInput, match=r"'Versicherung' is not a tag: .* \(read in de\)"):
        keywords.profile({"Versicherung": 1}, language="de")
    with pytest.raises(InvalidInput, match="nothing reads its language"):
        keywords.profile({"dog": 1}, language="fi")


def test_what_is_understood_says_in_which_language(keywords: MultilingualKeywords) -> None:
    assert keywords.read("Fahrrad").languages == LATIN
    assert keywords.read("Fahrrad", "de").languages == ("de",)
    assert keywords.read("自転車").languages == ("ja", "zh")
    assert keywords.read("sneakers").languages == ("en",)
    match = keywords.read("Hose", "de")
    assert (match.candidates[0].method, match.candidates[0].by) == (
        MatchMethod.TRANSLATION,
        "trousers",
    )


def test_german_nouns_are_read_in_any_case(keywords: MultilingualKeywords) -> None:
    for word in ("Schmetterling", "schmetterling"):
        assert keywords.read(word, "de").used[0].tag == "butterfly"


def test_many_words_are_read_as_far_as_is_allowed(keywords: MultilingualKeywords) -> None:
    words = ["Fahrrad", *(f"Fahrrad {number}" for number in range(98)), "Hund"]
    matches = keywords.read_all(words, "de")
    assert matches[0].used
    # The last is left for another time.
    assert (matches[-1].status, matches[-1].candidates) == (Status.REFUSED, ())


def test_words_of_other_languages_need_an_extra() -> None:
    vocabulary = Vocabulary(("cat", "dog"))
    english = Keywords(vocabulary, noun_thesaurus(), shared_minilm())
    without = MultilingualKeywords(english, None)
    assert without.read("dogs").languages == ("en",)
    assert without.read("собака").languages == ()
    assert without.read("dogs", "en").used
    with pytest.raises(InvalidInput, match="an extra that is not installed") as caught:
        without.read("Hund", "de")
    assert caught.value.hint == "pip install 'reelmatch[languages]'"


def test_a_language_that_is_no_code_is_refused(keywords: MultilingualKeywords) -> None:
    with pytest.raises(InvalidInput, match="'deutsch!' is no code of a language"):
        keywords.read("Hund", "deutsch!")


def test_the_languages_read_are_those_of_the_network() -> None:
    assert {"en", *FOREIGN} == set(LANGUAGES)
    for language in ("de", "de-AT", "DE", "deu", "ger"):
        assert languages_of("Hund", language) == ("de",)
    assert languages_of("", "zh-Hant-TW") == ("zh",)


def test_false_friends_are_of_languages_that_are_read_and_mean_something_else() -> None:
    friends = false_friends()
    assert set(friends) == set(LATIN)
    assert sum(map(len, friends.values())) > 600
    for words in friends.values():
        assert not [word for word, meaning in words.items() if word == meaning]


def test_a_list_of_false_friends_that_cannot_be_read_names_the_entry() -> None:
    with pytest.raises(ValueError, match="'Hose': write"):
        list(read_false_friends("de\nHose, Rock = skirt"))
    with pytest.raises(ValueError, match="'Rock = skirt'"):
        list(read_false_friends("Rock = skirt"))


@pytest.mark.parametrize(
    ("phrase", "language"),
    [
        *(("no alcohol", ""), ("avoid alcohol", ""), ("-alcohol", ""), ("no alcohol", "es")),
        *(("kein Bier", ""), ("alkoholfreies Bier", "de"), ("pas d'alcool", ""), ("sin vino", "")),
        *(("без алкоголя", ""), ("アルコールなし", ""), ("无酒精", ""), ("alkolsüz", "tr")),
    ],
)
def test_what_is_denied_in_any_language_is_not_meant(
    keywords: MultilingualKeywords, phrase: str, language: str
) -> None:
    assert keywords.read(phrase, language).candidates == ()


def test_a_denying_word_alone_or_in_one_noun_denies_nothing(keywords: MultilingualKeywords) -> None:
    assert all(keywords.read(word).candidates for word in ("sin", "pas de deux"))
