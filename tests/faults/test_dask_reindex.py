"""A reindex on a Dask cluster: the generation of one process, whatever dies meanwhile."""

import os
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
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.disk.generations import Generations
from support.catalogs import TAGS, save, video_id
from support.dask import DaskCluster
from support.network import linked_host
from support.processes import soon

pytest.importorskip("distributed", reason="needs: pip install -e '.[dask]'")
pytestmark = pytest.mark.slow

LOG = IndexConfig(threshold=0.7, tf="log")
VIDEOS = 120
CHUNK_VIDEOS = 5


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """Made-up videos; no test changes them."""
    rng = np.random.default_rng(11)
    with Catalog.open(tmp_path_factory.mktemp("home") / "catalog.db") as catalog:
        with catalog.transaction():
            for number in range(VIDEOS):
                shown = {tag: int(rng.integers(1, 20)) for tag in rng.choice(TAGS, 3)}
                save(catalog, video_id(number * 7), shown)
        yield catalog


@pytest.fixture(scope="module")
def expected(made_up: Catalog, tmp_path_factory: pytest.TempPathFactory) -> str:
    return reindex(made_up, Generations(tmp_path_factory.mktemp("whole")), LOG).id


@pytest.fixture(scope="module")
def cluster() -> Iterator[DaskCluster]:
    with DaskCluster(workers=2) as cluster:
        yield cluster


def counted_on(
    cluster: DaskCluster,
    catalog: Catalog,
    generations: Generations,
    on_videos: Callable[[int], object],
) -> Generation:
    return reindex(
        catalog,
        generations,
        LOG,
        chunk_videos=CHUNK_VIDEOS,
        executor=cluster.url,
        on_videos=on_videos,
    )


def test_a_killed_worker_costs_nothing(
    made_up: Catalog, expected: str, cluster: DaskCluster, tmp_path: Path
) -> None:
    killed: list[int] = []
    counted: list[int] = []

    def kill(videos: int) -> None:
        counted.append(videos)
        if not killed:
            killed.append(cluster.worker_processes()[0])
            os.kill(killed[0], signal.SIGKILL)

    built = counted_on(cluster, made_up, Generations(tmp_path / "generations"), kill)
    assert killed
    assert built.id == expected
    assert sum(counted) == VIDEOS


def test_a_host_that_is_cut_off_costs_nothing(
    made_up: Catalog, expected: str, tmp_path: Path
) -> None:
    with linked_host() as other, DaskCluster(workers=1, host=other.here) as cluster:
        there = cluster.add_worker(other.prefix)
        soon(lambda: len(cluster.worker_processes()) == 2)
        counted: list[int] = []

        def cut(videos: int) -> None:
            if not counted:
                other.cut()
            counted.append(videos)

        built = counted_on(cluster, made_up, Generations(tmp_path / "generations"), cut)
        assert sum(counted) == VIDEOS
        assert built.id == expected
        soon(lambda: len(cluster.worker_processes()) == 1)
        # It would wait for the scheduler for long.
        there.kill()


DRIVER = """
import sys
from pathlib import Path
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generations import Generations

catalog, generations, url, chunk_videos = sys.argv[1:]
done = []

def wait_to_be_killed(videos):
    done.append(videos)
    if len(done) == 5:
        print("five", flush=True)
        sys.stdin.read()

reindex(
    Catalog.open(Path(catalog)),
    Generations(Path(generations)),
    IndexConfig(threshold=0.7, tf="log"),
    chunk_videos=int(chunk_videos),
    executor=url,
    on_videos=wait_to_be_killed,
)
"""


def test_a_killed_driver_is_followed_by_one_that_counts_what_is_missing(
    made_up: Catalog, expected: str, cluster: DaskCluster, tmp_path: Path
) -> None:
    folder = tmp_path / "generations"
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, made_up.path, folder, cluster.url, str(CHUNK_VIDEOS)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with driver:
        assert driver.stdout
        assert driver.stdout.readline() == "five\n"
        driver.kill()
    # What was handed over and had begun is finished by the workers, whom nobody asks any more.
    soon(lambda: not cluster.tasks())
    stored = {path: path.stat().st_mtime_ns for path in folder.rglob("*.counts")}
    assert 5 <= len(stored) < VIDEOS / CHUNK_VIDEOS
    rewritten: list[Path] = []

    def compare(_videos: int) -> None:
        rewritten.extend(path for path, time in stored.items() if path.stat().st_mtime_ns != time)

    built = counted_on(cluster, made_up, Generations(folder), compare)
    assert built.id == expected
    assert not rewritten


def test_a_cut_link_to_a_worker_costs_nothing(
    made_up: Catalog, expected: str, tmp_path: Path
) -> None:
    with DaskCluster(workers=2) as cluster:
        stopped: list[int] = []

        def stop(_videos: int) -> None:
            # It is there, and answers nothing: as one behind a link that was cut.
            if not stopped:
                stopped.extend(cluster.worker_processes()[:1])
                os.kill(stopped[0], signal.SIGSTOP)

        built = counted_on(cluster, made_up, Generations(tmp_path / "generations"), stop)
    assert stopped
    assert built.id == expected
