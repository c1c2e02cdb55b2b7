"""The suite of every catalog: videos, and how people find them."""

import time
from datetime import UTC, datetime

import pytest

from engine.domain.listing import ListFilter, ListPosition
from engine.domain.media import StoredUpload
from engine.domain.videos import Pictures, StoredPictures, VideoRecord
from engine.errors import (
    AmbiguousVideo,
    ExternalIdTaken,
    StoreUnusable,
    UnknownVideo,
)
from engine.ports.catalog import Catalog
from support.catalogs import NOW, add_pictures, save, video_id
from support.conformance.catalog_opening import OpenedCatalogs

LATER = datetime(2026, 1, 3, 12, tzinfo=UTC)


def unwatched(number: int, reason: str = "no video in it") -> VideoRecord:
    return VideoRecord(
        video_id(number), "t", "no_video", reason, 0, 0, 0, "", "", "", f"/films/{number}.mp4"
    )


class VideosSuite(OpenedCatalogs):
    """Promises about videos."""

    def test_changes_come_in_order_and_a_deleted_video_is_one(self, catalog: Catalog) -> None:
        for number in (2, 1, 3):
            save(catalog, video_id(number), {"cat": 1})
        since = catalog.revision()
        catalog.videos.delete(video_id(2))
        save(catalog, video_id(1), {"cat": 2})
        assert catalog.videos.changed_since(since) == [video_id(2), video_id(1)]
        save(catalog, video_id(2), {"cat": 1})
        assert catalog.videos.changed_since(since) == [video_id(1), video_id(2)]
        assert [one for _, one in catalog.videos.revisions(after=0, upto=catalog.revision())] == [
            video_id(3),
            video_id(1),
            video_id(2),
        ]
        with pytest.raises(UnknownVideo):
            catalog.videos.delete(video_id(9))

    def test_a_later_look_keeps_what_people_set_and_when_it_was_added(
        self, catalog: Catalog
    ) -> None:
        save(catalog, video_id(1), {"cat": 1}, uploader="Ann")
        catalog.videos.describe(video_id(1), {"uploader": "Zoe", "external_id": "app-1"})
        save(catalog, video_id(1), {"cat": 1}, uploader="Ann", language="en", now=LATER)
        record = catalog.videos.named("app-1")
        assert (record.id, record.uploader, record.language) == (video_id(1), "Zoe", "en")
        assert record.added_at == NOW.isoformat(timespec="seconds")

    def test_an_external_id_is_one_videos(self, catalog: Catalog) -> None:
        for number in (1, 2):
            save(catalog, video_id(number), {"cat": 1})
        assert not catalog.videos.has_external_ids()
        catalog.videos.describe(video_id(1), {"external_id": "mine"})
        with pytest.raises(ExternalIdTaken):
            catalog.videos.describe(video_id(2), {"external_id": "mine"})
        assert catalog.videos.own_ids(["mine", "yours"]) == {"mine": video_id(1)}

    def test_a_failed_look_is_told_beside_what_was_seen(self, catalog: Catalog) -> None:
        save(catalog, video_id(1), {"cat": 2})
        assert catalog.videos.save_failure(unwatched(1), now=LATER) == video_id(1)
        record = catalog.videos.named(video_id(1))
        assert record.status == "ok"
        assert record.last_attempt is not None
        assert record.last_attempt.status == "no_video"
        assert catalog.tracks.get(video_id(1)).n_seconds == 2
        catalog.videos.save_failure(unwatched(2), now=LATER)
        assert catalog.videos.named(video_id(2)).status == "no_video"

    def test_a_person_finds_a_video_by_what_they_know_of_it(self, catalog: Catalog) -> None:
        for number in (0xAB1, 0xAB2):
            save(catalog, f"{number:04x}00000000ffff", {"cat": 1})
        first, second = (record.id for record in catalog.videos.page())
        for name in (first, first[:5], f"/films/{first}.mp4", f"{first}.mp4"):
            assert catalog.videos.find(name).id == first
        catalog.videos.describe(second, {"title": "Holiday"})
        assert catalog.videos.find("Holiday").id == second
        catalog.videos.describe(first, {"title": "Holiday"})
        with pytest.raises(AmbiguousVideo):
            catalog.videos.find("Holiday")
        with pytest.raises(UnknownVideo):
            catalog.videos.find("nothing")

    def test_what_lies_within_a_folder_is_of_no_folder_called_like_it(
        self, catalog: Catalog
    ) -> None:
        save(catalog, video_id(1), {"cat": 1})
        sources = [f"/{home}/uploads/a.mp4" for home in ("my_home", "my-home", "my_homes")]
        for source in sources:
            catalog.videos.add_source(source, video_id(1))
        catalog.jobs.add(sources, {}, now=0.0)
        assert catalog.videos.sources_below("/my_home/uploads") == sources[:1]
        assert catalog.jobs.sources_below("/my_home/uploads") == sources[:1]

    def test_pages_of_videos_for_people_are_the_newest_first(self, catalog: Catalog) -> None:
        for number in (1, 2, 3):
            moment = NOW.replace(hour=number)
            save(catalog, video_id(number), {"cat": 1}, now=moment, kind="motion")
        newest = catalog.listing.newest(ListFilter(kind="motion"), after=None, limit=2)
        assert newest == [video_id(3), video_id(2)]
        last = catalog.videos.named(newest[-1])
        position = ListPosition(last.added_at, last.id)
        assert catalog.listing.newest(ListFilter(), after=position, limit=2) == [video_id(1)]
        assert catalog.listing.oldest(ListFilter(), before=position, limit=2) == [video_id(3)]

    def test_thumbnails_stay_when_a_look_brings_none(self, catalog: Catalog) -> None:
        save(catalog, video_id(1), {"cat": 1})
        pictures = Pictures(b"poster", b"strip", (0, 4))
        add_pictures(catalog, video_id(1), pictures)
        save(catalog, video_id(1), {"cat": 1}, now=LATER)
        assert catalog.thumbnails.get(video_id(1)) == pictures
        assert catalog.thumbnails.pictured([video_id(1), video_id(2)]) == {video_id(1)}
        assert catalog.thumbnails.pictured([]) == set()

    def test_thumbnails_are_moved_if_they_are_still_the_same(self, catalog: Catalog) -> None:
        save(catalog, video_id(1), {"cat": 1})
        first, second = (Pictures(poster, b"\0strip", (0, 4)) for poster in (b"\xff1", b"\xff2"))
        add_pictures(catalog, video_id(1), first)
        assert catalog.thumbnails.kept_here(limit=9) == {video_id(1): first}
        catalog.unneeded_objects.note(["p", "s"], due=time.time() + 3600)
        assert not catalog.thumbnails.move(video_id(1), second, "p", "s")
        assert catalog.thumbnails.move(video_id(1), first, "p", "s")
        assert catalog.thumbnails.get(video_id(1)) == StoredPictures("p", "s", (0, 4))
        assert catalog.thumbnails.strip_seconds(video_id(1)) == (0, 4)
        assert catalog.thumbnails.pictured([video_id(1)]) == {video_id(1)}
        assert catalog.thumbnails.kept_here(limit=9) == {}
        assert catalog.unneeded_objects.due(now=time.time() + 7200, limit=9) == []
        add_pictures(catalog, video_id(1), second)
        assert catalog.thumbnails.get(video_id(1)) == second
        assert catalog.unneeded_objects.due(now=time.time(), limit=9) == []
        assert catalog.unneeded_objects.due(now=time.time() + 120, limit=9) == ["p", "s"]

    def test_objects_that_may_be_deleted_by_now_are_not_named(self, catalog: Catalog) -> None:
        save(catalog, video_id(1), {"cat": 1})
        pictures = Pictures(b"poster", b"strip", (0,))
        add_pictures(catalog, video_id(1), pictures)
        catalog.unneeded_objects.note(["p"], due=time.time() + 3600)
        catalog.unneeded_objects.note(["s"], due=time.time() + 60)
        with pytest.raises(StoreUnusable, match="took too long"):
            catalog.thumbnails.move(video_id(1), pictures, "p", "s")
        assert catalog.thumbnails.get(video_id(1)) == pictures
        assert catalog.unneeded_objects.due(now=time.time() + 7200, limit=9) == ["s", "p"]

    def test_a_deleted_video_leaves_its_objects_to_be_deleted(self, catalog: Catalog) -> None:
        video = video_id(1)
        save(catalog, video, {"cat": 1})
        own, other = StoredUpload.new(video, "a.mp4"), StoredUpload.new(video_id(2), "b.mp4")
        for upload in (own, other):
            catalog.videos.add_source(upload.source, video)
        assert catalog.videos.sources_of(video)[:2] == [other.source, own.source]
        pictures = Pictures(b"poster", b"strip", (0,))
        add_pictures(catalog, video, pictures)
        catalog.unneeded_objects.note(["p", "s"], due=time.time() + 3600)
        catalog.thumbnails.move(video, pictures, "p", "s")
        catalog.videos.delete(video)
        due = catalog.unneeded_objects.due(now=time.time() + 120, limit=9)
        assert due == [own.object, "p", "s"], "none of another video"
        catalog.unneeded_objects.remove(due[:2])
        assert catalog.unneeded_objects.due(now=time.time() + 120, limit=9) == ["s"]
