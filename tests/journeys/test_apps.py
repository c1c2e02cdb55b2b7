"""The needs of an app: its own ids, details beside matches, uploads, and its own page."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.settings import Settings
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.keys import Scope
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generations import Generations
from support.catalogs import TAGS, save, video_id
from support.footage import bikes, carphone
from support.product import Served, reelmatch, serve

SITE = "https://app.example"


@pytest.fixture(scope="module")
def cats_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cats, of which one is also a dog."""
    home = tmp_path_factory.mktemp("apps") / "home"
    with Catalog.open(home / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 5, "dog": 2})
        save(catalog, video_id(2), {"cat": 3})
        save(catalog, video_id(3), {"cat": 1, "dog": 4})
        reindex(catalog, Generations(home / "generations"), IndexConfig(0.7, "raw"))
    return home


@pytest.fixture(scope="module")
def app(cats_home: Path) -> Iterator[Served]:
    settings = Settings(home=cats_home, cors_origins=(SITE,))
    for served in serve(cats_home, settings):
        answer = served.client.patch(f"/v1/videos/{video_id(1)}", json={"external_id": "a/1"})
        assert answer.status_code == 200, answer.text
        yield served


def videos_of(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [match["video"] for match in answer.json()["matches"]]


def test_an_apps_id_is_taken_wherever_a_videos_own_is(app: Served) -> None:
    assert app.client.get("/v1/videos/a%2F1").json()["video"] == video_id(1)
    assert app.client.get("/v1/videos/a%2F1/tags").json()["video"] == video_id(1)
    similar = videos_of(app.client.get("/v1/videos/a%2F1/similar"))
    assert similar == videos_of(app.client.get(f"/v1/videos/{video_id(1)}/similar"))
    liked = app.client.post("/v1/recommendations", json={"liked": ["a/1"]})
    assert set(videos_of(liked)) == {video_id(2), video_id(3)}
    event = {"video": "a/1", "kind": "liked"}
    did = app.client.post("/v1/recommendations", json={"events": [event]})
    assert videos_of(did) == videos_of(liked)
    only = {"keywords": {"cat": 1}, "where": {"within": ["a/1", video_id(2)]}}
    assert set(videos_of(app.client.post("/v1/matches", json=only))) == {video_id(1), video_id(2)}
    rest = {"keywords": {"cat": 1}, "where": {"not": {"within": ["a/1"]}}}
    assert video_id(1) not in videos_of(app.client.post("/v1/matches", json=rest))


def test_a_kept_event_is_about_the_video_itself(app: Served) -> None:
    events = {"events": [{"id": "1", "video": "a/1", "kind": "liked"}]}
    answer = app.client.post("/v1/viewers/anna/events", json=events)
    assert answer.json()["unknown_videos"] == []
    assert app.client.get("/v1/viewers/anna").json()["events"][0]["video"] == video_id(1)


def test_results_tell_an_apps_id(app: Served) -> None:
    answer = app.client.post("/v1/matches", json={"keywords": {"cat": 1}}).json()
    named = {match["video"]: match.get("external_id") for match in answer["matches"]}
    assert named == {video_id(1): "a/1", video_id(2): None, video_id(3): None}


def test_the_command_takes_and_tells_an_apps_id(app: Served) -> None:
    output = reelmatch(app.home, "similar", "a/1", "--json").json
    assert [match["video"] for match in output["matches"]]
    listed = reelmatch(app.home, "videos", "--json").json["videos"]
    assert {one["video"]: one["external_id"] for one in listed}[video_id(1)] == "a/1"


def test_an_apps_id_is_given_once(app: Served) -> None:
    answer = app.client.patch(f"/v1/videos/{video_id(2)}", json={"external_id": "a/1"})
    assert answer.status_code == 409
    assert video_id(1) in answer.json()["detail"]


def test_every_list_of_matches_tells_what_is_asked_of_each_video(app: Served) -> None:
    body = {"include": ["title", "duration", "poster", "url"]}
    query = {"include": "title,duration,poster,url"}
    requests = [
        app.client.post("/v1/matches", json={"keywords": {"cat": 1}, **body}),
        app.client.post("/v1/recommendations", json={"interests": {"cat": 1}, **body}),
        app.client.get(f"/v1/videos/{video_id(1)}/similar", params=query),
        app.client.get("/v1/viewers/anna/recommendations", params=query),
    ]
    for answer in requests:
        for match in answer.json()["matches"]:
            video = app.client.get(f"/v1/videos/{match['video']}").json()
            assert (match["title"], match["duration"]) == (video["title"], video["seconds"])
            assert match["poster"] is match["url"] is None
    wrong = app.client.get(f"/v1/videos/{video_id(1)}/similar", params={"include": "colour"})
    assert wrong.status_code == 422


def test_videos_are_listed_by_id_and_by_what_they_are(app: Served) -> None:
    named = app.client.get("/v1/videos", params={"ids": f"{video_id(3)},a/1,nobody"}).json()
    assert [video["video"] for video in named["videos"]] == [video_id(3), video_id(1)]
    change = {
        "title": "Spring \u6771\u4eac",
        "language": "fr",
        "uploader": "Ann",
        "categories": ["Pets"],
    }
    assert app.client.patch(f"/v1/videos/{video_id(2)}", json=change).status_code == 200
    for query in ({"q": "spring"}, {"language": "fr"}, {"uploader": "Ann"}):
        payload = app.client.get("/v1/videos", params=query).json()["videos"]
        assert [video["video"] for video in payload] == [video_id(2)]
    for status, listed in (("ok", 3), ("corrupt", 0), ("gone", 0)):
        payload = app.client.get("/v1/videos", params={"status": status}).json()
        assert len(payload["videos"]) == listed


def test_a_viewer_nobody_has_heard_of_gets_what_is_fresh(app: Served) -> None:
    answer = app.client.get("/v1/viewers/stranger/recommendations").json()
    assert answer["basis"].startswith("fresh")
    assert answer["note"]
    assert answer["matches"]
    assert app.client.get("/v1/viewers/stranger").status_code == 404


def test_tags_are_listed_with_how_many_videos_show_them(app: Served) -> None:
    payload = app.client.get("/v1/tags").json()
    counted = {tag["tag"]: tag["videos"] for tag in payload["tags"]}
    assert {tag: videos for tag, videos in counted.items() if videos} == {"cat": 3, "dog": 2}
    assert list(counted) == sorted([*TAGS, "dog"])
    first = app.client.get("/v1/tags", params={"limit": 1}).json()
    rest = app.client.get("/v1/tags", params={"cursor": first["next"]}).json()
    assert [tag["tag"] for tag in (*first["tags"], *rest["tags"])] == list(counted)
    (dog,) = app.client.get("/v1/tags?q=DO").json()["tags"]
    assert (dog["tag"], dog["general"]) == ("dog", ["animal", "pet"])
    assert 0 < dog["right"] <= dog["said"]


def test_a_page_of_an_allowed_site_may_ask(app: Served) -> None:
    ask = {"Origin": SITE, "Access-Control-Request-Method": "POST"}
    preflight = app.client.options("/v1/matches", headers=ask)
    assert preflight.headers["access-control-allow-origin"] == SITE
    body = {"keywords": {"cat": 1}}
    answer = app.client.post("/v1/matches", json=body, headers={"Origin": SITE})
    assert answer.headers["access-control-allow-origin"] == SITE
    assert answer.status_code == 200
    other = app.client.post("/v1/matches", json=body, headers={"Origin": "https://evil.example"})
    assert other.status_code == 403


def test_an_uploaded_file_is_watched_under_the_apps_id(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Catalog.open(home / "catalog.db") as catalog:
        _, key = catalog.keys.create("app", [Scope.INGEST, Scope.READ], now=time.time())
    for served in serve(home):
        query = {"name": "../bikes.mp4", "external_id": "b-7", "title": "Bikes"}
        film = bikes().read_bytes()
        assert served.client.post("/v1/videos:upload", content=film).status_code == 401
        served.client.headers["X-API-Key"] = key
        response = served.client.post("/v1/videos:upload", params=query, content=film)
        assert response.status_code == 202, response.text
        job = served.await_job(response.headers["location"])
        assert (job["status"], job["warning"]) == ("ok", "")
        assert {"audio", "decoding", "visual"} <= job["cost"].keys()
        assert 0 < job["cost"]["visual"] < 60
        video = served.client.get("/v1/videos/b-7").json()
        assert (video["video"], video["title"]) == (job["video"], "Bikes")
        taken = {"name": "car.mp4", "external_id": "b-7", "title": "Car", "audio": "false"}
        other = carphone().read_bytes()
        again = served.client.post("/v1/videos:upload", params=taken, content=other)
        warned = served.await_job(again.headers["location"])
        assert warned["state"] == "done"
        assert "visual" in warned["cost"]
        assert "audio" not in warned["cost"]
        assert "visual" in served.client.get("/console/jobs").text
        assert f"'b-7' is that of video {job['video']}" in warned["warning"]
        assert served.client.get(f"/v1/videos/{warned['video']}").json()["title"] == "Car"
        assert served.client.get("/v1/videos/b-7").json()["video"] == job["video"]
        assert warned["warning"] in reelmatch(home, "jobs").out
        assert "is that of video" in served.client.get("/console/jobs").text
        twin = served.client.post("/v1/videos:upload", params={"external_id": "b-8"}, content=film)
        assert "'b-7' until now" in served.await_job(twin.headers["location"])["warning"]
        empty = served.client.post("/v1/videos:upload", content=b"")
        assert empty.status_code == 422


def test_an_apps_id_survives_export_and_import(app: Served, tmp_path: Path) -> None:
    lines = app.client.get("/v1/videos:export").text
    there = tmp_path / "there"
    (tmp_path / "videos.jsonl").write_text(lines, encoding="utf-8")
    assert reelmatch(there, "import", tmp_path / "videos.jsonl").code == 0
    with Catalog.open(there / "catalog.db") as catalog:
        assert catalog.videos.named("a/1").id == video_id(1)
    again = reelmatch(there, "import", tmp_path / "videos.jsonl", "--json").json
    assert {one["status"] for one in again["videos"]} == {"unchanged"}
    stolen = (
        '{"source": "x", "external_id": "a/1", "tags": [{"tag": "cat", "seconds": [[0, 1, 0.9]]}]}'
    )
    answer = app.client.post("/v1/videos:import", content=stolen).text.splitlines()[0]
    assert "a/1" in answer
    assert "rejected" in answer
