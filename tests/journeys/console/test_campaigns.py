"""Campaigns in the console: from words to matches, and to the reasons why not."""

import time

import pytest
from playwright.sync_api import expect

from engine.store.catalog import Catalog
from engine.store.keys import Keys, Scope
from support.browser import Look
from support.catalogs import save, video_id
from support.pages import get, id_of, post, token_of, until_known
from support.product import Served


def test_a_new_campaign_says_what_its_words_are_taken_for_and_what_it_reaches(
    look: Look, served: Served
) -> None:
    page = look().open("/campaigns")
    page.get_by_label("Id", exact=True).fill("city-cars")
    page.get_by_label("Advertiser").fill("velo")
    page.get_by_label("Name").fill("Cars & <b>city</b>")
    page.get_by_label("Keywords").fill("automobile = 2\noutdoors, motorcycle")
    page.get_by_label("Never beside").fill("architecture")
    page.get_by_role("button", name="Store").click()
    expect(page.locator("h1")).to_have_text("Cars & <b>city</b>")
    expect(page.locator(".words > li").first).to_contain_text("car synonym")
    told = served.client.get("/v1/campaigns/city-cars/matches").json()
    titles = {
        video["video"]: video["title"] for video in served.client.get("/v1/videos").json()["videos"]
    }
    matches = [titles[one["video"]] for one in told["matches"]]
    expect(page.locator(".placed .card-title")).to_have_text(matches)
    expect(page.locator(".reach-sum")).to_contain_text(f"{told['reach']['videos']} video")
    shown = page.locator(".reach tbody tr td:nth-child(3)").all_text_contents()
    assert shown == [str(band["videos"]) for band in reversed(told["reach"]["bands"])]

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

    page = look().open(f"/videos/{id_of(served, matches[0])}")
    fitting = page.locator("#advertising").get_by_role("link", name="Cars & <b>city</b>")
    fitting.click()
    expect(page.locator("#case-title")).to_contain_text("may run")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"keywords": "qwrtz"}, "qwrtz"),
        ({"keywords": "car=much"}, "no number"),
        ({"keywords": ""}, "keywords"),
        ({"campaign": "<script>"}, "no id"),
        ({"min_relevance": "2"}, "min relevance"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_stored_says_why_and_keeps_what_was_written(
    served: Served, changed: dict[str, str], says: str
) -> None:
    form = {
        "csrf": token_of(get(served, "/campaigns")),
        "campaign": "new",
        "advertiser": "velo",
        "name": "A name to keep",
        "keywords": "car",
        **changed,
    }
    answer = post(served, "/campaigns", form)
    assert answer.status_code == 422
    assert says in answer.text
    assert "name" in changed or "A name to keep" in answer.text
    assert "<script>" not in answer.text.split("<main")[1]
    assert get(served, "/campaigns/new").status_code == 404


def test_an_advertiser_sees_only_what_is_theirs(own_server: Served) -> None:
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 1})
        own_server.reindex()
        for name in ("acme", "velo"):
            plan = {"advertiser": name, "name": f"All of {name}", "keywords": {"cat": 1}}
            assert own_server.client.put(f"/v1/campaigns/{name}", json=plan).is_success
        _, secret = Keys(catalog).create(
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
    assert post(own_server, "/campaigns", {"csrf": token, **taken}).status_code == 403
    assert post(own_server, "/campaigns/acme/paused", {"csrf": token}).status_code == 404
