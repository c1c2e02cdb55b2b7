"""Every route has a rule of its own, and rules say what they are meant to."""

from pathlib import Path

import pytest

from api.http.app import create_app
from api.http.middleware.auth import csrf_token, is_loopback
from api.http.middleware.scopes import EVERYBODY, READERS, RULES, _remembered, scopes_for
from api.settings import Settings
from engine.domain.keys import Scope


def test_no_documented_route_is_left_to_the_last_resort(tmp_path: Path) -> None:
    paths = create_app(Settings(home=tmp_path)).openapi()["paths"]
    for path, methods in paths.items():
        for method in methods:
            assert any(rule.fits(method.upper(), path) for rule in RULES), (method, path)


@pytest.mark.parametrize(
    ("method", "path", "scopes"),
    [
        ("GET", "/health/live", EVERYBODY),
        ("POST", "/v1/matches", {Scope.READ, Scope.ADVERTISE, Scope.PLACE, Scope.INGEST}),
        ("POST", "/v1/recommendations", {Scope.READ}),
        ("DELETE", "/v1/videos/beef", {Scope.INGEST}),
        ("POST", "/v1/videos", {Scope.INGEST}),
        ("PUT", "/v1/campaigns/one", {Scope.ADVERTISE}),
        ("POST", "/v1/reindex", {Scope.ADMIN}),
        ("GET", "/metrics", {Scope.READ}),
        ("GET", "/v1/viewers/me", {Scope.READ}),
        ("POST", "/v1/viewers:campaigns", {Scope.PLACE}),
        ("GET", "/v1/viewers/me/campaigns", {Scope.PLACE}),
        ("GET", "/v1/videos/beef/campaigns", {Scope.PLACE, Scope.ADVERTISE}),
        ("GET", "/somewhere/new", {Scope.ADMIN}),
        ("GET", "/health/live/../../v1/videos", {Scope.ADMIN}),
        ("POST", "/health/live", {Scope.ADMIN}),
    ],
)
def test_a_request_needs(method: str, path: str, scopes: set[Scope]) -> None:
    assert scopes_for(method, path) == scopes


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - it is the question
        ("::", False),
        ("192.168.1.7", False),
        ("example.com", False),
    ],
)
def test_loopback_is_told_from_what_others_reach(*, host: str, is_ours: bool) -> None:
    assert is_loopback(host) is is_ours


def test_csrf_tokens_belong_to_one_session() -> None:
    assert csrf_token("rs_one") == csrf_token("rs_one") != csrf_token("rs_two")
    assert "rs_one" not in csrf_token("rs_one")


def test_long_paths_of_strangers_are_not_kept() -> None:
    held = _remembered.cache_info().currsize
    for number in range(50):
        assert scopes_for("GET", f"/v1/videos/{number}" + "\U0001f600" * 4000) == READERS
    assert _remembered.cache_info().currsize == held
