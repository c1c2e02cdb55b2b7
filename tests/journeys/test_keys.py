"""Who may ask: the real command makes keys, the real server asks for them."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.product import Served, reelmatch, serve


def make_key(home: Path, *options: str) -> str:
    made = reelmatch(home, "keys", "create", "--name", "test", *options)
    assert made.code == 0, made.err
    assert "not shown again" in made.err
    return made.out.strip()


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[tuple[Served, dict[str, str]]]:
    """A server with a key of each scope."""
    home = tmp_path / "home"
    keys = {
        scope: make_key(home, "--scope", scope) for scope in ("read", "place", "ingest", "admin")
    }
    keys["advertise"] = make_key(home, "--scope", "advertise", "--advertiser", "acme")
    for served in serve(home):
        yield served, keys


def test_with_keys_nothing_but_health_and_documentation_is_open(
    closed: tuple[Served, dict[str, str]],
) -> None:
    client = closed[0].client
    for path in ("/health/live", "/docs", "/openapi.json"):
        assert client.get(path).status_code == 200
    for path in ("/v1/videos", "/metrics", "/v1/jobs", "/nowhere"):
        refused = client.get(path)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert refused.json()["code"] == "unauthenticated"
    wrong = client.get("/v1/videos", headers={"x-api-key": "rm_wrong"})
    assert wrong.status_code == 401
    assert "revoked" in wrong.json()["detail"]


def test_a_key_opens_what_its_scope_says(closed: tuple[Served, dict[str, str]]) -> None:
    served, keys = closed
    may = {
        "/v1/videos": {"read", "place", "ingest", "advertise", "admin"},
        "/v1/jobs": {"ingest", "admin"},
        "/metrics": {"read", "admin"},
    }
    for path, allowed in may.items():
        for scope, key in keys.items():
            asked = served.client.get(path, headers={"authorization": f"Bearer {key}"})
            assert asked.status_code == (200 if scope in allowed else 403), (path, scope)
    forbidden = served.client.post("/v1/reindex", headers={"x-api-key": keys["read"]})
    assert forbidden.json()["code"] == "forbidden"
    assert "needs a key of scope admin; yours has read" in forbidden.json()["detail"]


def test_a_revoked_key_is_refused_within_two_seconds(
    closed: tuple[Served, dict[str, str]],
) -> None:
    served, keys = closed
    headers = {"x-api-key": keys["read"]}
    assert served.client.get("/v1/videos", headers=headers).status_code == 200
    (read,) = [
        key["key"]
        for key in reelmatch(served.home, "keys", "list", "--json").json["keys"]
        if key["scopes"] == ["read"]
    ]
    assert reelmatch(served.home, "keys", "revoke", str(read)).code == 0
    time.sleep(2)
    assert served.client.get("/v1/videos", headers=headers).status_code == 401


def test_who_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    home = tmp_path / "home"
    headers = {"x-api-key": make_key(home, "--scope", "read", "--per-second", "2")}
    for served in serve(home):
        codes = [served.client.get("/v1/videos", headers=headers).status_code for _ in range(4)]
        assert codes.count(200) >= 2
        assert codes[-1] == 429
        refused = served.client.get("/v1/videos", headers=headers)
        assert int(refused.headers["retry-after"]) >= 1
        assert "may ask 2 times a second" in refused.json()["detail"]


def test_without_keys_only_this_machine_is_answered(served: Served) -> None:
    stranger = served.client.get("/v1/videos", headers={"host": "rebound.example"})
    assert stranger.status_code == 421
    assert "reelmatch keys create" in stranger.json()["detail"]
    page = served.client.post("/v1/reindex", headers={"origin": "https://elsewhere.example"})
    assert page.status_code == 403


def test_a_service_without_keys_refuses_to_listen_to_others(tmp_path: Path) -> None:
    refused = reelmatch(tmp_path / "home", "serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104
    assert refused.code == 1
    assert "reelmatch keys create" in refused.err
    assert "Traceback" not in refused.err


def test_keys_are_listed_without_their_secrets(tmp_path: Path) -> None:
    home = tmp_path / "home"
    secret = make_key(home, "--scope", "read", "--scope", "ingest")
    listed = reelmatch(home, "keys", "list", "--json")
    assert secret not in listed.out
    (key,) = listed.json["keys"]
    assert key["scopes"] == ["ingest", "read"]
    assert reelmatch(home, "keys", "revoke", "7").code == 1
    nobody = reelmatch(home, "keys", "create", "--name", "x", "--scope", "advertise")
    assert "name the advertiser" in nobody.err
    assert json.loads(reelmatch(home, "keys", "revoke", "1", "--json").out)["revoked_at"]


def test_who_comes_through_a_proxy_is_not_of_this_machine(served: Served) -> None:
    through = served.client.get("/v1/videos", headers={"x-forwarded-for": "203.0.113.9"})
    assert through.status_code == 401
    assert "others need a key" in through.json()["detail"]
