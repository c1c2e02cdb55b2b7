"""A video that could not be analyzed: what is known of it, another look, and its end."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from engine.catalogs.sqlite.catalog import Catalog
from support.browser import OpenWindow, serious_findings
from support.catalogs import NOW, save, video_id
from support.pages import get, post, token_of
from support.product import Served

BROKEN = "broken & <b>.mp4"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / BROKEN
    path.write_bytes(b"no video at all" * 9)
    return path


def fail(served: Served, path: Path) -> str:
    """Let a server find that a file is no video; return the video's id."""
    with Catalog.open(served.home / "catalog.db") as catalog:
        (number,) = catalog.jobs.add([str(path)], {"force": False}, now=1.0)
    job = served.await_job(f"/v1/jobs/{number}")
    assert job["state"] == "failed"
    return str(job["video"])


@pytest.mark.slow
def test_all_that_is_known_of_a_broken_video_is_on_its_page(
    open_window: OpenWindow, own_server: Served, broken: Path
) -> None:
    video = fail(own_server, broken)
    for width in (360, 1280):
        page = open_window(server=own_server, width=width).open(f"/videos/{video}")
        about = page.locator(".unwatched")
        expect(about).to_contain_text(str(broken))
        expect(about).to_contain_text(video)
        expect(about).to_contain_text("Corrupt")
        expect(about).to_contain_text("no video can be read")
        expect(about).to_contain_text("put a whole one in its place first")
        assert serious_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.slow
def test_it_is_looked_at_again_and_deleted_from_its_page(
    open_window: OpenWindow, own_server: Served, broken: Path
) -> None:
    video = fail(own_server, broken)
    page = open_window(server=own_server).open(f"/videos/{video}")
    page.get_by_role("button", name="Look again").click()
    expect(page).to_have_url(f"{own_server.client.base_url}/console/jobs")
    expect(page.locator(".jobs li", has_text=BROKEN)).to_have_count(2)
    page.goto(f"{own_server.client.base_url}/console/videos/{video}")
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("heading")).to_have_text("Delete broken & <b>?")
    page.get_by_role("link", name="Keep it").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(f"{own_server.client.base_url}/console/")
    expect(page.locator(".card")).to_have_count(0)
    assert own_server.client.get(f"/v1/videos/{video}").status_code == 404
    assert broken.exists()


def test_a_failed_look_is_told_and_another_is_by_who_looked_last(own_server: Served) -> None:
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 3})
        record = catalog.videos.named(video_id(1))
        catalog.videos.save_failure(replace(record, status="stalled", reason="no second"), now=NOW)
        catalog.videos.add_source("/films/a.mp4", record.id)
        source = catalog.videos.named(record.id).source
        catalog.jobs.add([source], {"force": False, "tagger": "clarifai"}, now=1.0)
        page = get(own_server, f"/videos/{record.id}")
        assert "The last look failed (stalled" in page.text
        assert page.text.count("Look again") == 1
        again = post(own_server, f"/videos/{record.id}/retry", {"csrf": token_of(page)})
        assert again.status_code == 303
        job = catalog.jobs.last_of(source)
        assert job is not None
        assert job.options == {"force": True, "tagger": "clarifai"}


def test_nobody_without_the_page_changes_a_video(own_server: Served) -> None:
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 3})
        for what in ("retry", "delete"):
            assert post(own_server, f"/videos/{video_id(1)}/{what}", {}).status_code == 403
            unknown = post(own_server, f"/videos/{video_id(2)}/{what}", {"csrf": "x"})
            assert unknown.status_code in (403, 404)
        assert get(own_server, f"/videos/{video_id(2)}/delete").status_code == 404
        assert catalog.videos.get(video_id(1)) is not None
        assert catalog.jobs.all() == []
