"""A publisher and an exchange: what a video is about, how risky it is, and as OpenRTB."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.assessments.iab.taxonomy import content_taxonomy
from support.catalogs import TAGS, save, video_id
from support.openrtb import check_content
from support.processes import soon
from support.product import Run, Served, reelmatch, serve


def id_of(served: Served, title: str) -> str:
    videos = served.client.get("/v1/videos").json()["videos"]
    (video,) = [video["video"] for video in videos if video["title"] == title]
    return str(video)


def test_a_video_of_a_cat_is_about_pets(served: Served, ask: Run) -> None:
    path = f"/v1/videos/{id_of(served, 'chelsea')}/categories"
    payload = served.client.get(path).json()
    assert payload == ask("categories", "chelsea.mp4", "--json").json
    best = payload["categories"][0]
    assert best["path"][0] == "Pets"
    assert best["score"] > 0.9
    assert best["ranges"] == [[0, 11]]
    assert set(best["tags"]) <= {"cat", "pet"}
    lenient = served.client.get(path, params={"threshold": 0.05}).json()
    assert len(lenient["categories"]) > len(payload["categories"])


@pytest.mark.parametrize(
    ("title", "name"),
    [("coffee", "Non-Alcoholic Beverages"), ("slideshow", "Pets"), ("china", "Attractions")],
)
def test_real_footage_is_filed_where_one_would_look(served: Served, title: str, name: str) -> None:
    payload = served.client.get(f"/v1/videos/{id_of(served, title)}/categories").json()
    assert any(name in one["path"] for one in payload["categories"]), payload


def test_videos_are_found_by_category_and_those_below_it(served: Served, ask: Run) -> None:
    where = {"iab": ["422"]}
    query = {"keywords": {"animal": 1}, "where": where}
    matches = [m["video"] for m in served.client.post("/v1/matches", json=query).json()["matches"]]
    assert id_of(served, "chelsea") in matches
    dogs = {"keywords": {"animal": 1}, "where": {"iab": ["425"]}}
    assert served.client.post("/v1/matches", json=dogs).json()["matches"] == []
    command = ask("match", "--keyword", "animal", "--where", json.dumps(where), "--json").json
    assert [match["video"] for match in command["matches"]] == matches


def test_a_video_goes_to_an_exchange_as_openrtb(served: Served, ask: Run) -> None:
    for video in served.client.get("/v1/videos").json()["videos"]:
        content = served.client.get(f"/v1/videos/{video['video']}/openrtb").json()
        check_content(content)
        assert set(content["cat"]) <= set(content_taxonomy().categories)
        assert content["len"] == video["seconds"]
    cat = served.client.get(f"/v1/videos/{id_of(served, 'chelsea')}/openrtb").json()
    assert cat == ask("categories", "chelsea.mp4", "--openrtb").json
    assert cat["cattax"] == 9
    assert cat["cat"][0] in {"422", "424"}
    assert cat["genre"] == "Animals"
    assert cat["kwarray"][0] in {"animal", "cat", "pet", "nature"}
    (data,) = cat["data"]
    shares = {segment["name"]: segment["value"] for segment in data["segment"]}
    assert shares["cat"] == "1.0000"
    evidence = cat["ext"]["reelmatch"]["catswithsuitability"]
    assert {"category": cat["cat"][0], "suitability": None} in evidence


def test_harmless_footage_is_not_said_to_be_free_of_what_nobody_looked_for(
    served: Served, ask: Run
) -> None:
    payload = served.client.get(f"/v1/videos/{id_of(served, 'chelsea')}/suitability").json()
    assert payload == ask("suitability", "chelsea.mp4", "--json").json
    assert payload["floor"] is False
    risks = {topic["topic"]: topic["risk"] for topic in payload["topics"]}
    assert risks == {
        "adult": "none",
        "arms": "none",
        "crime": "unknown",
        "death": "none",
        "debated": "unknown",
        "drugs": "none",
        "hate": "unknown",
        "obscenity": "unknown",
        "piracy": "unknown",
        "spam": "unknown",
        "terrorism": "unknown",
    }
    drugs = next(topic for topic in payload["topics"] if topic["topic"] == "drugs")
    assert drugs["not_looked_for"] == ["tobacco", "drugs"]
    assert all(one["suitability"] is None for one in payload["catswithsuitability"])


HARMLESS, TOAST, BAR, NUDE, UNSEEN = map(video_id, range(5))


@pytest.fixture(scope="module")
def risky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Five videos of animals: nothing else, a moment of beer, beer all along, nudity, unjudged."""
    home = tmp_path_factory.mktemp("risky")
    with Catalog.open(home / "catalog.db") as catalog:
        catalog.taggers.remember("test@1", (*TAGS, "weapon"))
        save(catalog, HARMLESS, {"animal": 20})
        save(catalog, TOAST, {"animal": 20, "beer": 1})
        save(catalog, BAR, {"animal": 20, "beer": 20})
        save(catalog, NUDE, {"animal": 20, "nudity": 5})
        save(catalog, UNSEEN, {"animal": 20}, tagger="service@1")
    assert reelmatch(home, "reindex").code == 0
    yield from serve(home)


def suitability_of(served: Served, video: str) -> dict[str, Any]:
    answer = served.client.get(f"/v1/videos/{video}/suitability").json()
    topics = {topic["topic"]: topic for topic in answer.pop("topics")}
    return {**answer, "topics": topics}


def test_a_risk_has_its_level_its_seconds_and_the_ids_of_the_iab(risky: Served) -> None:
    toast = suitability_of(risky, TOAST)
    drugs = toast["topics"]["drugs"]
    assert (drugs["risk"], drugs["suitability"], drugs["ranges"]) == ("medium", "bsr003", [[0, 0]])
    assert toast["catswithsuitability"][0] == {"category": "pg0WhF", "suitability": "bsr003"}
    assert suitability_of(risky, BAR)["topics"]["drugs"]["suitability"] == "bsr002"
    nude = suitability_of(risky, NUDE)
    assert nude["floor"] is True
    assert nude["topics"]["adult"]["suitability"] == "bsr001"
    assert "pg0WhF" in risky.client.get(f"/v1/videos/{BAR}/openrtb").json()["cat"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"risk": {"topic": "drugs", "at_most": "none"}}, {HARMLESS, NUDE}),
        ({"risk": {"topic": "pg0WhF", "at_most": "medium"}}, {HARMLESS, TOAST, NUDE}),
        (
            {"risk": {"topic": "drugs", "at_most": "none", "unknown": True}},
            {HARMLESS, NUDE, UNSEEN},
        ),
        ({"risk": {"at_most": "high", "unknown": True}}, {HARMLESS, TOAST, BAR, UNSEEN}),
        ({"risk": {"at_most": "floor"}}, set()),
        ({"iab": ["v9i3On"]}, {TOAST, BAR, NUDE}),
    ],
)
def test_a_filter_keeps_risks_away(
    risky: Served, where: dict[str, Any], expected: set[str]
) -> None:
    query = {"keywords": {"animal": 1}, "where": where}
    matches = risky.client.post("/v1/matches", json=query).json()["matches"]
    assert {match["video"] for match in matches} == expected


def test_what_comes_after_the_reindex_is_judged_at_once(risky: Served) -> None:
    late = video_id(9)
    with Catalog.open(risky.home / "catalog.db") as catalog:
        save(catalog, late, {"animal": 20, "nudity": 5, "cat": 20})
    query = {"keywords": {"animal": 1}, "where": {"and": [{"iab": ["422"]}, {"iab": ["Rm3SiT"]}]}}

    def matches() -> list[str]:
        answer = risky.client.post("/v1/matches", json=query).json()["matches"]
        return [match["video"] for match in answer]

    soon(matches)
    assert matches() == [late]
    risky.client.delete(f"/v1/videos/{late}")


def test_people_read_tables(risky: Served, ask: Run) -> None:
    lines = reelmatch(risky.home, "suitability", TOAST).out.splitlines()
    assert lines[0].split() == ["topic", "risk", "id", "seconds", "without", "name"]
    assert len(lines) == 12
    assert "424" in ask("categories", "chelsea.mp4").out
    nothing = reelmatch(risky.home, "categories", TOAST, "--threshold", "1")
    assert nothing.out == ""
    assert "no category" in nothing.err


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ({"risk": {"topic": "drugs"}}, "'risk' needs an 'at_most'"),
        ({"risk": {"at_most": "mild"}}, "no risk level 'mild'"),
        ({"risk": {"at_most": "low", "unknown": 1}}, "'unknown' of 'risk' is true or false, not 1"),
        ({"risk": {"at_most": "low", "topic": "guns"}}, "no brand suitability topic 'guns'"),
        ({"iab": ["cats"]}, "no category 'cats'"),
    ],
)
def test_a_mistake_in_a_filter_is_named(served: Served, where: dict[str, Any], says: str) -> None:
    query = {"keywords": {"cat": 1}, "where": where}
    answer = served.client.post("/v1/matches", json=query)
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


def test_a_video_that_is_not_there_is_named(served: Served) -> None:
    for question in ("suitability", "categories", "openrtb"):
        assert served.client.get(f"/v1/videos/beef/{question}").status_code == 404
