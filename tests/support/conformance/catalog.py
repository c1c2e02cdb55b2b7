"""The suite of every catalog: it keeps whole, in order, for all who opened it."""

import threading
from abc import abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from engine.catalogs import open_catalog
from engine.domain.campaigns import CampaignState
from engine.domain.content import SourceTrack
from engine.domain.jobs import Claim, JobResult, State
from engine.domain.keys import Scope, digest_of
from engine.domain.lines import Line, LineTag
from engine.domain.listing import ListFilter, ListPosition
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import Track
from engine.domain.videos import Pictures, VideoRecord
from engine.domain.viewers import Event, EventKind
from engine.domain.webhooks import DeliveryState
from engine.errors import (
    AmbiguousVideo,
    CampaignChanged,
    CatalogUnusable,
    ExternalIdTaken,
    InvalidInput,
    JobLost,
    UnknownCampaign,
    UnknownVideo,
    UnknownViewer,
)
from engine.ports.catalog import Catalog
from support.campaigns import campaign
from support.catalogs import NOW, save, video_id

LATER = datetime(2026, 1, 3, 12, tzinfo=UTC)
DONE = JobResult(State.DONE, "ok", "", video_id(1), 3)


def heard(catalog: Catalog, confidence: float = 0.9, seconds: int = 2) -> SourceTrack:
    """Observations of a made-up tagger of sound: a bell on every second."""
    numbers = catalog.tags.number(["bell"], "audio")
    track = Track.from_confidences(np.full((seconds, 1), confidence, np.float32), numbers)
    return SourceTrack("audio", "ears@1", track)


def unwatched(number: int, reason: str = "no video in it") -> VideoRecord:
    return VideoRecord(
        video_id(number), "t", "no_video", reason, 0, 0, 0, "", "", "", f"/films/{number}.mp4"
    )


class CatalogSuite:
    """The promises of ``engine.ports.catalog``; a class for each kind says how one is opened."""

    @classmethod
    @abstractmethod
    def url(cls, folder: Path) -> str:
        """Return the URL of a new catalog; the same one for the same folder."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path / "home"

    @pytest.fixture
    def catalog(self, folder: Path) -> Iterator[Catalog]:
        with open_catalog(self.url(folder)) as opened:
            yield opened

    @pytest.fixture
    def other(self, catalog: Catalog) -> Iterator[Catalog]:
        """The same catalog, opened once more, by what the first one says."""
        with open_catalog(catalog.url) as opened:
            yield opened

    # The whole.

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

    def test_a_copy_has_all_of_its_moment(self, catalog: Catalog, tmp_path: Path) -> None:
        save(catalog, video_id(1), {"cat": 2})
        catalog.tracks.put(video_id(1), heard(catalog))
        assert catalog.copy_to(tmp_path / "copy.db") == 1
        save(catalog, video_id(2), {"cat": 2})
        with open_catalog(tmp_path / "copy.db", create=False) as copy:
            assert copy.videos.page() == catalog.videos.page(limit=1)
            assert copy.identity() == catalog.identity()
            assert copy.tracks.taggers(video_id(1)) == catalog.tracks.taggers(video_id(1))

    # Videos.

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
        record = catalog.videos.named(video_id(1))
        pictures = Pictures(b"poster", b"strip", (0, 4))
        track = catalog.tracks.get(video_id(1))
        catalog.videos.save(record, track, now=NOW, pictures=pictures)
        catalog.videos.save(record, track, now=LATER)
        assert catalog.thumbnails.get(video_id(1)) == pictures
        assert catalog.thumbnails.pictured([video_id(1), video_id(2)]) == {video_id(1)}

    # What was observed.

    def test_tag_numbers_have_no_gaps_and_are_given_once(
        self, catalog: Catalog, other: Catalog
    ) -> None:
        assert catalog.tags.number(["cat", "dog"]).tolist() == [0, 1]
        assert other.tags.number(["dog", "bell", "dog"]).tolist() == [1, 2, 1]
        assert catalog.tags.number(["dog", "bell"], "audio").tolist() == [3, 4]
        assert catalog.tags.vocabulary().names == ("cat", "dog", "bell", "audio:dog", "audio:bell")

    def test_all_who_number_tags_at_once_agree(self, folder: Path) -> None:
        open_catalog(self.url(folder)).close()
        words = [f"tag {number}" for number in range(40)]

        def number(shift: int) -> dict[str, int]:
            with open_catalog(self.url(folder)) as own:
                turned = words[shift:] + words[:shift]
                return dict(zip(turned, own.tags.number(turned).tolist(), strict=True))

        with ThreadPoolExecutor(4) as pool:
            result = list(pool.map(number, (0, 7, 19, 33)))
        assert all(one == result[0] for one in result)
        assert sorted(result[0].values()) == list(range(40))

    def test_each_source_has_a_track_of_its_own(self, catalog: Catalog) -> None:
        save(catalog, video_id(1), {"cat": 2}, tagger="eyes@1")
        before = catalog.revision()
        catalog.tracks.put(video_id(1), heard(catalog, 0.5))
        catalog.tracks.put(video_id(1), heard(catalog, 0.9))
        assert catalog.revision() > before
        assert catalog.tracks.taggers(video_id(1)) == {"visual": "eyes@1", "audio": "ears@1"}
        (content,) = catalog.content.of([video_id(1), video_id(2)])
        assert content.track.n_seconds == 2
        assert sorted(one.source for one in content.tracks) == ["audio", "visual"]
        some = catalog.tracks.some([video_id(2), video_id(1)])
        assert {video: track.to_bytes() for video, track in some.items()} == {
            video_id(1): catalog.tracks.get(video_id(1)).to_bytes()
        }
        (observed,) = catalog.content.of([video_id(1)], ["visual"])
        assert [one.source for one in observed.tracks] == ["visual"]
        # Another look leaves what was heard; a deleted video leaves nothing.
        save(catalog, video_id(1), {"cat": 1}, tagger="eyes@2")
        assert catalog.tracks.taggers(video_id(1)) == {"visual": "eyes@2", "audio": "ears@1"}
        assert catalog.videos.named(video_id(1)).tagger == "eyes@2"
        catalog.videos.delete(video_id(1))
        assert catalog.tracks.taggers(video_id(1)) == {}
        with pytest.raises(UnknownVideo):
            catalog.tracks.put(video_id(1), heard(catalog))

    def test_lines_of_text_are_kept_and_searched(self, catalog: Catalog) -> None:
        for number in (1, 2, 3):
            save(catalog, video_id(number), {"cat": 2})
        title = Line('Kate plays 100% "live"', field="title", tags=(LineTag("guitar", "plays"),))
        spoken = Line("a straße called ギター教室", TimeRange(3, 5))
        told = SourceTrack("metadata", "words@1", Track.empty(), (title,))
        said = SourceTrack("speech", "captions@1", Track.empty(), (spoken, spoken))
        catalog.tracks.put(video_id(1), told)
        catalog.tracks.put(video_id(1), said)
        catalog.tracks.put(video_id(2), said)
        assert catalog.tracks.lines(video_id(1)) == {"metadata": (title,), "speech": (spoken,) * 2}
        assert catalog.tracks.lines(video_id(3)) == {}
        both, first = [video_id(2), video_id(1)], [video_id(1)]
        for text, videos in {
            "KATE": first,
            "y KATE pl": first,
            "0%": first,
            "0_": [],
            "plays 100%": first,
            '"live"': first,
            "STRAßE": both,
            "ギター": both,
            "nobody": [],
            "alle*": [],
            "lled OR kate": [],
        }.items():
            assert catalog.listing.titled(text, limit=9) == videos, text
        # What another look brings is all there is; what is gone is not found.
        catalog.tracks.put(video_id(1), replace(told, lines=(Line("Joan sings"),)))
        assert catalog.listing.titled("kate", limit=9) == []
        assert catalog.listing.titled("sings", limit=9) == first
        catalog.videos.delete(video_id(1))
        assert catalog.listing.titled("ギター", limit=9) == [video_id(2)]
        assert catalog.tracks.lines(video_id(1)) == {}

    def test_content_comes_in_pages_and_runs_by_rising_id(self, catalog: Catalog) -> None:
        for number in (5, 1, 3, 4):
            save(catalog, video_id(number), {"cat": 1})
            catalog.tracks.put(video_id(number), heard(catalog))
        catalog.videos.save_failure(unwatched(2), now=NOW)
        ids: list[str] = []
        while page := catalog.content.page(after=ids[-1] if ids else "", limit=3):
            ids += [content.record.id for content in page]
            assert all(len(content.tracks) == 2 for content in page)
        assert ids == [video_id(number) for number in (1, 3, 4, 5)]
        spans = catalog.content.spans(3)
        assert [(span.after, span.last, span.videos) for span in spans] == [
            ("", video_id(4), 3),
            (video_id(4), video_id(5), 1),
        ]
        catalog.tracks.put(video_id(5), heard(catalog, 0.4))
        assert catalog.content.spans(3)[0] == spans[0]
        assert catalog.content.spans(3)[1] != spans[1]

    def test_what_a_tagger_can_say_is_known_beside_the_video(self, catalog: Catalog) -> None:
        catalog.taggers.remember("eyes@1", ["cat", "dog"])
        catalog.taggers.remember("eyes@1", ["other"])
        assert catalog.taggers.words_of("eyes@1") == frozenset({"cat", "dog"})
        assert catalog.taggers.words_of("ears@1") is None
        assert catalog.taggers.words() == {"eyes@1": {"cat", "dog"}}

    # The queue.

    def test_a_job_is_claimed_by_one_worker(self, folder: Path, catalog: Catalog) -> None:
        catalog.jobs.add([f"/films/{number}.mp4" for number in range(12)], {}, now=0)

        def claim_all(worker: str) -> list[int]:
            with open_catalog(self.url(folder)) as own:
                claimed = iter(lambda: own.jobs.claim(worker, now=1), None)
                return [job.id for job in claimed if job is not None]

        with ThreadPoolExecutor(3) as pool:
            result = [job for own in pool.map(claim_all, "abc") for job in own]
        assert sorted(result) == [job.id for job in catalog.jobs.all()]

    def test_a_source_that_waits_is_queued_once(self, catalog: Catalog) -> None:
        (first,) = catalog.jobs.add(["/films/a.mp4"], {}, now=0)
        again, second = catalog.jobs.add(["/films/a.mp4", "/films/b.mp4"], {"force": True}, now=1)
        assert again == first != second
        job = catalog.jobs.get(first)
        assert job is not None
        assert job.options["force"] is True
        assert catalog.jobs.open_count() == 2

    def test_who_lost_a_job_writes_nothing_of_it(self, folder: Path, catalog: Catalog) -> None:
        catalog.jobs.add(["/films/a.mp4"], {}, now=0)
        mine = catalog.jobs.claim("me", now=0)
        assert mine is not None
        with open_catalog(self.url(folder), claim=Claim(mine.id, "me")) as own:
            save(own, video_id(1), {"cat": 1})
            catalog.jobs.release("me", now=1)
            theirs = catalog.jobs.claim("you", now=2)
            assert theirs is not None
            assert not catalog.jobs.heartbeat(mine)
            assert not catalog.jobs.end(mine, DONE, now=3)
            with pytest.raises(JobLost):
                save(own, video_id(2), {"cat": 1})
        assert catalog.videos.count() == 1
        assert catalog.jobs.end(theirs, DONE, now=3)
        assert catalog.jobs.counts()[State.DONE] == 1

    def test_a_failed_job_is_tried_again_when_it_may_succeed(self, catalog: Catalog) -> None:
        for source, status in (("/films/a.mp4", "crashed"), ("/films/b.mp4", "no_video")):
            catalog.jobs.add([source], {}, now=0)
            job = catalog.jobs.claim("me", now=0)
            assert job is not None
            catalog.jobs.end(job, JobResult(State.FAILED, status, "why", "", 0), now=1)
        first, second = catalog.jobs.all()
        assert catalog.jobs.retry(None, now=2) == [first.id]
        with pytest.raises(InvalidInput):
            catalog.jobs.retry([second.id], now=2)
        assert catalog.jobs.counts()[State.QUEUED] == 1

    def test_a_named_request_starts_once(self, catalog: Catalog) -> None:
        requests = catalog.started_requests

        def reserve(digest: bytes, now: float) -> object:
            return requests.reserve(1, "mine", digest, now=now, ttl_seconds=100)

        assert reserve(b"asked", 0) is None
        requests.note(1, "mine", 7)
        again = requests.reserve(1, "mine", b"other", now=50, ttl_seconds=100)
        assert again is not None
        assert (again.digest, again.job, again.started_at) == (b"asked", 7, 0)
        assert requests.reserve(2, "mine", b"asked", now=50, ttl_seconds=100) is None
        assert reserve(b"asked", 150) is None

    # People.

    def test_a_viewers_event_is_kept_once_and_all_of_them_go(self, catalog: Catalog) -> None:
        catalog.viewers.put_interests("ann", {"cat": 1.0}, now=0)
        liked = Event("e1", video_id(1), EventKind.LIKED, 5.0)
        assert catalog.viewers.add_events("ann", [liked, liked], now=10) == 1
        assert catalog.viewers.add_events("ann", [liked], now=10) == 0
        viewer = catalog.viewers.get("ann")
        assert (viewer.interests, viewer.events) == ({"cat": 1.0}, (liked,))
        assert list(catalog.viewers.likes()) == [[video_id(1)]]
        assert catalog.viewers.unknown_videos([video_id(1)]) == [video_id(1)]
        catalog.viewers.delete("ann")
        with pytest.raises(UnknownViewer):
            catalog.viewers.get("ann")
        assert catalog.viewers.ids() == []

    def test_events_of_many_viewers_are_added_together_or_not_at_all(
        self, catalog: Catalog
    ) -> None:
        liked = Event("e1", video_id(1), EventKind.LIKED, 5.0)
        watched = replace(liked, id="e2", kind=EventKind.WATCHED, share=0.5)
        of_two = [("ann", liked), ("bob", liked), ("ann", watched), ("bob", liked)]
        assert catalog.viewers.load_events(of_two, now=10) == 3
        assert catalog.viewers.load_events(of_two, now=10) == 0
        assert catalog.viewers.events("ann") == (liked, watched)
        with pytest.raises(InvalidInput, match=r"events\.1\.share"):
            catalog.viewers.load_events(
                [("cid", liked), ("cid", replace(liked, share=2.0))], now=10
            )
        assert catalog.viewers.ids() == ["ann", "bob"]

    def test_what_was_before_a_moment_is_told_from_what_came_later(self, catalog: Catalog) -> None:
        def liked(number: int, at: float) -> Event:
            return Event(f"e{at}", video_id(number), EventKind.LIKED, at)

        assert catalog.viewers.event_quantile(0.8) is None
        of_two = [("ann", liked(1, 1.0)), ("ann", liked(2, 4.0)), ("bob", liked(1, 2.0))]
        catalog.viewers.load_events([*of_two, ("bob", liked(3, 3.0))], now=10)
        assert [catalog.viewers.event_quantile(share) for share in (0.0, 0.5, 1.0)] == [1, 3, 4]
        assert (catalog.viewers.count_events(), catalog.viewers.count_events(before=3.0)) == (4, 2)
        assert list(catalog.viewers.likes(before=2.0)) == [[video_id(1)]]
        audiences = catalog.viewers.audiences(before=4.0)
        assert (audiences.viewers, audiences.videos) == (2, {video_id(1): 2, video_id(3): 1})
        assert catalog.viewers.active_since(3.0) == ["ann", "bob"]
        assert catalog.viewers.active_since(4.0) == ["ann"]

    def test_a_campaign_is_changed_by_who_knows_its_last_state(self, catalog: Catalog) -> None:
        videos = catalog.revision()
        first = catalog.campaigns.put(campaign("c", {"cat": 1.0}), expected=0)
        second = catalog.campaigns.put(campaign("c", {"cat": 2.0}), expected=first.revision)
        with pytest.raises(CampaignChanged):
            catalog.campaigns.put(campaign("c", {"cat": 3.0}), expected=first.revision)
        assert catalog.campaigns.put(replace(second, revision=0)) == second
        paused = catalog.campaigns.set_state("c", CampaignState.PAUSED)
        changes = catalog.campaigns.changes_since(second.revision)
        assert (changes.changed, changes.gone) == ((paused,), ())
        catalog.campaigns.delete("c")
        changes = catalog.campaigns.changes_since(second.revision)
        assert (changes.changed, changes.gone) == ((), ("c",))
        assert changes.revision == catalog.campaigns.revision()
        assert catalog.revision() == videos
        with pytest.raises(UnknownCampaign):
            catalog.campaigns.find("c")

    def test_a_key_opens_until_it_is_revoked(self, catalog: Catalog) -> None:
        key, secret = catalog.keys.create("app", [Scope.READ], now=0)
        assert catalog.keys.by_digest()[digest_of(secret)] == key
        token = catalog.keys.open_session(key, now=0, seconds=10)
        assert catalog.keys.session(token, now=9) == key
        assert catalog.keys.session(token, now=11) is None
        catalog.keys.revoke(key.id, now=12)
        assert catalog.keys.by_digest() == {}
        assert catalog.keys.session(token, now=9) is None
        assert [one.revoked_at for one in catalog.keys.all()] == [12]

    def test_a_match_is_told_once_and_tried_again_later(self, catalog: Catalog) -> None:
        catalog.campaigns.put(campaign("c", {"cat": 1.0}))
        webhook = catalog.webhooks.set("c", "https://ads.example/hook")
        matches = [("c", video_id(1), {"score": 0.5})]
        for _ in range(2):
            catalog.webhooks.note(matches, upto=3)
        assert catalog.webhooks.noted() == 3
        (due,) = catalog.webhooks.due(now=0, limit=9, per_advertiser=9)
        assert (due.advertiser, due.webhook, due.delivery.body) == ("acme", webhook, {"score": 0.5})
        catalog.webhooks.end(due.delivery, "no answer", now=0)
        assert catalog.webhooks.due(now=0, limit=9, per_advertiser=9) == []
        assert catalog.webhooks.last_trouble("c") == "no answer"
        (due,) = catalog.webhooks.due(now=100, limit=9, per_advertiser=9)
        catalog.webhooks.end(due.delivery, None, now=100)
        assert catalog.webhooks.counts("c")[DeliveryState.DELIVERED] == 1
        catalog.campaigns.delete("c")
        assert catalog.webhooks.all() == []
