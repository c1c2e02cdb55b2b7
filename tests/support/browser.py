"""A person before a page of the console: what they open, and all that goes wrong on it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, expect

from support.product import Served

CHROMIUM: Final = Path("/usr/bin/chromium")
_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Visit:
    """One window of a browser of its own, with its cookies.

    Attributes:
        page: what is open.
        base: where the service is.
        troubles: what the page complained of.
        foreign: what it asked other hosts for.
    """

    page: Page
    base: str
    troubles: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a page of the console."""
        self.page.goto(f"{self.base}/console{path}")
        return self.page


OpenWindow = Callable[..., Visit]
"""Opens a window: ``width``, ``scheme``, ``server`` and ``script`` say what kind."""


def launch(playwright: Playwright) -> Browser:
    """Start Debian's chromium."""
    # Machines are shared: what is right comes in milliseconds, what is wrong may wait.
    expect.set_options(timeout=30_000)
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(_FLAGS))


def visit(browser: Browser, server: Served, *, width: int, scheme: str, script: bool) -> Visit:
    """Open a window that remembers what went wrong."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",  # colours are what they are at once
        java_script_enabled=script,
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    begun = Visit(page, str(server.client.base_url).rstrip("/"))

    def on_console(message: Any) -> None:
        if message.type in ("error", "warning"):
            begun.troubles.append(message.text)

    def on_request(request: Any) -> None:
        if not request.url.startswith((begun.base, "data:", "blob:")):
            begun.foreign.append(request.url)

    page.on("console", on_console)
    page.on("pageerror", lambda error: begun.troubles.append(str(error)))
    page.on("request", on_request)
    return begun


def serious_findings(page: Page, *, rule: str | None = None) -> list[str]:
    """Return what axe-core calls serious or worse, by all rules or one, with where it is."""
    options = {"runOnly": [rule]} if rule else {}
    violations = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {node['html']}"
        for one in violations
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
