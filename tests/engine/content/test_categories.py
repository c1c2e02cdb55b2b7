"""Every category of the table exists, and a score is what several witnesses make together."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.content.categories import MIN_SCORE, Categories, tag_table
from engine.domain.assessments.iab.taxonomy import SENSITIVE_TOPICS, content_taxonomy
from engine.errors import InvalidInput
from engine.words.vocabulary import Vocabulary
from ingest.taggers.visual.model_outputs import Networks
from ingest.taggers.visual.nudity import NUDITY

TAGS = tuple(tag_table().weights)
CATEGORIES = Categories(Vocabulary(TAGS))


def test_the_taxonomy_is_whole() -> None:
    taxonomy = content_taxonomy()
    assert len(taxonomy.categories) == 704
    assert sum(category.parent is None for category in taxonomy.categories.values()) == 37
    assert [category.name for category in taxonomy.path("24")] == [
        "Automotive",
        "Auto Type",
        "Performance Cars",
    ]
    assert taxonomy.with_all_below(["422"]) >= {"422", "424", "425", "430"}
    assert taxonomy.with_all_below(taxonomy.categories) == set(taxonomy.categories)


def test_every_id_of_the_table_is_in_the_taxonomy_and_no_topic_of_brand_safety() -> None:
    taxonomy = content_taxonomy()
    for tag, weights in tag_table().weights.items():
        for category, weight in weights.items():
            assert category in taxonomy.categories, tag
            assert taxonomy.path(category)[0].id != SENSITIVE_TOPICS, tag
            assert 0.5 <= weight < 1.0, tag


def test_every_general_tag_of_the_tagger_was_reviewed() -> None:
    assert set(TAGS) | tag_table().silent == {*Networks.load().tags, NUDITY}
    assert set(TAGS) & tag_table().silent == set()


@pytest.mark.parametrize(
    ("tag", "category", "minimum"),
    [
        ("Cat", "424", 0.95),
        ("Siamese cat", "424", 0.7),
        ("automobile", "1", 0.9),
        ("sneakers", "552", 0.5),
        ("puppies", "425", 0.8),
        ("Beer", "211", 0.7),
    ],
)
def test_tags_of_other_taggers_are_understood_by_the_thesaurus(
    tag: str, category: str, minimum: float
) -> None:
    scored = Categories(Vocabulary((tag,))).scores([0], [10], 10)
    scores = {one.category: one.score for one in scored}
    assert scores[category] >= minimum
    assert scored[0].tags == (tag,)


@pytest.mark.parametrize("tag", ["Person", "adult", "attorney", "manner", "no person", "water"])
def test_other_tags_say_nothing(tag: str) -> None:
    assert Categories(Vocabulary((tag,))).scores([0], [10], 10) == []


def test_an_id_that_is_none_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"no category 'Pets'.*such as '422'"):
        content_taxonomy().with_all_below(["Pets"])


def test_a_cat_all_along_is_about_cats() -> None:
    best = CATEGORIES.scores([TAGS.index("cat"), TAGS.index("pet")], [10, 5], 10)
    assert [(one.category, one.tags) for one in best] == [("424", ("cat",)), ("422", ("pet",))]
    assert best[0].score == pytest.approx(0.95)
    assert best[1].score == pytest.approx(0.475)


def test_what_is_seen_for_a_moment_is_not_what_a_video_is_about() -> None:
    assert CATEGORIES.scores([TAGS.index("cat")], [1], 10) == []


counts = st.dictionaries(st.integers(0, len(TAGS) - 1), st.integers(1, 30), max_size=8)


@given(counts)
def test_scores_are_those_of_independent_witnesses(seconds_of: dict[int, int]) -> None:
    expected: dict[str, float] = {}
    for category in content_taxonomy().categories:
        doubts = [
            1 - tag_table().weights[TAGS[tag]][category] * seconds / 30
            for tag, seconds in seconds_of.items()
            if category in tag_table().weights[TAGS[tag]]
        ]
        score = 1 - math.prod(doubts)
        if doubts and score >= MIN_SCORE:
            expected[category] = score
    scored = CATEGORIES.scores(list(seconds_of), list(seconds_of.values()), 30)
    assert {one.category: one.score for one in scored} == pytest.approx(expected)
    scores = [one.score for one in scored]
    assert scores == sorted(scores, reverse=True)
