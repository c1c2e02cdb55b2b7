"""Keys: the real command makes them, the real server asks for them."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.http.middleware.auth import CSRF_HEADER, SESSION_COOKIE
from api.settings import Settings
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.keys import digest_of
from support.processes import soon
from support.product import Served, reelmatch, serve


def make_key(home: Path, *options: str) -> str:
    made = reelmatch(home, "keys", "create", "--name", "test", *options)
    assert made.code == 0, made.err
    assert "not shown again" in made.err
    return made.out.strip()


@pytest.fixture
def keyed_server(tmp_path: Path) -> Iterator[tuple[Served, dict[str, str]]]:
    """A server with a key of each scope."""
    home = tmp_path / "home"
    keys = {
        scope: make_key(home, "--scope", scope) for scope in ("read", "place", "ingest", "admin")
    }
    keys["advertise"] = make_key(home, "--scope", "advertise", "--advertiser", "acme")
    for served in serve(home):
        yield served, keys


def test_with_keys_nothing_but_health_and_documentation_is_open(
    keyed_server: tuple[Served, dict[str, str]],
) -> None:
    client = keyed_server[0].client
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


def test_a_key_opens_what_its_scope_says(keyed_server: tuple[Served, dict[str, str]]) -> None:
    served, keys = keyed_server
    may = {
        "/v1/videos": {"read", "place", "ingest", "advertise", "admin"},
        "/v1/jobs": {"ingest", "admin"},
        "/metrics": {"read", "admin"},
    }
    for path, allowed in may.items():
        for scope, key in keys.items():
            response = served.client.get(path, headers={"authorization": f"Bearer {key}"})
            assert response.status_code == (200 if scope in allowed else 403), (path, scope)
    forbidden = served.client.post("/v1/reindex", headers={"x-api-key": keys["read"]})
    assert forbidden.json()["code"] == "forbidden"
    assert "needs a key of scope admin; yours has read" in forbidden.json()["detail"]
    with Catalog.open(served.home / "catalog.db") as catalog:
        jobs = [
            catalog.jobs.add_evaluation("tf=sqrt", {}, now=time.time()),
            catalog.jobs.add_reindex({}, now=time.time()),
        ]
    for job in jobs:
        retried = served.client.post(f"/v1/jobs/{job}/retry", headers={"x-api-key": keys["ingest"]})
        assert retried.status_code == 403
        assert "scope admin" in retried.json()["detail"]


def test_a_revoked_key_is_refused_soon_without_a_restart(
    keyed_server: tuple[Served, dict[str, str]],
) -> None:
    served, keys = keyed_server
    headers = {"x-api-key": keys["read"]}
    assert served.client.get("/v1/videos", headers=headers).status_code == 200
    (read,) = [
        key["key"]
        for key in reelmatch(served.home, "keys", "list", "--json").json["keys"]
        if key["scopes"] == ["read"]
    ]
    assert reelmatch(served.home, "keys", "revoke", str(read)).code == 0
    soon(lambda: served.client.get("/v1/videos", headers=headers).status_code == 401)


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
    assert "let whoever runs it make a key" in stranger.json()["detail"]
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


def test_a_wrong_key_is_no_obstacle_where_none_is_needed(
    keyed_server: tuple[Served, dict[str, str]],
) -> None:
    client = keyed_server[0].client
    wrong = {"x-api-key": "rm_revoked", "authorization": "Bearer rm_other"}
    for path in ("/health/live", "/health/ready", "/docs", "/openapi.json", "/console/sign-in"):
        assert client.get(path, headers=wrong).status_code != 401
    assert client.get("/v1/videos", headers=wrong).status_code == 401


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://a]", "null", "", "é", "//"])
def test_an_origin_that_is_none_is_refused(served: Served, origin: str) -> None:
    response = served.client.post("/v1/matches", headers={b"origin": origin.encode()})
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")


def test_a_token_that_is_no_ascii_is_refused(keyed_server: tuple[Served, dict[str, str]]) -> None:
    served, keys = keyed_server
    with Catalog.open(served.home / "catalog.db") as catalog:
        stored = catalog.keys
        key = stored.by_digest()[digest_of(keys["admin"])]
        session = stored.open_session(key, now=time.time(), seconds=60)
    for token in (b"\xe9", "é".encode(), b"", b"x"):
        response = served.client.post(
            "/v1/reindex",
            headers={
                b"cookie": f"{SESSION_COOKIE}={session}".encode(),
                CSRF_HEADER.encode(): token,
            },
        )
        assert (response.status_code, response.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
def test_what_a_proxy_passes_on_needs_a_key_even_as_of_this_machine(
    served: Served, name: str
) -> None:
    assert served.client.get("/v1/videos", headers={name: "127.0.0.1"}).status_code == 401


def test_only_proxies_that_are_named_are_believed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    secret = make_key(home, "--scope", "admin")
    through = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
    for proxies, secure in (((), False), (("10.0.0.0/8",), False), (("127.0.0.0/8",), True)):
        for served in serve(home, Settings(home=home, trusted_proxies=proxies)):
            response = served.client.get(
                "/console/campaigns", headers={**through, "x-api-key": secret}
            )
            assert ("secure" in response.headers["set-cookie"].lower()) is secure
