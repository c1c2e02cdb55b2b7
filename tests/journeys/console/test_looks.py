"""Every page, in both themes, on a phone and on a desk: accessible and no wider than the screen."""

import pytest

from support.browser import OpenWindow, serious_findings
from support.pages import id_of
from support.product import Served

PAGES = {
    "catalog": "/",
    "found by tag": "/?tag=cat",
    "no such tag": "/?tag=kat",
    "nothing found": "/?q=zzzz",
    "video": "/videos/{bikes}",
    "pictures": "/videos/{slideshow}",
    "lab": "/lab?w.animal=1&w.car=-0.5&w.food=0.3&liked={coffee}",
    "lab without wishes": "/lab",
    "campaigns": "/campaigns",
    "campaign": "/campaigns/bikes?video={china}",
    "new campaign": "/new-campaign",
    "change of a campaign": "/campaigns/bikes/edit",
    "deletion of a campaign": "/campaigns/bikes/delete",
    "webhook": "/campaigns/bikes/webhook",
    "jobs": "/jobs",
    "no failed jobs": "/jobs?state=failed",
    "evaluation": "/evaluations",
    "add": "/add",
    "sign in": "/sign-in",
    "no such page": "/nowhere",
}


OUT_OF_REACH = """() => [...document.body.querySelectorAll("*")].filter((one) => {
  const { overflowX, overflowY } = getComputedStyle(one);
  const scrolls = (how, inner, outer) => /auto|scroll/.test(how) && inner > outer + 1;
  return (scrolls(overflowY, one.scrollHeight, one.clientHeight)
      || scrolls(overflowX, one.scrollWidth, one.clientWidth))
    && one.tabIndex < 0 && !one.querySelector("a, button, input, select, textarea, [tabindex]");
}).map((one) => one.outerHTML.slice(0, 80))"""
"""Elements that scroll and can neither have the focus nor hold what can, in some browsers."""


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_accessible_and_fit_the_screen(
    open_window: OpenWindow, console_server: Served, width: int
) -> None:
    ids = {
        title: id_of(console_server, title) for title in ("bikes", "slideshow", "coffee", "china")
    }
    plan = {
        "advertiser": "velo",
        "name": "City bikes",
        "keywords": {"motorcycle": 2, "automobile": 1, "outdoors": 1},
        "exclude": ["architecture"],
    }
    assert console_server.client.put("/v1/campaigns/bikes", json=plan).is_success
    visit = open_window(width=width)
    wrong = {}
    for name, path in PAGES.items():
        page = visit.open(path.format(**ids))
        page.wait_for_load_state("load")
        if path.startswith("/videos"):
            page.locator("#timeline[data-ready]").wait_for()
            page.locator('#advertising[aria-busy="false"]').wait_for()
        problems = [f"no key scrolls {one}" for one in page.evaluate(OUT_OF_REACH)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        problems += [*serious_findings(page), *([f"{wide} px wide"] if wide > width else [])]
        # The theme changes colours and nothing else.
        page.emulate_media(color_scheme="dark")
        problems += serious_findings(page, rule="color-contrast")
        page.emulate_media(color_scheme="light")
        if problems:
            wrong[name] = problems
    visit.troubles[:] = [one for one in visit.troubles if "404" not in one]
    assert wrong == {}


def test_the_check_of_accessibility_finds_what_is_wrong(open_window: OpenWindow) -> None:
    page = open_window().open("/add")
    assert page.evaluate(OUT_OF_REACH) == []
    page.evaluate("""() => {
      const box = document.createElement("pre");
      box.textContent = "long ".repeat(999);
      box.style.overflow = "auto";
      document.querySelector("main").append(box);
    }""")
    assert [one[:4] for one in page.evaluate(OUT_OF_REACH)] == ["<pre"]
    page = open_window().open("/")
    page.evaluate("document.querySelector('main').append(new Image())")
    assert any("image-alt" in one for one in serious_findings(page))
    page.evaluate("document.querySelector('h1').style.color = 'var(--sunk)'")
    page.emulate_media(color_scheme="dark")
    assert serious_findings(page, rule="color-contrast")
