"""Keywords are matched well, with the real thesaurus and embedding, on words written before."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.domain.matching.keywords import KeywordMatch, MatchMethod, Status
from engine.errors import UnknownTag
from engine.keywords.matcher import Keywords
from engine.keywords.thesaurus.nouns import Thesaurus
from engine.words.vocabulary import Vocabulary
from ingest.taggers.visual.specific_tags import load_words
from ingest.taggers.visual.tagger import LocalTagger
from models.minilm.embedder import shared_minilm

DATA = Path(__file__).parents[2] / "data" / "keywords"


@pytest.fixture(scope="module")
def keywords() -> Keywords:
    return Keywords(Vocabulary(LocalTagger.load().tags), Thesaurus.load(), shared_minilm())


def read(name: str) -> list[Any]:
    words: list[Any] = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    return words


def with_general(tag: str) -> set[str]:
    """Return a tag and all that come with it."""
    words = load_words()
    above = words[tag].general if tag in words else ()
    return {tag}.union(*map(with_general, above))


def is_right(match: KeywordMatch, tags: list[str]) -> bool:
    """Return whether the first meaning is a right tag, or one that brings a right one along."""
    if match.status == Status.REFUSED:
        return False
    return not with_general(match.candidates[0].tag).isdisjoint(tags)


@pytest.mark.parametrize("genre", ["rock", "classical"])
def test_a_genre_of_music_is_meant_where_it_is_heard(genre: str) -> None:
    sounds = [f"audio:{name}" for name in ("music", "rock", "classical", "electronic", "ambient")]
    tags = Vocabulary((*LocalTagger.load().tags, *sounds))
    match = Keywords(tags, Thesaurus.load(), shared_minilm()).read(f"{genre} music")
    assert genre in {one.tag for one in match.used}


def test_a_tag_before_the_head_of_another_noun_is_not_meant(keywords: Keywords) -> None:
    assert "fire" not in {one.tag for one in keywords.read("fire alarm").used}


@pytest.mark.parametrize("half", ["tuning", "held_out"])
def test_nine_of_ten_words_lead_to_a_right_tag_first(keywords: Keywords, half: str) -> None:
    wrong = [
        (one["word"], match.candidates[0].tag)
        for one in read(half)
        if not is_right(match := keywords.read(one["word"]), one["tags"])
    ]
    assert len(wrong) <= 0.1 * len(read(half)), wrong


def test_nothing_is_claimed_of_words_that_have_no_tag(keywords: Keywords) -> None:
    words = [*read("no_tag_tuning"), *read("no_tag_held_out")]
    assert len(words) == 30
    claimed = {word: keywords.read(word).used for word in words}
    assert {word: used for word, used in claimed.items() if used} == {}


@pytest.mark.parametrize(
    ("name", "half", "right"),
    [
        ("typed", "tuning", 148),
        ("typed", "held_out", 139),
        ("trade", "tuning", 91),
        ("trade", "held_out", 86),
    ],
)
def test_words_that_are_typed_are_used_for_what_they_mean(
    keywords: Keywords, name: str, half: str, right: int
) -> None:
    words = read(f"{name}_{half}")
    matches = [keywords.read(one["word"]) for one in words]
    used = [
        match.word
        for one, match in zip(words, matches, strict=True)
        if match.used and is_right(match, one["tags"])
    ]
    assert len(used) >= right - 2  # numbers differ a little between processors
    wrong = [match.word for match in matches if match.used and match.word not in used]
    assert len(wrong) <= 0.07 * len(words), wrong
    nothing = [keywords.read(word) for word in read(f"{name}_no_tag_{half}")]
    assert {match.word: match.used for match in nothing if match.used} == {}


@pytest.mark.slow
def test_every_tag_means_itself(keywords: Keywords) -> None:
    for tag in keywords.vocabulary.names:
        assert keywords.read(tag).candidates[0].tag == tag
        assert keywords.read(tag).candidates[0].confidence == 1.0


def test_tags_of_any_vocabulary_are_understood() -> None:
    imported = Vocabulary(("Bicycle", "Kite surfing", "Sunsets", "Tram", "car"))
    keywords = Keywords(imported, Thesaurus.load(), shared_minilm())
    words = {"bikes": "Bicycle", "kitesurfing": "Kite surfing", "sunset": "Sunsets"}
    words |= {"trams": "Tram", "automobiles": "car"}
    assert {word: keywords.read(word).candidates[0].tag for word in words} == words


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("motrcycle", "motorcycle"),
        ("archtecture", "architecture"),
        ("bicycl", "bicycle"),
        ("resturant", "restaurant"),
    ],
)
def test_a_misspelt_tag_is_that_before_anything_near_its_pieces(
    keywords: Keywords, word: str, tag: str
) -> None:
    assert keywords.read(word).candidates[0].tag == tag


@pytest.mark.parametrize(("half", "right", "claimed"), [("tuning", 153, 3), ("held_out", 123, 1)])
def test_names_of_segments_are_used_for_what_they_mean(
    keywords: Keywords, half: str, right: int, claimed: int
) -> None:
    matches = [(keywords.read(one["word"]), one["tags"]) for one in read(f"segments_{half}")]
    used = [match for match, tags in matches if match.used and is_right(match, tags)]
    assert len(used) >= right - 2  # numbers differ a little between processors
    nothing = [keywords.read(word) for word in read(f"segments_no_tag_{half}")]
    assert len([match for match in nothing if match.used]) <= claimed


@pytest.mark.parametrize(
    ("phrase", "tag"),
    [
        ("luxury hotels", "architecture"),
        ("cheap opera tickets", "music"),
        ("trips to London", "city"),
        ("rabbit lovers", "rabbit"),
        ("ski pass discount", "winter sport"),
        ("jazz", "music"),
        ("boxing", "sport"),
    ],
)
def test_a_phrase_is_about_what_light_words_stand_around(
    keywords: Keywords, phrase: str, tag: str
) -> None:
    assert tag in with_general(keywords.read(phrase).used[0].tag)


@pytest.mark.parametrize("phrase", ["bear hug", "loan shark", "spelling bee", "high horse"])
def test_a_figure_of_speech_does_not_mean_its_words(keywords: Keywords, phrase: str) -> None:
    assert keywords.read(phrase).used == ()
    assert keywords.read(f"my {phrase} story").used == ()


def test_what_a_phrase_denies_is_not_meant(keywords: Keywords) -> None:
    used = {
        phrase: {one.tag for one in keywords.read(phrase).used}
        for phrase in ("beer", "non-alcoholic beer", "nonalcoholic beer")
    }
    assert "alcohol" in used["beer"]
    assert "alcohol" not in used["non-alcoholic beer"] | used["nonalcoholic beer"]


@pytest.mark.parametrize(
    ("phrase", "tag"),
    [("alcohol free drinks", "drink"), ("sugar-free food", "food"), ("cat without catnip", "cat")],
)
def test_what_is_broader_than_what_a_phrase_denies_is_meant(
    keywords: Keywords, phrase: str, tag: str
) -> None:
    assert tag in {one.tag for one in keywords.read(phrase).used}


@pytest.mark.parametrize(
    "phrase",
    [
        *("no dogs", "dog free", "no kids", "no more cats", "no ice cream", "avoid alcohol"),
        *("cats, dogs and birds not allowed", "no dogs, cats", "-alcohol", "no alchohol"),
    ],
)
def test_a_phrase_that_only_denies_leads_nowhere(keywords: Keywords, phrase: str) -> None:
    assert keywords.read(phrase).candidates == ()


@pytest.mark.parametrize("phrase", ["car-free travel", "no cars in the city"])
def test_what_says_more_of_what_is_denied_is_not_meant(keywords: Keywords, phrase: str) -> None:
    assert keywords.read(phrase).used == ()


@pytest.mark.parametrize(("phrase", "tag"), [("cars (no trucks)", "car"), ("cars -trucks", "car")])
def test_what_a_phrase_says_besides_is_meant(keywords: Keywords, phrase: str, tag: str) -> None:
    assert [one.tag for one in keywords.read(phrase).used] == [tag]


def test_words_that_only_deny_are_refused_with_what_to_do(keywords: Keywords) -> None:
    with pytest.raises(UnknownTag, match="'no kids' only says what is not wanted: exclude that"):
        keywords.profile({"no kids": 1.0})


@pytest.mark.parametrize(
    ("phrase", "tag"), [("pizza - free delivery", "pizza"), ("coffee: free refills", "coffee")]
)
def test_what_comes_with_something_free_is_meant(keywords: Keywords, phrase: str, tag: str) -> None:
    assert tag in {one.tag for one in keywords.read(phrase).used}


def test_a_denied_word_may_have_an_article(keywords: Keywords) -> None:
    assert "car" not in {one.tag for one in keywords.read("without a car").candidates}


def test_words_of_the_table_are_used_also_where_many_others_are_read_first(
    keywords: Keywords,
) -> None:
    known = ["headphones", "snowboard", "whisky", "vinyl records", "ski resort"]
    others = [
        f"{a} {b}" for a in ("payroll", "mortgage", "loyalty") for b in ("advice", "law", "tax")
    ]
    matches = keywords.read_all([*others, *known])
    assert [match.word for match in matches if match.used] == known


@pytest.mark.parametrize("phrase", ["gift card", "pregnancy test"])
def test_no_tag_is_spelled_like_one_word_of_a_phrase(keywords: Keywords, phrase: str) -> None:
    methods = {candidate.method for candidate in keywords.read(phrase).candidates}
    assert MatchMethod.SPELLING not in methods


@pytest.mark.parametrize(("word", "tag"), [("boatload", "boat"), ("carmaker", "car")])
def test_a_word_that_only_resembles_a_tag_keeps_its_sense(
    keywords: Keywords, word: str, tag: str
) -> None:
    first = keywords.read(word).candidates[0]
    assert (first.tag, first.method) == (tag, MatchMethod.EMBEDDING)
