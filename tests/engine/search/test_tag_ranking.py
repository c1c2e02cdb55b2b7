"""The order of shown tags against its formula, and what a stranger would say first."""

import math

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.matching.results import TagCount
from engine.search.tag_ranking import MIN_SHARE, TagIdf

NEW = TagIdf({}, 0)
"""Return the idf before anything is indexed."""


def order(idf: TagIdf, **seconds: int) -> list[str]:
    counts = [TagCount(tag.replace("_", " "), of) for tag, of in seconds.items()]
    return [count.tag for count in idf.ranked(counts)]


def test_what_few_videos_show_is_first_before_anything_is_indexed() -> None:
    assert order(NEW, person=60, clothing=60, guitar=40, music=50) == [
        *("guitar", "music", "clothing", "person")
    ]


def test_a_specific_word_comes_before_its_general_ones() -> None:
    assert order(NEW, animal=9, golden_retriever=9, dog=9, pet=9)[0] == "golden retriever"
    assert order(NEW, animal=9, golden_retriever=9, dog=9, pet=9)[-1] == "animal"


def test_a_word_of_a_moment_does_not_lead() -> None:
    assert order(NEW, bird=60, lobster=2) == ["bird", "lobster"]


def test_tags_of_a_source_count_as_much_as_it_weighs() -> None:
    counts = [TagCount("audio:music", 60), TagCount("piano", 30), TagCount("metadata:cat", 60)]
    assert [one.tag for one in NEW.ranked(counts)] == ["piano", "metadata:cat", "audio:music"]
    audible = TagIdf({}, 0, {"audio": 4.0, "metadata": 0.0})
    assert [one.tag for one in audible.ranked(counts)] == ["audio:music", "piano", "metadata:cat"]
    assert audible["audio:music"] == 4 * audible["music"]
    assert audible["metadata:cat"] == 0


def test_common_words_never_fill_the_first_five() -> None:
    ordered = order(
        NEW, person=600, people=600, clothing=600, outdoors=600, indoors=600, portrait=600, cup=5
    )
    assert "cup" in ordered[:3]


def test_who_is_seen_never_fills_the_first_five() -> None:
    people = {"woman": 600, "man": 600, "child": 600, "smiling": 600, "person": 600}
    ordered = order(NEW, **people, cup=5, spoon=4, table=3)
    assert {"cup", "spoon", "table"} <= set(ordered[:5])
    assert len(order(NEW, **people)) == 5


def test_common_words_are_all_said_where_there_is_nothing_else() -> None:
    assert len(order(NEW, person=9, people=9, clothing=9, outdoors=9, indoors=9, portrait=9)) == 6


def test_what_most_videos_of_a_catalog_show_tells_little_there() -> None:
    fishing = TagIdf({"fish": 9_000, "dog": 20}, 10_000)
    assert order(NEW, fish=9, dog=5)[0] == "fish"
    assert order(fishing, fish=9, dog=5) == ["dog", "fish"]


def test_idf_is_the_logarithm_of_one_over_the_share_of_videos() -> None:
    assert TagIdf({}, 0)["never heard of"] == math.log(101 / (100 * MIN_SHARE))
    of_many = TagIdf({"x": 500_000}, 1_000_000)
    assert math.isclose(of_many["x"], math.log(2), rel_tol=1e-3)


@given(
    st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 99)),
    st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 50)),
)
def test_every_tag_is_kept_once_and_idf_is_above_0(
    seconds: dict[str, int], df: dict[str, int]
) -> None:
    idf = TagIdf(df, 50)
    counts = [TagCount(tag, of) for tag, of in seconds.items()]
    assert sorted(idf.ranked(counts), key=str) == sorted(counts, key=str)
    assert all(idf[tag] > 0 for tag in "abcdefghij")
