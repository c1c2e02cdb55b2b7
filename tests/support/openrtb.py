"""The content object of OpenRTB 2.6 (3.2.16, 3.2.21, 3.2.22), with AdCOM's lists."""

from collections.abc import Mapping
from typing import Any

TEXTS = {"type": list, "items": str}
OBJECTS = {"type": list, "items": dict}

_CONTENT_TEXTS = (
    "id title series season artist genre album isrc url contentrating userrating keywords"
    " language langb"
)
_CONTENT_NUMBERS = (
    "episode gtax cattax prodq context qagmediarating livestream sourcerelationship len"
    " embeddable realtime firstbroadcast"
)
CONTENT: Mapping[str, Any] = {
    **dict.fromkeys(_CONTENT_TEXTS.split(), str),
    **dict.fromkeys(_CONTENT_NUMBERS.split(), int),
    "genres": TEXTS,
    "cat": TEXTS,
    "kwarray": TEXTS,
    "producer": dict,
    "data": OBJECTS,
    "network": dict,
    "channel": dict,
    "ext": dict,
}
DATA: Mapping[str, Any] = {
    "id": str,
    "name": str,
    "cids": TEXTS,
    "segment": OBJECTS,
    "ext": dict,
}
SEGMENT: Mapping[str, Any] = {"id": str, "name": str, "value": str, "ext": dict}

ONLY_ONE = (("keywords", "kwarray"), ("language", "langb"))
"""Of these only one may be present."""

CATEGORY_TAXONOMIES = {1, 2, 3, 4, 5, 6, 7, 8, 9}
"""AdCOM, List: Category Taxonomies; 9 is the content taxonomy 3.1. From 500 on: vendors'."""

CONTENT_CONTEXTS = {1, 2, 3, 4, 5, 6, 7}
"""AdCOM, List: Content Contexts; 1 is video."""


def check_content(content: Mapping[str, Any]) -> None:
    """Fail when an object is not a content object of OpenRTB 2.6."""
    _check(content, CONTENT)
    for one, other in ONLY_ONE:
        assert not {one, other} <= content.keys(), f"only one of {one} and {other}"
    assert content.get("cattax", 1) in CATEGORY_TAXONOMIES
    assert content.get("gtax", 9) in CATEGORY_TAXONOMIES
    assert content.get("context", 1) in CONTENT_CONTEXTS
    assert content.get("len", 0) >= 0
    if "language" in content:
        assert len(content["language"]) == 2
        assert content["language"].islower()
    for data in content.get("data", []):
        _check(data, DATA)
        for segment in data.get("segment", []):
            _check(segment, SEGMENT)


def _check(given: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    for name, value in given.items():
        assert name in known, f"OpenRTB 2.6 has no {name!r} here"
        expected = known[name]
        if isinstance(expected, dict):
            assert type(value) is expected["type"], name
            assert all(type(item) is expected["items"] for item in value), name
        else:
            assert type(value) is expected, name
