"""A reindex that waits in the queue is shared by processes, and none of them outlives it."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

import pytest

from engine.batch.count_chunks import CHUNK_VIDEOS
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.jobs import Kind
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generations import Generations
from ingest.runner.worker import Worker
from support.catalogs import save, video_id
from support.processes import counts_chunks, descendants_of, soon, works

RAW = IndexConfig(threshold=0.7, tf="raw")
VIDEOS = CHUNK_VIDEOS + 100
"""Two files of counts: one would be counted without processes."""


@pytest.fixture(scope="module")
def home_to_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("to_copy")
    with Catalog.open(folder / "catalog.db") as catalog:
        with catalog.transaction():
            for number in range(VIDEOS):
                save(catalog, video_id(number), {("cat", "car", "city")[number % 3]: 3})
        catalog.jobs.add_reindex(asdict(RAW), now=0)
    return folder


@pytest.fixture
def waiting_reindex_home(home_to_copy: Path, tmp_path: Path) -> Path:
    shutil.copytree(home_to_copy, tmp_path / "home")
    return tmp_path / "home"


@pytest.mark.slow
def test_a_queued_reindex_is_shared_by_processes_of_low_priority(
    waiting_reindex_home: Path,
) -> None:
    observed: dict[int, int] = {}
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            for process in filter(counts_chunks, descendants_of(os.getpid())):
                observed[process] = os.getpriority(os.PRIO_PROCESS, process)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with Catalog.open(waiting_reindex_home / "catalog.db") as catalog:
        Worker(
            catalog,
            catalog.path.parent,
            processes=1,
            generations=waiting_reindex_home / "generations",
            executor="local:2",
        ).run()
        (job,) = catalog.jobs.all()
        stop.set()
        watcher.join()
        assert (job.status, job.reason) == ("ok", f"{VIDEOS} videos")
        expected = reindex(catalog, Generations(waiting_reindex_home / "other"), RAW).id
    assert Generations(waiting_reindex_home / "generations").current_id == expected
    assert len(observed) == 2
    assert set(observed.values()) == {os.getpriority(os.PRIO_PROCESS, 0) + 5}
    soon(lambda: not any(map(works, observed)), 10)


@pytest.mark.slow
@pytest.mark.parametrize("stop_signal", [signal.SIGKILL, signal.SIGTERM])
def test_a_service_that_is_stopped_leaves_none_that_counts(
    stop_signal: signal.Signals, waiting_reindex_home: Path
) -> None:
    job_runner_lock = subprocess.Popen(
        [Path(sys.executable).parent / "reelmatch", "work"],
        env={
            **os.environ,
            "REELMATCH_HOME": str(waiting_reindex_home),
            "REELMATCH_EXECUTOR": "local:2",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    soon(lambda: len([*filter(counts_chunks, descendants_of(job_runner_lock.pid))]) == 2)
    started = descendants_of(job_runner_lock.pid)
    job_runner_lock.send_signal(stop_signal)
    _, errors = job_runner_lock.communicate(timeout=60)
    assert "Traceback" not in errors
    soon(lambda: not any(map(works, started)), 10)
    with Catalog.open(waiting_reindex_home / "catalog.db") as catalog:
        with catalog.transaction() as db:
            # The dead worker's lease runs out now, not in half a minute.
            db.execute("update jobs set lease_until = 0 where state = 'running'")
        assert catalog.jobs.open_count(Kind.REINDEX) == 1
        Worker(
            catalog,
            catalog.path.parent,
            processes=1,
            generations=waiting_reindex_home / "generations",
            executor="local:2",
        ).run()
        (job,) = catalog.jobs.all()
        assert (job.status, job.reason) == ("ok", f"{VIDEOS} videos")


def begun(home: Path, *arguments: str, max_bytes: int | None = None) -> subprocess.Popen[str]:
    def limit() -> None:
        if max_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, max_bytes))

    return subprocess.Popen(
        [Path(sys.executable).parent / "reelmatch", *arguments],
        env={**os.environ, "REELMATCH_HOME": str(home), "REELMATCH_EXECUTOR": "local:2"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=limit,
    )


@pytest.mark.slow
def test_ctrl_c_ends_a_reindex_and_all_that_count_without_a_word_of_theirs(
    waiting_reindex_home: Path,
) -> None:
    running = begun(waiting_reindex_home, "reindex")
    soon(lambda: len([*filter(counts_chunks, descendants_of(running.pid))]) == 2)
    started = descendants_of(running.pid)
    os.killpg(running.pid, signal.SIGINT)
    out, errors = running.communicate(timeout=60)
    assert (running.returncode, out, errors) == (1, "", "\nAborted!\n")
    assert "Traceback" not in errors
    soon(lambda: not any(map(works, started)), 10)
    assert not list(waiting_reindex_home.rglob(".writing-*"))
    out, errors = begun(waiting_reindex_home, "reindex", "--json").communicate(timeout=300)
    assert (json.loads(out)["videos"], errors) == (VIDEOS, "")


@pytest.mark.slow
def test_a_disk_that_is_full_where_processes_write_is_told_of(waiting_reindex_home: Path) -> None:
    running = begun(waiting_reindex_home, "reindex", max_bytes=40_000)
    _, errors = running.communicate(timeout=300)
    assert running.returncode == 1
    assert "the disk is full" in errors
    assert f"nothing more can be written to {waiting_reindex_home / 'generations'}" in errors
    assert "Traceback" not in errors
    assert not list(waiting_reindex_home.rglob("*.part"))
