"""Campaigns in the console: from words to matches, and to the reasons why not."""

import html
import re
import time
from html.parser import HTMLParser
from typing import Any

import pytest
from playwright.sync_api import expect

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.keys import Scope
from support.browser import OpenWindow, serious_findings
from support.catalogs import save, video_id
from support.pages import get, id_of, post, token_of, until_known
from support.product import Served


def test_a_new_campaign_says_what_its_words_are_taken_for_and_what_it_reaches(
    open_window: OpenWindow, console_server: Served
) -> None:
    page = open_window().open("/campaigns")
    page.get_by_role("link", name="New campaign").click()
    page.get_by_label("Id", exact=True).fill("city-cars")
    page.get_by_label("Advertiser").fill("velo")
    page.get_by_label("Name").fill("Cars & <b>city</b>")
    page.get_by_label("Keywords").fill("automobile = 2\noutdoors, motorcycle")
    page.get_by_label("Must not show").fill("architecture")
    page.get_by_role("button", name="Store").click()
    expect(page.locator("h1")).to_have_text("Cars & <b>city</b>")
    expect(page.locator(".words > li").first).to_contain_text("car synonym")
    matched = console_server.client.get("/v1/campaigns/city-cars/matches").json()
    titles = {
        video["video"]: video["title"]
        for video in console_server.client.get("/v1/videos").json()["videos"]
    }
    matches = [titles[one["video"]] for one in matched["matches"]]
    expect(page.locator(".placed .card-title")).to_have_text(matches)
    expect(page.locator(".reach-sum")).to_contain_text(f"{matched['reach']['videos']} video")
    shown = page.locator(".reach tbody tr td:nth-child(3)").all_text_contents()
    assert shown == [str(band["videos"]) for band in reversed(matched["reach"]["bands"])]

    left = page.locator(".left-out li", has_text="china")
    expect(left).to_contain_text("exclusions")
    expect(left).to_contain_text("architecture at 0:00")
    assert "china" not in matches
    page.locator(".placed").first.get_by_role("link", name="Every rule").click()
    expect(page.locator("#case .chip.good")).to_have_count(page.locator("#case li").count())
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".note")).to_contain_text("it is paused")
    page.get_by_role("button", name="Let it run").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()

    page = open_window().open(f"/videos/{id_of(console_server, matches[0])}")
    link = page.locator("#advertising").get_by_role("link", name="Cars & <b>city</b>")
    link.click()
    expect(page.locator("#case-title")).to_contain_text("may run")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"keywords": "qwrtz"}, "qwrtz"),
        ({"keywords": "car=much"}, "no number"),
        ({"keywords": ""}, "Keywords:"),
        ({"campaign": "<script>"}, "no id"),
        ({"min_relevance": "2"}, "Minimum relevance:"),
        ({"starts": "2026-13-01"}, "is no date"),
        ({"starts": "2026-05-01", "ends": "2026-03-01"}, "Flight:"),
        ({"categories": "pets"}, "Categories:"),
        ({"suitability.adult": "floor"}, "Suitability:"),
        ({"bid.amount": "1", "bid.currency": "euro"}, "three capital letters"),
        ({"bid.currency": "EUR"}, "Bid:"),
        ({"creative.7.url": "ftp://x"}, "Creative 1, address:"),
        ({"creative.0.id": "x", "creative.0.width": "1.5"}, "whole number"),
        ({"group.3.rule": "all", "group.3.words": "qwrtz"}, "Must show, line 1"),
        ({"exclude": "qwrtz"}, "Must not show"),
        ({"name": ""}, "Name:"),
    ],
)
def test_what_cannot_be_stored_says_why_and_keeps_what_was_written(
    console_server: Served, changed: dict[str, str], says: str
) -> None:
    form = {
        "csrf": token_of(get(console_server, "/campaigns")),
        "campaign": "new",
        "advertiser": "velo",
        "name": "A name to keep",
        "keywords": "car",
        **changed,
    }
    answer = post(console_server, "/campaigns", form)
    assert answer.status_code == 422
    assert says in html.unescape(re.sub(r"</?b>", "", answer.text))
    assert "skip_unknown" not in answer.text
    assert "strict" not in answer.text
    assert "name" in changed or "A name to keep" in answer.text
    assert "<script>" not in answer.text.split("<main")[1]
    assert get(console_server, "/campaigns/new").status_code == 404


def test_an_advertiser_sees_only_what_is_theirs(own_server: Served) -> None:
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 1})
        own_server.reindex()
        for name in ("acme", "velo"):
            plan = {"advertiser": name, "name": f"All of {name}", "keywords": {"cat": 1}}
            assert own_server.client.put(f"/v1/campaigns/{name}", json=plan).is_success
        _, secret = catalog.keys.create(
            "velo's", {Scope.ADVERTISE}, now=time.time(), advertiser="velo"
        )
    until_known(own_server)
    form = {"csrf": token_of(get(own_server, "/sign-in")), "key": secret}
    assert post(own_server, "/sign-in", form).status_code == 303
    listed = get(own_server, "/campaigns").text
    assert "All of velo" in listed
    assert "acme" not in listed
    assert get(own_server, "/campaigns/velo").status_code == 200
    assert get(own_server, "/campaigns/acme").status_code == 404
    # What is stored is found within a second or so.
    until = time.monotonic() + 30
    advertising = ""
    while "All of velo" not in advertising:
        assert time.monotonic() < until
        advertising = get(own_server, f"/videos/{video_id(1)}/advertising").text
    assert "acme" not in advertising
    for closed in ("/jobs", "/jobs/events", "/add", "/lab"):
        assert get(own_server, closed).status_code == 403
        assert f'href="/console{closed}"' not in listed
    taken = {"campaign": "acme", "advertiser": "velo", "name": "x", "keywords": "cat"}
    token = token_of(get(own_server, "/campaigns"))
    assert get(own_server, "/new-campaign?copy=acme").status_code == 404
    assert post(own_server, "/campaigns", {"csrf": token, **taken}).status_code == 403
    assert post(own_server, "/campaigns/acme/paused", {"csrf": token}).status_code == 404


WHOLE = {
    "advertiser": "velo",
    "name": 'All, "of" it = <b>',
    "keywords": {"car": 2.5, "a, b": 1, "outdoors": -0.125, "x=y": 3},
    "groups": [{"any": ["car", "motorcycle"]}, {"all": ["outdoors"]}],
    "exclude": ["architecture"],
    "categories": ["1", "42"],
    "exclude_categories": ["53"],
    "suitability": {"adult": "none", "arms": "high"},
    "min_relevance": 0.125,
    "flight": {"starts": "2026-03-01", "ends": "2099-05-31T08:00:00+02:00"},
    "languages": ["en", ""],
    "kinds": ["motion", "slideshow"],
    "performance": ["performance", "static_visual"],
    "creatives": [
        {"id": "a", "seconds": 15.5, "url": "https://x.example/a.mp4", "mime": "video/mp4"},
        {
            "id": "b",
            "seconds": 6,
            "url": "https://x.example/b.mp4",
            "mime": "video/webm",
            "width": 640,
            "height": 360,
        },
    ],
    "bid": {"amount": 4.5, "currency": "EUR"},
    "state": "paused",
}


def form_in(page: str) -> dict[str, str]:
    """Return what a browser would send of the form of a campaign as it stands."""

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.fields: dict[str, str] = {}
            self.open = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            has = {name: value or "" for name, value in attrs}
            if tag == "input" and (has.get("type") != "checkbox" or "checked" in has):
                self.fields[has["name"]] = has.get("value", "on")
            elif tag in ("select", "textarea"):
                self.open, self.fields[has["name"]] = has["name"], ""
            elif tag == "option" and "selected" in has:
                self.fields[self.open] = has.get("value", "\0")

        def handle_data(self, data: str) -> None:
            if self.open and self.fields[self.open] in ("", "\0"):
                chosen = self.fields[self.open] == "\0" or self.open in ("keywords", "exclude")
                self.fields[self.open] = data.removeprefix("\n") if chosen else ""

        def handle_endtag(self, tag: str) -> None:
            if tag in ("select", "textarea"):
                self.open = ""

    reader = Reader()
    reader.feed(page)
    return reader.fields


def stored_campaign(served: Served, name: str) -> dict[str, Any]:
    answer = served.client.get(f"/v1/campaigns/{name}").json()
    return {
        field: value
        for field, value in answer.items()
        if field not in ("campaign", "revision", "understood")
    }


def test_a_campaign_goes_through_its_form_unchanged_and_can_be_copied_and_deleted(
    console_server: Served,
) -> None:
    assert console_server.client.put("/v1/campaigns/whole", json=WHOLE).is_success
    before = console_server.client.get("/v1/campaigns/whole").json()
    form = form_in(get(console_server, "/campaigns/whole/edit").text)
    assert post(console_server, "/campaigns/whole/edit", form).status_code == 303
    assert console_server.client.get("/v1/campaigns/whole").json() == before
    shown = html.unescape(get(console_server, "/campaigns/whole").text)
    for rule in ("from 2026-03-01", "2099-05-31T06:00:00", "https://x.example/b.mp4", "4.5 EUR"):
        assert rule in shown

    copied = form_in(get(console_server, "/new-campaign?copy=whole").text)
    assert copied["campaign"] == ""
    refused = post(console_server, "/campaigns", {**copied, "campaign": "whole"})
    assert refused.status_code == 422
    assert "choose another id" in refused.text
    copy = {**copied, "campaign": "whole-2", "unknown": "keep"}
    assert post(console_server, "/campaigns", copy).status_code == 303
    assert stored_campaign(console_server, "whole-2") == stored_campaign(console_server, "whole")

    # Changed by somebody else since the form was opened: said, and stored when asked again.
    changed = {**form, "name": "Mine", "exclude": ""}
    assert console_server.client.put(
        "/v1/campaigns/whole", json={**WHOLE, "name": "Theirs"}
    ).is_success
    conflict = post(console_server, "/campaigns/whole/edit", changed)
    assert conflict.status_code == 409
    assert "somebody has changed" in conflict.text
    assert stored_campaign(console_server, "whole")["name"] == "Theirs"
    assert post(console_server, "/campaigns/whole/edit", form_in(conflict.text)).status_code == 303
    assert stored_campaign(console_server, "whole") == {
        **stored_campaign(console_server, "whole-2"),
        "name": "Mine",
        "exclude": [],
    }

    token = {"csrf": form["csrf"]}
    assert "Delete" in get(console_server, "/campaigns/whole-2/delete").text
    assert post(console_server, "/campaigns/whole-2/delete", {"csrf": "x"}).status_code == 403
    assert post(console_server, "/campaigns/whole-2/delete", token).status_code == 303
    assert get(console_server, "/campaigns/whole-2").status_code == 404
    assert post(console_server, "/campaigns/whole/delete", token).status_code == 303


@pytest.mark.slow
def test_unknown_words_come_with_buttons_for_what_may_be_meant(
    open_window: OpenWindow, console_server: Served
) -> None:
    visit = open_window()
    page = visit.open("/new-campaign")
    page.get_by_label("Id", exact=True).fill("typos")
    page.get_by_label("Advertiser").fill("velo")
    page.get_by_label("Name").fill("Typos")
    page.get_by_label("Keywords").fill("outdors = 2\nqwrtz = 3\nno kids\ncar")
    page.get_by_label("Must not show").fill("bycicle, food")
    page.get_by_label("Words, with commas").first.fill("motrcycl, car")
    page.get_by_label("Name").press("Enter")  # stores: no button of a suggestion is pressed
    expect(page.locator("#unknown li")).to_have_count(5)
    expect(page.locator("#unknown li", has_text="no kids")).to_contain_text("not wanted")
    assert serious_findings(page) == []
    page.get_by_role("button", name="outdoors instead of outdors").click()
    expect(page.get_by_label("Keywords")).to_have_value("outdoors = 2\nqwrtz = 3\nno kids\ncar")
    page.get_by_role("button", name="bicycle instead of bycicle").click()
    page.get_by_role("button", name="motorcycle instead of motrcycl").click()
    expect(page.locator("#unknown li")).to_have_count(2)
    page.get_by_role("button", name="Store anyway").click()
    expect(page.locator("h1")).to_have_text("Typos")
    expect(page.locator(".words > li", has_text="qwrtz")).to_contain_text("not understood")
    expect(page.locator(".words > li", has_text="no kids")).to_contain_text("what is not wanted")
    stored = stored_campaign(console_server, "typos")
    assert stored["keywords"] == {"outdoors": 2, "qwrtz": 3, "no kids": 1, "car": 1}
    assert stored["exclude"] == ["bicycle", "food"]
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Name").fill("Typos, changed")
    page.get_by_role("button", name="Store changes").click()
    expect(page.locator("h1")).to_have_text("Typos, changed")
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("h1")).to_have_text("Campaigns")
    visit.troubles[:] = [one for one in visit.troubles if "422" not in one]


def test_the_state_says_when_a_flight_is_over_or_has_not_begun(console_server: Served) -> None:
    flights = {
        "over": {"ends": "2020-01-01"},
        "not yet": {"starts": "2999-01-01"},
        "active": {"starts": "2020-01-01", "ends": "2999-01-01"},
    }
    for status, flight in flights.items():
        plan = {"advertiser": "velo", "name": "x", "keywords": {"car": 1}, "flight": flight}
        name = f"flight-{status.replace(' ', '-')}"
        stored = console_server.client.put(f"/v1/campaigns/{name}", json=plan).json()
        assert (stored["state"], stored["status"]) == ("active", status)
        assert f">{status}</span>" in get(console_server, f"/campaigns/{name}").text
        row = get(console_server, "/campaigns").text.partition(f'<code class="muted">{name}')[2]
        assert f">{status}</span>" in row.partition("</tr>")[0]
        console_server.client.put(
            f"/v1/campaigns/{name}", json=stored
        )  # may be stored again as told
        paused = console_server.client.post(f"/v1/campaigns/{name}/pause").json()
        assert paused["status"] == ("over" if status == "over" else "paused")
        assert console_server.client.delete(f"/v1/campaigns/{name}").is_success


def test_a_webhook_is_set_with_its_secret_shown_once_and_taken_away(console_server: Served) -> None:
    plan = {"advertiser": "velo", "name": "x", "keywords": {"car": 1}}
    assert console_server.client.put("/v1/campaigns/hooked", json=plan).is_success
    path = "/campaigns/hooked/webhook"
    token = {"csrf": token_of(get(console_server, path))}
    for refused in ("", "ftp://x.example/", "http://127.0.0.1/", "nothing"):
        answer = post(console_server, path, {**token, "url": refused})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    address = "https://93.184.215.14/hook"
    made = post(console_server, path, {**token, "url": address})
    assert 'id="secret"' in made.text
    assert 'id="secret"' not in get(console_server, path).text
    assert address in get(console_server, "/campaigns/hooked").text
    assert post(console_server, path, {**token, "remove": "yes"}).status_code == 303
    assert console_server.client.get("/v1/campaigns/hooked/webhook").status_code == 404
    assert console_server.client.delete("/v1/campaigns/hooked").is_success


def test_categories_are_suggested_by_name_one_after_another(open_window: OpenWindow) -> None:
    page = open_window().open("/new-campaign")
    field = page.get_by_label("Categories, of the IAB")

    def suggested(name: str) -> str:
        return str(
            page.locator("#iab-categories option")
            .get_by_text(name, exact=True)
            .evaluate("option => option.disabled ? '' : option.value")
        )

    assert suggested("Pets") == "422"
    field.fill("422, ca")
    assert suggested("422, Cats (Pets)") == "422, 424"
    assert suggested("422, Pets") == ""
    page.get_by_label("Not in these categories").focus()
    assert suggested("Cats (Pets)") == "424"
