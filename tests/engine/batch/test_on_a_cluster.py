"""Batches on a Dask cluster are what one process makes of them, and are made by its workers."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.batch import count_chunks
from engine.batch import recommend_all as batches
from engine.batch.evaluation import replay
from engine.batch.evaluation.evaluation import PRESENT, Candidate, EvaluationOptions, evaluate
from engine.batch.recommend_all import PageOptions, recommend_all
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.index_config import IndexConfig
from engine.domain.viewers import Event, EventKind
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.profiles import VIEWER_RULES
from support.catalogs import TAGS, save, video_id
from support.dask import DaskCluster

pytest.importorskip("distributed", reason="needs: pip install -e '.[dask]'")
pytestmark = pytest.mark.slow

NOW = 2_000_000_000.0
SPLIT = 1_000.0
RAW = IndexConfig(0.5, "raw")
VIDEOS, VIEWERS = 60, 300


@pytest.fixture(scope="module")
def cluster() -> Iterator[DaskCluster]:
    with DaskCluster(workers=2) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """Videos, and viewers who watched ten of them; no test changes them."""
    rng = np.random.default_rng(6)
    with Catalog.open(tmp_path_factory.mktemp("home") / "catalog.db") as catalog:
        for number in range(VIDEOS):
            shown = {str(tag): int(rng.integers(1, 20)) for tag in rng.choice(TAGS, 3)}
            save(catalog, video_id(number), shown)
        events = [
            (f"v{viewer:03}", Event(str(at), video_id(video), EventKind.WATCHED, SPLIT + at, 0.9))
            for viewer in range(VIEWERS)
            for at, video in enumerate(rng.choice(VIDEOS, 10, replace=False).tolist(), start=-5)
        ]
        catalog.viewers.load_events(events, now=NOW)
        yield catalog


def refuse_here(monkeypatch: pytest.MonkeyPatch, room: object, name: str) -> None:
    """Let nothing be computed in this process; workers have modules of their own."""

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("computed here")

    monkeypatch.setattr(room, name, refused)


def test_another_threshold_gives_the_generation_of_one_process(
    watched: Catalog, cluster: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configs = [replace(RAW, threshold=threshold) for threshold in (0.5, 0.96)]
    here = [reindex(watched, Generations(tmp_path / "here"), config).id for config in configs]
    refuse_here(monkeypatch, count_chunks, "_count")
    there = Generations(tmp_path / "there")
    assert len(set(here)) == 2
    for config, expected in zip(configs, here, strict=True):
        built = reindex(watched, there, config, chunk_videos=7, executor=cluster.url)
        assert built.id == expected


def test_all_viewers_are_recommended_the_same(
    watched: Catalog, cluster: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_BATCH_SIZE", 20)
    snapshot = LocalSnapshot.of(reindex(watched, Generations(tmp_path), RAW))
    options = PageOptions(5)
    here = list(recommend_all(watched, snapshot, options, VIEWER_RULES, now=NOW))
    assert len({page.matches for page in here}) > 3
    refuse_here(monkeypatch, batches, "_pages")
    url = cluster.url
    assert list(recommend_all(watched, snapshot, options, VIEWER_RULES, now=NOW, executor=url)) == (
        here
    )


def test_an_evaluation_measures_the_same(
    watched: Catalog, cluster: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = [
        Candidate(PRESENT, {}, RAW, VIEWER_RULES),
        Candidate("co_likes=0", {"co_likes": "0"}, RAW, replace(VIEWER_RULES, co_likes=0.0)),
    ]
    options = EvaluationOptions(SPLIT)
    here = evaluate(watched, tmp_path, compared, options)
    assert here.viewers == VIEWERS
    refuse_here(monkeypatch, replay, "_measurable")
    there = evaluate(watched, tmp_path, compared, replace(options, executor=cluster.url))
    assert there == here
