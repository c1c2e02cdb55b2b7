"""A worker survives what it works on, and what it works on survives the worker."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.store.catalog import Catalog
from engine.store.jobs import Jobs, State
from ingest.child import Limits
from ingest.pipeline import Outcome
from ingest.worker import Worker
from support.footage import bikes, carphone, city, long_video, numbered, write_video
from support.product import reelmatch


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(tmp_path / "home" / "catalog.db") as catalog:
        yield catalog


def work(catalog: Catalog, *sources: Path, limits: Limits) -> dict[str, Outcome]:
    jobs = Jobs(catalog)
    jobs.add(map(str, sources), {}, now=time.time())
    ended: dict[str, Outcome] = {}
    worker = Worker(
        catalog,
        processes=1,
        limits=limits,
        on_end=lambda job, outcome: ended.update({Path(job.source).name: outcome}),
    )
    worker.run()
    assert jobs.open_count() == 0
    return ended


def children_watching(worker: int) -> list[int]:
    """Return the processes that watch a video for a worker.

    They are children of the server they are forked from, which is a child of the worker.
    """
    return [child for server in children_of(worker) for child in children_of(server)]


def children_of(process: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent == process:
            found.append(int(folder.name))
    return found


def works(process: int) -> bool:
    """Tell whether a process still runs; one that nobody has buried yet does not."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"


def soon(what: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.01)


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
    crashed, done = Jobs(catalog).all()
    assert (crashed.state, done.state) == (State.FAILED, State.DONE)
    assert catalog.find("bikes.mp4").status == "crashed"


def test_a_child_that_stalls_is_ended(catalog: Catalog) -> None:
    stopping = once_one_watches(lambda child: os.kill(child, signal.SIGSTOP))
    ended = work(catalog, bikes(), carphone(), limits=Limits(stall_seconds=20))
    stopping.join()
    assert ended["bikes.mp4"].status == "stalled"
    assert "no new second in" in ended["bikes.mp4"].reason
    assert ended["carphone_pristine.mp4"].status == "ok"
    assert children_watching(os.getpid()) == []


def test_a_child_that_wants_too_much_memory_is_ended(catalog: Catalog) -> None:
    ended = work(catalog, carphone(), limits=Limits(memory_bytes=60 << 20))
    assert ended["carphone_pristine.mp4"].status == "crashed"


def test_a_child_that_takes_too_much_cpu_time_is_ended(catalog: Catalog, tmp_path: Path) -> None:
    # Every second is another picture, so each is looked at: minutes of work.
    film = write_video(tmp_path / "film.mp4", map(numbered, range(3000)), rate=1)
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


def test_ctrl_c_puts_back_what_is_unfinished(tmp_path: Path) -> None:
    home = tmp_path / "home"
    videos = [long_video(tmp_path / f"{seed}.mp4", seed=seed) for seed in range(2)]
    running = start_ingest(home, *videos)
    soon(lambda: children_watching(running.pid))
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "2 videos wait; 'reelmatch ingest' goes on with them" in said
    assert "Traceback" not in said
    assert jobs_by_state(home) == {"queued": 2}
    assert reelmatch(home, "ingest").code == 0
    assert jobs_by_state(home) == {"done": 2}


def test_ctrl_c_between_claiming_and_watching_puts_back_too(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ingest.worker.check_tagger", interrupted)
    jobs = Jobs(catalog)
    jobs.add([str(bikes())], {}, now=time.time())
    with pytest.raises(KeyboardInterrupt):
        Worker(catalog, processes=1).run()
    (job,) = jobs.all()
    assert (job.state, job.attempts) == (State.QUEUED, 0)


def test_ingest_waits_for_what_another_process_has(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Catalog.open(home / "catalog.db") as catalog:
        jobs = Jobs(catalog)
        jobs.add([str(carphone())], {"force": False, "tagger": "local"}, now=time.time())
        assert jobs.claim("another", now=time.time()) is not None
        running = start_ingest(home, carphone(), city())
        soon(lambda: jobs.counts().get(State.DONE) == 1)
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(timeout=2)
        jobs.put_back("another", now=time.time())
        said, errors = running.communicate(timeout=60)
        assert running.returncode == 0, errors
        assert [line.split()[1] for line in said.splitlines()[1:]] == ["ok", "ok"]


def test_two_workers_share_one_queue(tmp_path: Path) -> None:
    home = tmp_path / "home"
    both = [start_ingest(home, bikes(), carphone(), city()) for _ in range(2)]
    outputs = [running.communicate(timeout=120) for running in both]
    assert [running.returncode for running in both] == [0, 0], outputs
    assert jobs_by_state(home) == {"done": 3}
    assert all(job["attempts"] == 1 for job in reelmatch(home, "jobs", "--json").json["jobs"])
