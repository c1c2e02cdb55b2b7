"""Mentions that may be names, or stand beside the matter, count in company only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.lines import Line
from ingest.sources.metadata_lines import metadata_lines
from ingest.taggers.lines.company import accompanied
from ingest.taggers.lines.mentions import mentions_in
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
    ],
)
def test_what_may_be_a_name_counts_in_company(
    lines: list[tuple[str, str]], tag: str, *, counts: bool
) -> None:
    assert (tag in told(*lines)) is counts


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
