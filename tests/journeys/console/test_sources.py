"""Sources apart on the page of a video: what is seen, heard, read, spoken, and told of it all."""

from collections.abc import Iterator, Mapping

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.content import SourceTrack
from engine.domain.lines import Line, LineTag
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import Track
from support.browser import OpenWindow, Visit, serious_findings
from support.catalogs import save, video_id
from support.product import Served, reelmatch, serve

VIDEO = video_id(1)
SECONDS = 12
HOSTILE = "<img src=x onerror=alert(1)> & so on"


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A cat that is seen, music and speech that are heard, words on it, in it and about it."""
    home = tmp_path_factory.mktemp("song") / "home"
    with Catalog.open(home / "catalog.db") as catalog:
        save(catalog, VIDEO, {"cat": 9, "city": 3}, length=SECONDS, kind="motion")

        def heard(source: str, seconds: Mapping[str, range], *lines: Line) -> None:
            confidences = np.zeros((SECONDS, len(seconds)), np.float32)
            for column, on in enumerate(seconds.values()):
                confidences[list(on), column] = 0.95
            track = Track.from_confidences(confidences, catalog.tags.number([*seconds], source))
            catalog.tracks.put(VIDEO, SourceTrack(source, f"{source}@1", track, lines))

        heard("audio", {"music": range(12), "speech": range(4, 6), "singing": range(6, 12)})
        heard("text", {}, Line("LIVE", TimeRange(2, 12)))
        spoken = Line("look at that train", TimeRange(4, 6), "", (LineTag("train", "train"),))
        heard("speech", {"train": range(4, 6)}, spoken, Line(HOSTILE, TimeRange(8, 9)))
        title = Line("Trains of the city", None, "title", (LineTag("train", "Trains"),))
        reported = Track.of_whole(
            np.array([0.8], np.float32), catalog.tags.number(["train"], "metadata"), SECONDS
        )
        catalog.tracks.put(VIDEO, SourceTrack("metadata", "metadata@1", reported, (title,)))
    assert reelmatch(home, "reindex").code == 0
    yield from serve(home)


def open_video(visit: Visit) -> Page:
    page = visit.open(f"/videos/{VIDEO}")
    expect(page.locator("#timeline[data-ready]")).to_be_visible()
    return page


LANES = ["Seen", "cat", "city", "Heard", "music", "singing", "speech", "Spoken", "train"]


def lanes(page: Page) -> list[str]:
    rows = page.locator("#lines li").all()
    return [str(row.text_content()).strip().rstrip("0123456789") for row in rows]


def test_each_source_has_lanes_of_its_own(open_window: OpenWindow, song: Served) -> None:
    page = open_video(open_window(server=song))
    assert lanes(page) == LANES
    assert lanes(open_window(server=song, script=False).open(f"/videos/{VIDEO}")) == LANES
    link = page.get_by_role("link", name="music").first
    expect(link).to_have_attribute("href", "/console/?tag=audio%3Amusic")
    page.locator("#plot").hover(position={"x": 20, "y": 74 + 4 * 24 + 5})
    expect(page.locator(".tl-tip")).to_have_text("music (heard) · 0:00 · 0.95")
    page.locator("#plot").hover(position={"x": 20, "y": 74 + 3 * 24 + 5})
    expect(page.locator(".tl-tip")).to_have_text("0:00")


def test_keys_go_from_lane_to_lane_past_what_is_said_of_them(
    open_window: OpenWindow, song: Served
) -> None:
    page = open_video(open_window(server=song))
    page.locator("#plot").focus()
    chosen = page.locator("#lines li.chosen a")
    walked = []
    for key in ("Home", *["ArrowDown"] * 6, *["ArrowUp"] * 7):
        page.keyboard.press(key)
        walked.append(str(chosen.text_content()))
    down = [one for one in LANES if one not in ("Seen", "Heard", "Spoken")]
    assert walked == [*down, down[-1], *down[-2::-1], down[0], down[0]]


def test_the_playhead_has_words_and_tags_with_their_source(
    open_window: OpenWindow, song: Served
) -> None:
    page = open_video(open_window(server=song))
    tags, words = page.locator("#now .now-tags"), page.locator("#now .now-lines")
    expect(words.locator("li")).to_have_count(0)
    expect(tags).to_contain_text("music 0.95 heard")
    plot = page.locator("#plot")
    plot.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(words.locator("li")).to_have_text(["read LIVE", "spoken look at that train"])
    expect(tags).to_contain_text("train 0.95 spoken")
    expect(tags).to_contain_text("cat 0.90")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(words.locator("li")).to_have_text(["read LIVE", f"spoken {HOSTILE}"])
    whole = page.locator(".tl-whole li")
    expect(whole).to_have_text(["train 0.80 told: “Trains” (title)"])
    assert serious_findings(page) == []


def test_cards_say_where_a_tag_comes_from(open_window: OpenWindow, song: Served) -> None:
    page = open_window(server=song).open("/?tag=audio:music")
    expect(page.locator(".card .why li").first).to_contain_text("music heard")
    cards = open_window(server=song).open("/").locator(".card .tags")
    expect(cards).to_contain_text("train told")
    expect(cards).not_to_contain_text("train told 12")
    expect(cards).to_contain_text("cat 9s")
