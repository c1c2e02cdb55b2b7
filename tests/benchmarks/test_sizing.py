"""Sizing on paper: the page is what the arithmetic gives, and the arithmetic adds up."""

from copy import deepcopy

import pytest
import sizing
from figures import measured


def test_the_tables_of_the_page_are_what_the_arithmetic_gives() -> None:
    page = sizing.PAGE.read_text()
    assert page == sizing.with_tables(page), "run 'python benchmarks/scale/sizing.py'"


def test_the_page_says_of_every_price_whose_it_is_and_of_when() -> None:
    page = sizing.PAGE.read_text()
    for cloud in sizing.assumed()["clouds"].values():
        assert cloud["name"] in page
        assert cloud["source"]
        assert cloud["read"] in page


def test_a_longer_video_takes_more_of_all_but_thumbnails_and_index() -> None:
    short, long = sizing.assumed(), sizing.assumed()
    long["video"]["mean_seconds"] *= 2
    one, other = (sizing.video_of(measured(), each) for each in (short, long))
    seconds = short["video"]["mean_seconds"]
    more = sizing.cpu_seconds_a_second(measured()) * seconds
    assert other.cpu_seconds - one.cpu_seconds == pytest.approx(more)
    assert other.footage_bytes == 2 * one.footage_bytes
    assert other.postgres_bytes - one.postgres_bytes == pytest.approx(
        other.sqlite_bytes - one.sqlite_bytes
    )
    assert (other.thumbnail_bytes, other.index_bytes) == (one.thumbnail_bytes, one.index_bytes)


def test_searches_take_what_was_measured_and_grow_with_the_videos_after_that() -> None:
    figures = measured()
    middle = len(figures["queries"]["10000000"]["viewer_ms"]) // 2
    of_ten = figures["queries"]["10000000"]["viewer_ms"][middle] / 1e3
    assert sizing.search_seconds(10_000_000, figures) == of_ten
    assert sizing.search_seconds(100_000_000, figures) == pytest.approx(10 * of_ten)


def test_a_host_that_answers_holds_the_index() -> None:
    for videos in sizing.SIZES:
        (text,) = (
            value
            for name, value in sizing.column(videos, measured(), sizing.assumed()).items()
            if name == "hosts that answer"
        )
        memory = float(text.split(", ")[1].split()[0].replace(",", ""))
        assert memory > videos * measured()["queries"]["10000000"]["bytes_a_video"] / 1e9


def test_another_price_is_another_table() -> None:
    cheap = sizing.assumed()
    dear = deepcopy(cheap)
    for cloud in dear["clouds"].values():
        cloud["processor_hour"] *= 10
    assert sizing.size_table(measured(), cheap) != sizing.size_table(measured(), dear)
