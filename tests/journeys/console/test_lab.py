"""The viewer lab answers as the service does, while one moves."""

import re

import pytest
from playwright.sync_api import Page, expect

from support.browser import OpenWindow
from support.pages import get, id_of
from support.product import Served


def shown(page: Page) -> list[str]:
    return page.locator("#results .card-title").all_text_contents()


def move(page: Page, tag: str, weight: float) -> None:
    page.get_by_label(tag, exact=True).evaluate(
        "(slider, value) => { slider.value = value;"
        " slider.dispatchEvent(new Event('input', {bubbles: true})); }",
        weight,
    )


def recommended(served: Served, **query: object) -> list[str]:
    payload = served.client.post("/v1/recommendations", json={**query, "k": 12}).json()["matches"]
    titles = {
        video["video"]: str(video["title"])
        for video in served.client.get("/v1/videos").json()["videos"]
    }
    return [titles[match["video"]] for match in payload]


def test_results_follow_the_sliders_and_say_why(
    open_window: OpenWindow, console_server: Served
) -> None:
    page = open_window().open("/lab")
    expect(page.locator("#results")).to_contain_text("Who is watching?")
    move(page, "animal", 1)
    expect(page.locator("#results .card-title").first).to_be_visible()
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")
    assert shown(page) == recommended(console_server, interests={"animal": 1})
    move(page, "outdoors", 0.5)
    expected = recommended(console_server, interests={"animal": 1, "outdoors": 0.5})
    expect(page.locator("#results .card-title")).to_have_text(expected)
    expect(page.locator("#results .why").first).to_contain_text(re.compile(r"animal 0\.\d\d"))
    assert "w.animal=1" in page.url
    page.reload()
    assert shown(page) == expected


def test_what_was_liked_counts_and_is_not_shown_again(
    open_window: OpenWindow, console_server: Served
) -> None:
    coffee = id_of(console_server, "coffee")
    page = open_window().open("/lab?w.coffee=0.5")
    assert "coffee" in shown(page)
    page.get_by_role("button", name="Liked: coffee", exact=True).click()
    expect(page.locator(".liked a")).to_have_text("coffee")
    assert shown(page) == recommended(console_server, interests={"coffee": 0.5}, liked=[coffee])
    assert "coffee" not in shown(page)
    page.get_by_role("button", name="Not liked: coffee").click()
    expect(page.locator(".liked")).to_have_count(0)
    assert "coffee" in shown(page)


@pytest.mark.slow
def test_any_word_becomes_a_slider_or_says_what_is_near(open_window: OpenWindow) -> None:
    page = open_window().open("/lab?w.cat=1")
    page.get_by_label("Another tag").fill("automobile")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".note")).to_contain_text("taken for car")
    expect(page.get_by_label("car", exact=True)).to_have_value("1")
    page.get_by_label("Another tag").fill("qwrtz")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".note.warn")).to_contain_text("qwrtz")


def test_tags_that_no_video_shows_are_named(
    open_window: OpenWindow, console_server: Served
) -> None:
    tags = console_server.client.get("/v1/tags", params={"limit": 1000}).json()["tags"]
    nowhere = next(one["tag"] for one in tags if not one["videos"])
    page = open_window().open(f"/lab?w.animal=1&w.{nowhere}=0")
    note = page.locator("#results .note")
    expect(note).to_have_count(0)
    move(page, nowhere, 1)
    expect(note).to_contain_text(f"No video shows {nowhere}")
    expect(page.locator("#results .card-title").first).to_be_visible()
    move(page, "animal", 0)
    expect(page.locator("#results .empty")).to_contain_text(f"No video shows {nowhere}")
    move(page, nowhere, 0)
    expect(page.locator("#results")).to_contain_text("Who is watching?")


def test_numbers_that_are_none_are_refused_with_the_reason(console_server: Served) -> None:
    for weight in ("2", "x", "nan", "-inf"):
        answer = get(console_server, f"/lab?w.cat={weight}")
        assert answer.status_code == 422
        assert "from -1 to 1" in answer.text
