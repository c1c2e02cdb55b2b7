"""Viewers at both entry points: stored, recommended to, explained, paged while things change."""

import json
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import av
import pytest

from api.settings import Settings
from support.product import Run, Served, reelmatch, serve


@pytest.fixture(scope="module")
def service(stocked_copy: Path) -> Iterator[Served]:
    yield from serve(stocked_copy, Settings(home=stocked_copy, list_days=0))


@pytest.fixture
def command(stocked_copy: Path) -> Run:
    return lambda *arguments: reelmatch(
        stocked_copy, *arguments, settings={"REELMATCH_LIST_DAYS": "0"}
    )


def ids(served: Served) -> dict[str, str]:
    """Title -> id."""
    videos = served.client.get("/v1/videos").json()["videos"]
    return {video["title"]: video["video"] for video in videos}


def post_events(served: Served, viewer: str, *events: dict[str, Any]) -> dict[str, Any]:
    answer = served.client.post(f"/v1/viewers/{viewer}/events", json={"events": list(events)})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def videos_of(answer: dict[str, Any]) -> list[str]:
    return [match["video"] for match in answer["matches"]]


def test_from_events_to_recommendations_with_reasons(service: Served, command: Run) -> None:
    named = ids(service)
    put = service.client.put("/v1/viewers/ann/interests", json={"interests": {"animal": 1}})
    assert put.status_code == 204
    event = {"id": "e1", "video": named["chelsea"], "kind": "watched", "share": 0.9}
    assert post_events(service, "ann", event) == {
        "viewer": "ann",
        "added": 1,
        "repeated": 0,
        "unknown_videos": [],
        "unknown_lists": [],
    }
    assert post_events(service, "ann", event)["repeated"] == 1

    answer = service.client.get(
        "/v1/viewers/ann/recommendations", params={"explain": True, "k": 3}
    ).json()
    assert answer["basis"] == "profile"
    assert answer["note"] == ""
    assert named["chelsea"] not in videos_of(answer)
    # The slideshow shows the cat, too.
    (slides,) = [match for match in answer["matches"] if match["video"] == named["slideshow"]]
    assert sum(reason["share"] for reason in slides["why"]) == pytest.approx(slides["score"])
    cat = next(reason for reason in slides["why"] if reason["tag"] == "cat")
    assert cat["from"][0]["video"] == named["chelsea"]
    assert cat["from"][0]["kind"] == "watched"
    assert cat["from"][0]["share"] + cat["stated"] + cat["other"] == pytest.approx(cat["share"])
    (run,) = cat["seconds"]
    assert run == [15, 19]  # the last of four slides of five seconds

    over_command = command("recommend", "--viewer", "ann", "--explain", "-k", "3", "--json").json
    assert videos_of(over_command) == videos_of(answer)
    printed = command("recommend", "--viewer", "ann", "--explain").out
    assert re.search(rf"{named['slideshow']} .* 15-19 +explicit \+.*, watched chelsea \+", printed)
    assert re.search(r"\n +cat +\+0.* 15-19 +watched chelsea \+", printed)


def test_hidden_and_watched_videos_stay_away_unless_asked(service: Served) -> None:
    named = ids(service)
    client = service.client
    client.put("/v1/viewers/bob/interests", json={"interests": {"animal": 1}})
    route = "/v1/viewers/bob/recommendations"
    assert named["chelsea"] in videos_of(client.get(route).json())
    post_events(service, "bob", {"id": "h", "video": named["chelsea"], "kind": "hidden"})
    assert named["chelsea"] not in videos_of(client.get(route).json())
    assert named["chelsea"] in videos_of(client.get(route, params={"again": True}).json())


def test_what_keeps_a_video_away_is_named_at_both_entry_points(
    service: Served, command: Run
) -> None:
    named = ids(service)
    service.client.put("/v1/viewers/eve/interests", json={"interests": {"animal": 1}})
    post_events(service, "eve", {"id": "h", "video": named["chelsea"], "kind": "hidden"})
    query = {"viewer": "eve", "video": named["chelsea"]}
    hidden = service.client.get("/v1/explain", params=query).json()
    assert [one["rule"] for one in hidden["rules"] if not one["kept"]] == ["unseen"]
    assert hidden["recommended"] is False
    assert command("viewer", "explain", "eve", "chelsea", "--json").json == hidden
    assert "unseen   no" in command("viewer", "explain", "eve", "chelsea").out
    fits = service.client.get("/v1/explain", params={**query, "video": named["slideshow"]}).json()
    page = service.client.get("/v1/viewers/eve/recommendations").json()
    positions = {match["video"]: match["rank"] for match in page["matches"]}
    assert fits["rank"] == positions[named["slideshow"]]
    assert all(reason["seconds"] for reason in fits["why"])
    neither = service.client.get("/v1/explain", params={"video": named["chelsea"]})
    assert neither.status_code == 422
    assert "either a campaign or a viewer" in neither.json()["detail"]


def test_a_profile_sent_along_gets_what_a_kept_one_gets(service: Served) -> None:
    named = ids(service)
    moment = "2026-01-31T12:00:00+00:00"
    did = {"video": named["bikes"], "kind": "liked", "at": moment}
    service.client.put("/v1/viewers/cid/interests", json={"interests": {"animal": 0.1}})
    post_events(service, "cid", {"id": "1", **did})
    payload = service.client.get("/v1/viewers/cid/recommendations").json()
    sent = service.client.post(
        "/v1/recommendations", json={"interests": {"animal": 0.1}, "events": [did]}
    ).json()
    assert payload["matches"] == sent["matches"]
    assert "cid" not in service.client.post("/v1/recommendations", json={}).text


def test_nothing_to_go_by_is_said(service: Served, command: Run) -> None:
    answer = service.client.post("/v1/recommendations", json={"k": 4}).json()
    assert answer["basis"] == "fresh"
    assert "nothing is known" in answer["note"]
    assert len(answer["matches"]) == 4
    for match in answer["matches"]:
        video = service.client.get(f"/v1/videos/{match['video']}").json()
        assert video["sensitive"]["level"] == "none"
    assert "nothing is known" in command("recommend").err
    service.client.put("/v1/viewers/new/interests", json={"interests": {}})
    payload = service.client.get("/v1/viewers/new/recommendations", params={"k": 4}).json()
    assert (payload["basis"], len(payload["matches"])) == ("fresh", 4)


def test_a_deleted_viewer_is_gone(service: Served, command: Run) -> None:
    post_events(service, "gone", {"id": "1", "video": ids(service)["bikes"], "kind": "liked"})
    assert service.client.get("/v1/viewers/gone").json()["events"][0]["kind"] == "liked"
    assert "gone" in command("viewer", "list").out.split()
    assert service.client.delete("/v1/viewers/gone").status_code == 204
    for method, path in (
        ("GET", "/v1/viewers/gone"),
        ("DELETE", "/v1/viewers/gone"),
    ):
        answer = service.client.request(method, path)
        assert answer.status_code == 404
        assert "no viewer 'gone'" in answer.json()["detail"]
    fresh = service.client.get("/v1/viewers/gone/recommendations").json()
    assert fresh["basis"].startswith("fresh"), "nothing of them is left to go by"
    assert "no viewer 'gone'" in command("viewer", "show", "gone").err


def test_the_command_keeps_viewers_too(command: Run, tmp_path: Path) -> None:
    assert command("viewer", "interests", "dee", "animal=1", "car=-0.5").code == 0
    assert command("viewer", "event", "dee", "watched", "bikes.mp4", "--share", "0.7").code == 0
    output = command("viewer", "show", "dee", "--json").json
    assert output["interests"] == {"animal": 1.0, "car": -0.5}
    (event,) = output["events"]
    assert (event["kind"], event["share"]) == ("watched", 0.7)

    lines = tmp_path / "events.jsonl"
    good = {"viewer": "dee", "id": "x", "video": event["video"], "kind": "liked"}
    written = [
        json.dumps(good),
        json.dumps(good),
        json.dumps({**good, "id": "y", "kind": "loved"}),
        "{",
        json.dumps({**good, "id": "z", "video": "0" * 16}),
        "[" * 50_000,
    ]
    lines.write_bytes("\n".join(written).encode() + b"\n\xff\xfe\n")
    loaded = command("viewer", "load", lines, "--json").json
    assert (loaded["added"], loaded["repeated"]) == (2, 1)
    assert loaded["unknown_videos"] == ["0" * 16]
    assert [(one["line"], one["reason"].split(":")[0]) for one in loaded["errors"]] == [
        (3, "kind"),
        (4, "no JSON"),
        (6, "nested too deeply"),
        (7, "this is no UTF-8 text"),
    ]
    unknown = command("viewer", "interests", "dee", "anmal=1")
    assert unknown.code == 1
    assert "the nearest are animal" in unknown.err
    assert command("viewer", "forget", "dee", "--yes").code == 0
    assert command("viewer", "show", "dee").code == 1


def test_all_viewers_get_what_each_gets(service: Served, command: Run) -> None:
    named = ids(service)
    for viewer, title in (("m1", "bikes"), ("m2", "coffee"), ("m3", "rocket")):
        post_events(service, viewer, {"id": "1", "video": named[title], "kind": "liked"})
    lines = command("recommend", "--all-viewers", "-k", "3", "--diversity", "0.3").out.splitlines()
    answers = {line["viewer"]: line for line in map(json.loads, lines)}
    assert {"m1", "m2", "m3"} <= set(answers)
    assert list(answers) == sorted(answers)
    for viewer in ("m1", "m2", "m3"):
        single = service.client.get(
            f"/v1/viewers/{viewer}/recommendations", params={"k": 3, "diversity": 0.3}
        ).json()
        assert videos_of(single) == videos_of(answers[viewer])


def test_rules_say_how_they_moved_a_video_and_leave_the_score(service: Served) -> None:
    query = {"interests": {"animal": 1, "city": 0.8, "vehicle": 0.8}}
    plain = service.client.post("/v1/recommendations", json=query).json()["matches"]
    varied = service.client.post("/v1/recommendations", json={**query, "diversity": 0.6}).json()
    assert {match["video"]: match["score"] for match in plain}.items() >= {
        match["video"]: match["score"] for match in varied["matches"]
    }.items()
    positions = {match["video"]: match["rank"] for match in plain}
    moved = [match for match in varied["matches"] if match["moved"]]
    assert moved
    for match in varied["matches"]:
        assert match["rank_without"] == positions[match["video"]]
    for match in moved:
        assert [(m["by"], m["from"], m["to"]) for m in match["moved"]] == [
            ("diversity", match["rank_without"], match["rank"])
        ]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("PUT", "ann/interests", {"interests": {"anmal": 1}}, 422, "nearest are animal"),
        ("PUT", "ann/interests", {"interests": {str(n): 1 for n in range(1001)}}, 422, "1000"),
        ("PUT", "a" * 129 + "/interests", {"interests": {}}, 422, "viewer: an id is 1 to 128"),
        ("POST", "ann/events", {"events": []}, 422, "body.events"),
        (
            "POST",
            "ann/events",
            {"events": [{"id": "1", "video": "v", "kind": "loved"}]},
            422,
            "body.events.0.kind",
        ),
        (
            "POST",
            "ann/events",
            {"events": [{"id": "1", "video": "v", "kind": "watched", "share": 2}]},
            422,
            "body.events.0.share",
        ),
        (
            "POST",
            "ann/events",
            {"events": [{"id": "1", "video": "v", "kind": "liked", "at": "2999-01-01"}]},
            422,
            "events.0.at is more than a day ahead",
        ),
        ("GET", "ann/recommendations?diversity=2", None, 422, "query.diversity"),
        ("GET", "ann/recommendations?cursor=x", None, 422, "leave it out to begin anew"),
        ("GET", "ann/recommendations?where={", None, 422, "no JSON"),
    ],
)
def test_a_mistake_names_the_field_and_the_fix(
    service: Served, method: str, path: str, body: Any, status: int, says: str
) -> None:
    service.client.put("/v1/viewers/ann/interests", json={"interests": {"nature": 0.2}})
    answer = service.client.request(method, f"/v1/viewers/{path}", json=body)
    assert answer.status_code == status
    assert says in answer.json()["detail"]


_MIXED: Final = {"interests": {"person": 1, "animal": 0.8, "city": 0.5}}


def pages(served: Served, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Follow the cursors to the end."""
    cursor = None
    while True:
        body = {**query, "cursor": cursor}
        answer = served.client.post("/v1/recommendations", json=body)
        assert answer.status_code == 200, answer.text
        yield answer.json()
        cursor = answer.json()["next"]
        if cursor is None:
            return


def test_pages_are_the_one_list_and_go_with_their_question_only(service: Served) -> None:
    client = service.client
    query = {**_MIXED, "diversity": 0.3}
    (whole,) = pages(service, {**query, "k": 100})
    result = list(pages(service, {**query, "k": 2}))
    assert [match for page in result for match in page["matches"]] == whole["matches"]
    assert len(result) > 2
    assert [page["continued_from"] for page in result[:2]] == [None, result[0]["generation"]]
    cursor = result[0]["next"]
    other = client.post("/v1/recommendations", json={**query, "diversity": 0.4, "cursor": cursor})
    assert other.status_code == 422
    assert "another question" in other.json()["detail"]


@pytest.mark.slow
def test_nothing_comes_twice_while_videos_come_and_go(
    stocked_home: Path, tmp_path: Path, carphone: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(stocked_home, home)
    clip = tmp_path / "clip.mp4"
    shutil.copy(carphone, clip)
    listed = reelmatch(home, "videos", "--json").json["videos"]
    (video,) = [one["video"] for one in listed if one["title"] == "carphone_pristine"]
    wrong: list[str] = []
    stop = threading.Event()

    def change() -> None:
        """Forget and ingest one clip, and reindex, over and over, in processes of their own."""
        while not stop.is_set():
            for arguments in (["forget", video, "--yes"], ["ingest", clip]):
                done = reelmatch(home, *arguments)
                if done.code:
                    wrong.append(done.err)
            reelmatch(home, "reindex")

    generations: set[str] = set()
    with contextmanager(serve)(home) as served:
        changing = threading.Thread(target=change)
        changing.start()
        try:
            until = time.monotonic() + 120
            while len(generations) < 3 and time.monotonic() < until:
                observed = []
                for page in pages(served, {**_MIXED, "diversity": 0.4, "fold": True, "k": 3}):
                    observed += videos_of(page)
                    generations.add(page["generation"])
                    time.sleep(0.2)
                assert len(observed) == len(set(observed))
                assert len(observed) >= 4
        finally:
            stop.set()
            changing.join()
    assert wrong == []
    assert len(generations) > 1


def test_the_same_footage_in_another_size_is_folded(
    service: Served, stocked_copy: Path, tmp_path: Path
) -> None:
    named = ids(service)
    footage = service.client.get(f"/v1/videos/{named['chelsea']}").json()["source"]
    smaller = tmp_path / "smaller.mp4"
    with av.open(footage) as source, av.open(str(smaller), "w") as target:
        stream = source.streams.video[0]
        video = target.add_stream("libx264", rate=stream.average_rate, options={"crf": "32"})
        video.width, video.height = stream.width // 4 * 2, stream.height // 4 * 2
        video.pix_fmt = "yuv420p"
        for frame in source.decode(stream):
            small = frame.reformat(video.width, video.height, "yuv420p")
            target.mux(video.encode(small))
        target.mux(video.encode(None))
    (copy,) = reelmatch(stocked_copy, "ingest", smaller, "--json").json["videos"]
    time.sleep(0.6)
    query = {"interests": {"cat": 1}, "k": 20}
    both = videos_of(service.client.post("/v1/recommendations", json=query).json())
    assert {copy["video"], named["chelsea"]} <= set(both)
    folded = service.client.post("/v1/recommendations", json={**query, "fold": True}).json()
    assert len(folded["matches"]) == len(both) - 1
    (stored,) = [match for match in folded["matches"] if match["folded"]]
    assert {stored["video"], *stored["folded"]} == {copy["video"], named["chelsea"]}
    assert reelmatch(stocked_copy, "forget", copy["video"], "--yes").code == 0


@pytest.mark.parametrize(
    "viewer",
    [
        "a/b",
        "\u6771\u4eac \U0001f468\u200d\U0001f469",
        *(
            pytest.param(viewer, marks=pytest.mark.slow)
            for viewer in ("auth0|1/recommendations", "a%2Fb", "?y#", "..a")
        ),
    ],
)
def test_an_id_that_one_entry_point_takes_every_entry_point_takes(
    service: Served, command: Run, viewer: str
) -> None:
    path = f"/v1/viewers/{quote(viewer, safe='')}"
    put = service.client.put(f"{path}/interests", json={"interests": {"animal": 1}})
    assert put.status_code == 204, put.text
    assert service.client.get(path).json()["viewer"] == viewer
    assert service.client.get(f"{path}/recommendations").status_code == 200
    assert command("viewer", "show", viewer, "--json").json["interests"] == {"animal": 1.0}
    command("viewer", "interests", viewer, "nature=1")
    assert service.client.get(path).json()["interests"] == {"nature": 1.0}
    assert service.client.delete(path).status_code == 204
    assert command("viewer", "show", viewer).code == 1


@pytest.mark.parametrize("escaped", ["%ff%fe", "%fe%ff", "a%EF%B7%90b", "%c3", "%ED%A0%80"])
def test_bytes_that_are_no_text_are_no_id(service: Served, escaped: str) -> None:
    answer = service.client.put(f"/v1/viewers/{escaped}/interests", json={"interests": {}})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    answer = service.client.get(f"/v1/explain?video=x&viewer={escaped}")
    assert answer.status_code in (404, 422)
    assert "viewers" not in answer.text


@pytest.mark.parametrize("viewer", [".", "..", "a\u202eb", "a\x1b", "\ue000", "\u200b", "x" * 129])
def test_an_id_that_one_entry_point_refuses_every_entry_point_refuses(
    service: Served, command: Run, viewer: str
) -> None:
    escaped = quote(viewer, safe="").replace(".", "%2E")
    answer = service.client.put(f"/v1/viewers/{escaped}/interests", json={"interests": {}})
    assert answer.status_code in (404, 422)
    refused = command("viewer", "interests", viewer, "animal=1")
    assert (refused.code, "printable characters" in refused.err) == (1, True)


def test_an_id_is_the_same_in_both_forms_of_unicode(service: Served) -> None:
    body = {"interests": {"animal": 1}}
    service.client.put("/v1/viewers/caf%C3%A9/interests", json=body)
    assert service.client.get("/v1/viewers/cafe%CC%81").json()["interests"] == {"animal": 1.0}
    assert service.client.delete("/v1/viewers/cafe%CC%81").status_code == 204
    assert service.client.get("/v1/viewers/caf%C3%A9").status_code == 404
