"""What is live stays live, whatever happens to what it follows."""

import sqlite3
import time
from pathlib import Path

import pytest

from api import live as following
from api.live import Live
from api.settings import Settings
from engine.recipe import Recipe
from engine.reindex import reindex
from engine.store.catalog import Catalog
from support.catalogs import save, video_id


def test_a_catalog_that_cannot_be_read_for_a_while_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_AGAIN_SECONDS", 0.1)
    with Live.open(Settings(home=tmp_path)) as live:
        save(live.catalog, video_id(1), {"cat": 3})
        reindex(live.catalog, live.generations, Recipe(threshold=0.7, tf="raw"))
        live.follow()
        asked = Catalog.revision
        failures = []

        def fail(catalog: Catalog) -> int:
            failures.append(catalog)
            raise sqlite3.OperationalError("disk I/O error")

        monkeypatch.setattr(Catalog, "revision", fail)
        until = time.monotonic() + 10
        while len(failures) < 2:
            assert time.monotonic() < until
            time.sleep(0.02)
        assert live.view.n_videos == 1
        monkeypatch.setattr(Catalog, "revision", asked)
        save(live.catalog, video_id(2), {"cat": 3})
        while live.view.n_videos < 2:
            assert time.monotonic() < until
            time.sleep(0.02)
