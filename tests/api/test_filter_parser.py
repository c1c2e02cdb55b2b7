"""Filters in JSON become the engine's tree, each column in the form of its type."""

from typing import Any

import pytest

from api.filter_parser import filter_of, filter_of_text
from engine.domain.matching.filters import And, Field, Filter, HasTag, Ids, Not
from engine.domain.metadata import RiskLimit
from engine.errors import InvalidInput


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ({"duration": {"at_least": 30}}, Field("seconds", "between", (30, None))),
        ({"duration": {}}, Field("seconds", "between", (None, None))),
        ({"width": {"at_least": 1280, "at_most": 1920}}, Field("width", "between", (1280, 1920))),
        ({"height": {"at_most": 720}}, Field("height", "between", (None, 720))),
        ({"status": ["ok", "image"]}, Field("status", "in", ("ok", "image"))),
        ({"uploader_id": ["UC1", ""]}, Field("uploader_id", "in", ("UC1", ""))),
        ({"performance": ["talk"]}, Field("performance", "in", ("talk",))),
        ({"kind": ["motion"]}, Field("kind", "in", ("motion",))),
        ({"sensitive": {}}, Field("sensitive", "at_most", "none")),
        ({"risk": {"at_most": "low"}}, Field("risk", "at_most", RiskLimit("low"))),
        (
            {"added": {"since": "1970-01-02", "until": "1970-01-03"}},
            Field("added_at", "between", (86_400, 2 * 86_400 - 1)),
        ),
        ({"within": ["v1"]}, Ids(("v1",))),
        ({"leave_out": ["v1"]}, Not(Ids(("v1",)))),
        ({"seen": {"tag": "guitar", "source": "audio"}}, HasTag("audio:guitar")),
        ({"seen": {"tag": "audio:guitar", "source": "audio"}}, HasTag("audio:guitar")),
        ({"seen": {"tag": "dog", "source": "visual", "at_least": 5}}, HasTag("visual:dog", 5)),
        ({"and": [{"seen": {"tag": "cat"}}]}, And((HasTag("cat"),))),
    ],
)
def test_a_filter_is_read(payload: Any, where: Filter) -> None:
    assert filter_of(payload) == where


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({"width": 1280}, "'width' takes an object with at_least, at_most, not 1280"),
        ({"width": {"min": 1280}}, "'width' has no 'min': it takes at_least, at_most"),
        ({"width": {"at_least": 1280.5}}, "'at_least' of 'width' is a whole number, not 1280.5"),
        ({"width": {"at_least": True}}, "'at_least' of 'width' is a whole number, not True"),
        ({"height": None}, "'height' takes an object with at_least, at_most, not None"),
        ({"status": "ok"}, "'status' takes a list of words, not 'ok'"),
        ({"status": ["zzz"]}, "'status' has no 'zzz': choose from ok, partial, image, too_long"),
        (
            {"kind": ["motion", "zzz"]},
            "'kind' has no 'zzz': choose from motion, slideshow, overlay",
        ),
        ({"performance": [""]}, "'performance' has no '': choose from performance"),
        ({"uploader_id": [1]}, "'uploader_id' takes a list of words"),
        ({"uploader_id": ["a"] * 201}, "'uploader_id' takes at most 200 words, not 201"),
        ({"seen": {"tag": "dog", "source": "smell"}}, "'source' of 'seen' is one of visual, audio"),
        ({"seen": {"tag": "text:dog", "source": "audio"}}, "'seen' names two sources, 'audio'"),
        ({"seconds": {"at_least": 1}}, "no filter 'seconds': choose from added, and, category"),
    ],
)
def test_what_is_no_filter_is_named(payload: Any, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        filter_of(payload)


def test_a_filter_without_end_is_too_big() -> None:
    with pytest.raises(InvalidInput, match="more than 200 parts"):
        filter_of_text('{"not":' * 100_000 + "{}" + "}" * 100_000)
