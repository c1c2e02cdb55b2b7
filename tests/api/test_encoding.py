"""Records as JSON: members named and ordered as the fields are, without what nobody asked for."""

import json
from dataclasses import dataclass, replace
from enum import StrEnum

import pytest

from api.encoding import encoded
from engine.domain.matching.recommendations import Reason, Recommendation, Source
from engine.domain.matching.results import Contribution, Match, Move
from engine.domain.time_ranges import TimeRange
from engine.domain.viewers import EventKind


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Everything:
    text: str
    number: float | None
    colour: Colour
    many: tuple[TimeRange, ...]
    named: dict[str, Move]
    left: tuple[str, ...] = ()
    none: str | None = None
    zero: int = 0


def test_what_a_record_holds_is_told_in_the_order_of_its_fields() -> None:
    record = Everything("a", None, Colour.RED, (TimeRange(1, 3),), {"m": Move("by", 1, 2)})
    assert json.dumps(encoded(record)) == (
        '{"text": "a", "number": null, "colour": "red", "many": [[1, 2]],'
        ' "named": {"m": {"by": "by", "from": 1, "to": 2}}, "zero": 0}'
    )


def test_what_was_asked_for_is_told_though_it_is_empty() -> None:
    timed = Match("v", 0.5, (Contribution("cat", 0.5, ()),))
    plain = Match("v", 0.5, (Contribution("cat", 0.5),))
    assert encoded(timed)["why"] == [{"tag": "cat", "share": 0.5, "seconds": []}]
    assert encoded(plain)["why"] == [{"tag": "cat", "share": 0.5}]


def test_a_name_that_python_keeps_for_itself_loses_its_underscore() -> None:
    reason = Reason("cat", 0.5, 0.0, (Source("v", EventKind.LIKED, 0.5),), 0.0)
    payload = encoded(reason)
    assert list(payload) == ["tag", "share", "explicit", "stated", "from", "other"]
    assert payload["from"] == [{"video": "v", "kind": "liked", "share": 0.5}]


def test_members_that_were_called_otherwise_are_told_by_both_names() -> None:
    source = Source("v", EventKind.LIKED, 0.5)
    reason = encoded(Reason("cat", 0.5, 0.25, (), 0.25))
    assert reason["explicit"] == reason["stated"] == 0.25
    plain = Recommendation("v", 1.0, (), 1, 1, (), 0.5, ())
    assert encoded(plain)["co_likes"] == encoded(plain)["together"] == 0.5
    assert not {"co_likes_from", "together_from"} & encoded(plain).keys()
    explained = encoded(replace(plain, co_likes_from=(source,)))
    assert explained["co_likes_from"] == explained["together_from"] == [encoded(source)]


def test_what_is_no_record_and_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        encoded({"a": {1, 2}})
