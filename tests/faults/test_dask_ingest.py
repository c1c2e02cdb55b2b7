"""Videos are looked at by a cluster: what is stored is what a look here stores, whatever dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.catalogs import open_catalog
from engine.domain.tags import VISUAL
from ingest.sources.files import content_id
from support.dask import DaskCluster
from support.footage import bikes, carphone
from support.processes import children_of, soon
from support.product import Finished, reelmatch

pytest.importorskip("distributed", reason="needs: pip install -e '.[dask]'")
pytestmark = pytest.mark.slow

FILMS = (bikes(), carphone())


def observed(home: Path) -> dict[str, Any]:
    """Return all that is stored of each video, with the names of tags, not their numbers."""
    with open_catalog(home / "catalog.db", create=False) as catalog:
        names = catalog.tags.vocabulary().names
        return {
            content.record.id: (
                content.record.status,
                content.record.reason,
                content.record.kind,
                content.record.evidence,
                content.record.title,
                catalog.thumbnails.get(content.record.id),
                catalog.tracks.lines(content.record.id),
                {
                    one.source: (
                        one.tagger,
                        one.track.changes.flags.tolist(),
                        sorted(
                            (second, names[tag], confidence)
                            for second in range(one.track.n_seconds)
                            for part in [slice(*one.track.starts[second : second + 2])]
                            for tag, confidence in zip(
                                one.track.tags[part].tolist(),
                                one.track.confidences[part].tolist(),
                                strict=True,
                            )
                        ),
                        sorted(
                            zip(
                                [names[tag] for tag in one.track.whole_tags],
                                one.track.whole_confidences.tolist(),
                                strict=True,
                            )
                        ),
                    )
                    for one in content.tracks
                },
            )
            for content in catalog.content.page()
        }


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Observations as processes of this machine store them."""
    home = tmp_path_factory.mktemp("local") / "home"
    assert reelmatch(home, "ingest", *FILMS).code == 0
    stored = observed(home)
    assert [set(one[-1]) >= {VISUAL, "audio", "metadata"} for one in stored.values()] == [True] * 2
    return stored


@pytest.fixture
def cluster() -> Iterator[DaskCluster]:
    with DaskCluster(workers=2) as cluster:
        yield cluster


def workers_of(cluster: DaskCluster, number: int) -> list[int]:
    """Return the processes that run tasks, once so many are there."""
    soon(lambda: len(cluster.worker_processes()) == number)
    return cluster.worker_processes()


def looking(workers: list[int]) -> list[int]:
    """Return those workers that have a process which looks at a video."""
    return [worker for worker in workers if children_of(worker)]


def start(home: Path, url: str, *arguments: str | Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [Path(sys.executable).parent / "reelmatch", "ingest", *arguments],
        env={**os.environ, "REELMATCH_HOME": str(home), "REELMATCH_EXECUTOR": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_killed_worker_costs_nothing_and_sources_are_added_the_same(
    expected: dict[str, Any], cluster: DaskCluster, tmp_path: Path
) -> None:
    home, workers = tmp_path / "home", workers_of(cluster, 2)
    with start(home, cluster.url, "--no-audio", *FILMS) as driver:
        soon(lambda: looking(workers))
        os.kill(looking(workers)[0], signal.SIGKILL)
        out, err = driver.communicate(timeout=300)
    assert driver.returncode == 0, out + err
    assert list((home / "observed").iterdir()) == []
    added = reelmatch(
        home, "ingest", "--add", "audio", settings={"REELMATCH_EXECUTOR": cluster.url}
    )
    assert added.code == 0, added.err
    assert observed(home) == expected


def test_what_was_observed_for_a_killed_driver_is_not_observed_again(
    expected: dict[str, Any], tmp_path: Path
) -> None:
    home, film = tmp_path / "home", FILMS[0]
    with DaskCluster(workers=1) as cluster:
        workers = workers_of(cluster, 1)
        with start(home, cluster.url, film) as driver:
            soon(lambda: looking(workers))
            driver.kill()
        soon(lambda: list((home / "observed").glob("*.db")))
        (checkpoint,) = (home / "observed").glob("*.db")
    assert checkpoint.name.startswith(f"{content_id(film)}-")
    resumed = resume(home, cluster)
    assert resumed.code == 0, resumed.err
    assert observed(home) == {content_id(film): expected[content_id(film)]}
    assert list((home / "observed").iterdir()) == []


def resume(home: Path, gone: DaskCluster) -> Finished:
    """Go on while there is no cluster any more."""
    settings = {"REELMATCH_EXECUTOR": gone.url}
    return reelmatch(home, "ingest", "--processes", "1", settings=settings)


def test_a_cluster_that_is_away_says_nothing_of_the_videos(tmp_path: Path) -> None:
    settings = {"REELMATCH_EXECUTOR": "dask://127.0.0.1:1"}
    refused = reelmatch(tmp_path, "ingest", FILMS[0], settings=settings)
    assert refused.code == 1
    assert "no Dask scheduler answers at 127.0.0.1:1" in refused.err
    lost = reelmatch(tmp_path, "ingest", FILMS[0], "--processes", "1", settings=settings)
    assert lost.code == 1
    assert "no Dask scheduler answers at 127.0.0.1:1" in lost.out
    with open_catalog(tmp_path / "catalog.db") as catalog:
        assert catalog.videos.count() == 0


def test_a_scheduler_that_dies_says_nothing_of_the_video_that_is_looked_at(
    cluster: DaskCluster, tmp_path: Path
) -> None:
    home, workers = tmp_path / "home", workers_of(cluster, 2)
    with start(home, cluster.url, "--processes", "1", FILMS[0]) as driver:
        soon(lambda: looking(workers))
        cluster.scheduler.kill()
        out, err = driver.communicate(timeout=120)
    assert driver.returncode == 1
    assert "is gone" in out
    assert "Traceback" not in out + err
    with open_catalog(home / "catalog.db") as catalog:
        assert catalog.videos.count() == 0
