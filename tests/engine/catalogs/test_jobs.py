"""A job is done exactly once, whoever dies meanwhile."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from engine.catalogs.sql.jobs import Jobs
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.jobs import LEASE_SECONDS, MAX_ATTEMPTS, OF_THE_SOURCE, Claim, JobResult, State
from engine.errors import InvalidInput, JobLost
from support.catalogs import save, video_id


class Clock:
    """Seconds since a machine was started."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(tmp_path: Path, clock: Clock) -> Iterator[Jobs]:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        yield Jobs(catalog, clock)


DONE = JobResult(
    State.DONE, "ok", "", video="00ff", seconds=12, cost={"audio": 0.25, "decoding": 1.5}
)


def test_the_oldest_job_comes_first_and_once(jobs: Jobs) -> None:
    first, second = jobs.add(["/a.mp4", "/b.mp4"], {"force": True}, now=0)
    claimed = jobs.claim("me", now=1)
    assert claimed is not None
    assert (claimed.id, claimed.source, claimed.options) == (first, "/a.mp4", {"force": True})
    other = jobs.claim("you", now=1)
    assert other is not None
    assert other.id == second
    assert jobs.claim("you", now=1) is None


def test_a_source_that_waits_is_not_queued_twice(jobs: Jobs) -> None:
    assert jobs.add(["/a.mp4"], {}, now=0) == jobs.add(["/a.mp4"], {}, now=1)
    job = jobs.claim("me", now=2)
    assert job is not None
    jobs.end(job, DONE, now=3)
    assert jobs.add(["/a.mp4"], {}, now=4) != [job.id]


def test_a_job_keeps_what_it_cost_until_it_is_tried_again(jobs: Jobs) -> None:
    jobs.add(["/a.mp4"], {}, now=0)
    job = jobs.claim("me", now=1)
    assert job is not None
    assert job.cost == {}
    jobs.end(job, replace(DONE, state=State.FAILED, status="stalled"), now=2)
    ended = jobs.get(job.id)
    assert ended is not None
    assert ended.cost == {"audio": 0.25, "decoding": 1.5}
    jobs.retry([job.id], now=3)
    queued = jobs.get(job.id)
    assert queued is not None
    assert queued.cost == {}


def test_what_is_said_of_a_source_that_waits_is_not_lost(jobs: Jobs) -> None:
    first = jobs.add(["/a.mp4"], {"said": {"title": "A"}, "force": False}, now=0)
    assert jobs.add(["/a.mp4"], {"said": {"external_id": "1"}, "force": True}, now=1) == first
    job = jobs.claim("me", now=2)
    assert job
    assert job.options == {"said": {"title": "A", "external_id": "1"}, "force": True}
    # Nor does somebody who asks for less take it back.
    jobs.add(["/a.mp4"], {"force": False}, now=2)
    assert jobs.last_of("/a.mp4") == job
    assert jobs.last_of("/b.mp4") is None
    jobs.warn(job, "the id is taken")
    jobs.end(job, JobResult(State.FAILED, "stalled", ""), now=3)
    ended = jobs.get(job.id)
    assert ended
    assert ended.warning == "the id is taken"
    jobs.retry([job.id], now=4)
    queued = jobs.get(job.id)
    assert queued
    assert queued.warning == ""


def test_a_dead_workers_job_is_claimed_again(jobs: Jobs, clock: Clock) -> None:
    jobs.add(["/a.mp4"], {}, now=0)
    dead = jobs.claim("dead", now=0)
    assert dead is not None
    clock.now += LEASE_SECONDS - 1
    assert jobs.claim("me", now=0) is None
    clock.now += 2
    mine = jobs.claim("me", now=0)
    assert mine is not None
    assert mine.attempts == 2
    # The one thought dead comes back: it has no say any more.
    assert not jobs.heartbeat(dead)
    assert not jobs.end(dead, JobResult(State.FAILED, "corrupt", "?"), now=1)
    assert jobs.end(mine, DONE, now=2)
    ended = jobs.get(mine.id)
    assert ended is not None
    assert (ended.state, ended.status, ended.video, ended.seconds) == (State.DONE, "ok", "00ff", 12)


def test_heartbeats_keep_a_job(jobs: Jobs, clock: Clock) -> None:
    jobs.add(["/a.mp4"], {}, now=0)
    job = jobs.claim("me", now=0)
    assert job is not None
    for _ in range(8):
        clock.now += LEASE_SECONDS * 0.9
        assert jobs.heartbeat(job)
    clock.now += 1
    assert jobs.claim("you", now=0) is None


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_a_date_that_is_set_neither_ends_a_lease_nor_prolongs_it(
    jobs: Jobs, clock: Clock, days: int
) -> None:
    jobs.add(["/a.mp4"], {}, now=0)
    assert jobs.claim("dead", now=1_800_000_000) is not None
    now = 1_800_000_000.0 + days * 86_400
    clock.now += LEASE_SECONDS - 1
    assert jobs.claim("me", now=now) is None
    clock.now += 2
    assert jobs.claim("me", now=now) is not None


@pytest.mark.parametrize("since_start", [5.0, 900.0, 50_000.0])
def test_a_lease_of_another_start_of_the_machine_is_over(
    jobs: Jobs, clock: Clock, since_start: float
) -> None:
    jobs.add(["/a.mp4"], {}, now=0)
    assert jobs.claim("dead", now=0) is not None
    clock.now = since_start
    assert jobs.claim("me", now=0) is not None


def test_a_lease_by_the_date_of_an_older_version_is_over(jobs: Jobs, tmp_path: Path) -> None:
    jobs.add(["/a.mp4"], {}, now=0)
    assert jobs.claim("dead", now=0) is not None
    with Catalog.open(tmp_path / "catalog.db") as catalog, catalog.transaction() as db:
        db.execute("update jobs set lease_until = 1800000000")
    assert jobs.claim("me", now=0) is not None


def test_a_job_that_kills_its_workers_is_failed(jobs: Jobs, clock: Clock) -> None:
    jobs.add(["/bad.mp4", "/good.mp4"], {}, now=0)
    for _ in range(MAX_ATTEMPTS):
        job = jobs.claim("dying", now=0)
        assert job is not None
        assert job.source == "/bad.mp4"
        clock.now += LEASE_SECONDS + 1
    after = jobs.claim("me", now=0)
    assert after is not None
    assert after.source == "/good.mp4"
    bad = jobs.all()[0]
    assert (bad.state, bad.status) == (State.FAILED, "crashed")
    assert bad.reason == f"its worker died {MAX_ATTEMPTS} times"


def test_who_has_a_job_no_more_may_not_go_on_with_it(jobs: Jobs, tmp_path: Path) -> None:
    jobs.add(["/a.mp4"], {}, now=0)
    job = jobs.claim("me", now=0)
    assert job is not None
    for worker, is_mine in (("me", True), ("you", False)):
        claim = Claim(job.id, worker)
        with Catalog.open(tmp_path / "catalog.db", claim=claim) as catalog:
            with nullcontext() if is_mine else pytest.raises(JobLost):
                catalog.tags.number([worker])
            assert (worker in catalog.tags.vocabulary()) is is_mine
    jobs.end(job, DONE, now=1)
    claim = Claim(job.id, "me")
    with Catalog.open(tmp_path / "catalog.db", claim=claim) as catalog, pytest.raises(JobLost):
        catalog.tags.number(["late"])


def test_what_a_worker_puts_back_waits_and_loses_no_attempt(jobs: Jobs) -> None:
    jobs.add(["/a.mp4", "/b.mp4", "/c.mp4"], {}, now=0)
    ended, release, of_another = (jobs.claim(who, now=0) for who in ("me", "me", "you"))
    assert ended is not None
    assert release is not None
    assert of_another is not None
    jobs.end(ended, JobResult(State.DONE, "ok", ""), now=1)
    jobs.release("me", now=1)
    assert [job.state for job in jobs.all()] == [State.DONE, State.QUEUED, State.RUNNING]
    again = jobs.claim("me", now=2)
    assert again is not None
    assert (again.source, again.attempts) == ("/b.mp4", 1)


def test_failed_jobs_are_retried_all_or_some(jobs: Jobs) -> None:
    ids = jobs.add(["/a.mp4", "/b.mp4"], {}, now=0)
    for _ in ids:
        job = jobs.claim("me", now=1)
        assert job is not None
        jobs.end(job, JobResult(State.FAILED, "stalled", "no second for 60 s"), now=2)
    assert jobs.retry([ids[1]], now=3) == [ids[1]]
    with pytest.raises(InvalidInput, match=f"no failed job {ids[1]}"):
        jobs.retry([ids[1]], now=3)
    assert jobs.retry(None, now=3) == [ids[0]]
    assert jobs.open_count() == 2


@pytest.mark.parametrize("status", OF_THE_SOURCE)
def test_what_fails_however_often_it_is_tried_is_not_tried_again(jobs: Jobs, status: str) -> None:
    hopeless, crashed = jobs.add(["/a.mp4", "/b.mp4"], {}, now=0)
    for job_status in (status, "crashed"):
        job = jobs.claim("me", now=1)
        assert job is not None
        jobs.end(job, JobResult(State.FAILED, job_status, "so it is"), now=2)
    with pytest.raises(InvalidInput, match=f"job {hopeless} would fail again .{status}: so it is"):
        jobs.retry([crashed, hopeless], now=3)
    assert jobs.open_count() == 0
    assert jobs.retry(None, now=3) == [crashed]


@pytest.mark.parametrize("number", [10**23, -(10**23)])
def test_a_number_beyond_all_jobs_is_no_job(jobs: Jobs, number: int) -> None:
    jobs.add(["a"], {}, now=0)
    assert jobs.get(number) is None
    page = jobs.newest(before=10**23, state=None, limit=9)
    assert [job.source for job in page] == ["a"]


def test_many_workers_share_a_queue_without_doing_anything_twice(jobs: Jobs) -> None:
    jobs.add([f"/{number}.mp4" for number in range(60)], {}, now=0)

    def work(name: str) -> list[int]:
        done = []
        while job := jobs.claim(name, now=1):
            jobs.end(job, DONE, now=1)
            done.append(job.id)
        return done

    with ThreadPoolExecutor(6) as pool:
        done = [number for numbers in pool.map(work, "abcdef") for number in numbers]
    assert sorted(done) == [job.id for job in jobs.all()]


def test_another_look_is_at_a_video_unless_somebody_wants_whatever_is_there(jobs: Jobs) -> None:
    def options(job: int) -> object:
        got = jobs.get(job)
        return got and dict(got.options)

    (waits,) = jobs.add(["/a.mp4"], {"tagger": "local"}, now=0)
    again, other = jobs.add_again({"/a.mp4": "00aa", "/b.mp4": "00bb"}, {"tagger": "x"}, now=0)
    assert again == waits
    assert options(waits) == {"tagger": "local", "force": True}
    assert options(other) == {"tagger": "x", "force": True, "video": "00bb"}
    assert jobs.add_again({"/b.mp4": "00bb"}, {"tagger": "x"}, now=1) == [other]
    assert options(other) == {"tagger": "x", "force": True, "video": "00bb"}
    assert jobs.add(["/b.mp4"], {"tagger": "x"}, now=1) == [other]
    assert options(other) == {"tagger": "x", "force": True}


def test_a_video_that_is_deleted_is_not_brought_back_by_a_new_look(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        jobs = catalog.jobs
        save(catalog, video_id(1), {"cat": 3})
        catalog.videos.add_source("/a.mp4", video_id(1))
        catalog.videos.add_source("/link.mp4", video_id(1))
        running, first, other = jobs.add(["/a.mp4", "/link.mp4", "/b.mp4"], {}, now=0)
        (forced,) = jobs.add(["/a.mp4"], {"force": True}, now=0)
        (third,) = jobs.add(["/d.mp4"], {"force": True}, now=0)
        (named,) = jobs.add_again({"/c.mp4": video_id(1)}, {}, now=0)
        assert forced == running
        claimed = jobs.claim("w", now=1)
        assert claimed is not None
        assert claimed.id == running
        catalog.videos.delete(video_id(1))
        assert not jobs.heartbeat(claimed)
        assert not jobs.end(claimed, DONE, now=2)
        ended = [job for job in jobs.all() if job.state is State.DONE]
        assert [job.id for job in ended] == [running, named]
        assert {(job.status, job.video) for job in ended} == {("deleted", video_id(1))}
        assert jobs.open_ids() == [first, other, third]
        assert jobs.retry(None, now=3) == []


def test_a_failed_look_at_a_video_that_is_deleted_is_not_tried_again(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 3})
        first, other = catalog.jobs.add(["/a.mp4", "/b.mp4"], {}, now=0)
        for video in (video_id(1), video_id(2)):
            job = catalog.jobs.claim("w", now=1)
            assert job is not None
            catalog.jobs.end(job, JobResult(State.FAILED, "crashed", "", video=video), now=2)
        catalog.videos.delete(video_id(1))
        assert catalog.jobs.retry(None, now=3) == [other]
        deleted = catalog.jobs.get(first)
        assert deleted is not None
        assert (deleted.state, deleted.status) == (State.DONE, "deleted")


def test_sources_that_are_added_to_a_video_are_queued_together(catalog: Catalog) -> None:
    sources = {"/films/cat.mp4": "00ff" * 4}
    (first,) = catalog.jobs.add_sources(sources, {"add": ["audio"]}, now=0.0)
    assert catalog.jobs.add_sources(sources, {"add": ["text", "audio"]}, now=0.0) == [first]
    job = catalog.jobs.get(first)
    assert job is not None
    assert job.options == {"add": ["audio", "text"], "video": "00ff" * 4}
    # Another look at everything observes these, too.
    assert catalog.jobs.add_again(sources, {}, now=0.0) == [first]
    job = catalog.jobs.get(first)
    assert job is not None
    assert job.options == {"force": True, "video": "00ff" * 4}
