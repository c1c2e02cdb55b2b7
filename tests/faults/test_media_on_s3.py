"""Hosts that share a bucket: what one takes in, another watches, a third plays; the bucket goes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from engine.catalogs import open_catalog
from engine.domain.videos import Pictures, StoredPictures
from support.browser import CHROMIUM, launch
from support.footage import bikes
from support.processes import soon
from support.s3 import S3Server, serving_s3
from support.servers import Server, started

pytestmark = pytest.mark.slow


@pytest.fixture
def s3() -> Iterator[S3Server]:
    with serving_s3() as server:
        yield server


@pytest.fixture
def settings(s3: S3Server, tmp_path: Path) -> dict[str, Any]:
    """Settings that all hosts share."""
    return {
        "REELMATCH_CATALOG": f"sqlite:///{tmp_path}/shared.db",
        "REELMATCH_MEDIA": f"s3://{s3.make_bucket()}/films",
        "REELMATCH_PROCESSES": "0",
        **s3.environment,
    }


@contextmanager
def working(home: Path, settings: dict[str, Any]) -> Iterator[None]:
    """Watch, on a host of its own."""
    log = home.with_name("worker.log")
    with log.open("w") as written:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "reelmatch", "work"],
            env={
                **os.environ,
                **settings,
                "REELMATCH_HOME": str(home),
                "REELMATCH_PROCESSES": "1",
            },
            stderr=written,
        )
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(timeout=60) in (0, -15), log.read_text()
    assert "test-secret" not in log.read_text()


def send(server: Server, path: Path) -> httpx.Response:
    address = f"{server.address}/v1/videos:upload?name={path.name}"
    return httpx.post(address, content=path.read_bytes(), timeout=120)


def ended(server: Server, sent: httpx.Response) -> dict[str, Any]:
    assert sent.status_code == 202, sent.text
    address = server.address + sent.headers["location"]
    job: dict[str, Any] = {}

    def has_ended() -> bool:
        job.update(httpx.get(address, timeout=60).json())
        return job["state"] in ("done", "failed")

    soon(has_ended, seconds=120)
    return job


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium")
def test_a_file_is_sent_to_one_host_watched_by_another_and_played_by_a_third(
    settings: dict[str, Any], s3: S3Server, tmp_path: Path
) -> None:
    film = bikes()
    with started(tmp_path / "one", **settings) as one, working(tmp_path / "two", settings):
        job = ended(one, send(one, film))
        assert (job["state"], job["status"]) == ("done", "ok"), job
        video = job["video"]
        with open_catalog(tmp_path / "shared.db") as catalog:
            soon(lambda: isinstance(catalog.thumbnails.get(video), StoredPictures))
    for host in ("one/uploads", "two/fetched-uploads"):
        assert [path for path in (tmp_path / host).rglob("*") if path.is_file()] == []
    with started(tmp_path / "three", **settings) as three:
        address = f"{three.address}/console/videos/{video}"
        assert httpx.get(f"{address}/poster/1").content[8:12] == b"WEBP"
        part = httpx.get(f"{address}/media", headers={"range": "bytes=1000-1999"})
        assert (part.status_code, part.content) == (206, film.read_bytes()[1000:2000])
        with sync_playwright() as playwright:
            page = launch(playwright).new_page()
            page.goto(address)
            page.locator("#player").evaluate("video => { video.currentTime = 8; }")
            page.wait_for_function(
                "() => { const video = document.querySelector('#player');"
                " return video.readyState >= 2 && Math.floor(video.currentTime) === 8; }"
            )
            s3.kill()
            page.reload()
            expect(page.locator("#trouble")).to_contain_text("cannot be used", timeout=60_000)
        refused = send(three, film)
        assert refused.status_code == 503
        assert f"the store {settings['REELMATCH_MEDIA']} cannot be used" in refused.text
        log = three.log.read_text()
    assert "test-secret" not in log + refused.text


def test_what_is_watched_while_the_store_is_away_is_stored_and_moves_later(
    settings: dict[str, Any], s3: S3Server, tmp_path: Path
) -> None:
    s3.kill()
    with started(tmp_path / "one", **settings) as one, working(tmp_path / "two", settings):
        with open_catalog(tmp_path / "shared.db") as catalog:
            catalog.jobs.add([str(bikes())], {}, now=1.0)
            soon(lambda: catalog.videos.count() == 1, seconds=120)
            (record,) = catalog.videos.page()
            assert record.status == "ok"
            assert isinstance(catalog.thumbnails.get(record.id), Pictures)
        poster = httpx.get(f"{one.address}/v1/videos/{record.id}/poster")
        assert poster.content[8:12] == b"WEBP"
        soon(lambda: "media stay where they are for now" in one.log.read_text(), seconds=60)
