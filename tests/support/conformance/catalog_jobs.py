"""The suite of every catalog: the queue, for many workers at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.catalogs import open_catalog
from engine.domain.evaluations.evaluation import MAX_STORED
from engine.domain.jobs import Claim, JobResult, Kind, State
from engine.errors import (
    InvalidInput,
    JobLost,
)
from engine.ports.catalog import Catalog
from support.catalogs import save, video_id
from support.conformance.catalog_opening import OpenedCatalogs

DONE = JobResult(State.DONE, "ok", "", video_id(1), 3)


class JobsSuite(OpenedCatalogs):
    """Promises about jobs and named requests."""

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

    def test_a_video_is_deleted_while_its_new_look_is_stored(
        self, folder: Path, catalog: Catalog, other: Catalog
    ) -> None:
        save(catalog, video_id(1), {"cat": 1})
        catalog.jobs.add_again({f"/films/{video_id(1)}.mp4": video_id(1)}, {}, now=0)
        mine = catalog.jobs.claim("me", now=0)
        assert mine is not None

        def store() -> None:
            with open_catalog(self.url(folder), claim=Claim(mine.id, "me")) as own:
                save(own, video_id(1), {"cat": 2})

        with ThreadPoolExecutor(2) as pool:
            with catalog.transaction():
                # Both wait for it, the one that deletes first.
                save(catalog, video_id(2), {"cat": 1})
                deleting = pool.submit(other.videos.delete, video_id(1))
                time.sleep(0.2)
                storing = pool.submit(store)
                time.sleep(0.3)
            deleting.result(60)
            assert isinstance(storing.exception(60), JobLost | None)
        assert catalog.videos.get(video_id(1)) is None

    def test_pages_of_jobs_are_the_newest_first(self, catalog: Catalog) -> None:
        ids = catalog.jobs.add([f"/films/{number}.mp4" for number in range(4)], {}, now=0)
        claimed = catalog.jobs.claim("me", now=0)
        assert claimed is not None
        for before, state, expected in (
            (None, None, [ids[3], ids[2]]),
            (ids[2], None, [ids[1], ids[0]]),
            (None, State.RUNNING, [ids[0]]),
            (ids[2], State.QUEUED, [ids[1]]),
            (2**70, State.DONE, []),
        ):
            page = catalog.jobs.newest(before=before, state=state, limit=2)
            assert [job.id for job in page] == expected

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

    def test_an_evaluation_is_queued_once_and_its_report_is_kept(self, catalog: Catalog) -> None:
        options: dict[str, object] = {"candidates": [], "split_at": None}
        job = catalog.jobs.add_evaluation("tf=log", options, now=1)
        assert catalog.jobs.add_evaluation("tf=log", options, now=2) == job
        other = catalog.jobs.add_evaluation("tf=sqrt", options, now=2)
        claimed = catalog.jobs.claim("w", now=3, kinds=[Kind.EVALUATE])
        assert claimed is not None
        assert (claimed.id, claimed.kind, claimed.options) == (job, Kind.EVALUATE, options)
        assert catalog.evaluations.get(job) is None
        for number in (job, other):
            catalog.evaluations.put(number, {"winner": None, "videos": number})
        assert catalog.evaluations.get(job) == {"winner": None, "videos": job}
        assert catalog.evaluations.jobs() == [other, job]
        for number in range(other + 1, other + 1 + MAX_STORED):
            catalog.evaluations.put(number, {})
        assert catalog.evaluations.get(other) is None
        assert len(catalog.evaluations.jobs()) == MAX_STORED
