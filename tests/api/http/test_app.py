"""The start of the application."""

from pathlib import Path

import pytest

from api.http.app import create_app
from api.settings import Settings
from support.product import serve


def test_a_service_shares_its_heaps_before_it_has_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    monkeypatch.setattr("api.http.app.limit_heaps", lambda: events.append("heaps"))
    monkeypatch.setattr("api.background.live.Live.follow", lambda _: events.append("threads"))
    create_app(Settings(home=tmp_path / "home"))
    assert events == [], "only once it starts"
    for served in serve(tmp_path / "home", Settings(home=tmp_path / "home", processes=0)):
        assert served.client.get("/health/live").is_success
    assert events == ["heaps", "threads"]
