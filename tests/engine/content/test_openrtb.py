"""The content object has the fields, types and codes of OpenRTB 2.6, whatever the video."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.content.categories import CategoryScore
from engine.content.openrtb import MAX_KEYWORDS, content_object
from engine.domain.assessments.iab.taxonomy import content_taxonomy
from engine.domain.assessments.suitability import BRAND_TOPICS, Risk, TopicRisk
from engine.domain.matching.results import TagCount
from engine.domain.videos import VideoRecord
from support.openrtb import check_content

VIDEO = VideoRecord(
    id="0123456789abcdef",
    title="Cats",
    status="ok",
    reason="",
    seconds=10,
    width=640,
    height=480,
    codec="h264",
    tagger="local@1",
    added_at="2026-01-02T12:00:00+00:00",
    source="/films/cats.mp4",
)
NO_RISKS = [TopicRisk(topic, Risk.NONE, (), (), ()) for topic in BRAND_TOPICS]
CATS = [CategoryScore("424", 0.95, ("cat",)), CategoryScore("422", 0.4, ("pet",))]


def content(**more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "video": VIDEO,
        "tags": [TagCount("cat", 10), TagCount("pet", 4)],
        "scores": CATS,
        "risks": NO_RISKS,
        "ext": {},
    }
    return content_object(**(given | more))


def test_a_cat_for_an_exchange() -> None:
    assert content() == {
        "id": "0123456789abcdef",
        "title": "Cats",
        "cattax": 9,
        "cat": ["424", "422"],
        "genre": "Animals",
        "gtax": 9,
        "genres": ["422"],
        "context": 1,
        "kwarray": ["cat", "pet"],
        "len": 10,
        "data": [
            {
                "name": "reelmatch",
                "segment": [
                    {"id": "cat", "name": "cat", "value": "1.0000"},
                    {"id": "pet", "name": "pet", "value": "0.4000"},
                ],
            }
        ],
        "ext": {"reelmatch": {}},
    }


def test_an_address_is_given_and_a_path_is_not() -> None:
    assert "url" not in content()
    watch = "https://example.com/watch/1"
    assert content(video=replace(VIDEO, source=watch))["url"] == watch


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("", {}),
        ("en", {"language": "en"}),
        ("pt-BR", {"langb": "pt-BR"}),
        ("yue", {"langb": "yue"}),
    ],
)
def test_a_language_is_given_as_what_it_is(code: str, expected: dict[str, str]) -> None:
    given = content(video=replace(VIDEO, language=code))
    assert {name: given[name] for name in ("language", "langb") if name in given} == expected


def test_a_topic_of_brand_safety_that_is_seen_is_a_category() -> None:
    risks = [replace(NO_RISKS[1], risk=Risk.LOW), replace(NO_RISKS[2], risk=Risk.UNKNOWN)]
    assert content(risks=risks)["cat"] == ["424", "422", "avbNf2"]


def test_a_genre_is_claimed_only_when_half_of_the_video_is_about_it() -> None:
    assert "genres" not in content(scores=[CategoryScore("424", 0.49, ("cat",))])


def test_there_are_only_so_many_keywords() -> None:
    tags = [TagCount(f"tag {number}", 1) for number in range(100)]
    given = content(tags=tags)
    assert len(given["kwarray"]) == MAX_KEYWORDS
    assert len(given["data"][0]["segment"]) == 100


def test_a_keyword_is_told_once_and_without_its_source() -> None:
    tags = [TagCount(tag, 1) for tag in ("metadata:car", "audio:silence", "car", "city", "read:it")]
    assert content(tags=tags)["kwarray"] == ["car", "silence", "city", "read:it"]


scores = st.lists(
    st.builds(
        CategoryScore,
        st.sampled_from(sorted(content_taxonomy().categories)),
        st.floats(0.1, 1.0),
        st.just(("cat",)),
    ),
    max_size=6,
)
risks = st.tuples(*[st.sampled_from(list(Risk))] * len(BRAND_TOPICS)).map(
    lambda category_scores: [
        TopicRisk(topic, risk, (), (), ())
        for topic, risk in zip(BRAND_TOPICS, category_scores, strict=True)
    ]
)


@given(scores, risks, st.text(max_size=9), st.sampled_from(["", "en", "deu", "en-US"]))
def test_it_is_always_a_content_object(
    category_scores: list[CategoryScore], topic_risks: list[TopicRisk], title: str, language: str
) -> None:
    video = replace(VIDEO, title=title, language=language)
    check_content(content(video=video, scores=category_scores, risks=topic_risks))
    check_content(content(video=replace(video, seconds=0), tags=[], scores=[]))
