"""Advertisers and publishers: campaigns meet videos, both ways, at both doors, on real footage."""

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from api.answers.vmap import VMAP_NAMESPACE
from support.product import Finished, Run, Served, reelmatch, serve

CATS: dict[str, Any] = {
    "advertiser": "acme",
    "name": "Cats <& coffee>",
    "keywords": {"kitty": 2, "coffee": 1},
    "creatives": [
        {"id": "c1", "seconds": 15, "url": "https://ads.example/a.mp4?x=1&y=2", "mime": "video/mp4"}
    ],
    "bid": {"amount": 4.5, "currency": "EUR"},
}


@pytest.fixture(scope="module")
def home(stocked_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue of real footage, to be written on."""
    return shutil.copytree(stocked_home, tmp_path_factory.mktemp("campaigns") / "home")


@pytest.fixture(scope="module")
def shop(home: Path) -> Iterator[Served]:
    yield from serve(home)


@pytest.fixture
def run(home: Path) -> Run:
    return lambda *arguments: reelmatch(home, *arguments)


@pytest.fixture
def put(shop: Served) -> Iterator[Callable[..., Any]]:
    """Stores campaigns, forgotten when the test is over."""
    names = []

    def store(name: str, /, **changes: Any) -> Any:
        answer = shop.client.put(f"/v1/campaigns/{name}", json={**CATS, **changes})
        assert answer.status_code in (200, 201), answer.text
        names.append(name)
        return answer.json()

    yield store
    for name in names:
        shop.client.delete(f"/v1/campaigns/{name}")


def id_of(shop: Served, title: str) -> str:
    videos = shop.client.get("/v1/videos").json()["videos"]
    (video,) = [video["video"] for video in videos if video["title"] == title]
    return str(video)


def eventually(ask: Callable[[], bool]) -> None:
    """What a process stores, every process sees within a second."""
    until = time.monotonic() + 5
    while not ask():
        assert time.monotonic() < until
        time.sleep(0.05)


def campaigns_on(shop: Served, video: str, **params: Any) -> dict[str, Any]:
    answer = shop.client.get(f"/v1/videos/{video}/campaigns", params=params).json()
    return {one["campaign"]: one for one in answer["campaigns"]}


def test_a_campaign_is_stored_once_understood_and_told_back(
    shop: Served, put: Callable[..., Any], run: Run
) -> None:
    stored = put("cats")
    assert stored["profile"].keys() == {"cat", "coffee"}
    assert stored["keywords"] == CATS["keywords"]
    (kitty, coffee) = stored["understood"]
    assert (kitty["word"], kitty["used"]) == ("kitty", ["cat"])
    assert coffee["meanings"][0]["how"] == "exact"
    first = shop.client.get("/v1/campaigns/cats")
    again = shop.client.put("/v1/campaigns/cats", json=CATS)
    assert (again.status_code, again.headers["etag"]) == (200, first.headers["etag"])
    assert again.json() == first.json() == run("campaigns", "show", "cats", "--json").json


def test_what_is_told_of_a_campaign_can_be_changed_and_stored_again(
    shop: Served, put: Callable[..., Any]
) -> None:
    told = put(
        "full",
        keywords={"kitty": 2, "attorney": 1},
        skip_unknown=True,
        groups=[{"any": ["cat", "dog"]}],
        exclude=["beer"],
        suitability={"Rm3SiT": "none"},
        flight={"starts": "2020-01-01", "ends": "2999-12-31"},
        languages=["en", ""],
        kinds=["motion"],
    )
    path = "/v1/campaigns/full"
    again = shop.client.put(path, json=told)
    assert again.json() == told
    assert told["flight"]["ends"] == "3000-01-01T00:00:00+00:00"
    assert told["suitability"] == {"adult": "none"}
    changed = shop.client.put(path, json={**told, "name": "Other"}).json()
    assert changed == {**told, "name": "Other", "revision": changed["revision"]}


def test_a_change_on_top_of_another_is_refused(shop: Served, put: Callable[..., Any]) -> None:
    put("cats")
    path = "/v1/campaigns/cats"
    old = shop.client.get(path).headers["etag"]
    put("cats", name="Other")
    lost = shop.client.put(path, json=CATS, headers={"if-match": old})
    assert (lost.status_code, lost.json()["code"]) == (412, "precondition_failed")
    taken = shop.client.put(path, json=CATS, headers={"if-none-match": "*"})
    assert taken.status_code == 412
    now = shop.client.get(path).headers["etag"]
    assert shop.client.put(path, json=CATS, headers={"if-match": now}).status_code == 200


def test_scores_are_the_same_from_either_side(shop: Served, put: Callable[..., Any]) -> None:
    put("cats")
    put("animals", keywords={"animal": 1, "cat": 0.3, "car": -0.5})
    put("trips", keywords={"bicycle": 1, "city": 1, "car": 2})
    eventually(lambda: "trips" in campaigns_on(shop, id_of(shop, "bikes"), k=1000))
    from_campaigns = {
        (name, match["video"]): match["score"]
        for name in ("cats", "animals", "trips")
        for match in shop.client.get(f"/v1/campaigns/{name}/matches?k=1000").json()["matches"]
    }
    from_videos = {
        (name, video["video"]): one["score"]
        for video in shop.client.get("/v1/videos").json()["videos"]
        for name, one in campaigns_on(shop, video["video"], k=1000).items()
    }
    assert from_campaigns == from_videos
    assert len(from_campaigns) > 5


def test_matches_say_why_with_the_seconds_and_how_far_they_reach(
    shop: Served, put: Callable[..., Any], run: Run
) -> None:
    put("cats")
    answer = shop.client.get("/v1/campaigns/cats/matches?explain=true").json()
    assert answer == run("campaigns", "matches", "cats", "--explain", "--json").json
    best = answer["matches"][0]
    assert sum(one["share"] for one in best["why"]) == pytest.approx(best["score"])
    slides = next(m for m in answer["matches"] if m["video"] == id_of(shop, "slideshow"))
    assert {one["tag"]: one["seconds"] for one in slides["why"]} == {
        "cat": [[15, 19]],
        "coffee": [[0, 4]],
    }
    reach = answer["reach"]
    assert reach["videos"] == len(answer["matches"]) == sum(b["videos"] for b in reach["bands"])
    assert answer["not_running"] is None
    campaign = campaigns_on(shop, slides["video"], explain=True)["cats"]
    assert campaign["why"] == slides["why"]
    for printed in (
        run("campaigns", "matches", "cats", "--explain").out,
        run("campaigns", "for", "slideshow", "--explain").out,
    ):
        assert "seen at" in printed
        assert "15-19" in printed
    assert campaign["bid"] == {"amount": 4.5, "currency": "EUR"}


def test_rules_decide_before_anything_is_ranked(shop: Served, put: Callable[..., Any]) -> None:
    def videos(**changes: Any) -> set[str]:
        put("ruled", **changes)
        matches = shop.client.get("/v1/campaigns/ruled/matches").json()["matches"]
        return {match["video"] for match in matches}

    chelsea, coffee, slides = (id_of(shop, title) for title in ("chelsea", "coffee", "slideshow"))
    assert {chelsea, coffee, slides} <= videos()
    without = videos(exclude=["coffee"])
    assert chelsea in without
    assert not {coffee, slides} & without
    assert chelsea not in (found := videos(kinds=["slideshow"]))
    assert slides in found
    assert videos(groups=[{"all": ["cat", "coffee"]}]) == {slides}
    assert videos(groups=[{"any": ["coffee"]}, {"any": ["cat", "dog"]}]) == {slides}
    assert slides not in videos(min_relevance=0.99)
    assert videos(languages=["en"]) == set()
    assert chelsea in (pets := videos(categories=["422"]))
    assert coffee not in pets
    assert chelsea not in videos(exclude_categories=["422"])
    assert chelsea in videos(languages=["en", ""])


def test_a_paused_or_future_campaign_is_not_given_to_videos(
    shop: Served, put: Callable[..., Any]
) -> None:
    chelsea = id_of(shop, "chelsea")
    put("cats")
    eventually(lambda: "cats" in campaigns_on(shop, chelsea))
    assert shop.client.post("/v1/campaigns/cats/pause").json()["state"] == "paused"
    eventually(lambda: "cats" not in campaigns_on(shop, chelsea))
    assert put("cats", name="Still resting")["state"] == "paused"
    matches = shop.client.get("/v1/campaigns/cats/matches").json()
    assert matches["not_running"] == "it is paused"
    assert chelsea in {match["video"] for match in matches["matches"]}
    shop.client.post("/v1/campaigns/cats/resume")
    eventually(lambda: "cats" in campaigns_on(shop, chelsea))
    put("cats", flight={"starts": "2999-01-01"})
    eventually(lambda: "cats" not in campaigns_on(shop, chelsea))
    late = shop.client.get("/v1/campaigns/cats/matches").json()["not_running"]
    assert late == "its flight begins 2999-01-01T00:00:00+00:00"


def test_a_viewer_gets_the_campaigns_that_fit_what_they_like(
    shop: Served, put: Callable[..., Any], run: Run
) -> None:
    put("cats")
    put("coffee", keywords={"coffee": 1})
    put("paused", state="paused")
    eventually(lambda: {"cats", "coffee"} <= campaigns_on(shop, id_of(shop, "slideshow")).keys())
    sent = shop.client.post("/v1/viewers:campaigns", json={"interests": {"coffee": 1}}).json()
    assert [one["campaign"] for one in sent["campaigns"]] == ["coffee", "cats"]
    assert sent["campaigns"][0]["score"] == pytest.approx(1.0)
    for one in sent["campaigns"]:
        assert sum(part["share"] for part in one["why"]) == pytest.approx(one["score"])

    shop.client.put("/v1/viewers/ann/interests", json={"interests": {"coffee": 1}})
    kept = shop.client.get("/v1/viewers/ann/campaigns").json()
    assert kept == {**sent, "viewer": "ann"}
    assert kept == run("campaigns", "for-viewer", "ann", "--json").json
    liked = {"liked": [id_of(shop, "chelsea")]}
    by_video = shop.client.post("/v1/viewers:campaigns", json=liked).json()["campaigns"]
    assert by_video[0]["campaign"] == "cats"
    asked = ("campaigns", "for-viewer")
    assert run(*asked, "--like", "coffee", "--json").json == sent
    assert run(*asked, "--liked", "chelsea", "--json").json["campaigns"] == by_video
    assert run(*asked).code == run(*asked, "ann", "--like", "coffee").code == 2
    assert shop.client.post("/v1/viewers:campaigns", json={}).json()["campaigns"] == []
    assert shop.client.get("/v1/viewers/nobody/campaigns").status_code == 404
    shop.client.delete("/v1/viewers/ann")


def test_what_is_missing_is_explained_rule_by_rule(
    shop: Served, put: Callable[..., Any], run: Run
) -> None:
    put("cats", exclude=["coffee"], flight={"ends": "2020-01-01"}, min_relevance=0.99)
    slides = id_of(shop, "slideshow")
    answer = shop.client.get("/v1/explain", params={"campaign": "cats", "video": slides}).json()
    assert answer == run("campaigns", "explain", "cats", slides, "--json").json
    assert not answer["eligible"]
    broken = {rule["rule"]: rule for rule in answer["rules"] if not rule["passed"]}
    assert broken.keys() == {"flight", "exclusions", "relevance"}
    assert broken["exclusions"]["seen"] == [{"tag": "coffee", "seconds": [[0, 4]]}]
    assert "2020-01-02" in broken["flight"]["says"]
    assert "0.99" in broken["relevance"]["says"]

    put("cats")
    eventually(lambda: "cats" in campaigns_on(shop, slides))
    answer = shop.client.get("/v1/explain", params={"campaign": "cats", "video": slides}).json()
    assert answer["eligible"]
    ranked = [m["video"] for m in shop.client.get("/v1/campaigns/cats/matches").json()["matches"]]
    assert answer["rank_of_video"] == ranked.index(slides) + 1
    assert answer["rank_of_campaign"] == list(campaigns_on(shop, slides)).index("cats") + 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"keywords": {"attorney": 1, "cat": 1}}, "keywords: 'attorney' means no tag for sure"),
        ({"keywords": {}}, "body.keywords"),
        ({"keywords": {f"word {n}": 1 for n in range(501)}}, "at most 500 items"),
        ({"keywords": {"cat": -1}}, "weight above 0"),
        ({"exclude": ["attorney"]}, "exclude: 'attorney' means no tag"),
        ({"groups": [{"any": ["cat"], "all": ["dog"]}]}, "groups.0: give either"),
        ({"groups": [{"all": []}]}, "groups.0.all: give at least one"),
        ({"flight": {"starts": "soon"}}, "flight.starts: 'soon' is no date"),
        ({"flight": {"starts": "2026-05-01", "ends": "2026-04-01"}}, "before it starts"),
        ({"flight": {"ends": "9999-12-31"}}, "flight.ends: '9999-12-31' reaches beyond"),
        ({"flight": {"ends": "9999-12-31T23:59:59-14:00"}}, "leave it out for a flight"),
        ({"flight": {"starts": "0001-01-01T00:00:00+14:00"}}, "flight.starts: '0001"),
        ({"kinds": ["film"]}, "body.kinds.0"),
        ({"min_relevance": 1.5}, "body.min_relevance"),
        ({"categories": ["pets"]}, "categories: no category 'pets'"),
        ({"suitability": {"beer": "low"}}, "suitability: no brand suitability topic 'beer'"),
        ({"suitability": {"arms": "some"}}, "suitability: no risk level 'some'"),
        ({"suitability": {"arms": "floor"}}, "suitability: nothing runs at the floor"),
        ({"bid": {"amount": 1, "currency": "euro"}}, "body.bid.currency"),
        ({"creatives": [{**CATS["creatives"][0], "url": "file:///etc/passwd"}]}, "creatives.0.url"),
        ({"budget": 3}, "body.budget"),
        ({"name": "a\nb"}, "body.name"),
    ],
)
def test_a_plan_that_cannot_be_used_is_named_field_by_field(
    shop: Served, changes: dict[str, Any], says: str
) -> None:
    answer = shop.client.put("/v1/campaigns/wrong", json={**CATS, **changes})
    assert answer.status_code == 422
    assert says in answer.json()["detail"]
    assert shop.client.get("/v1/campaigns/wrong").status_code == 404


def test_words_that_mean_nothing_can_be_stored_and_do_not_count(put: Callable[..., Any]) -> None:
    stored = put("odd", keywords={"attorney": 1, "cat": 1}, skip_unknown=True)
    assert stored["understood"][0]["status"] != "used"
    assert stored["profile"] == {"cat": 1.0}


def test_campaigns_come_in_pages(shop: Served, put: Callable[..., Any]) -> None:
    for number in range(5):
        put(f"page-{number}", advertiser="zeta" if number % 2 else "acme")
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = shop.client.get("/v1/campaigns", params={"limit": 2, "cursor": cursor}).json()
        seen += [one["campaign"] for one in page["campaigns"]]
        cursor = page["next"]
    assert seen == [f"page-{number}" for number in range(5)]
    of_zeta = shop.client.get("/v1/campaigns", params={"advertiser": "zeta"}).json()["campaigns"]
    assert [one["campaign"] for one in of_zeta] == ["page-1", "page-3"]


def test_a_file_of_campaigns_is_stored_whole_or_not_at_all(run: Run, tmp_path: Path) -> None:
    def add(*plans: Any) -> Finished:
        (tmp_path / "plans.json").write_text(json.dumps(plans))
        return run("campaigns", "add", tmp_path / "plans.json", "--json")

    wrong = add({"campaign": "one", **CATS}, {"campaign": "two", **CATS, "min_relevance": 7})
    assert (wrong.code, wrong.out) == (1, "")
    assert "plans.json: campaign 2: min_relevance" in wrong.err
    assert run("campaigns", "list", "--json").json == {"campaigns": []}
    added = add({"campaign": "one", **CATS}, {"campaign": "two", **CATS, "keywords": {"car": 1}})
    assert [one["campaign"] for one in added.json["campaigns"]] == ["one", "two"]
    assert "cats" not in run("campaigns", "list").out
    paused = run("campaigns", "pause", "two", "--json").json["campaigns"][0]
    assert paused["state"] == "paused"
    assert "paused" in run("campaigns", "list", "--state", "paused").out
    assert run("campaigns", "resume", "two").code == 0
    assert run("campaigns", "for", "chelsea.mp4").out.splitlines()[1].split()[1] == "one"
    assert "reach: " in run("campaigns", "matches", "one").err
    assert run("campaigns", "delete", "one", "two", "--yes").code == 0
    assert "no campaign 'one'" in run("campaigns", "show", "one").err


def test_a_standing_campaign_learns_of_new_videos_only(
    shop: Served, put: Callable[..., Any], run: Run, tmp_path: Path
) -> None:
    put("cats")
    path = "/v1/campaigns/cats/matches"
    revision = shop.client.get(path).json()["revision"]
    far = shop.client.get(path, params={"since": 10**23}).json()
    assert (far["matches"], far["more"]) == ([], False)
    nothing = shop.client.get(path, params={"since": revision}).json()
    assert (nothing["matches"], nothing["revision"]) == ([], revision)
    seen = {"title": "Feline", "tags": [{"tag": "cat", "seconds": [[0, 9, 0.9]]}]}
    (tmp_path / "new.jsonl").write_text(json.dumps(seen))
    imported = run("import", tmp_path / "new.jsonl", "--json")
    assert imported.code == 0, imported.err
    new = imported.json["videos"][0]["video"]

    def news() -> list[str]:
        answer = shop.client.get(path, params={"since": revision}).json()
        return [match["video"] for match in answer["matches"]]

    eventually(lambda: news() == [new])
    later = shop.client.get(path, params={"since": revision}).json()
    assert later["revision"] > revision
    assert shop.client.get(path, params={"since": later["revision"]}).json()["matches"] == []
    everything = shop.client.get(path, params={"since": 0, "k": 2}).json()
    assert everything["more"]
    rest = shop.client.get(path, params={"since": everything["revision"], "k": 1000}).json()
    assert new in [match["video"] for match in rest["matches"]]
    assert run("forget", new, "--yes").code == 0


def test_breaks_of_a_slideshow_are_at_its_cuts(shop: Served, run: Run) -> None:
    slides = id_of(shop, "slideshow")
    params = {"gap": 5, "edge": 2}
    answer = shop.client.get(f"/v1/videos/{slides}/breaks", params=params).json()
    assert answer == run("breaks", slides, "--gap", "5", "--edge", "2", "--json").json
    assert sorted(one["second"] for one in answer["breaks"]) == [5, 10, 15]
    assert {one["seam"] for one in answer["breaks"]} == {"cut"}
    assert answer["breaks"][0]["second"] == 10
    for one in answer["breaks"]:
        assert sum(one["shares"].values()) == pytest.approx(one["score"])


def test_a_campaigns_break_follows_what_it_is_about(
    shop: Served, put: Callable[..., Any], run: Run
) -> None:
    put("coffee", keywords={"coffee": 1})
    slides = id_of(shop, "slideshow")
    params: dict[str, Any] = {"gap": 30, "edge": 2, "count": 1, "campaign": "coffee"}
    (one,) = shop.client.get(f"/v1/videos/{slides}/breaks", params=params).json()["breaks"]
    assert one["second"] == 5
    assert one["relevance"] > 0.3
    assert "why" not in one
    told = shop.client.get(
        f"/v1/videos/{slides}/breaks", params={**params, "explain": True}
    ).json()["breaks"][0]
    assert told["why"] == [{"tag": "coffee", "share": told["relevance"], "seconds": [[0, 4]]}]
    words = ("breaks", slides, "--gap", "30", "--edge", "2", "--count", "1", "--explain")
    assert re.search(r"coffee +\+0\.\d+ +0-4", run(*words, "--campaign", "coffee").out)
    alone = run(*words)
    assert alone.code == 2
    assert "to a --campaign: name one" in alone.err


def test_what_a_campaign_finds_too_risky_blocks_the_breaks_near_it_and_no_others(
    shop: Served, put: Callable[..., Any], run: Run, tmp_path: Path
) -> None:
    line = {
        "title": "Dinner",
        "duration": 120,
        "tags": [
            {"tag": "dog", "seconds": [[0, 120, 0.9]]},
            {"tag": "beer", "seconds": [[58, 60, 0.95]]},
        ],
    }
    (tmp_path / "dinner.jsonl").write_text(json.dumps(line))
    video = run("import", tmp_path / "dinner.jsonl", "--json").json["videos"][0]["video"]
    eventually(lambda: shop.client.get(f"/v1/videos/{video}").status_code == 200)

    def seconds(campaign: str | None) -> list[int]:
        params: dict[str, Any] = {"count": 100, "gap": 1}
        if campaign:
            params["campaign"] = campaign
        answer = shop.client.get(f"/v1/videos/{video}/breaks", params=params).json()
        return sorted(one["second"] for one in answer["breaks"])

    put("careful", keywords={"dog": 1}, suitability={"drugs": "none"})
    put("brewer", keywords={"dog": 1}, suitability={"drugs": "high"})
    everywhere = list(range(10, 111))
    # Ten seconds before a break and ten from it on: 58 and 59 are near to 49 up to 69.
    near = range(49, 70)
    assert seconds("careful") == [second for second in everywhere if second not in near]
    assert seconds(None) == seconds("careful")
    assert len(seconds("brewer")) == 100
    assert set(near) & set(seconds("brewer"))
    assert run("forget", video, "--yes").code == 0


def test_breaks_are_given_as_vmap_with_everything_escaped(
    shop: Served, put: Callable[..., Any], run: Run
) -> None:
    put("cats")
    slides = id_of(shop, "slideshow")
    params: dict[str, Any] = {"gap": 5, "edge": 2, "campaign": "cats"}
    by_path = shop.client.get(f"/v1/videos/{slides}/breaks.vmap", params=params)
    by_header = shop.client.get(
        f"/v1/videos/{slides}/breaks", params=params, headers={"accept": "application/xml"}
    )
    assert by_path.content == by_header.content
    assert by_path.headers["content-type"] == "application/xml"
    printed = run("breaks", slides, "--gap", "5", "--edge", "2", "--campaign", "cats", "--vmap")
    assert printed.out.strip() == by_path.text
    root = ET.fromstring(by_path.content)  # noqa: S314 - our own
    offsets = [each.get("timeOffset") for each in root]
    assert offsets == ["00:00:05.000", "00:00:10.000", "00:00:15.000"]
    titles = {each.text for each in root.iter("AdTitle")}
    assert titles == {"Cats <& coffee>"}
    assert {each.text for each in root.iter("MediaFile")} == {"https://ads.example/a.mp4?x=1&y=2"}
    assert root.tag == f"{{{VMAP_NAMESPACE}}}VMAP"


def test_what_is_not_there_is_a_problem(shop: Served, put: Callable[..., Any]) -> None:
    put("cats")
    chelsea = id_of(shop, "chelsea")
    for path in (
        "/v1/campaigns/none",
        "/v1/campaigns/none/matches",
        "/v1/videos/beef/campaigns",
        "/v1/videos/beef/breaks",
        f"/v1/videos/{chelsea}/breaks?campaign=none",
        f"/v1/explain?campaign=none&video={chelsea}",
        "/v1/explain?campaign=cats&video=beef",
    ):
        assert shop.client.get(path).status_code == 404, path
    assert shop.client.get(f"/v1/videos/{chelsea}/breaks?count=0").status_code == 422


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe{", "is no UTF-8 text"),
        (b"[" * 100_000, "is nested too deeply"),
        (b"{", "is no JSON"),
        (b"", "is no JSON"),
    ],
)
def test_a_file_that_is_no_campaign_is_refused(
    run: Run, tmp_path: Path, content: bytes, says: str
) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(content)
    refused = run("campaigns", "add", file)
    assert refused.code == 1
    assert refused.err.startswith(f"reelmatch: {file} {says}")
