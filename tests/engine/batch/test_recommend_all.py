"""Recommendations for all viewers are the same whoever computes them, and of one moment."""

from pathlib import Path

import numpy as np
import pytest

from engine.batch import recommend_all as batches
from engine.batch.follow import follow
from engine.batch.recommend_all import PageOptions, recommend_all
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.filters import Field, Not
from engine.domain.matching.index_config import IndexConfig
from engine.domain.matching.recommendations import ViewerRecommendations
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.profiles import VIEWER_RULES
from engine.search.rerank import Ranking
from support.catalogs import TAGS, save, video_id

NOW = 1_767_355_200.5
RAW = IndexConfig(threshold=0.7, tf="raw")
VIEWERS = 11
VARIED = PageOptions(
    4,
    Not(Field("language", "in", ("de",))),
    Ranking(diversity=0.4, freshness=0.2, fold=True),
    again=True,
)


@pytest.fixture
def catalog_with_viewers(catalog: Catalog, tmp_path: Path) -> Catalog:
    """Videos, of which some came after the index was built, and viewers who like some tags."""
    rng = np.random.default_rng(11)
    for number in range(40):
        shown = {str(tag): int(rng.integers(1, 20)) for tag in rng.choice(TAGS, 3)}
        save(catalog, video_id(number), shown, language=("en", "de", "")[number % 3])
        if number == 30:
            reindex(catalog, Generations(tmp_path / "generations"), RAW)
    for number in range(VIEWERS):
        likes = {str(tag): float(rng.random()) for tag in rng.choice(TAGS, 2)}
        catalog.viewers.put_interests(f"viewer {number:02}", likes, now=NOW)
    return catalog


@pytest.fixture
def audience_snapshot(catalog_with_viewers: Catalog, tmp_path: Path) -> LocalSnapshot:
    live = Generations(tmp_path / "generations").load_current()
    return follow(LocalSnapshot.of(live), catalog_with_viewers)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_BATCH_SIZE", 3)
    monkeypatch.setattr(batches, "_SHARED_BATCHES", 2)


def pages(
    catalog: Catalog, snapshot: LocalSnapshot, options: PageOptions, executor: str
) -> list[ViewerRecommendations]:
    return list(recommend_all(catalog, snapshot, options, VIEWER_RULES, now=NOW, executor=executor))


@pytest.mark.parametrize("options", [PageOptions(), VARIED])
def test_processes_say_what_one_says(
    catalog_with_viewers: Catalog,
    audience_snapshot: LocalSnapshot,
    options: PageOptions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    serial = pages(catalog_with_viewers, audience_snapshot, options, "serial:")
    assert [page.viewer for page in serial] == [f"viewer {n:02}" for n in range(VIEWERS)]
    assert len({page.matches for page in serial}) > 3

    def refused(*_: object) -> None:
        raise AssertionError("computed here")

    monkeypatch.setattr(batches, "_pages", refused)
    assert pages(catalog_with_viewers, audience_snapshot, options, "local:2") == serial


@pytest.mark.slow
def test_all_are_of_the_moment_that_was_asked_for(
    catalog_with_viewers: Catalog, audience_snapshot: LocalSnapshot
) -> None:
    before = pages(catalog_with_viewers, audience_snapshot, PageOptions(), "serial:")
    save(catalog_with_viewers, video_id(99), dict.fromkeys(TAGS, 19))
    assert pages(catalog_with_viewers, audience_snapshot, PageOptions(), "local:2") == before
    now = follow(audience_snapshot, catalog_with_viewers)
    assert pages(catalog_with_viewers, now, PageOptions(), "local:2") != before


def test_a_generation_that_was_cleared_away_meanwhile_still_answers(
    catalog_with_viewers: Catalog, audience_snapshot: LocalSnapshot, tmp_path: Path
) -> None:
    before = pages(catalog_with_viewers, audience_snapshot, PageOptions(), "serial:")
    for threshold in (0.3, 0.5):
        reindex(
            catalog_with_viewers,
            Generations(tmp_path / "generations"),
            IndexConfig(threshold, "log"),
        )
    assert not audience_snapshot.generation.folder.exists()
    assert pages(catalog_with_viewers, audience_snapshot, PageOptions(), "local:2") == before


@pytest.mark.parametrize("k", [1, 1_000])
def test_long_pages_are_computed_for_fewer_viewers_at_a_time(
    catalog_with_viewers: Catalog,
    audience_snapshot: LocalSnapshot,
    monkeypatch: pytest.MonkeyPatch,
    k: int,
) -> None:
    monkeypatch.setattr(batches, "_BATCH_MATCHES", 2_000)
    sizes = [len(ids) for ids in batches._batches(catalog_with_viewers, PageOptions(k))]
    assert max(sizes) == (3 if k == 1 else 2)
    assert sum(sizes) == VIEWERS
    assert len(pages(catalog_with_viewers, audience_snapshot, PageOptions(k), "serial:")) == VIEWERS
