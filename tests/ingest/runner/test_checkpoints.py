"""Files that workers of a cluster write are taken as they should be, or what is wrong is told."""

import errno
import os
import pickle
import subprocess
import sys
import tempfile
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.media import StoredUpload
from engine.domain.tracks import Track
from engine.errors import DiskFull
from engine.system.temporary_files import HELD, abandoned
from ingest.decoding.probe import Status
from ingest.pipeline import IngestResult
from ingest.runner import elsewhere, observation_process
from ingest.runner.elsewhere import checkpoint_name, ingest_elsewhere
from ingest.runner.observation import RESULT, ObserveTask, observe
from ingest.runner.worker_process import JobSpec, Limits
from ingest.sources.files import content_id
from ingest.sources.web import FetchLimits
from ingest.taggers.registry import TaggerContext
from support.catalogs import NOW
from support.footage import carphone
from support.records import a_video

FILM = carphone()
VIDEO = content_id(FILM)


def spec_of(home: Path, source: str = str(FILM)) -> JobSpec:
    return JobSpec(
        job=1,
        worker="w",
        source=source,
        catalog="",
        home=home,
        force=False,
        limits=Limits(),
        fetch=FetchLimits(),
        tagger="local",
        context=TaggerContext(),
    )


def write_observed(path: Path, video: str = VIDEO) -> None:
    with tempfile.TemporaryDirectory() as own, Catalog.open(Path(own) / "a.db") as observed:
        numbers = observed.tags.number(["cat"])
        track = Track.from_confidences(np.full((2, 1), 0.9, np.float32), numbers)
        observed.videos.save(a_video(video), track, now=NOW)
        observed.copy_to(path)


def look(task: ObserveTask) -> IngestResult:
    """Look as a worker that has the folder of the one who asks."""
    write_observed(task.path)
    return IngestResult(VIDEO, task.spec.source, "ok", "", 2)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / "observed").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def checkpoint(home: Path) -> Path:
    return home / "observed" / checkpoint_name(spec_of(home), VIDEO, None)


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> list[ObserveTask]:
    """Tasks that reached a worker."""
    reached: list[ObserveTask] = []

    def observe(task: ObserveTask) -> IngestResult:
        reached.append(task)
        return look(task)

    monkeypatch.setattr(elsewhere, "observe", observe)
    return reached


def ingest(catalog: Catalog, spec: JobSpec) -> IngestResult:
    return ingest_elsewhere("serial:", spec, catalog, lambda _: None)


def damaged(path: Path) -> None:
    write_observed(path)
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)


def test_what_was_observed_for_a_run_that_was_killed_is_not_observed_again(
    catalog: Catalog, home: Path, checkpoint: Path, tasks: list[ObserveTask]
) -> None:
    write_observed(checkpoint)
    assert ingest(catalog, spec_of(home)).status == "ok"
    assert tasks == []
    assert list(checkpoint.parent.iterdir()) == []


@pytest.mark.parametrize("fault", ["empty", "of another kind", "torn", "of another video"])
def test_one_that_cannot_be_read_is_observed_anew(
    catalog: Catalog, home: Path, checkpoint: Path, tasks: list[ObserveTask], fault: str
) -> None:
    if fault == "torn":
        damaged(checkpoint)
    elif fault == "of another video":
        write_observed(checkpoint, "00112233445566aa")
    else:
        checkpoint.write_bytes(b"" if fault == "empty" else b"half a file" * 1000)
    assert ingest(catalog, spec_of(home)).status == "ok"
    assert len(tasks) == 1
    assert catalog.videos.named(VIDEO).status == "ok"
    assert list(checkpoint.parent.iterdir()) == []


def test_a_worker_that_writes_it_elsewhere_fails_the_job_and_nothing_is_stored(
    catalog: Catalog, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = IngestResult(VIDEO, str(FILM), "ok", "", 2)
    monkeypatch.setattr(elsewhere, "observe", lambda _: done)
    result = ingest(catalog, spec_of(home))
    assert (result.video, result.status) == (None, Status.FAILED)
    assert f"did not come into {home / 'observed'}: mount" in result.reason
    assert catalog.videos.get(VIDEO) is None


def test_an_upload_that_workers_do_not_reach_is_not_stored_as_gone(
    catalog: Catalog, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = StoredUpload.new(VIDEO, "a.mp4").source

    def look_without_store(task: ObserveTask) -> IngestResult:
        write_observed(task.path)
        return IngestResult(VIDEO, source, Status.MISSING, "the file is gone: send it again", 0)

    monkeypatch.setattr(elsewhere, "observe", look_without_store)
    result = ingest(catalog, spec_of(home, source))
    assert (result.video, result.status) == (None, Status.FAILED)
    assert "the workers of the cluster do not reach the store" in result.reason
    assert catalog.videos.get(VIDEO) is None
    assert list((home / "observed").iterdir()) == []


def test_a_cluster_that_ends_meanwhile_fails_the_job_and_nothing_is_stored(
    catalog: Catalog, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(_: ObserveTask) -> IngestResult:
        raise BrokenExecutor("the Dask scheduler at 10.0.0.1:8786 is gone")

    monkeypatch.setattr(elsewhere, "observe", lose)
    result = ingest(catalog, spec_of(home))
    assert (result.video, result.status) == (None, Status.FAILED)
    assert result.reason == "the Dask scheduler at 10.0.0.1:8786 is gone"
    assert catalog.videos.get(VIDEO) is None


def test_a_file_that_changes_while_it_is_looked_at_fails_the_job_and_nothing_is_left(
    catalog: Catalog, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = "00112233445566aa"

    def look_at_changed(task: ObserveTask) -> IngestResult:
        write_observed(task.path, changed)
        return IngestResult(changed, task.spec.source, "ok", "", 2)

    monkeypatch.setattr(elsewhere, "observe", look_at_changed)
    result = ingest(catalog, spec_of(home))
    assert (result.video, result.status) == (None, Status.FAILED)
    assert "changed while it was looked at" in result.reason
    assert catalog.videos.count() == 0
    assert list((home / "observed").iterdir()) == []


def test_what_was_observed_for_another_job_of_the_video_is_left_to_it(
    catalog: Catalog, home: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_observed(checkpoint)
    store = elsewhere.take_over

    def store_slowly(*arguments: Any) -> IngestResult:
        of_another = checkpoint.with_name("of-another.unfinished")
        write_observed(of_another)
        of_another.replace(checkpoint)
        return store(*arguments)

    monkeypatch.setattr(elsewhere, "take_over", store_slowly)
    assert ingest(catalog, spec_of(home)).status == "ok"
    assert list(checkpoint.parent.iterdir()) == [checkpoint]


def test_a_process_that_dies_before_it_reads_its_task_is_told_by_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = subprocess.Popen

    def start_failing(_: list[str], **options: Any) -> "subprocess.Popen[bytes]":
        process = start([sys.executable, "-c", "raise SystemExit(3)"], **options)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        return process

    monkeypatch.setattr(subprocess, "Popen", start_failing)
    result = observe(ObserveTask(spec_of(tmp_path), None, tmp_path / "a.db", 10.0))
    assert (result.video, result.status) == (None, Status.CRASHED)
    assert "ended with code 3" in result.reason


def test_one_that_another_process_stores_meanwhile_stops_nobody(
    catalog: Catalog, home: Path, tasks: list[ObserveTask]
) -> None:
    # Listed, and gone when it is looked at.
    (home / "observed" / "of-another.db").symlink_to("nowhere")
    assert ingest(catalog, spec_of(home)).status == "ok"
    assert len(tasks) == 1


def test_the_process_that_looks_ends_well_while_the_one_who_asked_waits(tmp_path: Path) -> None:
    task = ObserveTask(spec_of(tmp_path), None, tmp_path / "not mounted" / "a.db", 10.0)
    payload = pickle.dumps(task)
    with subprocess.Popen(
        [sys.executable, "-m", "ingest.runner.observation_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(len(payload).to_bytes(8, "big") + payload)
        process.stdin.flush()
        # Its other end stays open.
        assert process.stdout.read().startswith(RESULT)
        assert process.wait(10) == 0


def test_what_a_killed_look_left_goes_with_the_next(
    home: Path, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    (temporary / f"{HELD}killed").mkdir(parents=True)

    def watch(spec: JobSpec, *_: object) -> IngestResult:
        assert list(temporary.iterdir()) == [spec.home]
        assert abandoned(temporary) == []
        return IngestResult(VIDEO, spec.source, "ok", "", 2)

    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(observation_process, "ingest_here", watch)
    task = ObserveTask(spec_of(home), None, checkpoint, 10.0)
    assert observation_process.look(task, lambda _: None).status == "ok"
    assert list(temporary.iterdir()) == []
    assert list(checkpoint.parent.iterdir()) == [checkpoint]


def test_a_full_disk_where_it_is_to_be_written_is_named(
    home: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    done = IngestResult(VIDEO, str(FILM), "ok", "", 2)
    monkeypatch.setattr(observation_process, "ingest_here", lambda *_: done)
    monkeypatch.setattr(Catalog, "copy_to", fill)
    task = ObserveTask(spec_of(home), None, checkpoint, 10.0)
    with pytest.raises(DiskFull, match=str(checkpoint.parent)):
        observation_process.look(task, lambda _: None)
    assert list(checkpoint.parent.iterdir()) == []
