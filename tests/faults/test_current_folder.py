"""Nothing that lies in the current folder, or in the folder that is ingested, is ever run."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import packages_distributions
from pathlib import Path

import httpx
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.jobs import Kind
from engine.domain.matching.index_config import IndexConfig
from ingest.runner.safe_start import clean_children_environment, leave_current_folder
from ingest.taggers.remote.renditions import find_program
from support.footage import carphone
from support.processes import soon
from support.product import reelmatch

OWN = ("api", "engine", "ingest", "models", "reelmatch")
OTHERS = {*sys.stdlib_module_names, *packages_distributions(), "sitecustomize", "usercustomize"}
"""Every module that any process of ours could ask for."""

PLANTED = """
with open({ran!r}, "a") as file:
    file.write(__file__ + "\\n")
raise ImportError("planted")
"""


def plant(folder: Path, ran: Path, modules: Iterable[str] = OTHERS) -> Path:
    """Fill a folder of clips with what must not be run; whatever is adds a line to ``ran``."""
    folder.mkdir()
    shutil.copy(carphone(), folder / "clip.mp4")
    code = PLANTED.format(ran=str(ran))
    for name in modules:
        if name not in OWN:
            (folder / f"{name}.py").write_text(code)
    for name in (*OWN, "yt_dlp_plugins/extractor"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(code)
    metadata = folder / "planted-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: planted\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[reelmatch.taggers]\nlocal = planted:X\n")
    (folder / "planted.py").write_text(code)
    for name in ("ffmpeg", "ffprobe", "deno", "node", "phantomjs", "file", "uname", "ldconfig"):
        (folder / name).write_text(f"#!/bin/sh\necho $0 >> {ran}\n")
        (folder / name).chmod(0o755)
    (folder / "yt-dlp.conf").write_text(f"--exec 'echo conf >> {ran}'\n")
    (folder / ".env").write_text(f"REELMATCH_HOME={folder}/elsewhere\n")
    (folder / ".numba_config.yaml").write_text(f"cache_dir: {folder}/numba\n")
    return folder


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    return tmp_path / "ran"


@pytest.fixture
def clips(tmp_path: Path, ran: Path) -> Path:
    return plant(tmp_path / "clips", ran)


def assert_nothing_ran(clips: Path, ran: Path) -> None:
    assert not ran.exists(), ran.read_text()
    assert not (clips / "elsewhere").exists()
    assert not (clips / "numba").exists()


def test_planted_code_would_be_told_of(clips: Path, ran: Path) -> None:
    # A command that ran in this process before may have made its environment safe.
    unsafe = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    subprocess.run([sys.executable, "-c", "import tempfile"], cwd=clips, env=unsafe, check=False)
    assert ran.exists()


@pytest.mark.slow
def test_no_command_runs_what_lies_in_the_current_folder(
    clips: Path, ran: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    line = '{"source": "https://films.example/a", "tags": [{"tag": "cat", "seconds": [[0, 3, 1]]}]}'
    (tmp_path / "films.jsonl").write_text(line)
    # A hub that is refused, too: nothing is pulled.
    loose = {
        "REELMATCH_MODELS_HUB": "http://127.0.0.1:9",
        "PATH": f":{Path(sys.executable).parent}:.",
        "LD_LIBRARY_PATH": ":.",
    }

    def run(*arguments: str | Path, code: int = 0) -> str:
        done = reelmatch(home, *arguments, settings=loose, folder=clips)
        assert done.code == code, (arguments, done.out, done.err)
        assert "Traceback" not in done.err
        assert not ran.exists(), (arguments, ran.read_text())
        return done.out

    assert re.search(r"^\w{16} +ok +4 +clip.mp4", run("ingest", "."), re.M)
    # Refused, but by the child that fetches.
    assert "unsafe" in run("ingest", "http://127.0.0.1:9/", code=1)
    run("models", "pull", "clip-vit-base-patch32", code=1)
    run("import", tmp_path / "films.jsonl")
    run("reindex")
    assert "clip" in run("match", "--keyword", "person", "--keyword", "sneakers")
    run("doctor")
    assert_nothing_ran(clips, ran)


TASKS = """
import os
from ingest.runner.safe_start import leave_current_folder
leave_current_folder()
from engine.executors import open_executor
from engine.ports.executor import run_tasks
with open_executor("local:2") as executor:
    print(*run_tasks(executor, abs, [-1, 2]))
"""


def test_no_process_that_runs_tasks_runs_it_either(clips: Path, ran: Path) -> None:
    unsafe = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    done = subprocess.run(
        [sys.executable, "-P", "-c", TASKS],
        cwd=clips,
        env={**unsafe, "PATH": f":{os.defpath}", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 2\n", "")
    assert_nothing_ran(clips, ran)


@pytest.fixture
def waiting_home(tmp_path: Path) -> Path:
    """Home with the clip, an address that is refused, and a reindex in the queue."""
    home = tmp_path / "home"
    with Catalog.open(home / "catalog.db") as catalog:
        expected = [str(tmp_path / "clips" / "clip.mp4"), "http://127.0.0.1:9/"]
        catalog.jobs.add(expected, {}, now=0)
        catalog.jobs.add_reindex(asdict(IndexConfig(0.7, "raw")), now=0)
    return home


@contextmanager
def begun(home: Path, clips: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a command among the clips that goes on until told to stop."""
    process = subprocess.Popen(
        [Path(sys.executable).parent / "reelmatch", *arguments],
        env={**os.environ, "REELMATCH_HOME": str(home), "PATH": f":{os.defpath}"},
        cwd=clips,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    # Who serves alone ends by the signal, after all else was ended in order.
    assert process.returncode in (0, -signal.SIGTERM), errors
    assert "Traceback" not in errors


def assert_queue_is_worked(home: Path) -> None:
    with Catalog.open(home / "catalog.db") as catalog:
        jobs = catalog.jobs
        soon(lambda: not jobs.open_count() and not jobs.open_count(Kind.REINDEX))
        assert [job.status for job in jobs.all()] == ["ok", "unsafe", "ok"]


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--workers", "2"]])
def test_no_process_of_the_service_runs_it_either(
    options: list[str], waiting_home: Path, clips: Path, ran: Path
) -> None:
    with begun(waiting_home, clips, "serve", "--port", "0", *options) as serving:
        assert serving.stderr is not None
        match = re.search(r"http://[\d.]+:\d+", next(filter(_names_its_address, serving.stderr)))
        assert match is not None
        with httpx.Client(
            base_url=match[0], transport=httpx.HTTPTransport(retries=10), timeout=60
        ) as client:
            assert_queue_is_worked(waiting_home)
            assert client.get("/health/live").status_code == 200
    assert_nothing_ran(clips, ran)


@pytest.mark.slow
def test_nor_does_a_process_that_only_works_the_queue(
    waiting_home: Path, clips: Path, ran: Path
) -> None:
    with begun(waiting_home, clips, "work"):
        assert_queue_is_worked(waiting_home)
    assert_nothing_ran(clips, ran)


def _names_its_address(line: str) -> bool:
    return "running on http" in line


@pytest.mark.slow
def test_a_relative_path_of_modules_is_not_followed(tmp_path: Path, ran: Path) -> None:
    # What Python itself imports before any program runs can only be kept away by the operator.
    modules = ("av", "msgspec", "multiprocessing", "numba", "numpy", "onnxruntime", "sqlite_utils")
    clips = plant(tmp_path / "clips", ran, modules)
    for name in OWN:
        shutil.rmtree(clips / name)
    for path in (".", ":", f"clips/../../clips:{tmp_path}/nowhere"):
        done = reelmatch(
            tmp_path / "home", "ingest", ".", settings={"PYTHONPATH": path}, folder=clips
        )
        assert done.code == 0, done.err
        assert_nothing_ran(clips, ran)


@pytest.mark.slow
def test_the_demo_runs_nothing_of_it(clips: Path, ran: Path, tmp_path: Path) -> None:
    done = reelmatch(tmp_path / "home", "demo", folder=clips)
    assert done.code == 0, done.err
    assert_nothing_ran(clips, ran)


def test_lists_of_folders_keep_what_is_absolute() -> None:
    environment = {"PATH": ":/bin:bin:.:/usr/bin:", "LD_LIBRARY_PATH": "::.", "HOME": "."}
    caches = {"NUMBA_CACHE_DIR": "numba", "XDG_CACHE_HOME": "/caches", "PYTHONUSERBASE": ""}
    environment |= caches
    clean_children_environment(environment)
    assert environment == {
        "PATH": "/bin:/usr/bin",
        "HOME": ".",
        "XDG_CACHE_HOME": "/caches",
        "PYTHONSAFEPATH": "1",
    }


def test_what_stands_for_the_current_folder_leaves_the_path_of_modules(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"sub:{tmp_path}/named")
    monkeypatch.setattr(
        sys, "path", ["", ".", "lib", f"{tmp_path}/sub", f"{tmp_path}/named", "/usr/lib/python"]
    )
    leave_current_folder()
    assert sys.path == [f"{tmp_path}/named", "/usr/lib/python"]


def test_this_package_is_found_though_it_lies_in_the_current_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = Path(__file__).parent.parent.parent
    monkeypatch.chdir(here)
    monkeypatch.setattr(sys, "path", ["", "/usr/lib/python"])
    leave_current_folder()
    assert sys.path == [str(here), "/usr/lib/python"]


def test_a_program_is_not_taken_from_the_current_folder(
    clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clips)
    monkeypatch.setenv("PATH", f":.:{os.defpath}")
    pytest.importorskip("imageio_ffmpeg", reason="needs: pip install -e '.[remote]'")
    assert find_program().parent != clips
