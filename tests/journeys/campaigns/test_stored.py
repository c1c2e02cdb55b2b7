"""Campaigns as they are written, stored and told back, at both entry points."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.campaign_answers import CATS
from support.pages import id_of
from support.product import Finished, Run, Served


def test_a_campaign_is_stored_once_understood_and_told_back(
    campaign_server: Served, put: Callable[..., Any], run_on_copy: Run
) -> None:
    stored = put("cats")
    assert stored["profile"].keys() == {"cat", "coffee"}
    assert stored["keywords"] == CATS["keywords"]
    (kitty, coffee) = stored["understood"]
    assert (kitty["word"], kitty["used"]) == ("kitty", ["cat"])
    assert coffee["meanings"][0]["how"] == "exact"
    first = campaign_server.client.get("/v1/campaigns/cats")
    again = campaign_server.client.put("/v1/campaigns/cats", json=CATS)
    assert (again.status_code, again.headers["etag"]) == (200, first.headers["etag"])
    assert again.json() == first.json() == run_on_copy("campaigns", "show", "cats", "--json").json


def test_what_is_told_of_a_campaign_can_be_changed_and_stored_again(
    campaign_server: Served, put: Callable[..., Any]
) -> None:
    output = put(
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
    again = campaign_server.client.put(path, json=output)
    assert again.json() == output
    assert output["flight"]["ends"] == "3000-01-01T00:00:00+00:00"
    assert output["suitability"] == {"adult": "none"}
    changed = campaign_server.client.put(path, json={**output, "name": "Other"}).json()
    assert changed == {**output, "name": "Other", "revision": changed["revision"]}


def test_a_change_on_top_of_another_is_refused(
    campaign_server: Served, put: Callable[..., Any]
) -> None:
    put("cats")
    path = "/v1/campaigns/cats"
    old = campaign_server.client.get(path).headers["etag"]
    put("cats", name="Other")
    lost = campaign_server.client.put(path, json=CATS, headers={"if-match": old})
    assert (lost.status_code, lost.json()["code"]) == (412, "precondition_failed")
    taken = campaign_server.client.put(path, json=CATS, headers={"if-none-match": "*"})
    assert taken.status_code == 412
    now = campaign_server.client.get(path).headers["etag"]
    assert campaign_server.client.put(path, json=CATS, headers={"if-match": now}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"keywords": {"attorney": 1, "cat": 1}, "strict": True},
            "keywords: 'attorney' means no tag for sure",
        ),
        ({"keywords": {"attorney": 1}}, "keywords: 'attorney' means no tag for sure"),
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
    campaign_server: Served, changes: dict[str, Any], says: str
) -> None:
    answer = campaign_server.client.put("/v1/campaigns/wrong", json={**CATS, **changes})
    assert answer.status_code == 422
    assert says in answer.json()["detail"]
    assert campaign_server.client.get("/v1/campaigns/wrong").status_code == 404


@pytest.mark.parametrize("old", [{}, {"skip_unknown": True}, {"skip_unknown": False}])
def test_words_that_mean_nothing_are_named_and_do_not_count(
    put: Callable[..., Any], old: dict[str, bool]
) -> None:
    stored = put("odd", keywords={"attorney": 1, "CAT": 1}, **old)
    assert [one["word"] for one in stored["ignored"]] == ["attorney"]
    assert stored["understood"][0]["status"] != "used"
    assert stored["profile"] == {"cat": 1.0}


def test_campaigns_come_in_pages(campaign_server: Served, put: Callable[..., Any]) -> None:
    for number in range(5):
        put(f"page-{number}", advertiser="zeta" if number % 2 else "acme")
    observed: list[str] = []
    cursor = ""
    while cursor is not None:
        page = campaign_server.client.get(
            "/v1/campaigns", params={"limit": 2, "cursor": cursor}
        ).json()
        observed += [one["campaign"] for one in page["campaigns"]]
        cursor = page["next"]
    assert observed == [f"page-{number}" for number in range(5)]
    of_zeta = campaign_server.client.get("/v1/campaigns", params={"advertiser": "zeta"}).json()[
        "campaigns"
    ]
    assert [one["campaign"] for one in of_zeta] == ["page-1", "page-3"]


@pytest.mark.slow
def test_a_file_of_campaigns_is_stored_whole_or_not_at_all(
    run_on_copy: Run, tmp_path: Path
) -> None:
    def add(*plans: Any) -> Finished:
        (tmp_path / "plans.json").write_text(json.dumps(plans))
        return run_on_copy("campaigns", "add", tmp_path / "plans.json", "--json")

    wrong = add({"campaign": "one", **CATS}, {"campaign": "two", **CATS, "min_relevance": 7})
    assert (wrong.code, wrong.out) == (1, "")
    assert "plans.json: campaign 2: min_relevance" in wrong.err
    assert run_on_copy("campaigns", "list", "--json").json == {"campaigns": []}
    added = add({"campaign": "one", **CATS}, {"campaign": "two", **CATS, "keywords": {"car": 1}})
    assert [one["campaign"] for one in added.json["campaigns"]] == ["one", "two"]
    assert "cats" not in run_on_copy("campaigns", "list").out
    paused = run_on_copy("campaigns", "pause", "two", "--json").json["campaigns"][0]
    assert paused["state"] == "paused"
    assert "paused" in run_on_copy("campaigns", "list", "--state", "paused").out
    assert run_on_copy("campaigns", "resume", "two").code == 0
    assert run_on_copy("campaigns", "for", "chelsea.mp4").out.splitlines()[1].split()[1] == "one"
    assert "reach: " in run_on_copy("campaigns", "matches", "one").err
    assert run_on_copy("campaigns", "delete", "one", "two", "--yes").code == 0
    assert "no campaign 'one'" in run_on_copy("campaigns", "show", "one").err


def test_what_is_not_there_is_a_problem(campaign_server: Served, put: Callable[..., Any]) -> None:
    put("cats")
    chelsea = id_of(campaign_server, "chelsea")
    for path in (
        "/v1/campaigns/none",
        "/v1/campaigns/none/matches",
        "/v1/videos/beef/campaigns",
        "/v1/videos/beef/breaks",
        f"/v1/videos/{chelsea}/breaks?campaign=none",
        f"/v1/explain?campaign=none&video={chelsea}",
        "/v1/explain?campaign=cats&video=beef",
    ):
        assert campaign_server.client.get(path).status_code == 404, path
    assert campaign_server.client.get(f"/v1/videos/{chelsea}/breaks?count=0").status_code == 422


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
    run_on_copy: Run, tmp_path: Path, content: bytes, says: str
) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(content)
    refused = run_on_copy("campaigns", "add", file)
    assert refused.code == 1
    assert refused.err.startswith(f"reelmatch: {file} {says}")
