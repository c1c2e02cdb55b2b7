"""Filters as expressions: nothing that anybody wrote is read as a part of one."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.matching.filters import EVERY_VIDEO, And, Field, HasTag, Ids, Not, Or
from engine.errors import InvalidInput, UnknownTag
from engine.indexes.milvus.address import MilvusAddress
from engine.indexes.milvus.expressions import expression_of, letters_of, text_of
from engine.words.vocabulary import Vocabulary

TAGS = Vocabulary(("cat", "dog"))
any_text = st.text(st.characters(), max_size=20)  # halves of surrogate pairs among them


@given(any_text)
def test_letters_say_what_the_text_said_and_cannot_end_a_literal(text: str) -> None:
    letters = letters_of(text)
    assert text_of(letters) == text
    assert re.fullmatch(r"[A-Za-z0-9_.~%-]*", letters)


@given(st.lists(any_text, min_size=1, max_size=4))
def test_whatever_words_are_asked_for_the_expression_has_one_form(words: list[str]) -> None:
    for where in (Ids(tuple(words)), Field("uploader", "in", tuple(words))):
        match = re.fullmatch(r"\((id|uploader) in (\[.*\])\)", expression_of(where, TAGS))
        assert match
        assert sorted(map(text_of, json.loads(match[2]))) == sorted(words)


def test_the_parts_of_a_filter_are_put_together() -> None:
    where = And((Not(HasTag("dog", 3)), Or((Field("seconds", "between", (5, None)), Ids(())))))
    assert expression_of(where, TAGS) == (
        '((not (exists counts["1"] and counts["1"] >= 3)) and ((seconds >= 5) or seconds < 0))'
    )
    assert expression_of(EVERY_VIDEO, TAGS) == ""
    with pytest.raises(UnknownTag, match="dgo"):
        expression_of(HasTag("dgo"), TAGS)
    with pytest.raises(InvalidInput, match="no sensitive level"):
        expression_of(Field("sensitive", "at_most", "some"), TAGS)


def test_an_address_says_host_port_and_what_collections_are_called() -> None:
    address = MilvusAddress.parse("milvus+tls://db.internal:19530/films")
    assert (address.uri, address.live) == ("https://db.internal:19530", "films_live")
    assert address.generation(address.collection("abc")) == "abc"
    assert address.generation("films_records") is None
    assert MilvusAddress.parse("milvus://[::1]:1").collection("abc") == "reelmatch_g_abc"


@pytest.mark.parametrize(
    "url",
    ["milvus://host", "milvus://host:0", "milvus://host:70000", "milvus://h:1/a-b", "http://h:1"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="is no index"):
        MilvusAddress.parse(url)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidInput, match="REELMATCH_MILVUS_TOKEN") as refused:
        MilvusAddress.parse("milvus://root:s3cret@host:19530")
    assert "s3cret" not in str(refused.value)
