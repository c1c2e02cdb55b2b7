"""Looking at a video: the player and the timeline are one instrument."""

import json
import re
from dataclasses import replace

from playwright.sync_api import Page, expect

from engine.catalogs.sqlite.catalog import Catalog
from engine.content.timeline import in_hundredths
from support.browser import OpenWindow, Visit
from support.catalogs import NOW, save, video_id
from support.pages import id_of
from support.product import Served

TILE = re.compile(r"/timeline/\d+/\d+/\d+$")


def open_video(visit: Visit, video: str) -> Page:
    page = visit.open(f"/videos/{video}")
    expect(page.locator("#timeline[data-ready]")).to_be_visible()
    return page


def counts(page: Page) -> dict[str, int]:
    return {
        str(line.locator("a").text_content()): int(str(line.locator("b").text_content()))
        for line in page.locator("#lines li").all()
    }


def move(page: Page, threshold: int) -> None:
    page.locator("#threshold").evaluate(
        "(slider, value) => { slider.value = value;"
        " slider.dispatchEvent(new Event('input', {bubbles: true})); }",
        threshold,
    )


def cell(served: Served, video: str, tag: str, second: int) -> str:
    """Return what the tip says of a tag at a second, rounded down to a hundredth."""
    with Catalog.open(served.home / "catalog.db") as catalog:
        track, number = catalog.tracks.get(video), catalog.tags.vocabulary().numbers([tag])[0]
    own = slice(track.starts[second], track.starts[second + 1])
    observed = in_hundredths(track.confidences[own])[track.tags[own] == number]
    value = f"{int(observed[0]) / 100:.2f}" if len(observed) else "not seen"
    return f"{tag} · 0:{second:02} · {value}"


def test_the_threshold_recounts_at_once_as_the_service_counts(
    open_window: OpenWindow, console_server: Served
) -> None:
    bikes = id_of(console_server, "bikes")
    visit = open_window()
    page = open_video(visit, bikes)
    page.locator("#all-lines").click()
    for threshold in (70, 30, 93, 5):
        move(page, threshold)
        answer = console_server.client.get(
            f"/v1/videos/{bikes}/tags", params={"threshold": threshold / 100}
        ).json()
        # What is told of the whole video is on none of its seconds, and has no line.
        expected = {one["tag"]: one["seconds"] for one in answer["tags"] if "whole" not in one}
        assert {tag: n for tag, n in counts(page).items() if n} == expected
        expect(page.locator("#threshold-value")).to_have_text(f"{threshold / 100:.2f}")


def test_a_click_on_the_timeline_moves_the_player_and_says_what_is_there(
    open_window: OpenWindow, console_server: Served
) -> None:
    bikes = id_of(console_server, "bikes")
    page = open_video(open_window(), bikes)
    plot = page.locator("#plot")
    box = plot.bounding_box()
    assert box
    plot.click(position={"x": box["width"] * 0.85, "y": 90})
    expect(plot).to_have_attribute("aria-valuenow", "8")
    assert page.locator("#player").evaluate("video => Math.floor(video.currentTime)") == 8
    payload = console_server.client.get(f"/v1/videos/{bikes}/seconds/8").json()["tags"]
    first = page.locator(".now-tags li").first
    expect(first).to_contain_text(payload[0]["tag"])
    expect(page.locator(".tl-time")).to_have_text("0:08")
    plot.hover(position={"x": box["width"] * 0.25, "y": 80})
    tip = page.locator(".tl-tip")
    line = page.locator("#lines li").first.locator("a").text_content()
    expect(tip).to_have_text(cell(console_server, bikes, str(line), 2))


def test_the_tip_comes_by_keyboard_and_follows_the_playhead(
    open_window: OpenWindow, console_server: Served
) -> None:
    bikes = id_of(console_server, "bikes")
    page = open_video(open_window(), bikes)
    tip, plot = page.locator(".tl-tip"), page.locator("#plot")
    page.locator(".tl-zoom button").last.focus()
    while not plot.evaluate("plot => plot === document.activeElement"):
        page.keyboard.press("Tab")
    lines = page.locator("#lines a").all_text_contents()

    def tip_text(line: int, second: int) -> str:
        return cell(console_server, bikes, lines[line], second)

    expect(tip).to_have_text(tip_text(0, 0))
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(tip).to_have_text(tip_text(0, 3))
    page.keyboard.press("ArrowDown")
    expect(tip).to_have_text(tip_text(1, 3))
    # A pointer takes it along, the next key takes it back.
    plot.hover(position={"x": 5, "y": 80})
    expect(tip).to_have_text(tip_text(0, 0))
    page.keyboard.press("ArrowLeft")
    expect(tip).to_have_text(tip_text(1, 2))
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.keyboard.press("Home")
    expect(tip).to_have_text(tip_text(1, 0))
    page.keyboard.press("Tab")
    expect(tip).to_be_hidden()


def test_titles_are_shown_to_who_comes_by_keyboard(
    open_window: OpenWindow, console_server: Served
) -> None:
    page = open_video(open_window(), id_of(console_server, "bikes"))
    first = page.locator("#lines a").first
    tip = page.locator("body > .tip")
    page.locator(".tl-zoom button").last.focus()
    expect(tip).to_be_hidden()
    while not first.evaluate("link => link === document.activeElement"):
        page.keyboard.press("Tab")
    expect(tip).to_have_text(str(first.text_content()))
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()

    page.goto(page.url.partition("/console")[0] + "/console/new-campaign")
    page.get_by_label("Id", exact=True).focus()
    expect(tip).to_have_text("Letters, digits, dots, hyphens and underscores")
    page.keyboard.press("Tab")
    expect(tip).to_be_hidden()


def test_the_playhead_follows_the_player(open_window: OpenWindow, console_server: Served) -> None:
    page = open_video(open_window(), id_of(console_server, "bikes"))
    page.locator("#player").evaluate("video => { video.muted = true; return video.play(); }")
    expect(page.locator("#plot")).not_to_have_attribute("aria-valuenow", "0")
    moved = page.locator(".tl-playhead").evaluate("line => line.style.transform")
    assert moved != "translateX(0.0px)"


def test_the_timeline_is_played_by_keyboard(
    open_window: OpenWindow, console_server: Served
) -> None:
    page = open_video(open_window(), id_of(console_server, "bikes"))
    plot = page.locator("#plot")
    plot.focus()
    for key, second in (("ArrowRight", 1), ("End", 9), ("ArrowLeft", 8), ("Home", 0)):
        page.keyboard.press(key)
        expect(plot).to_have_attribute("aria-valuenow", str(second))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    lines = page.locator("#lines li a").all_text_contents()
    page.keyboard.press("ArrowDown")
    expect(plot).to_have_attribute("aria-valuetext", re.compile(rf"0:02; {lines[1]} 0\.\d\d;"))
    page.keyboard.press("+")
    expect(page.locator("#pan")).to_be_enabled()
    page.keyboard.press("0")
    expect(page.locator("#pan")).to_be_disabled()


def test_a_video_that_is_gone_is_shown_by_its_pictures(
    open_window: OpenWindow, console_server: Served
) -> None:
    visit = open_window()
    bikes = id_of(console_server, "bikes")
    gone = {"detail": "the file is not on this machine"}
    visit.page.route("**/media", lambda route: route.fulfill(status=404, json=gone))
    page = open_video(visit, bikes)
    expect(page.locator("#stills")).to_be_visible()
    expect(page.locator(".stills-note")).to_contain_text("The file is not on this machine")
    page.locator("#plot").focus()
    page.keyboard.press("End")
    expect(page.locator("#plot")).to_have_attribute("aria-valuenow", "9")
    assert page.locator(".stills canvas").evaluate("canvas => canvas.width") > 0
    # A proxy between the two has words of its own.
    visit.page.route("**/media", lambda route: route.fulfill(status=502, json={}))
    page = open_video(visit, bikes)
    expect(page.locator(".stills-note")).to_contain_text("The service cannot be reached.")
    visit.troubles[:] = [one for one in visit.troubles if "404" not in one and "502" not in one]


def test_two_hours_of_many_tags_are_drawn_from_a_few_tiles(
    open_window: OpenWindow, own_server: Served
) -> None:
    long = 7200
    tags = {f"tag {number:03}": long - 50 * number for number in range(125)}
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        save(catalog, video_id(1), tags, length=long)
    visit = open_window(server=own_server)
    query: list[str] = []
    visit.page.on("request", lambda request: query.append(request.url))
    page = open_video(visit, video_id(1))
    page.wait_for_load_state("networkidle")
    assert 0 < len([url for url in query if TILE.search(url)]) <= 5
    assert counts(page)["tag 003"] == long - 150
    breaks = own_server.client.get(f"/v1/videos/{video_id(1)}/breaks", params={"count": 5}).json()
    marked = page.evaluate(
        "async () => (await (await fetch(document.querySelector('#timeline').dataset.overview))"
        ".json()).breaks"
    )
    assert marked == breaks["breaks"]
    assert len(marked) == 5
    plot = page.locator("#plot")
    plot.focus()
    page.keyboard.press("End")
    expect(plot).to_have_attribute("aria-valuenow", str(long - 1))
    for _ in range(12):
        page.keyboard.press("+")
    page.wait_for_load_state("networkidle")
    assert len([url for url in query if TILE.search(url)]) < 15
    expect(page.locator(".now-tags li").first).to_contain_text("tag 000 0.90")


def test_advertisers_are_told_what_the_service_tells_them(
    open_window: OpenWindow, console_server: Served
) -> None:
    slides = id_of(console_server, "slideshow")
    page = open_video(open_window(), slides)
    page.locator("#openrtb").wait_for()
    tip_text = json.loads(str(page.locator("#openrtb").text_content()))
    assert tip_text == console_server.client.get(f"/v1/videos/{slides}/openrtb").json()
    filed = console_server.client.get(f"/v1/videos/{slides}/categories").json()["categories"]
    expect(page.locator(".filed .path b")).to_have_text([one["path"][-1] for one in filed])
    first = filed[0]["ranges"][0][0]
    page.locator(".filed:has(.path) .seek").first.click()
    expect(page.locator("#plot")).to_have_attribute("aria-valuenow", str(first))
    page.locator("[data-copy]").click()
    expect(page.locator("[data-copy]")).not_to_have_text("Copy")


def test_hostile_titles_and_tags_are_only_text(open_window: OpenWindow, own_server: Served) -> None:
    hostile = (
        "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
        + "unbroken" * 30
    )
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        save(catalog, video_id(1), {hostile: 3, "cat": 2}, uploader=hostile, categories=(hostile,))
        record = catalog.videos.get(video_id(1))
        assert record
        track = catalog.tracks.get(video_id(1))
        catalog.videos.save(replace(record, title=hostile), track, now=NOW)
    own_server.reindex()
    visit = open_window(server=own_server)
    page = open_video(visit, video_id(1))
    page.locator("#openrtb").wait_for()
    expect(page.locator("h1")).to_have_text(hostile)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("#lines a").first).to_have_text(hostile)
    expect(page.locator(".now-tags li").first).to_contain_text(hostile)
    page.locator("#plot").hover(position={"x": 20, "y": 80})
    expect(page.locator(".tl-tip")).to_contain_text(hostile)
    visit.open("/lab?w.cat=1")
    expect(page.locator("#results .card-title")).to_have_text(hostile)
    assert "owned" not in page.title()


def test_the_theme_is_chosen_once_and_kept(open_window: OpenWindow, console_server: Served) -> None:
    visit = open_window(scheme="light")
    page = visit.open("/")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Theme: as the system").click()
    dark = page.evaluate(ground)
    assert dark != light
    visit.open(f"/videos/{id_of(console_server, 'bikes')}")
    assert page.evaluate(ground) == dark
    page.get_by_role("button", name="Theme: dark").click()
    assert page.evaluate(ground) == light


def test_without_scripts_a_page_still_says_everything(
    open_window: OpenWindow, console_server: Served
) -> None:
    bikes = id_of(console_server, "bikes")
    page = open_window(script=False).open(f"/videos/{bikes}")
    payload = console_server.client.get(f"/v1/videos/{bikes}/tags").json()["tags"]
    assert counts(page)["vehicle"] == {one["tag"]: one["seconds"] for one in payload}["vehicle"]
    expect(page.locator("#player")).to_have_attribute("controls", "")
    page = open_window(script=False).open("/?tag=coffee")
    expect(page.locator(".card-title").first).to_have_text("coffee")
