"""The documentation in a browser: no other host is asked, the console's rules hold."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from api.console.security import SECURITY_HEADERS
from api.http.explorer import PATH
from support.browser import OpenWindow
from support.product import Served, serve

EXPLORER = Path(__file__).parents[3] / "api" / "http" / "explorer"


@pytest.fixture(scope="module")
def explorer_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over an empty catalog: there is enough to read."""
    yield from serve(tmp_path_factory.mktemp("explorer"))


@pytest.mark.slow
def test_a_route_is_read_and_tried(open_window: OpenWindow, explorer_server: Served) -> None:
    window = open_window(server=explorer_server)
    page = window.page
    page.goto(f"{window.base}{PATH}")
    expect(page.get_by_role("heading", name="reelmatch")).to_be_visible()
    operation = page.locator("#operations-viewers-put_viewer_interests")
    operation.locator(".opblock-summary-control").click()
    expect(operation.locator("textarea")).to_contain_text("animal")  # the example
    operation.get_by_placeholder("viewer").fill("ann")
    operation.locator("textarea").fill('{"interests": {}}')
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table tbody .response-col_status")
    expect(answer.first).to_contain_text("204")
    assert explorer_server.client.get("/v1/viewers/ann").json()["interests"] == {}


@pytest.mark.slow
def test_a_key_can_be_given(open_window: OpenWindow, explorer_server: Served) -> None:
    window = open_window(server=explorer_server)
    page = window.page
    page.goto(f"{window.base}{PATH}")
    page.get_by_role("button", name="Authorize").first.click()
    keys = page.locator(".auth-container")
    expect(keys).to_have_count(2)
    keys.first.get_by_role("textbox").fill("rm_example")
    keys.first.get_by_role("button", name="Apply credentials").click()
    expect(keys.first.get_by_role("button", name="Remove authorization")).to_be_visible()


def test_the_page_keeps_the_rules_of_the_console(explorer_server: Served) -> None:
    page = explorer_server.client.get(PATH)
    for name, value in SECURITY_HEADERS.items():
        assert page.headers[name] == value
    assert "<style" not in page.text
    assert page.text.count("<script") == page.text.count("<script defer src=") == 2
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert explorer_server.client.get("/redoc").status_code == 404


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_what_the_page_loads_is_packed_and_kept(explorer_server: Served, encoding: str) -> None:
    page = explorer_server.client.get(PATH).text
    loaded = [part.split('"')[0] for part in page.replace('src="', 'href="').split('href="')[1:]]
    files = [address for address in dict.fromkeys(loaded) if "/static/" in address]
    assert len(files) == 5
    for address in files:
        file = explorer_server.client.get(address, headers={"accept-encoding": encoding})
        assert file.status_code == 200
        assert "immutable" in file.headers["cache-control"]
        assert file.headers["content-security-policy"]
        name = address.rpartition("/")[2]
        assert file.content == (EXPLORER / "static" / name).read_bytes()
    script = next(address for address in files if "bundle" in address)
    assert (explorer_server.client.get(script).headers.get("content-encoding")) == "gzip"


@pytest.mark.parametrize("path", ["..%2f__init__.py", "../__init__.py", "nothing.js", ""])
def test_nothing_else_lies_there(explorer_server: Served, path: str) -> None:
    folder = explorer_server.client.get(PATH).text.partition('href="')[2].rpartition("/icon.svg")[0]
    folder = folder.rpartition('"')[2]
    answer = explorer_server.client.get(httpx.URL(f"{folder}/{path}"))
    assert answer.status_code == 404


def test_what_is_carried_along_is_small_and_has_its_licences() -> None:
    assert sum(path.stat().st_size for path in EXPLORER.rglob("*") if path.is_file()) < 2_200_000
    for licence in ("LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"):
        assert (EXPLORER / licence).read_text().strip()
    style = (EXPLORER / "static" / "swagger-ui.css").read_text()
    assert "data:" not in style
