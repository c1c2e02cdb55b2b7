"""A real browser: Debian's chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from support.browser import CHROMIUM, OpenWindow, Visit, launch, visit
from support.product import Served, serve


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser; a machine without one skips.

    For a module only: while Playwright runs, nobody else in this thread can use asyncio.
    """
    if not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def console_server(
    stocked_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The real server over a copy of the catalog of real footage: the console writes, too."""
    yield from serve(shutil.copytree(stocked_home, tmp_path_factory.mktemp("console") / "home"))


@pytest.fixture
def open_window(
    browser: Browser, console_server: Served, request: pytest.FixtureRequest
) -> Iterator[OpenWindow]:
    """Opens windows; fails when one of them complained or asked another host for something."""
    # Set up last, torn down first: a page that outlives its server asks it again, and complains.
    if "own_server" in request.fixturenames:
        request.getfixturevalue("own_server")
    visits: list[Visit] = []

    def begin(
        *,
        width: int = 1280,
        scheme: str = "light",
        server: Served = console_server,
        script: bool = True,
    ) -> Visit:
        visits.append(visit(browser, server, width=width, scheme=scheme, script=script))
        return visits[-1]

    yield begin
    for one in visits:
        one.page.context.close()
        assert one.troubles == []
        assert one.foreign == []
