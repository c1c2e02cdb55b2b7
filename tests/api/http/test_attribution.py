"""From a list to the rates: its id, the event that names it, and what an admin is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.http.app import create_app
from api.settings import Settings
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.viewers import Event, EventKind
from engine.indexes.local.disk.generations import Generations
from engine.search.experiments import Experiment
from support.campaigns import campaign
from support.catalogs import save, video_id


@pytest.fixture
def client(catalog: Catalog, tmp_path: Path) -> Iterator[TestClient]:
    """A service over four videos, a campaign and an experiment."""
    for number in range(1, 5):
        save(catalog, video_id(number), {"cat": number, "dog": 3})
    settings = Settings(
        home=tmp_path / "home", processes=0, experiment="mix:control;variant=power=1"
    )
    reindex(catalog, Generations(settings.generations_path), settings.index_config())
    catalog.campaigns.put(campaign("c", {"cat": 1}))
    catalog.viewers.put_interests("ann", {"cat": 1.0}, now=0)
    app = create_app(settings)
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as opened:
        yield opened


def send(client: TestClient, **event: Any) -> dict[str, Any]:
    sent = {"id": "e1", "video": video_id(1), "kind": "watched", "share": 0.9, **event}
    answer = client.post("/v1/viewers/ann/events", json={"events": [sent]})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_click_on_a_list_is_told_by_all_that_the_list_was(client: TestClient) -> None:
    answer = client.get("/v1/viewers/ann/recommendations?k=2").json()
    later = client.get(f"/v1/viewers/ann/recommendations?k=2&cursor={answer['next']}").json()
    ads = client.get("/v1/campaigns/c/matches").json()
    others = [
        client.post("/v1/matches", json={"keywords": {"cat": 1}}),
        client.post("/v1/recommendations", json={"interests": {"cat": 1}}),
        client.get(f"/v1/videos/{video_id(1)}/similar"),
    ]
    ids = [answer["list_id"], later["list_id"], ads["list_id"]]
    ids += [one.json()["list_id"] for one in others]
    assert len(set(ids)) == 6
    assert send(client, shown_by=later["list_id"], position=3)["unknown_lists"] == []
    assert send(client, id="e2", shown_by=ads["list_id"], kind="skipped")["added"] == 1

    viewer = client.get("/v1/viewers/ann").json()
    assert [one["list_id"] for one in viewer["lists"]] == ids[1::-1]
    assert {one["experiment"] for one in viewer["lists"]} == {"mix"}
    assert (viewer["lists"][0]["first"], viewer["lists"][0]["size"]) == (3, 1)
    assert {one["id"]: one["position"] for one in viewer["events"]} == {"e1": 3, "e2": None}

    online = client.get("/v1/evaluations/online").json()
    clicks = {one["name"]: (one["lists"], one["clicks"]) for one in online["lists"]}
    assert clicks == {
        "campaign, http": (1, 0),
        "matches, http": (1, 0),
        "recommendations, http": (3, 1),
        "similar, http": (1, 0),
    }
    assert {one["name"]: one["watches"] for one in online["positions"]}["3"] == 1
    assert [one["name"] for one in online["campaigns"]] == ["c"]
    (experiment,) = online["experiments"]
    assert [arm["arm"]["shown"] for arm in experiment["arms"]] == [3]
    page = client.get("/console/evaluations/online")
    assert page.status_code == 200
    assert "recommendations, http" in page.text
    assert ids[0] not in client.get("/console/?tag=cat").text
    assert "data-list" in client.get("/console/?tag=cat").text

    assert client.delete("/v1/viewers/ann").status_code == 204
    assert client.get("/v1/evaluations/online").json()["experiments"] == []


def test_a_list_that_is_not_known_is_named_and_the_event_is_kept(client: TestClient) -> None:
    old = "0" * 19
    assert send(client, shown_by=old, position=1)["unknown_lists"] == [old]
    assert client.get("/v1/viewers/ann").json()["events"][0]["shown_by"] == old
    assert client.get("/v1/evaluations/online").json()["unattributed"] == 0  # long before
    refused = client.post(
        "/v1/viewers/ann/events",
        json={"events": [{"id": "x", "video": "v", "kind": "liked", "position": 1}]},
    )
    assert refused.status_code == 422
    assert "say which in shown_by" in refused.json()["detail"]


def test_an_arm_ranks_by_its_own_settings(client: TestClient, catalog: Catalog) -> None:
    experiment: Experiment = client.app.state.live.lists.experiment  # type: ignore[attr-defined]
    scores: dict[str, float] = {}
    for number in range(20):
        viewer = f"v{number}"
        at = 1_790_000_000.0
        # Of a single like nothing is damped.
        liked = [Event(f"e{one}", video_id(one), EventKind.LIKED, at) for one in (3, 4)]
        catalog.viewers.add_events(viewer, liked, now=at)
        answer = client.get(f"/v1/viewers/{viewer}/recommendations").json()
        arm = experiment.arm_of(viewer).name
        score = answer["matches"][0]["score"]
        assert scores.setdefault(arm, score) == pytest.approx(score)
    assert len(set(scores.values())) == 2
