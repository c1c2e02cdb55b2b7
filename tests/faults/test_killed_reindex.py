"""``kill -9`` at any moment of a reindex loses nothing and leaves the old generation live."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.index_config import IndexConfig
from engine.errors import ReindexRunning
from engine.indexes.local.disk.generations import Generations
from support.catalogs import TAGS, save, video_id
from support.processes import children_of, soon, works

RAW = IndexConfig(threshold=0.7, tf="raw")
LOG = IndexConfig(threshold=0.7, tf="log")
VIDEOS = 600
CHUNK = 50

REINDEX = """
import sys
from pathlib import Path
from engine.domain.matching.index_config import IndexConfig
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.indexes.local.disk.generations import Generations

def told(n):
    print("counted", n, flush=True)
    sys.stdin.readline()

with Catalog.open(Path(sys.argv[1])) as catalog:
    print("started", flush=True)
    built = reindex(
        catalog, Generations(Path(sys.argv[2])), IndexConfig(threshold=0.7, tf="log"),
        on_videos=told, chunk_videos=50, executor=sys.argv[3],
    )
    print("built", built.id, flush=True)
"""


@pytest.fixture(scope="module")
def catalog_to_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog of made-up videos, for each test to copy."""
    path = tmp_path_factory.mktemp("to_copy") / "catalog.db"
    rng = np.random.default_rng(3)
    with Catalog.open(path) as catalog, catalog.transaction():
        for number in range(VIDEOS):
            observed = {tag: int(rng.integers(1, 20)) for tag in rng.choice(TAGS[:6], 3)}
            save(catalog, video_id(number), observed)
    return path


@pytest.fixture
def catalog_copy(tmp_path: Path, catalog_to_copy: Path) -> Iterator[Catalog]:
    shutil.copytree(catalog_to_copy.parent, tmp_path, dirs_exist_ok=True)
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        yield catalog


def start(tmp_path: Path, generations: Path, executor: str = "serial:") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", REINDEX, tmp_path / "catalog.db", generations, executor],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def go_on(running: subprocess.Popen[str], chunks: int) -> None:
    """Let it count so many chunks more."""
    assert running.stdin is not None
    assert running.stdout is not None
    for _ in range(chunks):
        assert running.stdout.readline().startswith(("started", "counted"))
        running.stdin.write("\n")
        running.stdin.flush()


def kill(running: subprocess.Popen[str]) -> None:
    running.kill()
    running.communicate()
    assert running.returncode == -signal.SIGKILL


@pytest.mark.parametrize("chunks", [2, 6, 12])
def test_a_killed_reindex_goes_on_where_it_was(
    catalog_copy: Catalog, tmp_path: Path, chunks: int
) -> None:
    expected = reindex(catalog_copy, Generations(tmp_path / "whole"), LOG, chunk_videos=CHUNK).id
    generations = Generations(tmp_path / "generations")
    old = reindex(catalog_copy, generations, IndexConfig(threshold=0.5, tf="raw"))

    running = start(tmp_path, generations.folder)
    go_on(running, chunks)
    kill(running)
    assert generations.load_current().id == old.id

    before = counted(generations)
    assert chunks - 1 <= len(before) <= chunks + 1
    assert reindex(catalog_copy, generations, LOG, chunk_videos=CHUNK).id == expected
    after = counted(generations)
    assert len(after) == VIDEOS // CHUNK
    assert before.items() <= after.items(), "what was counted is not counted again"


@pytest.mark.parametrize(
    "stop_signal",
    [
        signal.SIGKILL,
        "SIGINT to all",
        pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
        pytest.param("SIGTERM to all", marks=pytest.mark.slow),
    ],
)
def test_a_reindex_by_processes_that_is_stopped_leaves_none_and_goes_on_where_it_was(
    catalog_copy: Catalog, tmp_path: Path, stop_signal: signal.Signals | str
) -> None:
    expected = reindex(catalog_copy, Generations(tmp_path / "whole"), LOG, chunk_videos=CHUNK).id
    generations = Generations(tmp_path / "generations")
    running = start(tmp_path, generations.folder, "local:2")
    go_on(running, 3)
    workers = children_of(running.pid)
    assert len(workers) >= 2
    if isinstance(stop_signal, str):
        # As a terminal does at Ctrl-C, and a container when it is stopped.
        os.killpg(running.pid, signal.Signals[stop_signal.split()[0]])
    else:
        running.send_signal(stop_signal)
    _, errors = running.communicate(timeout=60)
    soon(lambda: not any(map(works, workers)), 10)
    assert errors.count("Traceback") <= 1, "only of the parent's KeyboardInterrupt"

    before = counted(generations)
    assert 2 <= len(before) < VIDEOS // CHUNK
    assert (
        reindex(catalog_copy, generations, LOG, chunk_videos=CHUNK, executor="local:2").id
        == expected
    )
    after = counted(generations)
    assert len(after) == VIDEOS // CHUNK
    assert before.items() <= after.items(), "what was counted is not counted again"
    assert not list(generations.folder.rglob("*.part"))


def counted(generations: Generations) -> dict[str, int]:
    """Return the finished files of the first pass and when each was written."""
    files = (generations.folder / ".building").glob("*/*.counts")
    return {path.name: path.stat().st_mtime_ns for path in files}


def test_chunks_whose_videos_changed_are_counted_again(
    catalog_copy: Catalog, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "generations")
    running = start(tmp_path, generations.folder)
    go_on(running, 6)
    kill(running)
    save(catalog_copy, video_id(10), {"cat": 7})
    catalog_copy.videos.delete(video_id(120))
    save(catalog_copy, video_id(5_000), {"car": 7})

    resumed = reindex(catalog_copy, generations, LOG, chunk_videos=CHUNK)
    whole = reindex(catalog_copy, Generations(tmp_path / "whole"), LOG, chunk_videos=CHUNK)
    assert resumed.id == whole.id
    assert resumed.index.row_of(video_id(120)) is None
    assert resumed.index.row_of(video_id(5_000)) is not None


def test_a_second_reindex_is_refused_while_one_runs(catalog_copy: Catalog, tmp_path: Path) -> None:
    generations = Generations(tmp_path / "generations")
    running = start(tmp_path, generations.folder)
    go_on(running, 2)
    with pytest.raises(ReindexRunning, match="another reindex is running"):
        reindex(catalog_copy, generations, RAW)
    kill(running)
    assert reindex(catalog_copy, generations, RAW).index.n_videos == VIDEOS


@pytest.mark.slow
def test_kills_at_any_moment_of_the_writing_leave_a_whole_generation(
    catalog_copy: Catalog, tmp_path: Path
) -> None:
    """Killed after ever longer times, from the counting to past the switch."""
    expected = reindex(catalog_copy, Generations(tmp_path / "whole"), LOG).id
    generations = Generations(tmp_path / "generations")
    old = reindex(catalog_copy, generations, RAW).id
    observed = set()
    for milliseconds in (5, 10, 20, 40, 80, 160, 320, 640, 2_000):
        running = start(tmp_path, generations.folder)
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write("\n" * 50)
        running.stdin.flush()
        assert running.stdout.readline() == "started\n"
        try:
            running.wait(milliseconds / 1000)
        except subprocess.TimeoutExpired:
            kill(running)
        running.communicate()
        current = generations.load_current()
        assert current.id in {old, expected}
        assert current.index.n_videos == VIDEOS
        observed.add(current.id)
    assert reindex(catalog_copy, generations, LOG).id == expected
    assert not list(generations.folder.glob(".writing-*"))


def _empty(content: bytes) -> bytes:
    return content[:0]


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _bit(content: bytes) -> bytes:
    return content[:1000] + bytes([content[1000] ^ 1]) + content[1001:]


def _zeros(content: bytes) -> bytes:
    return bytes(len(content))


@pytest.mark.parametrize("damage", [_empty, _half, _bit, _zeros])
def test_a_damaged_file_of_the_first_pass_is_made_anew(
    catalog_copy: Catalog, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    generations = Generations(tmp_path / "generations")
    expected = reindex(catalog_copy, generations, LOG, chunk_videos=CHUNK).id
    before = counted(generations)
    (folder,) = (generations.folder / ".building").iterdir()
    for path in sorted(folder.iterdir())[3:5]:
        path.write_bytes(damage(path.read_bytes()))
    assert reindex(catalog_copy, generations, LOG, chunk_videos=CHUNK).id == expected
    made_anew = {name for name, at in counted(generations).items() if before[name] != at}
    assert len(made_anew) == 2
