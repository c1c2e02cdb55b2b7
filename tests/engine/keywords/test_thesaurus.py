import pytest

from engine.keywords.thesaurus.nouns import Thesaurus
from ingest.taggers.visual.face_words import FACE_WORDS
from ingest.taggers.visual.model_outputs import Networks
from ingest.taggers.visual.nudity import NUDITY
from ingest.taggers.visual.specific_tags import load_words


@pytest.fixture(scope="module")
def thesaurus() -> Thesaurus:
    return Thesaurus.load()


def tags_of(thesaurus: Thesaurus, word: str) -> set[str]:
    return {entry.tag for entry in thesaurus.entries(word)}


@pytest.mark.parametrize(
    ("word", "tag", "steps"),
    [
        ("automobile", "car", 0),
        ("sneaker", "footwear", 2),
        ("footgear", "footwear", 0),
        ("siamese cat", "cat", 2),
        ("haute couture", "fashion", 1),
        ("mountaineering", "mountain", 1),
    ],
)
def test_words_lead_to_tags(thesaurus: Thesaurus, word: str, tag: str, steps: int) -> None:
    assert (tag, steps) in {(entry.tag, entry.steps) for entry in thesaurus.entries(word)}


@pytest.mark.parametrize("word", ["manner", "mode of life", "lawsuit", "attorney", "lawyer"])
def test_other_meanings_of_a_tags_name_lead_nowhere_near_it(
    thesaurus: Thesaurus, word: str
) -> None:
    assert tags_of(thesaurus, word) & {"fashion", "suit", "person"} == set()


def test_every_general_tag_of_the_tagger_has_reviewed_meanings(thesaurus: Thesaurus) -> None:
    general = {*Networks.load().tags, *FACE_WORDS, NUDITY}
    assert general <= thesaurus.tags <= general | set(load_words())


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("cats", "cat"),
        ("boxes", "box"),
        ("buses", "bus"),
        ("puppies", "puppy"),
        ("women", "woman"),
        ("mice", "mouse"),
        ("running shoes", "running shoe"),
        ("church mice", "church mouse"),
        ("knives", "knife"),
    ],
)
def test_singulars_are_found(thesaurus: Thesaurus, plural: str, singular: str) -> None:
    assert singular in thesaurus.singulars(plural)


@pytest.mark.parametrize("word", ["bus", "dress", "tennis", "cat", "as"])
def test_what_is_no_plural_is_left_alone(thesaurus: Thesaurus, word: str) -> None:
    assert thesaurus.singulars(word) == []


@pytest.mark.parametrize(
    ("phrase", "tag", "is_lure"),
    [
        ("bear hug", "bear", True),
        ("spelling bees", "bee", True),
        ("dressing gown", "dress", False),
        ("golf lesson", "golf", False),
        ("car insurance", "car", False),
    ],
)
def test_a_word_is_a_lure_in_a_noun_whose_gloss_does_not_name_it(
    thesaurus: Thesaurus, phrase: str, tag: str, *, is_lure: bool
) -> None:
    assert thesaurus.is_lure(phrase, tag) == is_lure


def test_tags_whose_name_mostly_means_something_else_are_homonyms(thesaurus: Thesaurus) -> None:
    names = ["boxer", "ray", "setter", "poodle", "space", "car", "nobody knows it"]
    assert [name for name in names if thesaurus.is_homonym(name)] == ["boxer", "ray", "setter"]


def test_a_town_is_not_what_the_plural_of_a_noun_means(thesaurus: Thesaurus) -> None:
    assert tags_of(thesaurus, "hot springs") == tags_of(thesaurus, "hot spring")
    assert "city" in tags_of(thesaurus, "london")
