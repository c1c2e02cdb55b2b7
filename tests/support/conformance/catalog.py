"""The suite of every catalog: it keeps whole, in order, for all who opened it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from engine.catalogs import open_catalog
from engine.domain.content import SourceTrack
from engine.domain.tracks import Track
from engine.errors import (
    CatalogUnusable,
)
from engine.ports.catalog import Catalog
from support.catalogs import save, video_id
from support.conformance.catalog_jobs import JobsSuite
from support.conformance.catalog_people import PeopleSuite
from support.conformance.catalog_shown_lists import ShownListsSuite
from support.conformance.catalog_tracks import TracksSuite
from support.conformance.catalog_videos import VideosSuite


def heard(catalog: Catalog, confidence: float = 0.9, seconds: int = 2) -> SourceTrack:
    """Observations of a made-up tagger of sound: a bell on every second."""
    numbers = catalog.tags.number(["bell"], "audio")
    track = Track.from_confidences(np.full((seconds, 1), confidence, np.float32), numbers)
    return SourceTrack("audio", "ears@1", track)


class CatalogSuite(VideosSuite, TracksSuite, JobsSuite, PeopleSuite, ShownListsSuite):
    """The promises of ``engine.ports.catalog``; a class for each kind says how one is opened."""

    def test_all_that_was_stored_is_there_when_it_is_opened_again(self, folder: Path) -> None:
        with open_catalog(self.url(folder)) as first:
            save(first, video_id(1), {"cat": 2})
            known = first.identity(), first.revision(), first.videos.get(video_id(1))
        with open_catalog(self.url(folder), create=False) as again:
            assert (again.identity(), again.revision(), again.videos.get(video_id(1))) == known
            again.check(indexes=True, tracks=True)

    def test_one_that_is_not_there_is_made_only_for_who_may(self, folder: Path) -> None:
        with pytest.raises(CatalogUnusable):
            open_catalog(self.url(folder), create=False)
        with pytest.raises(CatalogUnusable):
            open_catalog(self.url(folder), read_only=True)

    def test_two_catalogs_have_two_identities(self, catalog: Catalog, tmp_path: Path) -> None:
        with open_catalog(self.url(tmp_path / "elsewhere")) as remote:
            assert remote.identity() != catalog.identity()

    def test_a_change_is_seen_by_all_who_opened_it(self, catalog: Catalog, other: Catalog) -> None:
        before = other.revision()
        save(catalog, video_id(1), {"cat": 2})
        assert other.revision() > before
        assert other.videos.get(video_id(1)) == catalog.videos.get(video_id(1))
        assert other.tags.vocabulary() == catalog.tags.vocabulary()

    def test_a_transaction_is_stored_whole_or_not_at_all(
        self, catalog: Catalog, other: Catalog
    ) -> None:
        before = catalog.revision()

        def begin_and_fail() -> None:
            with catalog.transaction():
                save(catalog, video_id(1), {"cat": 2})
                with catalog.transaction():
                    catalog.jobs.add(["/films/a.mp4"], {}, now=0)
                assert other.videos.count() == 0
                raise RuntimeError

        with pytest.raises(RuntimeError):
            begin_and_fail()
        assert (catalog.videos.count(), catalog.jobs.all(), catalog.revision()) == (0, [], before)

    def test_who_only_reads_cannot_write(self, folder: Path, catalog: Catalog) -> None:
        save(catalog, video_id(1), {"cat": 2})
        with open_catalog(self.url(folder), read_only=True) as reader:
            assert reader.videos.count() == 1
            with pytest.raises(Exception, match=r".+"):
                save(reader, video_id(2), {"cat": 2})
        assert catalog.videos.count() == 1

    def test_whoever_follows_misses_no_change_however_many_write(self, folder: Path) -> None:
        """Revisions are committed in their order, or a follower would pass one by."""
        open_catalog(self.url(folder)).close()
        writers, each = 4, 15
        ended = threading.Event()

        def write(writer: int) -> None:
            with open_catalog(self.url(folder)) as own:
                for number in range(each):
                    save(own, video_id(1 + writer * each + number), {"cat": 1})

        def follow() -> set[str]:
            followed: set[str] = set()
            observed = 0
            with open_catalog(self.url(folder)) as own:
                while True:
                    last = ended.is_set()
                    revision = own.revision()
                    followed |= set(own.videos.changed_since(observed))
                    observed = revision
                    if last:
                        return followed

        with ThreadPoolExecutor(writers + 1) as pool:
            following = pool.submit(follow)
            for written in [pool.submit(write, writer) for writer in range(writers)]:
                written.result()
            ended.set()
            assert following.result() == {video_id(1 + k) for k in range(writers * each)}

    def test_one_leads_among_all_who_share_it(self, catalog: Catalog, other: Catalog) -> None:
        with catalog.leading("telling") as mine:
            assert mine is not None
            assert mine.holds()
            with other.leading("telling") as theirs, other.leading("else") as another:
                assert theirs is None
                assert another is not None
        with other.leading("telling") as theirs:
            assert theirs is not None

    def test_requests_are_counted_for_all_who_share_it(
        self, catalog: Catalog, other: Catalog
    ) -> None:
        with closing(catalog.rates()) as mine, closing(other.rates()) as theirs:
            assert mine.take(1, 0.5) == 0
            assert 1.0 < theirs.take(1, 0.5) <= 2.0
            assert theirs.take(2, 0.5) == 0

    def test_a_copy_has_all_of_its_moment(self, catalog: Catalog, tmp_path: Path) -> None:
        save(catalog, video_id(1), {"cat": 2})
        catalog.tracks.put(video_id(1), heard(catalog))
        assert catalog.copy_to(tmp_path / "copy.db") == 1
        save(catalog, video_id(2), {"cat": 2})
        with open_catalog(tmp_path / "copy.db", create=False) as copy:
            assert copy.videos.page() == catalog.videos.page(limit=1)
            assert copy.identity() == catalog.identity()
            assert copy.tracks.taggers(video_id(1)) == catalog.tracks.taggers(video_id(1))
