"""Sizing on paper: the page is what the arithmetic gives, and the arithmetic adds up."""

from copy import deepcopy

import pytest
import sizing
import tables
from figures import measured

from api.background.live import FOLLOW_SECONDS


def test_the_tables_of_the_page_are_what_the_arithmetic_gives() -> None:
    page = tables.PAGE.read_text()
    assert page == tables.with_tables(page), "run 'python benchmarks/scale/tables.py'"


def test_the_page_says_of_every_price_whose_it_is_and_of_when() -> None:
    page = tables.PAGE.read_text()
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
    for videos in tables.SIZES:
        needs = sizing.needs_of(videos, measured(), sizing.assumed())
        assert needs.answering_memory_gb > needs.index_bytes / 1e9
        assert needs.answering_hosts >= 2


def test_ten_times_the_videos_need_ten_times_of_what_each_takes() -> None:
    one, ten = (sizing.needs_of(videos, measured(), sizing.assumed()) for videos in (10**8, 10**9))
    for name in ("watching_hours", "writer_busy", "catalog_bytes", "index_bytes", "search_seconds"):
        assert getattr(ten, name) == pytest.approx(10 * getattr(one, name))
    # Each of ten times the queries goes through ten times the videos.
    processors = [each.answering_hosts * each.answering_processors for each in (one, ten)]
    assert processors[1] == pytest.approx(100 * processors[0], rel=0.2)


def test_whoever_follows_pays_for_looks_for_changes_that_come_alone_and_for_batches() -> None:
    figures = measured()
    ms = {name: each["server_ms"] for name, each in sizing.operations(figures).items()}

    def followed(changes_a_second: float) -> float:
        return 1e3 * sizing.following_seconds(changes_a_second, figures)

    polls = 1 / FOLLOW_SECONDS
    assert followed(0) == pytest.approx(polls * ms["look_for_changes"])
    # Rare ones are alone.
    rare = (followed(1e-3) - followed(0)) / 1e-3
    assert rare == pytest.approx(ms["follow"] - ms["look_for_changes"], rel=1e-3)
    # Twenty a look are the batch that was measured.
    assert followed(20 * polls) == pytest.approx(polls * ms["follow_batch"], rel=1e-3)


def test_another_price_is_another_table() -> None:
    cheap = sizing.assumed()
    dear = deepcopy(cheap)
    for cloud in dear["clouds"].values():
        cloud["processor_hour"] *= 10
    assert tables.size_table(measured(), cheap) != tables.size_table(measured(), dear)
