"""An advertiser with a key: its own campaigns, and nobody else's, at every route."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.product import Served, reelmatch, serve


@pytest.fixture
def advertiser_server(tmp_path: Path) -> Iterator[tuple[Served, dict[str, Any]]]:
    """A video of a dog, an advertiser with a key, an operator with another."""
    home, file = tmp_path / "home", tmp_path / "dog.jsonl"
    line = {"title": "dog", "duration": 90, "tags": [{"tag": "dog", "seconds": [[0, 90, 0.9]]}]}
    file.write_text(json.dumps(line))
    assert reelmatch(home, "import", file).code == 0
    assert reelmatch(home, "reindex").code == 0
    keys = {
        "acme": ("--scope", "advertise", "--advertiser", "acme"),
        "admin": ("--scope", "admin"),
        "app": ("--scope", "read"),
    }
    headers = {
        name: {"x-api-key": reelmatch(home, "keys", "create", "--name", name, *options).out.strip()}
        for name, options in keys.items()
    }
    for served in serve(home):
        yield served, headers


def test_an_advertiser_sees_and_changes_its_own_campaigns_only(
    advertiser_server: tuple[Served, dict[str, Any]],
) -> None:
    client, keys = advertiser_server[0].client, advertiser_server[1]
    plan = {"advertiser": "acme", "name": "Dogs", "keywords": {"dog": 1}}
    others = {**plan, "advertiser": "zeta"}
    mine, theirs = "/v1/campaigns/mine", "/v1/campaigns/theirs"
    assert client.put(mine, json=plan, headers=keys["acme"]).status_code == 201
    assert client.put(theirs, json=others, headers=keys["admin"]).status_code == 201
    assert client.put("/v1/campaigns/new", json=others, headers=keys["acme"]).status_code == 403
    assert client.put(theirs, json=plan, headers=keys["acme"]).status_code == 403
    assert client.put(mine, json=plan, headers=keys["app"]).status_code == 403

    (video,) = client.get("/v1/videos", headers=keys["acme"]).json()["videos"]
    hidden = [
        ("GET", theirs),
        ("DELETE", theirs),
        ("POST", f"{theirs}/pause"),
        ("POST", f"{theirs}/resume"),
        ("GET", f"{theirs}/matches"),
        ("GET", f"{theirs}/webhook"),
        ("DELETE", f"{theirs}/webhook"),
        ("GET", f"/v1/explain?campaign=theirs&video={video['video']}"),
        ("GET", f"/v1/videos/{video['video']}/breaks?campaign=theirs"),
        ("GET", f"/v1/videos/{video['video']}/breaks.vmap?campaign=theirs"),
    ]
    for method, path in hidden:
        assert client.request(method, path, headers=keys["acme"]).status_code == 404, path
        allowed = client.request(method, path.replace("theirs", "mine"), headers=keys["acme"])
        assert allowed.status_code < 300 or "webhook" in path or method == "DELETE", path
        client.put(mine, json=plan, headers=keys["acme"])

    def listed(who: str, path: str) -> list[str]:
        answer = client.get(path, headers=keys[who]).json()
        return [one["campaign"] for one in answer["campaigns"]]

    assert listed("acme", "/v1/campaigns") == ["mine"]
    assert listed("acme", "/v1/campaigns?advertiser=zeta") == []
    assert listed("admin", "/v1/campaigns") == ["mine", "theirs"]
    on_video = f"/v1/videos/{video['video']}/campaigns"
    assert set(listed("acme", on_video)) <= {"mine"}
    assert "zeta" not in client.get(on_video, headers=keys["acme"]).text
