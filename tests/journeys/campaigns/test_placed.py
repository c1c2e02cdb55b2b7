"""Campaigns meet videos and viewers, both ways, at both entry points, on real footage."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.campaign_answers import campaigns_on, eventually
from support.pages import id_of
from support.product import Run, Served


def test_scores_are_the_same_from_either_side(
    campaign_server: Served, put: Callable[..., Any]
) -> None:
    put("cats")
    put("animals", keywords={"animal": 1, "cat": 0.3, "car": -0.5})
    put("trips", keywords={"bicycle": 1, "city": 1, "car": 2})
    eventually(
        lambda: "trips" in campaigns_on(campaign_server, id_of(campaign_server, "bikes"), k=1000)
    )
    from_campaigns = {
        (name, match["video"]): match["score"]
        for name in ("cats", "animals", "trips")
        for match in campaign_server.client.get(f"/v1/campaigns/{name}/matches?k=1000").json()[
            "matches"
        ]
    }
    from_videos = {
        (name, video["video"]): one["score"]
        for video in campaign_server.client.get("/v1/videos").json()["videos"]
        for name, one in campaigns_on(campaign_server, video["video"], k=1000).items()
    }
    assert from_campaigns == from_videos
    assert len(from_campaigns) > 5


def test_matches_say_why_with_the_seconds_and_how_far_they_reach(
    campaign_server: Served, put: Callable[..., Any], run_on_copy: Run
) -> None:
    put("cats")
    answer = campaign_server.client.get("/v1/campaigns/cats/matches?explain=true").json()
    command = run_on_copy("campaigns", "matches", "cats", "--explain", "--json").json
    assert answer.pop("list_id") < command.pop("list_id")
    assert answer == command
    best = answer["matches"][0]
    assert sum(one["share"] for one in best["why"]) == pytest.approx(best["score"])
    slides = next(m for m in answer["matches"] if m["video"] == id_of(campaign_server, "slideshow"))
    assert {one["tag"]: one["seconds"] for one in slides["why"]} == {
        "cat": [[15, 19]],
        "coffee": [[0, 4]],
    }
    reach = answer["reach"]
    assert reach["videos"] == len(answer["matches"]) == sum(b["videos"] for b in reach["bands"])
    assert answer["not_running"] is None
    campaign = campaigns_on(campaign_server, slides["video"], explain=True)["cats"]
    assert campaign["why"] == slides["why"]
    for printed in (
        run_on_copy("campaigns", "matches", "cats", "--explain").out,
        run_on_copy("campaigns", "for", "slideshow", "--explain").out,
    ):
        assert "seen at" in printed
        assert "15-19" in printed
    assert campaign["bid"] == {"amount": 4.5, "currency": "EUR"}


def test_rules_decide_before_anything_is_ranked(
    campaign_server: Served, put: Callable[..., Any]
) -> None:
    def videos(**changes: Any) -> set[str]:
        put("ruled", **changes)
        matches = campaign_server.client.get("/v1/campaigns/ruled/matches").json()["matches"]
        return {match["video"] for match in matches}

    chelsea, coffee, slides = (
        id_of(campaign_server, title) for title in ("chelsea", "coffee", "slideshow")
    )
    assert {chelsea, coffee, slides} <= videos()
    without = videos(exclude=["coffee"])
    assert chelsea in without
    assert not {coffee, slides} & without
    assert chelsea not in (result := videos(kinds=["slideshow"]))
    assert slides in result
    assert videos(groups=[{"all": ["cat", "coffee"]}]) == {slides}
    assert videos(groups=[{"any": ["coffee"]}, {"any": ["cat", "dog"]}]) == {slides}
    assert slides not in videos(min_relevance=0.99)
    assert videos(languages=["en"]) == set()
    assert chelsea in (pets := videos(categories=["422"]))
    assert coffee not in pets
    assert chelsea not in videos(exclude_categories=["422"])
    assert chelsea in videos(languages=["en", ""])


def test_a_paused_or_future_campaign_is_not_given_to_videos(
    campaign_server: Served, put: Callable[..., Any]
) -> None:
    chelsea = id_of(campaign_server, "chelsea")
    put("cats")
    eventually(lambda: "cats" in campaigns_on(campaign_server, chelsea))
    assert campaign_server.client.post("/v1/campaigns/cats/pause").json()["state"] == "paused"
    eventually(lambda: "cats" not in campaigns_on(campaign_server, chelsea))
    assert put("cats", name="Still resting")["state"] == "paused"
    matches = campaign_server.client.get("/v1/campaigns/cats/matches").json()
    assert matches["not_running"] == "it is paused"
    assert chelsea in {match["video"] for match in matches["matches"]}
    campaign_server.client.post("/v1/campaigns/cats/resume")
    eventually(lambda: "cats" in campaigns_on(campaign_server, chelsea))
    put("cats", flight={"starts": "2999-01-01"})
    eventually(lambda: "cats" not in campaigns_on(campaign_server, chelsea))
    late = campaign_server.client.get("/v1/campaigns/cats/matches").json()["not_running"]
    assert late == "its flight begins 2999-01-01T00:00:00+00:00"


def test_a_viewer_gets_the_campaigns_that_fit_what_they_like(
    campaign_server: Served, put: Callable[..., Any], run_on_copy: Run
) -> None:
    put("cats")
    put("coffee", keywords={"coffee": 1})
    put("paused", state="paused")
    eventually(
        lambda: (
            {"cats", "coffee"}
            <= campaigns_on(campaign_server, id_of(campaign_server, "slideshow")).keys()
        )
    )
    sent = campaign_server.client.post(
        "/v1/viewers:campaigns", json={"interests": {"coffee": 1}}
    ).json()
    assert [one["campaign"] for one in sent["campaigns"]] == ["coffee", "cats"]
    assert sent["campaigns"][0]["score"] == pytest.approx(1.0)
    for one in sent["campaigns"]:
        assert sum(part["share"] for part in one["why"]) == pytest.approx(one["score"])

    campaign_server.client.put("/v1/viewers/ann/interests", json={"interests": {"coffee": 1}})
    payload = campaign_server.client.get("/v1/viewers/ann/campaigns").json()
    assert payload == {**sent, "viewer": "ann"}
    assert payload == run_on_copy("campaigns", "for-viewer", "ann", "--json").json
    liked = {"liked": [id_of(campaign_server, "chelsea")]}
    by_video = campaign_server.client.post("/v1/viewers:campaigns", json=liked).json()["campaigns"]
    assert by_video[0]["campaign"] == "cats"
    script = ("campaigns", "for-viewer")
    assert run_on_copy(*script, "--like", "coffee", "--json").json == sent
    assert run_on_copy(*script, "--liked", "chelsea", "--json").json["campaigns"] == by_video
    assert run_on_copy(*script).code == run_on_copy(*script, "ann", "--like", "coffee").code == 2
    assert campaign_server.client.post("/v1/viewers:campaigns", json={}).json()["campaigns"] == []
    assert campaign_server.client.get("/v1/viewers/nobody/campaigns").status_code == 404
    campaign_server.client.delete("/v1/viewers/ann")


def test_what_is_missing_is_explained_rule_by_rule(
    campaign_server: Served, put: Callable[..., Any], run_on_copy: Run
) -> None:
    put("cats", exclude=["coffee"], flight={"ends": "2020-01-01"}, min_relevance=0.99)
    slides = id_of(campaign_server, "slideshow")
    answer = campaign_server.client.get(
        "/v1/explain", params={"campaign": "cats", "video": slides}
    ).json()
    assert answer == run_on_copy("campaigns", "explain", "cats", slides, "--json").json
    assert not answer["eligible"]
    broken = {rule["rule"]: rule for rule in answer["rules"] if not rule["passed"]}
    assert broken.keys() == {"flight", "exclusions", "relevance"}
    assert broken["exclusions"]["seen"] == [{"tag": "coffee", "seconds": [[0, 4]]}]
    assert "2020-01-02" in broken["flight"]["says"]
    assert "0.99" in broken["relevance"]["says"]

    put("cats")
    eventually(lambda: "cats" in campaigns_on(campaign_server, slides))
    answer = campaign_server.client.get(
        "/v1/explain", params={"campaign": "cats", "video": slides}
    ).json()
    assert answer["eligible"]
    ranked = [
        m["video"]
        for m in campaign_server.client.get("/v1/campaigns/cats/matches").json()["matches"]
    ]
    assert answer["rank_of_video"] == ranked.index(slides) + 1
    assert (
        answer["rank_of_campaign"] == list(campaigns_on(campaign_server, slides)).index("cats") + 1
    )


def test_a_standing_campaign_learns_of_new_videos_only(
    campaign_server: Served, put: Callable[..., Any], run_on_copy: Run, tmp_path: Path
) -> None:
    put("cats")
    path = "/v1/campaigns/cats/matches"
    revision = campaign_server.client.get(path).json()["revision"]
    far = campaign_server.client.get(path, params={"since": 10**23}).json()
    assert (far["matches"], far["more"]) == ([], False)
    nothing = campaign_server.client.get(path, params={"since": revision}).json()
    assert (nothing["matches"], nothing["revision"]) == ([], revision)
    observed = {"title": "Feline", "tags": [{"tag": "cat", "seconds": [[0, 9, 0.9]]}]}
    (tmp_path / "new.jsonl").write_text(json.dumps(observed))
    imported = run_on_copy("import", tmp_path / "new.jsonl", "--json")
    assert imported.code == 0, imported.err
    new = imported.json["videos"][0]["video"]

    def news() -> list[str]:
        answer = campaign_server.client.get(path, params={"since": revision}).json()
        return [match["video"] for match in answer["matches"]]

    eventually(lambda: news() == [new])
    later = campaign_server.client.get(path, params={"since": revision}).json()
    assert later["revision"] > revision
    assert (
        campaign_server.client.get(path, params={"since": later["revision"]}).json()["matches"]
        == []
    )
    everything = campaign_server.client.get(path, params={"since": 0, "k": 2}).json()
    assert everything["more"]
    rest = campaign_server.client.get(
        path, params={"since": everything["revision"], "k": 1000}
    ).json()
    assert new in [match["video"] for match in rest["matches"]]
    assert run_on_copy("forget", new, "--yes").code == 0
