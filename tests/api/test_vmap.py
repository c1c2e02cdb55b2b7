"""VMAP is what the text of VMAP 1.0.1 and VAST 3.0 says, whatever names and addresses hold."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.vmap import VMAP_NAMESPACE, time_offset, vmap_xml
from engine.content.ad_breaks import AdBreak
from engine.domain.advertising.campaigns import Creative
from support.campaigns import campaign

VMAP = f"{{{VMAP_NAMESPACE}}}"
TIME = r"\d{2,}:[0-5]\d:[0-5]\d(\.\d{3})?"


@dataclass(frozen=True)
class Element:
    """Return the text of one element.

    Attributes:
        children: name -> least and most times, in the order they must come.
        required: attribute -> what its value matches.
        optional: the same of attributes that may be missing.
        text: what the text matches; None for an element without.
    """

    children: Mapping[str, tuple[int, float]]
    required: Mapping[str, str]
    optional: Mapping[str, str]
    text: str | None = None


MANY = float("inf")
ANY = r"[\s\S]*"
# VMAP 1.0.1, section 3: the elements that are written here; VAST 3.0, section 2: those inside.
RULES: dict[str, Element] = {
    f"{VMAP}VMAP": Element({f"{VMAP}AdBreak": (0, MANY)}, {"version": r"1\.0(\.1)?"}, {}),
    f"{VMAP}AdBreak": Element(
        {f"{VMAP}AdSource": (0, 1)},
        {
            "timeOffset": rf"{TIME}|start|end|\d{{1,3}}%|#[1-9]\d*",
            "breakType": r"(linear|nonlinear|display)(,(linear|nonlinear|display))*",
        },
        {"breakId": r".+", "repeatAfter": TIME},
    ),
    f"{VMAP}AdSource": Element(
        {f"{VMAP}VASTAdData": (1, 1)},
        {},
        {"id": r".+", "allowMultipleAds": "true|false", "followRedirects": "true|false"},
    ),
    f"{VMAP}VASTAdData": Element({"VAST": (1, 1)}, {}, {}),
    "VAST": Element({"Ad": (0, MANY)}, {"version": r"3\.0"}, {}),
    "Ad": Element({"InLine": (1, 1)}, {}, {"id": ANY, "sequence": r"\d+"}),
    "InLine": Element(
        {"AdSystem": (1, 1), "AdTitle": (1, 1), "Impression": (1, MANY), "Creatives": (1, 1)},
        {},
        {},
    ),
    "AdSystem": Element({}, {}, {"version": ANY}, r".+"),
    "AdTitle": Element({}, {}, {}, r"[\s\S]+"),
    "Impression": Element({}, {}, {"id": ANY}, ANY),
    "Creatives": Element({"Creative": (1, MANY)}, {}, {}),
    "Creative": Element({"Linear": (1, 1)}, {}, {"id": ANY, "sequence": r"\d+", "AdID": ANY}),
    "Linear": Element({"Duration": (1, 1), "MediaFiles": (0, 1)}, {}, {"skipoffset": ANY}),
    "Duration": Element({}, {}, {}, TIME),
    "MediaFiles": Element({"MediaFile": (1, MANY)}, {}, {}),
    "MediaFile": Element(
        {},
        {
            "delivery": "streaming|progressive",
            "type": r".+/.+",
            "width": r"[1-9]\d*",
            "height": r"[1-9]\d*",
        },
        {"id": ANY, "bitrate": r"\d+"},
        r"\S[\s\S]*",
    ),
}


def check(element: ET.Element) -> None:
    rule = RULES[element.tag]
    assert set(rule.required) <= set(element.keys())
    allowed = {**rule.required, **rule.optional}
    for name, value in element.items():
        assert re.fullmatch(allowed[name], value), (element.tag, name, value)
    if rule.text is not None:
        assert re.fullmatch(rule.text, element.text or ""), (element.tag, element.text)
    else:
        assert not (element.text or "").strip()
    names = [child.tag for child in element]
    order = list(rule.children)
    assert names == sorted(names, key=order.index)
    for name, (minimum, maximum) in rule.children.items():
        assert minimum <= names.count(name) <= maximum, (element.tag, name)
    for child in element:
        check(child)


breaks = st.lists(
    st.builds(
        AdBreak,
        second=st.integers(1, 400_000),
        score=st.just(0.5),
        relevance=st.just(0.0),
        seam=st.just("cut"),
        room_seconds=st.just(10),
        shares=st.just({}),
    ),
    max_size=5,
    unique_by=lambda each: each.second,
)
texts = st.text(min_size=1, max_size=20)
creatives = st.lists(
    st.builds(
        Creative,
        id=texts,
        seconds=st.floats(0.01, 600),
        url=texts.map(lambda text: f"https://ads.example/{text}"),
        mime=st.just("video/mp4"),
        width=st.integers(0, 4000),
        height=st.integers(0, 4000),
    ),
    max_size=3,
)


@given(breaks, texts, creatives)
def test_every_document_keeps_to_the_rules(
    result: list[AdBreak], name: str, shown: list[Creative]
) -> None:
    one = replace(campaign("c", {"cat": 1}), name=name, creatives=tuple(shown))
    for each in (None, one):
        xml = vmap_xml(result, each)
        root = ET.fromstring(xml)  # noqa: S314 - our own
        check(root)
        offsets = [one.get("timeOffset") for one in root]
        assert offsets == [time_offset(each.second) for each in sorted(result, key=_second)]
        filled = bool(each and each.creatives)
        assert len(list(root.iter("Ad"))) == (len(result) if filled else 0)


def _second(each: AdBreak) -> int:
    return each.second


@pytest.mark.parametrize(
    ("second", "text"), [(0, "00:00:00.000"), (3_725, "01:02:05.000"), (360_000, "100:00:00.000")]
)
def test_an_offset_is_hours_minutes_and_seconds(second: int, text: str) -> None:
    assert time_offset(second) == text


@pytest.mark.parametrize(
    ("size", "written"),
    [
        ((0, 0), ("640", "360")),
        ((1280, 0), ("1280", "720")),
        ((0, 1080), ("1920", "1080")),
        ((1, 0), ("1", "1")),
        ((480, 480), ("480", "480")),
    ],
)
def test_a_creative_without_a_size_is_shown_all_the_same(
    size: tuple[int, int], written: tuple[str, str]
) -> None:
    spot = Creative("1", 15.0, "https://ads.example/a", "video/mp4", *size)
    one = replace(campaign("c", {"cat": 1}), creatives=(spot,))
    root = ET.fromstring(vmap_xml([AdBreak(10, 0.5, 0.0, "cut", 10, {})], one))  # noqa: S314 - our own
    file = next(root.iter("MediaFile"))
    assert (file.get("width"), file.get("height")) == written


def test_what_xml_cannot_hold_is_replaced_and_the_rest_escaped() -> None:
    one = replace(
        campaign("c", {"cat": 1}),
        name='<b>&\x00"',
        creatives=(Creative("1", 61.5, "https://ads.example/?a=1&b=2", "video/mp4", 640, 360),),
    )
    break_ = AdBreak(10, 0.5, 0.0, "cut", 10, {})
    xml = vmap_xml([break_], one)
    root = ET.fromstring(xml)  # noqa: S314 - our own
    assert next(root.iter("AdTitle")).text == '<b>&\ufffd"'
    assert next(root.iter("Duration")).text == "00:01:01.500"
    assert b"a=1&amp;b=2" in xml
