"""Apps know videos by ids of their own, and what people set of a video outlives the next look."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.tracks import Track
from engine.domain.videos import VideoRecord
from engine.domain.viewers import Event, EventKind
from engine.errors import ExternalIdTaken, UnknownVideo

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
FIRST, SECOND = "00112233445566aa", "00112233445566bb"


def a_video(video: str, source: str) -> VideoRecord:
    return VideoRecord(
        id=video,
        title=Path(source).stem,
        status="ok",
        reason="",
        seconds=2,
        width=640,
        height=360,
        codec="h264",
        tagger="local@1",
        added_at="",
        source=source,
    )


def a_track() -> Track:
    return Track.from_confidences(np.full((2, 3), 0.9, np.float32), np.arange(3))


@pytest.fixture
def catalog_of_two(catalog: Catalog) -> Catalog:
    catalog.videos.save(a_video(FIRST, "/films/cat.mp4"), a_track(), now=NOON)
    catalog.videos.save(a_video(SECOND, "/films/dog.mp4"), a_track(), now=NOON)
    return catalog


def test_a_video_answers_to_an_apps_id(catalog_of_two: Catalog) -> None:
    catalog_of_two.videos.describe(FIRST, {"external_id": "film/17"})
    assert (
        catalog_of_two.videos.named("film/17").id == catalog_of_two.videos.named(FIRST).id == FIRST
    )
    assert catalog_of_two.videos.find("film/17").external_id == "film/17"
    assert catalog_of_two.videos.own_ids(["film/17", SECOND, "nobody"]) == {"film/17": FIRST}
    with pytest.raises(UnknownVideo):
        catalog_of_two.videos.named("film/18")


def test_an_apps_id_is_that_of_one_video(catalog_of_two: Catalog) -> None:
    catalog_of_two.videos.describe(FIRST, {"external_id": "17"})
    with pytest.raises(ExternalIdTaken, match=FIRST):
        catalog_of_two.videos.describe(SECOND, {"external_id": "17", "title": "Never"})
    assert catalog_of_two.videos.named(SECOND).title == "dog"
    catalog_of_two.videos.describe(FIRST, {"external_id": ""})
    catalog_of_two.videos.describe(SECOND, {"external_id": "17"})
    assert catalog_of_two.videos.named("17").id == SECOND


def test_what_was_set_by_hand_outlives_another_look(catalog_of_two: Catalog) -> None:
    catalog_of_two.videos.describe(
        FIRST, {"title": "The Cat", "external_id": "17", "categories": ("Cats",)}
    )
    before = catalog_of_two.videos.named(FIRST)
    catalog_of_two.videos.save(a_video(FIRST, "/films/cat.mp4"), a_track(), now=NOON)
    after = catalog_of_two.videos.named(FIRST)
    assert (after.title, after.categories, after.external_id) == ("The Cat", ("Cats",), "17")
    assert after == replace(before, revision=after.revision)


def test_every_change_is_followed(catalog_of_two: Catalog) -> None:
    before = catalog_of_two.revision()
    catalog_of_two.videos.describe(FIRST, {"language": "fr"})
    assert catalog_of_two.videos.changed_since(before) == [FIRST]


def test_what_was_done_to_an_apps_id_is_done_to_the_video(catalog_of_two: Catalog) -> None:
    liked = Event("1", "17", EventKind.LIKED, NOON.timestamp())
    catalog_of_two.viewers.add_events("anna", [liked], now=NOON.timestamp())
    catalog_of_two.videos.describe(FIRST, {"external_id": "17"})
    (event,) = catalog_of_two.viewers.events("anna")
    assert event.video == FIRST
