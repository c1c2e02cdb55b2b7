"""Lists of videos, against a sorted list."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.listing import ListFilter, ListPosition
from support.catalogs import NOW, save, video_id

N_VIDEOS = 40


@pytest.fixture(scope="module")
def catalog_of_forty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """Forty videos, several of each moment, two kinds."""
    with Catalog.open(tmp_path_factory.mktemp("listing") / "catalog.db") as catalog:
        for number in range(N_VIDEOS):
            save(
                catalog,
                video_id(number * 7 % N_VIDEOS),
                {"cat": 1},
                kind=("motion", "static")[number % 2],
                uploader="The 100%_Channel" if number % 5 == 0 else "",
                now=NOW + timedelta(seconds=number // 3),
            )
        yield catalog


def expected(catalog: Catalog, kind: str = "") -> list[str]:
    records = [record for record in catalog.videos.page() if kind in ("", record.kind)]
    records.sort(key=lambda record: (record.added_at, record.id), reverse=True)
    return [record.id for record in records]


@pytest.mark.parametrize("kind", ["", "static"])
def test_pages_forwards_and_back_hold_every_video_once_the_newest_first(
    catalog_of_forty: Catalog, kind: str
) -> None:
    where = ListFilter(kind=kind)
    listed: list[str] = []
    after = None
    while page := catalog_of_forty.listing.newest(where, after=after, limit=7):
        listed += page
        last = catalog_of_forty.videos.in_order(page)[-1]
        after = ListPosition(last.added_at, last.id)
    assert listed == expected(catalog_of_forty, kind)
    back: list[str] = []
    before = after
    while before and (page := catalog_of_forty.listing.oldest(where, before=before, limit=7)):
        back = [*page, *back]
        first = catalog_of_forty.videos.in_order(page)[0]
        before = ListPosition(first.added_at, first.id)
    assert back == listed[:-1]


def test_every_word_must_occur_in_title_or_uploader_in_any_case(catalog_of_forty: Catalog) -> None:
    titles = {video_id(number) for number in range(N_VIDEOS)}
    unwatched = catalog_of_forty.listing.newest(ListFilter("channel THE"), after=None, limit=100)
    assert len(unwatched) == N_VIDEOS // 5
    assert set(unwatched) <= titles
    one = video_id(35)
    assert catalog_of_forty.listing.newest(ListFilter(one), after=None, limit=9) == [one]


@pytest.mark.parametrize("text", ["100%_C", "%_"])
def test_signs_of_like_stand_for_themselves(catalog_of_forty: Catalog, text: str) -> None:
    assert (
        len(catalog_of_forty.listing.newest(ListFilter(text), after=None, limit=100))
        == N_VIDEOS // 5
    )
    assert catalog_of_forty.listing.newest(ListFilter("1_0"), after=None, limit=100) == []


def test_only_what_could_not_be_watched(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 1})
        listed = catalog.videos.get(video_id(1))
        assert listed
        broken = replace(
            listed, id=video_id(2), source="/films/other.mp4", status="corrupt", seconds=0
        )
        catalog.videos.save(broken, None, now=NOW)
        unwatched = catalog.listing.newest(ListFilter(unwatched=True), after=None, limit=9)
        assert unwatched == [video_id(2)]
        assert [
            record.id for record in catalog.videos.in_order([video_id(9), *unwatched])
        ] == unwatched
