"""Filters as sentences: what speaks against a video is told in words."""

from typing import Any

import pytest

from engine.domain.matching.filters import And, Field, Filter, HasTag, Ids, Not, Op, Or, sentence_of
from engine.domain.metadata import (
    SCHEMA,
    Column,
    Moment,
    Number,
    RiskLevels,
    RiskLimit,
    SensitivityLevel,
)

CAT = HasTag("cat")
LONG = Field("seconds", "between", (30, None))


@pytest.mark.parametrize(
    ("where", "says"),
    [
        (CAT, "'cat' is observed for at least 1 second"),
        (Not(HasTag("cat", 5)), "'cat' is observed for less than 5 seconds"),
        (HasTag("visual:cat"), "'cat' is seen for at least 1 second"),
        (HasTag("audio:cat", 2), "'cat' is heard for at least 2 seconds"),
        (Not(HasTag("text:sale")), "'sale' is read for less than 1 second"),
        (HasTag("speech:cat"), "'cat' is spoken for at least 1 second"),
        (HasTag("metadata:cat"), "'cat' is told for at least 1 second"),
        (HasTag("ratio 4:3"), "'ratio 4:3' is observed for at least 1 second"),
        (LONG, "its duration is at least 30 seconds"),
        (Field("seconds", "between", (30, 600)), "its duration is 30 to 600 seconds"),
        (Field("width", "between", (None, 640)), "its width is at most 640 pixels"),
        (Field("height", "between", (720, 720)), "its height is exactly 720 pixels"),
        (Field("height", "between", (None, None)), "its height is any"),
        (Field("kind", "in", ("motion",)), "its kind is 'motion'"),
        (Field("performance", "in", ("talk",)), "its performance is 'talk'"),
        (Field("kind", "in", ()), "its kind is one of none"),
        (Field("language", "in", ("de", "en", "")), "its language is 'de', 'en' or unknown"),
        (Not(Field("uploader_id", "in", ("UC1",))), "its uploader's id is not 'UC1'"),
        (Field("category", "in", ("a", "b")), "its categories include 'a' or 'b'"),
        (Field("iab", "in", ("422",)), "its IAB categories include 422 (Pets)"),
        (Field("sensitive", "at_most", "flag"), "its sensitive level is at most flag"),
        (
            Field("risk", "at_most", RiskLimit("low", "arms", unknown=True)),
            "its risk for a brand is at most low in 'arms', or unknown",
        ),
        (
            Field("added_at", "between", (0, 86_399)),
            "its first ingestion is from 1970-01-01T00:00:00+00:00 on"
            " and before 1970-01-02T00:00:00+00:00",
        ),
        (
            Field("added_at", "between", (-(2**60), None)),
            "its first ingestion is from -1152921504606846976 seconds after 1970 on",
        ),
        (Ids(("v1", "v2")), "it is 'v1' or 'v2'"),
        (Not(Ids(tuple("abcdefgh"))), "it is not 'a', 'b', 'c', 'd', 'e' or one of 3 more"),
        (And((CAT, LONG)), f"{sentence_of(CAT)} and {sentence_of(LONG)}"),
        (
            Not(Or((CAT, And((LONG, Not(CAT)))))),
            "'cat' is observed for less than 1 second and (its duration is not at least 30 seconds"
            " or 'cat' is observed for at least 1 second)",
        ),
        (And(()), "it is any video"),
        (Or(()), "it is no video"),
        (Not(And(())), "it is no video"),
    ],
)
def test_a_filter_is_told_in_a_sentence(where: Filter, says: str) -> None:
    assert sentence_of(where) == says


VALUES: dict[type, tuple[Op, Any]] = {
    Number: ("between", (1, 2)),
    Moment: ("between", (1, 2)),
    SensitivityLevel: ("at_most", "flag"),
    RiskLevels: ("at_most", RiskLimit("low")),
}


@pytest.mark.parametrize("column", SCHEMA, ids=[column.name for column in SCHEMA])
def test_every_column_has_a_sentence_and_its_denial(column: Column) -> None:
    where = Field(column.name, *VALUES.get(type(column.type), ("in", ("422",))))
    assert sentence_of(where).startswith(f"its {column.noun} ")
    assert " not " in sentence_of(Not(where))
    assert column.doc.endswith(".")


def test_columns_are_told_apart() -> None:
    assert len({column.name for column in SCHEMA}) == len(SCHEMA)
    assert len({column.key for column in SCHEMA}) == len(SCHEMA)
