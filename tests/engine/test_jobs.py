"""A job is done exactly once, whoever dies meanwhile."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import InvalidInput
from engine.store.catalog import Catalog
from engine.store.jobs import LEASE_SECONDS, MOST_ATTEMPTS, Ending, Jobs, State


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        yield Jobs(catalog)


DONE = Ending(State.DONE, "ok", "", video="00ff", seconds=12)


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


def test_a_dead_workers_job_is_claimed_again(jobs: Jobs) -> None:
    jobs.add(["/a.mp4"], {}, now=0)
    dead = jobs.claim("dead", now=0)
    assert dead is not None
    assert jobs.claim("me", now=LEASE_SECONDS - 1) is None
    mine = jobs.claim("me", now=LEASE_SECONDS + 1)
    assert mine is not None
    assert mine.attempts == 2
    # The one thought dead comes back: it has no say any more.
    assert not jobs.heartbeat(dead, now=LEASE_SECONDS + 2)
    jobs.end(dead, Ending(State.FAILED, "corrupt", "?"), now=LEASE_SECONDS + 2)
    jobs.end(mine, DONE, now=LEASE_SECONDS + 3)
    ended = jobs.get(mine.id)
    assert ended is not None
    assert (ended.state, ended.status, ended.video, ended.seconds) == (State.DONE, "ok", "00ff", 12)


def test_heartbeats_keep_a_job(jobs: Jobs) -> None:
    jobs.add(["/a.mp4"], {}, now=0)
    job = jobs.claim("me", now=0)
    assert job is not None
    for beat in range(1, 9):
        assert jobs.heartbeat(job, now=beat * LEASE_SECONDS * 0.9)
    assert jobs.claim("you", now=8 * LEASE_SECONDS * 0.9 + 1) is None


def test_a_job_that_kills_its_workers_is_failed(jobs: Jobs) -> None:
    jobs.add(["/bad.mp4", "/good.mp4"], {}, now=0)
    now = 0.0
    for _ in range(MOST_ATTEMPTS):
        job = jobs.claim("dying", now=now)
        assert job is not None
        assert job.source == "/bad.mp4"
        now += LEASE_SECONDS + 1
    after = jobs.claim("me", now=now)
    assert after is not None
    assert after.source == "/good.mp4"
    bad = jobs.all()[0]
    assert (bad.state, bad.status) == (State.FAILED, "crashed")
    assert bad.reason == f"its worker died {MOST_ATTEMPTS} times"


def test_what_a_worker_puts_back_waits_and_loses_no_attempt(jobs: Jobs) -> None:
    jobs.add(["/a.mp4", "/b.mp4", "/c.mp4"], {}, now=0)
    ended, put_back, of_another = (jobs.claim(who, now=0) for who in ("me", "me", "you"))
    assert ended is not None
    assert put_back is not None
    assert of_another is not None
    jobs.end(ended, Ending(State.DONE, "ok", ""), now=1)
    jobs.put_back("me", now=1)
    assert [job.state for job in jobs.all()] == [State.DONE, State.QUEUED, State.RUNNING]
    again = jobs.claim("me", now=2)
    assert again is not None
    assert (again.source, again.attempts) == ("/b.mp4", 1)


def test_failed_jobs_are_retried_all_or_some(jobs: Jobs) -> None:
    ids = jobs.add(["/a.mp4", "/b.mp4"], {}, now=0)
    for _ in ids:
        job = jobs.claim("me", now=1)
        assert job is not None
        jobs.end(job, Ending(State.FAILED, "stalled", "no second for 60 s"), now=2)
    assert jobs.retry([ids[1]], now=3) == [ids[1]]
    with pytest.raises(InvalidInput, match=f"no failed job {ids[1]}"):
        jobs.retry([ids[1]], now=3)
    assert jobs.retry(None, now=3) == [ids[0]]
    assert jobs.open_count() == 2


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
