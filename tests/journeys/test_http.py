"""An app at the HTTP entry point: real server, real footage, nothing patched."""

import json
import re
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from support.processes import soon
from support.product import Run, Served, reelmatch, serve


def id_of(served: Served, title: str) -> str:
    videos = served.client.get("/v1/videos").json()["videos"]
    (video,) = [video["video"] for video in videos if video["title"] == title]
    return str(video)


def test_health_tells_alive_and_ready(served: Served) -> None:
    assert served.client.get("/health/live").json()["status"] == "ok"
    assert served.client.get("/health/ready").status_code == 200


def test_a_browser_at_the_bare_address_is_led_to_the_console(served: Served) -> None:
    browser = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
    led = served.client.get("/", headers=browser)
    assert (led.status_code, led.headers["location"]) == (307, "console")
    assert served.client.get("/", headers=browser, follow_redirects=True).status_code == 200
    for program in ({}, {"accept": "application/json"}):
        response = served.client.get("/", headers=program)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_recommendations_equal_those_of_the_command(served: Served, ask: Run) -> None:
    over_http = served.client.post(
        "/v1/recommendations", json={"interests": {"animal": 1, "nature": 0.5, "car": -1}}
    ).json()
    command = ask(
        "recommend", "--like", "animal=1", "--like", "nature=0.5", "--dislike", "car", "--json"
    ).json
    assert over_http == command
    assert over_http["matches"]


def test_matches_equal_those_of_the_command(served: Served, ask: Run) -> None:
    over_http = served.client.post(
        "/v1/matches", json={"keywords": {"coffee": 1}, "exclude": ["cat"], "k": 3}
    ).json()
    assert (
        over_http
        == ask("match", "--keyword", "coffee", "--exclude", "cat", "-k", "3", "--json").json
    )


def test_a_filter_narrows_what_is_found(served: Served, ask: Run) -> None:
    chelsea, slides = id_of(served, "chelsea"), id_of(served, "slideshow")
    longer = {"duration": {"at_least": 15}}
    query = {"keywords": {"cat": 1}, "where": longer}
    payload = served.client.post("/v1/matches", json=query).json()
    assert [match["video"] for match in payload["matches"]] == [slides]
    assert payload == ask("match", "--keyword", "cat", "--where", json.dumps(longer), "--json").json
    query = {"interests": {"cat": 1}, "where": {"not": longer}}
    payload = served.client.post("/v1/recommendations", json=query).json()
    assert payload["matches"][0]["video"] == chelsea


def test_liked_videos_lead_to_others(served: Served) -> None:
    chelsea = id_of(served, "chelsea")
    answer = served.client.post("/v1/recommendations", json={"liked": [chelsea]}).json()
    assert chelsea not in [match["video"] for match in answer["matches"]]
    assert answer["matches"][0]["why"]


def test_videos_come_in_pages_without_repeats(served: Served) -> None:
    observed: list[str] = []
    cursor = ""
    while True:
        page = served.client.get("/v1/videos", params={"cursor": cursor, "limit": 5}).json()
        observed += [video["video"] for video in page["videos"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert len(observed) == len(set(observed)) == 12
    assert observed == sorted(observed)


def test_a_video_tells_all_that_is_known(served: Served) -> None:
    video = served.client.get(f"/v1/videos/{id_of(served, 'chelsea')}").json()
    assert video["title"] == "chelsea"
    assert video["status"] == "ok"
    assert video["seconds"] == 12
    assert video["codec"] == "h264"
    assert (video["width"], video["height"]) == (640, 480)
    assert (video["sensitive"]["level"], video["sensitive"]["seconds"]) == ("none", [])
    nothing: dict[str, list[object]] = {"seconds": [], "mentioned_by": []}
    assert video["sensitive"]["topics"]["weapons"] == {"level": "none", **nothing}
    assert video["sensitive"]["topics"]["drugs"] == {"level": "unknown", **nothing}


def test_a_photograph_over_a_song_is_told_from_footage(served: Served) -> None:
    kinds = {
        video["title"]: video["kind"] for video in served.client.get("/v1/videos").json()["videos"]
    }
    assert kinds["chelsea"] == kinds["rocket"] == "static"
    assert kinds["slideshow"] == "slideshow"
    assert kinds["bikes"] == kinds["cityCC0"] == "motion"
    evidence = served.client.get(f"/v1/videos/{id_of(served, 'slideshow')}").json()["evidence"]
    assert evidence["cuts"] == [5, 10, 15]
    only_footage = {"keywords": {"animal": 1}, "where": {"kind": ["motion"]}}
    payload = served.client.post("/v1/matches", json=only_footage).json()["matches"]
    assert [match["video"] for match in payload] == [id_of(served, "bigbuckbunny")]


def test_pictures_come_as_webp(served: Served) -> None:
    path = f"/v1/videos/{id_of(served, 'slideshow')}"
    poster, strip = (served.client.get(f"{path}/{name}") for name in ("poster", "strip"))
    for picture in (poster, strip):
        assert picture.headers["content-type"] == "image/webp"
        assert picture.content[:4] == b"RIFF"
    assert strip.headers["x-strip-seconds"].split(",") == [str(second) for second in range(20)]
    assert served.client.get("/v1/videos/beef/poster").status_code == 404


def test_tags_seconds_and_one_tag_agree(served: Served) -> None:
    path = f"/v1/videos/{id_of(served, 'chelsea')}"
    tags = served.client.get(f"{path}/tags").json()
    assert tags["threshold"] == 0.7
    assert {"tag": "cat", "seconds": 12} in tags["tags"]
    along = served.client.get(f"{path}/tags/cat").json()["seconds"]
    at_5 = served.client.get(f"{path}/seconds/5").json()["tags"]
    assert {"tag": "cat", "confidence": along[5]["confidence"]} in at_5
    # A picture that stands still is looked at once; what was seen then stands for the rest.
    reused = [served.client.get(f"{path}/seconds/{k}").json()["reused"] for k in range(12)]
    assert reused == [False, *[True] * 11]
    lower = served.client.get(f"{path}/tags", params={"threshold": 0.05}).json()["tags"]
    assert len(lower) > len(tags["tags"])


def test_who_asks_why_is_told_the_seconds_of_every_tag(served: Served) -> None:
    query = {"keywords": {"cat": 1, "coffee": 1}, "explain": True}
    payload = served.client.post("/v1/matches", json=query).json()["matches"]
    slides = next(match for match in payload if match["video"] == id_of(served, "slideshow"))
    seconds = {part["tag"]: part["seconds"] for part in slides["why"]}
    assert seconds == {"cat": [[15, 19]], "coffee": [[0, 4]]}
    path = f"/v1/videos/{id_of(served, 'chelsea')}/similar"
    for match in served.client.get(path, params={"explain": True}).json()["matches"]:
        assert all(part["seconds"] for part in match["why"])
    plain = served.client.get(path).json()["matches"]
    assert not any("seconds" in part for match in plain for part in match["why"])


def test_the_command_explains_what_the_service_explains(served: Served, ask: Run) -> None:
    query = {"keywords": {"cat": 1, "coffee": 1}, "explain": True}
    words = ("match", "--keyword", "cat", "--keyword", "coffee", "--explain")
    answer = served.client.post("/v1/matches", json=query).json()
    assert ask(*words, "--json").json == answer
    printed = ask(*words).out.splitlines()
    columns = ["rank", "score", "video", "title", "tag", "share", "seen", "at"]
    heads = [at for at, line in enumerate(printed) if line.split() == columns]
    assert heads[0] == 0
    # A row a tag; what was found is named in the first row. The nearest follow.
    tables = [answer["matches"], *([answer["nearest"]] if answer["nearest"] else [])]
    assert [end - at - 1 for at, end in pairwise([*heads, len(printed)])] == [
        sum(len(match["why"]) for match in table) for table in tables
    ]
    at = next(at for at, line in enumerate(printed) if "slideshow" in line)
    both = [re.fullmatch(r".*(cat|coffee) +\+(0\.\d+) +([\d-]+)", row) for row in printed[at:][:2]]
    output = {one[1]: (float(one[2]), one[3]) for one in both if one}
    slides = next(m for m in answer["matches"] if m["video"] == id_of(served, "slideshow"))
    assert {tag: seconds for tag, (_, seconds) in output.items()} == {
        "cat": "15-19",
        "coffee": "0-4",
    }
    assert sum(share for share, _ in output.values()) == pytest.approx(slides["score"], abs=0.002)

    chelsea = id_of(served, "chelsea")
    answer = served.client.get(f"/v1/videos/{chelsea}/similar", params={"explain": True}).json()
    assert ask("similar", chelsea, "--explain", "--json").json == answer
    assert "seen at" in ask("similar", chelsea, "--explain").out
    assert "seen at" not in ask("similar", chelsea).out


def test_similar_equals_the_command(served: Served, ask: Run) -> None:
    video = id_of(served, "coffee")
    answer = served.client.get(f"/v1/videos/{video}/similar", params={"k": 2}).json()
    assert answer == ask("similar", video, "-k", "2", "--json").json


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("POST", "/v1/matches", {"keywords": {"attorney": 1}}, 422, "nearest are"),
        ("POST", "/v1/matches", {"keywords": {}}, 422, "keywords"),
        ("POST", "/v1/matches", {"keywords": {"cat": "much"}}, 422, "body.keywords.cat"),
        ("POST", "/v1/matches", {"keyword": {"cat": 1}}, 422, "body.keyword"),
        ("POST", "/v1/recommendations", {"interests": {"bicycel": 1}}, 422, "nearest are bicycle"),
        ("POST", "/v1/recommendations", {"interests": {"cat": 1}, "k": 1001}, 422, "body.k"),
        ("POST", "/v1/recommendations", {"liked": ["beef"]}, 422, "not in generation"),
        ("POST", "/v1/matches", {"keywords": {"cat": 1}, "where": {"sen": 1}}, 422, "no filter"),
        (
            "POST",
            "/v1/matches",
            {"keywords": {"cat": 1}, "where": {"duration": {"at_least": "long"}}},
            422,
            "'at_least' of 'duration' is a whole number, not 'long'",
        ),
        ("DELETE", "/v1/videos/beef", None, 404, "no video 'beef'"),
        ("GET", f"/v1/jobs/{10**23}", None, 404, "no job"),
        ("POST", f"/v1/jobs/{10**23}/retry", None, 404, "no job"),
        ("GET", f"/v1/jobs/-{10**23}", None, 404, "no job"),
        ("GET", "/v1/videos/beef", None, 404, "no video 'beef'"),
        ("GET", "/v1/videos/beef/tags", None, 404, "no video 'beef'"),
        (
            "GET",
            "/v1/videos?lmit=5",
            None,
            422,
            "no query parameter 'lmit'; it takes ids, q, kind,",
        ),
        (
            "GET",
            "/v1/videos?status=Gone",
            None,
            422,
            "no status 'Gone': choose from blocked,",
        ),
        ("GET", "/v1/videos/beef?tags=1", None, 422, "no query parameter 'tags'; it takes none"),
        ("POST", "/v1/matches?k=5", {"keywords": {"cat": 1}}, 422, "no query parameter 'k'"),
    ],
)
def test_a_mistake_gets_a_problem_that_names_it(
    served: Served, method: str, path: str, body: Any, status: int, says: str
) -> None:
    answer = served.client.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "content_type", "says"),
    [
        (b'{"interests": {}}', "text/plain", "body: send a JSON object, and the header content-t"),
        (b'{"interests": }', "application/json", "body: Invalid JSON: Expecting value at charac"),
        (b"\xff\xfe", "application/json", "body: "),
        (b"", "application/json", "body: Field required"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_problem_that_says_what_to_send(
    served: Served, body: bytes, content_type: str, says: str
) -> None:
    answer = served.client.put(
        "/v1/viewers/ann/interests", content=body, headers={"content-type": content_type}
    )
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(says)


def test_many_mistakes_are_counted_and_some_are_named(served: Served) -> None:
    answer = served.client.post("/v1/viewers/ann/events", json={"events": [{}] * 500})
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 20
    assert answer.json()["detail"].endswith("; and 1480 more")


def test_a_parameter_of_several_types_is_named_as_it_is_asked(served: Served) -> None:
    answer = served.client.get("/v1/videos?kind=foo")
    assert {one["field"] for one in answer.json()["errors"]} == {"query.kind"}


def test_a_second_that_is_not_there_is_a_problem(served: Served) -> None:
    answer = served.client.get(f"/v1/videos/{id_of(served, 'chelsea')}/seconds/12")
    assert answer.status_code == 422
    assert "seconds 0 to 11" in answer.json()["detail"]


def test_the_openapi_document_has_every_route_with_examples(served: Served) -> None:
    document = served.client.get("/openapi.json").json()
    assert set(document["paths"]) == {
        "/v1/recommendations",
        "/v1/viewers/{viewer}",
        "/v1/viewers/{viewer}/interests",
        "/v1/viewers/{viewer}/events",
        "/v1/viewers/{viewer}/recommendations",
        "/v1/matches",
        "/v1/keywords",
        "/v1/tags",
        "/v1/videos",
        "/v1/videos:upload",
        "/v1/videos/{video}",
        "/v1/videos/{video}/poster",
        "/v1/videos/{video}/strip",
        "/v1/videos/{video}/suitability",
        "/v1/videos/{video}/categories",
        "/v1/videos/{video}/openrtb",
        "/v1/videos/{video}/tags",
        "/v1/videos/{video}/tags/{tag}",
        "/v1/videos/{video}/seconds/{second}",
        "/v1/videos/{video}/similar",
        "/v1/videos:import",
        "/v1/videos:export",
        "/v1/videos/{video}/campaigns",
        "/v1/videos/{video}/breaks",
        "/v1/videos/{video}/breaks.vmap",
        "/v1/campaigns",
        "/v1/campaigns/{campaign}",
        "/v1/campaigns/{campaign}/pause",
        "/v1/campaigns/{campaign}/resume",
        "/v1/campaigns/{campaign}/matches",
        "/v1/campaigns/{campaign}/webhook",
        "/v1/viewers/{viewer}/campaigns",
        "/v1/viewers:campaigns",
        "/v1/explain",
        "/v1/jobs",
        "/v1/jobs/{job}",
        "/v1/jobs/{job}/retry",
        "/v1/reindex",
        "/v1/reindex/generations",
        "/v1/reindex/rollback",
        "/v1/evaluations",
        "/v1/evaluations/{job}",
        "/v1/evaluations/online",
        "/hosted/{name}",
        "/health/live",
        "/health/ready",
        "/metrics",
    }
    for name in ("RecommendationRequest", "MatchRequest", "VideoMatchList", "RecommendationPage"):
        assert document["components"]["schemas"][name]["examples"]


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Served]:
    yield from serve(tmp_path / "home")


def test_an_empty_catalog_is_alive_but_not_ready(empty_server: Served) -> None:
    assert empty_server.client.get("/health/live").status_code == 200
    ready = empty_server.client.get("/health/ready")
    assert ready.status_code == 503
    assert "then reindex" in ready.json()["detail"]
    response = empty_server.client.post("/v1/matches", json={"keywords": {"cat": 1}})
    assert response.status_code == 503


def wait_for(generation: str, served: Served) -> dict[str, Any]:
    """Ask until the server answers from this generation."""
    answer: dict[str, Any] = {}

    def is_there() -> bool:
        answer.update(served.client.post("/v1/matches", json={"keywords": {"person": 1}}).json())
        return answer.get("generation") == generation

    soon(is_there)
    return answer


def test_a_running_server_follows_other_processes(empty_server: Served, carphone: Path) -> None:
    ingested = reelmatch(empty_server.home, "ingest", carphone, "--json").json
    built = empty_server.reindex()
    log = reelmatch(empty_server.home, "reindex", "--tf", "log", "--json").json
    answer = wait_for(log["generation"], empty_server)
    assert answer["generation"] == log["generation"] != built
    assert [match["video"] for match in answer["matches"]] == [ingested["videos"][0]["video"]]

    rolled_back = empty_server.client.post("/v1/reindex/rollback").json()
    assert rolled_back["generation"] == built
    assert wait_for(built, empty_server)["generation"] == built
    listed = empty_server.client.get("/v1/reindex/generations").json()["generations"]
    assert {one["generation"]: (one["tf"], one["live"]) for one in listed} == {
        built: ("sqrt", True),
        log["generation"]: ("log", False),
    }
    for body, status in (
        ({"generation": built}, 422),
        ({"generation": "../x"}, 422),
        ({"generation": 1}, 422),
        ({"generation": log["generation"]}, 200),
    ):
        gone_back = empty_server.client.post("/v1/reindex/rollback", json=body)
        assert gone_back.status_code == status, gone_back.text
    assert gone_back.json()["generation"] == log["generation"]


def test_what_is_ingested_or_deleted_is_found_or_gone_without_a_reindex(
    empty_server: Served, carphone: Path
) -> None:
    built = empty_server.reindex()
    (video,) = reelmatch(empty_server.home, "ingest", carphone, "--json").json["videos"]
    time.sleep(0.5)
    answer = wait_for(built, empty_server)
    assert [match["video"] for match in answer["matches"]] == [video["video"]]

    path = f"/v1/videos/{video['video']}"
    assert empty_server.client.delete(path).status_code == 204
    assert empty_server.client.delete(path).status_code == 404
    time.sleep(0.5)
    assert wait_for(built, empty_server)["matches"] == []


@pytest.mark.slow
def test_searches_during_reindexing_see_whole_generations_only(
    empty_server: Served, carphone: Path
) -> None:
    reelmatch(empty_server.home, "ingest", carphone)
    client = empty_server.client
    known = {empty_server.reindex(tf=tf) for tf in ("raw", "log")}
    wrong: list[Any] = []
    stop = threading.Event()

    def search() -> None:
        while not stop.is_set():
            answer = client.post("/v1/matches", json={"keywords": {"person": 1}}).json()
            if answer.get("generation") not in known or len(answer["matches"]) != 1:
                wrong.append(answer)

    searching = [threading.Thread(target=search) for _ in range(3)]
    for thread in searching:
        thread.start()
    for number in range(6):
        assert empty_server.reindex(tf=("raw", "log")[number % 2]) in known
    stop.set()
    for thread in searching:
        thread.join()
    assert wrong == []


def test_answers_tell_nothing_of_the_command_line(served: Served, ask: Run) -> None:
    for path in ("/v1/videos/holiday.mp4", "/v1/campaigns/none", "/v1/jobs/999999"):
        answer = served.client.get(path)
        assert answer.status_code == 404
        assert "reelmatch" not in answer.json()["detail"]
        assert "start of one" not in answer.json()["detail"]
    assert "give an id, the start of one, a path or a file name" in ask("tags", "holiday.mp4").err
