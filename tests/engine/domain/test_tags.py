"""Tags, their labels, and what words mean where several sources have tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.tags import SOURCES, VISUAL, Tag, explicit_tag
from engine.errors import UnknownTag
from engine.words.vocabulary import Vocabulary

# As tags are stored: nothing around them, nothing empty.
names = st.text(min_size=1).map(str.strip).filter(bool)


@given(st.sampled_from(SOURCES), names | names.map(lambda name: f"audio:{name}"))
def test_every_tag_comes_back_from_its_label(source: str, name: str) -> None:
    assert Tag.parse(Tag(source, name).label) == (source, name)


@pytest.mark.parametrize(
    ("source", "name", "label"),
    [
        (VISUAL, "dog", "dog"),
        ("audio", "dog", "audio:dog"),
        (VISUAL, "genre:rock", "genre:rock"),
        (VISUAL, "audio:dog", "visual:audio:dog"),
        (VISUAL, "visual:dog", "visual:visual:dog"),
    ],
)
def test_a_seen_tag_is_its_name_and_others_tell_their_source(
    source: str, name: str, label: str
) -> None:
    assert Tag(source, name).label == label


@pytest.mark.parametrize(
    ("word", "source"),
    [
        ("dog", None),
        ("AUDIO:dog", ("audio", "dog")),
        ("Text : Sale", ("text", "Sale")),
        ("genre:rock", None),
        ("audio:", None),
        ("audio: ", None),
        ("", None),
    ],
)
def test_a_word_may_name_its_source(word: str, source: tuple[str, str] | None) -> None:
    assert explicit_tag(word) == source


VOCABULARY = Vocabulary(("dog", "audio:dog", "cat", "speech:rain", "visual:audio:bell", "text:dog"))


@pytest.mark.parametrize(
    ("word", "numbers", "called"),
    [
        ("dog", (0, 1, 5), "dog"),
        ("DOG", (0, 1, 5), "dog"),
        ("audio:dog", (1,), "audio:dog"),
        ("Audio:Dog", (1,), "audio:dog"),
        ("visual:dog", (0,), "visual:dog"),
        ("rain", (3,), "rain"),
        ("cat", (2,), "cat"),
        ("audio:bell", (4,), "visual:audio:bell"),
        ("audio:cat", (), None),
        ("fish", (), None),
    ],
)
def test_a_word_without_a_source_means_the_tags_of_any(
    word: str, numbers: tuple[int, ...], called: str | None
) -> None:
    assert VOCABULARY.columns(word) == numbers
    assert VOCABULARY.tag(word) == called
    assert (word in VOCABULARY) == bool(numbers)


def test_the_weight_of_a_word_goes_to_each_tag_that_it_means() -> None:
    assert VOCABULARY.weighted({"dog": 2.0, "audio:dog": 1.0}) == {0: 2.0, 1: 3.0, 5: 2.0}
    assert VOCABULARY.weights({"Dog": 2.0, "dog": 1.0, "rain": 1.0}) == {"dog": 3.0, "rain": 1.0}
    with pytest.raises(UnknownTag, match="fish"):
        VOCABULARY.weighted({"fish": 1.0})


def test_misspelt_words_are_told_names_without_sources() -> None:
    assert VOCABULARY.nearest("rainn") == ["rain"]


@given(st.lists(st.sampled_from(["dog", "audio:dog", "cat", "text:cat", "fish"]), unique=True))
def test_a_vocabulary_that_grew_is_as_one_that_was_made_whole(labels: list[str]) -> None:
    grown = Vocabulary(tuple(labels[:2]))
    grown.prepare()
    for label in labels[2:]:
        grown = grown.grown([label])
        grown.prepare()
    whole = Vocabulary(tuple(labels))
    assert grown.words.names == whole.words.names
    for word in ("dog", "audio:dog", "cat", "fish"):
        assert grown.columns(word) == whole.columns(word)
