"""Mentions that may be names, or stand beside the matter, count in company only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.lines import Line
from engine.domain.time_ranges import TimeRange
from ingest.sources.metadata_lines import metadata_lines
from ingest.taggers.lines.company import accompanied, accompanied_on_picture
from ingest.taggers.lines.mentions import Mention, mentions_in
from ingest.taggers.lines.nouns import CandidateTag
from ingest.taggers.lines.tagger import FIELDS, tags_told

FIELD = st.sampled_from(sorted(FIELDS))
TEXT = st.sampled_from(["Panthers sign", "a panther", "Big Cat", "guitar", "my guitar", "Dogs"])


def told(*lines: tuple[str, str]) -> set[str]:
    return set(tags_told([Line(text, field=field) for field, text in lines], "en"))


@pytest.mark.parametrize(
    ("lines", "tag", "counts"),
    [
        ([("title", "Panthers sign a new coach")], "panther", False),  # a team
        ([("title", "The panthers came to us")], "panther", True),
        ([("title", "Panthers At Night")], "panther", False),
        ([("title", "Panthers At Night"), ("tag", "panther")], "panther", True),
        ([("title", "Panthers At Night"), ("description", "how panthers hunt")], "panther", True),
        ([("title", "Panthers At Night"), ("tag", "big cat")], "panther", True),
        ([("title", "Panthers At Night"), ("description", "Panthers sleep")], "panther", False),
        ([("title", "Guitar Day"), ("tag", "music")], "guitar", True),  # nothing of nature
        ([("title", "Guitar Day \u2013 The Hotel")], "guitar", False),  # by them, and a song
        ([("title", "My day"), ("description", "a guitar and a dog")], "guitar", False),
        ([("title", "My guitar"), ("description", "a guitar and a dog")], "dog", False),
        ([("description", "a guitar and a dog")], "guitar", True),  # nothing else is told
        ([("file", "small"), ("folder", "pliers")], "pliers", False),
        ([("file", "my pliers"), ("folder", "pliers")], "pliers", True),
        ([("folder", "pliers")], "pliers", True),  # the files are numbered
        ([("title", "Phones"), ("tag", "apple")], "apple", False),  # a brand
        ([("title", "My apple"), ("tag", "apple")], "apple", True),
        ([("", "Panthers")], "panther", True),  # read on the picture
        ([("title", "Cabinet rows")], "cabinet", False),  # another sense
        ([("title", "My cabinet")], "cabinet", True),
        ([("title", "Cabinet"), ("tag", "wardrobe")], "cabinet", False),
        ([("title", "Cabinet"), ("tag", "furniture")], "cabinet", True),
        ([("title", "My day"), *[("tag", "dog")] * 10], "dog", True),
        ([("title", "My day"), *[("tag", "dog")] * 11], "dog", False),  # words of the channel
        ([("title", "My dog"), *[("tag", "pet")] * 11], "pet", True),
        ([*[("tag", "dog")] * 11], "dog", True),  # nothing else is told
        ([("title", "Jaws (Official Trailer)"), ("tag", "boat")], "boat", False),  # of the film
        ([("title", "Ann - Lift (Official Video)"), ("tag", "boat")], "boat", False),
        ([("title", "Ann - Lift (Official Video)"), ("tag", "boat")], "music", True),
    ],
)
def test_what_may_be_a_name_counts_in_company(
    lines: list[tuple[str, str]], tag: str, *, counts: bool
) -> None:
    assert (tag in told(*lines)) is counts


def read_words(*texts: str, seconds: tuple[int, int] = (0, 9)) -> list[list[str]]:
    lines = [Line(text, TimeRange(*seconds)) for text in texts]
    counted = accompanied_on_picture(lines, [mentions_in(line.text) for line in lines])
    return [[mention.words for mention in own] for own in counted]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["a guitar"], [["guitar"]]),
        (["PANTHER"], [[]]),  # a maker's name
        (["PANTHER", "Big Cat"], [["PANTHER"], ["Big Cat"]]),
        (["PANTHER", "panther"], [[], ["panther"]]),  # the same line, read twice
        (["Guitar", "b", "c", "d", "e"], [["Guitar"], [], [], [], []]),
        (["Guitar", "b", "c", "d", "e", "f"], [[], [], [], [], [], []]),  # a menu
        (["Guitar", "Piano", "c", "d", "e", "my guitar"], [["Guitar"], [], [], [], [], ["guitar"]]),
    ],
)
def test_what_is_read_among_many_lines_or_may_be_a_name_counts_in_company(
    texts: list[str], words: list[list[str]]
) -> None:
    assert read_words(*texts) == words


def test_lines_one_after_another_are_no_page() -> None:
    lines = [Line(f"a dog of {at}", TimeRange(at, at + 1)) for at in range(20)]
    mentions = [mentions_in(line.text) for line in lines]
    assert accompanied_on_picture(lines, mentions) == mentions


def test_a_page_of_thousands_of_lines_is_held_against_all_of_them() -> None:
    lines = [Line(f"a dog of {at}", TimeRange(at // 9, 3_600)) for at in range(9_000)]
    mentions = [mentions_in("a dog")] * len(lines)
    assert accompanied_on_picture(lines, mentions) == mentions


def test_a_copy_of_a_film_is_called_after_it() -> None:
    lines = metadata_lines(title="", source="/nas/Lion.Hunt.1999.720p.HDTV.x264.mkv")
    assert "Lion Hunt 1999 720p" in lines[0].text
    assert tags_told(lines) == {}


@given(st.lists(st.tuples(FIELD, TEXT), max_size=6))
def test_nothing_is_added_and_what_is_sure_stays(lines: list[tuple[str, str]]) -> None:
    read = [Line(text, field=field) for field, text in lines]
    mentions = [mentions_in(line.text) for line in read]
    counted = accompanied(read, mentions)
    for line, before, after in zip(read, mentions, counted, strict=True):
        assert [one for one in before if one in after] == after
        if line.field in ("", "title", "file", "tag", "category"):
            assert {one for one in before if not one.may_be_name} <= set(after)


TAGS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True)
MENTION = st.builds(
    lambda tags, may_be_name: Mention(
        tags[0], tuple(CandidateTag(tag, 0.9) for tag in tags), may_be_name
    ),
    TAGS,
    st.booleans(),
)


@given(
    read=st.lists(st.tuples(FIELD | st.just(""), st.lists(MENTION, max_size=4)), max_size=6),
    is_called=st.booleans(),
)
def test_each_mention_is_held_against_every_other_one(
    read: list[tuple[str, list[Mention]]], *, is_called: bool
) -> None:
    lines = [Line("text", field=field) for field, _ in read]
    is_titled = any(field in ("title", "file") for field, _ in read)
    aside = ("description", "folder", *["tag"] * is_called) if is_titled else ()

    def agree(one: Mention, other: Mention) -> bool:
        tags, others = ([tag.tag for tag in each.candidates] for each in (one, other))
        return tags[0] in others or others[0] in tags

    expected = [
        [
            one
            for one in own
            if not field
            or not (one.may_be_name or field in aside)
            or any(
                agree(one, other)
                for beside, others in read
                for other in others
                if beside and not other.may_be_name and (beside != field or beside not in aside)
            )
        ]
        for field, own in read
    ]
    assert accompanied(lines, [own for _, own in read], is_called=is_called) == expected


def test_a_description_of_thousands_of_mentions_is_held_against_them_all() -> None:
    dog, cat = mentions_in("a dog and a cat")
    lines = [Line("My cat", field="title")] + [Line("text", field="description")] * 2_000
    counted = accompanied(lines, [[cat], *[[dog, cat, dog, cat, dog, cat, dog]] * 2_000])
    assert counted == [[cat], *[[cat] * 3] * 2_000]
