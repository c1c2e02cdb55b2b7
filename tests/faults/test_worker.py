"""A worker survives what it works on, and what it works on survives the worker."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.jobs import Job, JobResult, State
from engine.errors import CatalogUnavailable
from ingest.pipeline import IngestResult, ingest_file
from ingest.runner.worker import POLL_SECONDS, Worker
from ingest.runner.worker_process import Limits
from support.footage import bikes, carphone, city, long_video, numbered, write_video
from support.processes import children_of, soon, works
from support.product import reelmatch
from support.shades import Shades


def work(catalog: Catalog, *sources: Path, limits: Limits) -> dict[str, IngestResult]:
    jobs = catalog.jobs
    jobs.add(map(str, sources), {}, now=time.time())
    ended: dict[str, IngestResult] = {}
    worker = Worker(
        catalog,
        catalog.path.parent,
        processes=1,
        limits=limits,
        on_end=lambda job, result: ended.update({Path(job.source).name: result}),
    )
    worker.run()
    assert jobs.open_count() == 0
    return ended


def children_watching(worker: int) -> list[int]:
    """Return the processes that watch a video for a worker.

    They are children of the server they are forked from, which is a child of the worker.
    """
    return [child for server in children_of(worker) for child in children_of(server)]


def once_one_watches(act: Callable[[int], None]) -> threading.Thread:
    def wait_and_act() -> None:
        soon(lambda: children_watching(os.getpid()))
        act(children_watching(os.getpid())[0])

    thread = threading.Thread(target=wait_and_act)
    thread.start()
    return thread


def test_a_child_that_is_killed_fails_its_job_and_the_rest_go_on(catalog: Catalog) -> None:
    killing = once_one_watches(lambda child: os.kill(child, signal.SIGSEGV))
    ended = work(catalog, bikes(), carphone(), limits=Limits())
    killing.join()
    assert ended["bikes.mp4"].status == "crashed"
    assert "SIGSEGV" in ended["bikes.mp4"].reason
    assert ended["carphone_pristine.mp4"].status == "ok"
    crashed, done = catalog.jobs.all()
    assert (crashed.state, done.state) == (State.FAILED, State.DONE)
    assert catalog.videos.find("bikes.mp4").status == "crashed"


def test_a_free_place_does_not_ask_the_queue_with_every_second_that_is_watched(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = count()
    claim = type(catalog.jobs).claim

    def counted(*arguments: Any, **options: Any) -> Job | None:
        next(claims)
        if len(seconds) > 100 and worker._running:
            raise CatalogUnavailable("it is away")
        return claim(*arguments, **options)

    monkeypatch.setattr(type(catalog.jobs), "claim", counted)
    still = write_video(tmp_path / "still.mp4", [numbered(7)] * 200, rate=1)
    catalog.jobs.add([str(still)], {}, now=time.time())
    seconds: list[int] = []
    worker = Worker(
        catalog, tmp_path, processes=2, on_progress=lambda _, it: seconds.append(it.done)
    )
    began = time.monotonic()
    worker.run()
    assert len(seconds) >= 200
    # Once for the job, once when it has ended, and between them every half second.
    assert next(claims) <= 4 + (time.monotonic() - began) / POLL_SECONDS


@pytest.mark.slow
def test_a_child_that_stalls_is_ended(catalog: Catalog) -> None:
    ended: dict[str, IngestResult] = {}

    def stop(child: int) -> None:
        worker.limits = Limits(stall_seconds=1)
        os.kill(child, signal.SIGSTOP)

    def go_on(job: Job, result: IngestResult) -> None:
        ended[Path(job.source).name] = result
        worker.limits = Limits()

    catalog.jobs.add([str(bikes()), str(carphone())], {}, now=time.time())
    worker = Worker(catalog, catalog.path.parent, processes=1, on_end=go_on)
    stopping = once_one_watches(stop)
    worker.run()
    stopping.join()
    assert ended["bikes.mp4"].status == "stalled"
    assert "no new second in" in ended["bikes.mp4"].reason
    assert ended["carphone_pristine.mp4"].status == "ok"
    assert children_watching(os.getpid()) == []


def ingest_again(catalog: Catalog, source: Path, act: Callable[[Worker], None]) -> None:
    """Force another look at a video, and act once when its first second was seen."""
    acted: list[bool] = []

    def act_once(*_: object) -> None:
        if not acted:
            acted.append(True)
            act(worker)

    catalog.jobs.add([str(source)], {"force": True}, now=time.time())
    worker = Worker(catalog, catalog.path.parent, processes=1, on_progress=act_once)
    worker.run()
    assert acted


def test_a_video_deleted_while_it_is_looked_at_again_stays_deleted(catalog: Catalog) -> None:
    ended = work(catalog, bikes(), limits=Limits())
    video = ended["bikes.mp4"].video
    assert video
    ingest_again(catalog, bikes(), lambda _: catalog.videos.delete(video))
    assert catalog.videos.get(video) is None
    assert [job.status for job in catalog.jobs.all()] == ["ok", "deleted"]


def stop_the_child(worker: Worker) -> None:
    worker.limits = Limits(stall_seconds=1)
    os.kill(the_child(), signal.SIGSTOP)


def kill_the_child(_: Worker) -> None:
    os.kill(the_child(), signal.SIGKILL)


def the_child() -> int:
    (child,) = children_watching(os.getpid())
    return child


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fail", "status"), [(kill_the_child, "crashed"), (stop_the_child, "stalled")]
)
def test_a_forced_look_that_fails_takes_nothing_away(
    catalog: Catalog, fail: Callable[[Worker], None], status: str
) -> None:
    assert work(catalog, carphone(), limits=Limits())["carphone_pristine.mp4"].status == "ok"
    before = catalog.videos.find("carphone_pristine.mp4")
    track = catalog.tracks.get(before.id).to_bytes()
    ingest_again(catalog, carphone(), fail)
    after = catalog.videos.find("carphone_pristine.mp4")
    assert after.last_attempt is not None
    assert after.last_attempt.status == status
    assert after == replace(before, last_attempt=after.last_attempt, revision=after.revision)
    assert catalog.tracks.get(after.id).to_bytes() == track
    assert catalog.thumbnails.get(after.id) is not None
    assert catalog.jobs.all()[-1].state is State.FAILED


def test_a_file_that_was_cut_off_since_keeps_what_was_seen(
    catalog: Catalog, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    shutil.copy(carphone(), film)
    assert work(catalog, film, limits=Limits())["film.mp4"].status == "ok"
    before = catalog.videos.find("film.mp4")
    film.write_bytes(film.read_bytes()[:2000])
    assert work(catalog, film, limits=Limits())["film.mp4"].status == "corrupt"
    after = catalog.videos.find("film.mp4")
    assert (after.id, after.status, after.seconds) == (before.id, "ok", before.seconds)
    assert after.last_attempt is not None
    assert after.last_attempt.status == "corrupt"
    assert [record.id for record in catalog.videos.page()] == [before.id]


def give_to_another(catalog: Catalog) -> None:
    with catalog.transaction() as db:
        db.execute("update jobs set worker = 'another' where state = 'running'")


def test_a_stalled_worker_that_lost_its_job_says_nothing_of_the_video(catalog: Catalog) -> None:
    def stop_and_give(worker: Worker) -> None:
        stop_the_child(worker)
        give_to_another(catalog)

    ingest_again(catalog, carphone(), stop_and_give)
    assert catalog.videos.page() == []
    (job,) = catalog.jobs.all()
    assert (job.state, job.worker) == (State.RUNNING, "another")
    assert children_watching(os.getpid()) == []


def test_a_late_child_stores_nothing_for_a_job_that_another_has(catalog: Catalog) -> None:
    def give_and_wait(_: Worker) -> None:
        child = the_child()
        give_to_another(catalog)
        soon(lambda: not works(child))

    ingest_again(catalog, carphone(), give_and_wait)
    assert catalog.videos.page() == []
    (job,) = catalog.jobs.all()
    assert (job.state, job.worker) == (State.RUNNING, "another")


@pytest.mark.slow
def test_a_worker_that_was_frozen_with_all_it_runs_goes_on(catalog: Catalog) -> None:
    def wake_up_late(worker: Worker) -> None:
        worker._polled_at -= 1000
        for running in worker._running:
            running.last_message_at -= 1000
            running.beat_at -= 1000

    ingest_again(catalog, carphone(), wake_up_late)
    assert catalog.videos.find("carphone_pristine.mp4").status == "ok"


def fail_calls(
    monkeypatch: pytest.MonkeyPatch, noun: object, name: str, fails: Callable[[int], bool]
) -> list[str]:
    """Let a catalog be away in some calls, by their number; return the name once for each."""
    act, number, failed = getattr(noun, name), count(), list[str]()

    def call(*arguments: Any, **named: Any) -> Any:
        if fails(next(number)):
            failed.append(name)
            raise CatalogUnavailable("the server of the catalog does not answer")
        return act(*arguments, **named)

    monkeypatch.setattr(noun, name, call)
    return failed


def test_a_catalog_that_is_away_for_a_moment_ends_nothing(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.runner.worker.BEAT_SECONDS", 0.0)
    monkeypatch.setattr("ingest.patience._AGAIN_SECONDS", 0.0)
    calls = {"claim": 1, "heartbeat": 0, "end": 0}
    failed = [
        fail_calls(monkeypatch, catalog.jobs, name, {call}.__contains__)
        for name, call in calls.items()
    ]
    catalog.jobs.add([str(bikes()), str(carphone())], {}, now=time.time())
    Worker(catalog, catalog.path.parent, processes=2).run()
    assert failed == [[name] for name in calls]
    assert [(job.status, job.attempts) for job in catalog.jobs.all()] == [("ok", 1)] * 2


def test_a_video_waits_again_when_the_catalog_is_away_for_a_lease(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.runner.worker.BEAT_SECONDS", 0.0)
    monkeypatch.setattr("ingest.runner.worker.LEASE_SECONDS", 0.0)
    failed = fail_calls(monkeypatch, catalog.jobs, "heartbeat", lambda _: True)
    catalog.jobs.add([str(carphone())], {}, now=time.time())
    Worker(catalog, catalog.path.parent, processes=1).run()
    assert len(failed) == 1
    assert [(job.state, job.attempts) for job in catalog.jobs.all()] == [(State.QUEUED, 0)]
    assert children_watching(os.getpid()) == []


def test_what_was_observed_is_stored_when_the_catalog_is_back(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ingest.patience._AGAIN_SECONDS", 0.0)
    failed = fail_calls(monkeypatch, catalog.videos, "save", {0, 1}.__contains__)
    film = write_video(tmp_path / "film.mp4", map(numbered, range(3)), rate=1)
    result = ingest_file(film, catalog, Shades())
    assert (result.status, len(failed)) == ("ok", 2)
    assert [record.status for record in catalog.videos.page()] == ["ok"]


def test_a_child_that_wants_too_much_memory_is_ended(catalog: Catalog) -> None:
    ended = work(catalog, carphone(), limits=Limits(memory_bytes=60 << 20))
    assert ended["carphone_pristine.mp4"].status == "crashed"


def test_a_child_that_takes_too_much_cpu_time_is_ended(catalog: Catalog, tmp_path: Path) -> None:
    # Every second is another picture, so each is looked at: minutes of work.
    film = write_video(tmp_path / "film.mp4", map(numbered, range(400)), rate=1)
    ended = work(catalog, film, limits=Limits(cpu_seconds=1))
    assert ended["film.mp4"].status == "crashed"
    assert "CPU time" in ended["film.mp4"].reason


def start_ingest(home: Path, *sources: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [Path(sys.executable).parent / "reelmatch", "ingest", "--processes", "1", *sources],
        env={**os.environ, "REELMATCH_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def jobs_by_state(home: Path) -> dict[str, int]:
    states = [job["state"] for job in reelmatch(home, "jobs", "--json").json["jobs"]]
    return {state: states.count(state) for state in set(states)}


@pytest.mark.slow
def test_a_worker_killed_outright_loses_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    videos = [long_video(tmp_path / f"{seed}.mp4", seed=seed) for seed in range(2)]
    running = start_ingest(home, *videos, city())
    soon(lambda: children_watching(running.pid))
    watching = children_watching(running.pid)
    running.kill()
    running.communicate()
    soon(lambda: not any(works(child) for child in watching))  # no orphan
    assert sum(jobs_by_state(home).values()) == 3
    expire_leases(home)
    done = reelmatch(home, "ingest", "--json")
    assert done.code == 0
    assert jobs_by_state(home) == {"done": 3}
    statuses = {video["status"] for video in reelmatch(home, "videos", "--json").json["videos"]}
    assert statuses == {"ok"}


def expire_leases(home: Path) -> None:
    """Let the dead worker's lease run out now, not in half a minute."""
    with Catalog.open(home / "catalog.db") as catalog, catalog.transaction() as db:
        db.execute("update jobs set lease_until = 0 where state = 'running'")


@pytest.mark.slow
def test_ctrl_c_puts_back_what_is_unfinished(tmp_path: Path) -> None:
    home = tmp_path / "home"
    videos = [long_video(tmp_path / f"{seed}.mp4", seed=seed) for seed in range(2)]
    running = start_ingest(home, *videos)
    soon(lambda: children_watching(running.pid))
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "2 videos wait; 'reelmatch ingest' goes on with them" in errors
    assert "Traceback" not in errors
    assert jobs_by_state(home) == {"queued": 2}
    assert reelmatch(home, "ingest").code == 0
    assert jobs_by_state(home) == {"done": 2}


def test_ctrl_c_between_claiming_and_watching_puts_back_too(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ingest.runner.worker.check_tagger", interrupted)
    jobs = catalog.jobs
    jobs.add([str(bikes())], {}, now=time.time())
    with pytest.raises(KeyboardInterrupt):
        Worker(catalog, catalog.path.parent, processes=1).run()
    (job,) = jobs.all()
    assert (job.state, job.attempts) == (State.QUEUED, 0)


@pytest.mark.slow
def test_ingest_waits_for_what_another_process_has(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Catalog.open(home / "catalog.db") as catalog:
        jobs = catalog.jobs
        jobs.add([str(carphone())], {"force": False, "tagger": "local"}, now=time.time())
        assert jobs.claim("another", now=time.time()) is not None
        running = start_ingest(home, carphone(), city())
        soon(lambda: jobs.counts().get(State.DONE) == 1)
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(timeout=2)
        jobs.release("another", now=time.time())
        output, errors = running.communicate(timeout=60)
        assert running.returncode == 0, errors
        assert [line.split()[1] for line in output.splitlines()[1:]] == ["ok", "ok"]


def test_ingest_without_sources_waits_for_what_another_process_has(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Catalog.open(home / "catalog.db") as catalog:
        jobs = catalog.jobs
        jobs.add([str(carphone())], {"force": False, "tagger": "local"}, now=time.time())
        job = jobs.claim("another", now=time.time())
        assert job is not None
        running = start_ingest(home)
        assert running.stderr is not None
        assert running.stderr.readline() == "waiting for 1 that another process has begun\n"
        jobs.end(job, JobResult(State.DONE, "ok", "", "00ff", 4), now=time.time())
        output, errors = running.communicate(timeout=60)
    assert running.returncode == 0, errors
    assert [line.split()[:3] for line in output.splitlines()[1:]] == [["00ff", "ok", "4"]]


@pytest.mark.slow
def test_two_workers_share_one_queue(tmp_path: Path) -> None:
    home = tmp_path / "home"
    both = [start_ingest(home, bikes(), carphone(), city()) for _ in range(2)]
    outputs = [running.communicate(timeout=120) for running in both]
    assert [running.returncode for running in both] == [0, 0], outputs
    assert jobs_by_state(home) == {"done": 3}
    assert all(job["attempts"] == 1 for job in reelmatch(home, "jobs", "--json").json["jobs"])
