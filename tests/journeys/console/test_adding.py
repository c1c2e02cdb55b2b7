"""Adding videos: from the page to the queue, to the catalog."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from api.http.middleware.auth import CSRF_HEADER
from api.settings import Settings
from engine.catalogs.sqlite.catalog import Catalog
from support.browser import OpenWindow
from support.pages import get, post, token_of
from support.product import Served, serve

MAX_BYTES = 100_000


@pytest.fixture
def small_server(tmp_path: Path) -> Iterator[Served]:
    """A server that takes little and leaves its queue to others."""
    home = tmp_path / "home"
    yield from serve(home, Settings(home=home, processes=0, upload_max_bytes=MAX_BYTES))


def send(served: Served, name: str, body: "bytes | Iterator[bytes]", token: str) -> httpx.Response:
    return served.client.post(
        "/console/add/file", params={"name": name}, content=body, headers={CSRF_HEADER: token}
    )


def stored_files(served: Served) -> list[Path]:
    return [path for path in (served.home / "uploads").rglob("*") if path.is_file()]


def test_a_file_is_kept_as_it_came_and_waits_in_the_queue(small_server: Served) -> None:
    token = token_of(get(small_server, "/add"))
    content = bytes(range(256)) * 300
    answer = send(small_server, "../../etc/a\u202eb.mp4", content, token)
    assert answer.status_code == 202
    (path,) = stored_files(small_server)
    assert path.name == answer.json()["name"] == "ab.mp4"
    assert path.read_bytes() == content
    with Catalog.open(small_server.home / "catalog.db") as catalog:
        (job,) = catalog.jobs.all()
        assert job.source == str(path)
        assert job.id == answer.json()["job"]
    assert "ab.mp4" in get(small_server, "/jobs").text


def test_what_is_too_large_or_from_elsewhere_leaves_nothing(small_server: Served) -> None:
    token = token_of(get(small_server, "/add"))
    large = b"x" * (MAX_BYTES + 1)
    declared = send(small_server, "a.mp4", large, token)
    assert declared.status_code == 413
    assert str(MAX_BYTES) in declared.json()["detail"]
    pieces = (large[first : first + 9000] for first in range(0, len(large), 9000))
    assert send(small_server, "a.mp4", pieces, token).status_code == 413
    assert send(small_server, "a.mp4", b"x", "0" * 64).status_code == 403
    assert send(small_server, "a.mp4", b"", token).status_code == 422
    assert stored_files(small_server) == []
    with Catalog.open(small_server.home / "catalog.db") as catalog:
        assert catalog.jobs.all() == []


def test_addresses_are_queued_all_or_none(small_server: Served) -> None:
    token = token_of(get(small_server, "/add"))
    wrong = "https://example.com/1\nfile:///etc/passwd\n"
    refused = post(small_server, "/add/addresses", {"csrf": token, "addresses": wrong})
    assert refused.status_code == 422
    assert "line 2" in refused.text
    assert "https://example.com/1\nfile:///etc/passwd" in refused.text
    for nothing in ("", "  \n "):
        form = {"csrf": token, "addresses": nothing}
        assert post(small_server, "/add/addresses", form).status_code == 422
    right = "https://youtu.be/aaaaaaaaaaa\n\nhttps://EXAMPLE.com/1#x\nhttps://example.com/1"
    done = post(small_server, "/add/addresses", {"csrf": token, "addresses": right})
    assert (done.status_code, done.headers["location"]) == (303, "/console/jobs")
    with Catalog.open(small_server.home / "catalog.db") as catalog:
        assert [job.source for job in catalog.jobs.all()] == [
            "https://www.youtube.com/watch?v=aaaaaaaaaaa",
            "https://example.com/1",
        ]


@pytest.mark.slow
def test_a_file_is_chosen_watched_and_found_while_one_looks_on(
    open_window: OpenWindow, own_server: Served, carphone: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken & <b>.mp4"
    broken.write_bytes(b"not a video at all")
    page = open_window(server=own_server).open("/add")
    page.locator("#files").set_input_files([carphone, broken])
    expect(page.locator("#sent a")).to_have_count(2)
    page.locator("#sent a").first.click()
    done = page.locator(".jobs li", has_text="carphone")
    expect(done.locator(".job-state")).to_have_text("done", timeout=60_000)
    failed = page.locator(".jobs li", has_text="broken & <b>.mp4")
    expect(failed.locator(".job-state")).to_have_text("failed", timeout=60_000)
    expect(failed.locator(".job-reason")).not_to_be_empty()
    expect(page.locator('[data-count="failed"]')).to_have_text("1")

    page.get_by_role("button", name="Reindex").click()
    index = page.locator(".jobs li", has_text="Reindex")
    expect(index.locator(".job-state")).to_have_text("done", timeout=60_000)
    page.reload()
    live = page.locator('[data-field="generation"]')
    first = live.text_content()
    page.get_by_label("Threshold").fill("0.1")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#previewed")).to_contain_text("Begin to count")
    page.get_by_role("button", name="Reindex").click()
    expect(live).not_to_have_text(str(first), timeout=60_000)
    page.get_by_role("button", name=f"Roll back to {first}").click()
    page.get_by_role("button", name=f"Make {first} live").click()
    expect(live).to_have_text(str(first))

    failed = page.locator(".jobs li", has_text="broken & <b>.mp4")
    # What is no video today is none tomorrow: trying again is not offered.
    expect(failed.get_by_role("button", name="again")).to_have_count(0)
    expect(page.locator('[data-count="failed"]')).to_have_text("1")
    page.locator(".jobs li", has_text="carphone").locator("a").click()
    expect(page.locator("h1")).to_have_text("carphone_pristine")
    expect(page.locator("#timeline[data-ready]")).to_be_visible()
