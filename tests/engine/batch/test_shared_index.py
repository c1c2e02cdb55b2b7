"""A server's index follows a catalog, and answers as the local index does."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.batch.follow import follow
from engine.batch.shared_index import SharedIndex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.filters import EVERY_VIDEO, And, Field, Filter, HasTag, Ids, Not, Or
from engine.domain.matching.index_config import IndexConfig
from engine.domain.metadata import SCHEMA, RiskLimit
from engine.errors import CatalogUnusable, InvalidInput, NothingIndexed, ReindexRunning
from engine.indexes.local.snapshot import LocalSnapshot
from engine.indexes.milvus import snapshot as milvus_snapshot
from engine.indexes.milvus.index import MilvusIndex
from engine.indexes.milvus.snapshot import MilvusSnapshot
from engine.ports.index import IndexSnapshot
from engine.ports.query import Query
from support.catalogs import TAGS, save, video_id
from support.generations import built

pytestmark = pytest.mark.slow

N_VIDEOS = 300
HOSTILE = ("Ann", "'\"\\", '"] or seconds >= 0 or uploader in ["', "{x}", "%", "日本\n\ud800", "")
LANGUAGES = ("en", "de", "de-AT", "zh-Hant-TW", "")

FILTERS: Sequence[Filter] = (
    EVERY_VIDEO,
    Or(()),
    *(Field("uploader", "in", (word,)) for word in HOSTILE[:5]),
    Not(Field("uploader", "in", HOSTILE[1:4])),
    *(Field("category", "in", (word,)) for word in HOSTILE[:5]),
    Not(Field("category", "in", HOSTILE[:2])),
    *(Field("language", "in", (word,)) for word in ("de", "DE-at", "zh", "", "*", "fr")),
    Field("kind", "in", ("static", "")),
    Field("iab", "in", ("422",)),
    Not(Field("iab", "in", ("422", "1"))),
    *(Field("sensitive", "at_most", level) for level in ("none", "flag", "unknown")),
    Field("risk", "at_most", RiskLimit("low")),
    Field("risk", "at_most", RiskLimit("medium", "adult", unknown=True)),
    Not(Field("risk", "at_most", RiskLimit("none", unknown=True))),
    Field("seconds", "between", (3, 2**80)),
    Field("width", "between", (None, 640)),
    Field("added_at", "between", (2**33, None)),
    HasTag("cat", 2),
    Not(HasTag("beer")),
    And((HasTag("cat"), Or((HasTag("train", 4), HasTag("city", 0))))),
    Ids((video_id(3), "nobody", '"] or seconds >= 0 or id in ["')),
    And((Not(Ids(tuple(map(video_id, range(300))))), Not(HasTag("car")))),
)


def store(catalog: Catalog, rng: np.random.Generator, number: int) -> None:
    """Save a video of few tags, so that many tie."""
    shown = rng.choice(TAGS, int(rng.integers(0, 4)), replace=False).tolist()
    save(
        catalog,
        video_id(number),
        {tag: int(rng.integers(1, 6)) for tag in shown},
        language=str(rng.choice(LANGUAGES)),
        kind=("motion", "static", "")[number % 3],
        uploader=HOSTILE[number % 5],
        categories=tuple(HOSTILE[: number % 4]),
    )


@pytest.fixture
def catalog_of_many(catalog: Catalog) -> Catalog:
    """A catalog of some hundred videos."""
    rng = np.random.default_rng(7)
    with catalog.transaction():
        for number in range(N_VIDEOS):
            store(catalog, rng, number)
    return catalog


def queries(snapshot: IndexSnapshot) -> Iterator[Query]:
    """Yield queries, those with unwanted tags among them."""
    rng = np.random.default_rng(11)
    for _ in range(12):
        tags = rng.choice(len(TAGS), int(rng.integers(1, 5)), replace=False)
        yield snapshot.query(tags, rng.choice([-1.0, -0.3, 0.5, 1.0, 2.0], len(tags)))


def assert_alike(there: MilvusSnapshot, here: LocalSnapshot) -> None:
    """Compare the answers to all that the port asks."""
    every = here.newest(EVERY_VIDEO, k=1000)
    assert there.n_videos == here.n_videos == len(every)
    assert there.vocabulary == here.vocabulary
    np.testing.assert_array_equal(there.idf, here.idf)
    np.testing.assert_array_equal(there.df, here.df)
    np.testing.assert_array_equal(there.mean_vector.values, here.mean_vector.values)
    names = [column.name for column in SCHEMA]
    assert there.columns(every, names) == here.columns(every, names)
    for where in FILTERS:
        assert there.count(where) == here.count(where), where
        assert there.newest(where, skip=3, k=20) == here.newest(where, skip=3, k=20)
        np.testing.assert_array_equal(there.passes(every, where), here.passes(every, where))
    for query in queries(here):
        for k, where in ((1, FILTERS[0]), (10, FILTERS[0]), (10, FILTERS[7]), (500, FILTERS[0])):
            matches = here.search(query, k, where)
            assert there.search(query, k, where) == matches
        some = [hit.video for hit in matches[:5]] + every[:5]
        assert reasons(there, query, some) == reasons(here, query, some)
        assert scores(there, query) == scores(here, query)
    excluded = [every[:9], []]
    two = [there.query_like(every[0]), there.query([2], [1.0])]
    assert there.search_many(two, 5, FILTERS[7], exclude=excluded) == here.search_many(
        two, 5, FILTERS[7], exclude=excluded
    )


def reasons(snapshot: IndexSnapshot, query: Query, videos: list[str]) -> list[object]:
    explained = snapshot.explain_all(query, videos)
    return [(tags.tolist(), shares.tolist()) for tags, shares in explained]


def scores(snapshot: IndexSnapshot, query: Query) -> dict[str, tuple[float, int]]:
    return {
        video: (score, seconds)
        for part in snapshot.scores(query, FILTERS[7])
        for video, score, seconds in zip(
            part.ids(np.ones(len(part.scores), bool)),
            part.scores.tolist(),
            part.seconds.tolist(),
            strict=True,
        )
    }


def test_a_server_answers_as_the_local_index_does_whatever_changes(
    catalog_of_many: Catalog, milvus_index: MilvusIndex, tmp_path: Path
) -> None:
    catalog, shared = catalog_of_many, SharedIndex(milvus_index, catalog_of_many)
    with pytest.raises(NothingIndexed):
        shared.newest()
    generation = built(catalog, tmp_path)
    shared.serve(generation)
    here = LocalSnapshot.of(generation)
    assert_alike(shared.newest(), here)
    rng = np.random.default_rng(13)
    for number in range(0, 60, 2):
        store(catalog, rng, number)
    for number in (N_VIDEOS, N_VIDEOS + 1):
        store(catalog, rng, number)
    save(catalog, video_id(1), {"newcomer": 3, "cat": 1})  # a tag that came since
    catalog.videos.delete(video_id(5))
    there = shared.newest()
    assert there.revision == catalog.revision()
    assert video_id(5) not in there
    newcomer = there.query(there.vocabulary.numbers(["newcomer"]), [1.0])
    assert [hit.video for hit in there.search(newcomer, 3)] == [video_id(1)]
    assert_alike(there, follow(here, catalog))
    assert SharedIndex(milvus_index, catalog).newest().revision == there.revision


def test_more_is_fetched_until_the_last_is_proven_right(
    catalog_of_many: Catalog,
    milvus_index: MilvusIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = SharedIndex(milvus_index, catalog_of_many)
    generation = built(catalog_of_many, tmp_path)
    shared.serve(generation)
    there, here = shared.newest(), LocalSnapshot.of(generation)
    fetched: list[int] = []
    nearest = milvus_index.connection.nearest

    def counted(*args: Any) -> Any:
        fetched.append(args[3])
        return nearest(*args)

    monkeypatch.setattr(milvus_snapshot, "MARGIN", 0)
    monkeypatch.setattr(milvus_index.connection, "nearest", counted)
    # What is disliked is on all that is liked: by what is wanted alone, the order is another.
    query, beer = here.query([0, 1], [1.0, -0.5]), HasTag("beer")
    assert there.search(query, 2, beer) == here.search(query, 2, beer)
    assert len(fetched) > 1
    monkeypatch.setattr(milvus_snapshot, "MAX_FETCHED", 8)
    for one in queries(here):
        assert there.search(one, 3) == here.search(one, 3)
    monkeypatch.setattr(milvus_snapshot, "_SORTED_HERE", 5)
    for where in (FILTERS[0], FILTERS[7], Or(())):
        assert there.newest(where, skip=2, k=9) == here.newest(where, skip=2, k=9)


def test_a_generation_is_filled_beside_the_live_one_and_switched_whole(
    catalog_of_many: Catalog,
    milvus_index: MilvusIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catalog, shared = catalog_of_many, SharedIndex(milvus_index, catalog_of_many)
    first = built(catalog, tmp_path)
    shared.serve(first)
    old = shared.newest()
    second = built(catalog, tmp_path, IndexConfig(threshold=0.7, tf="raw"))
    flush = milvus_index.connection.flush

    def killed(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(milvus_index.connection, "flush", killed)
    with pytest.raises(KeyboardInterrupt):
        shared.serve(second)
    after = SharedIndex(milvus_index, catalog).newest()
    assert after.generation_id == old.generation_id, "half of one was seen"
    monkeypatch.setattr(milvus_index.connection, "flush", flush)
    shared.serve(second)
    fresh = SharedIndex(milvus_index, catalog)
    assert fresh.newest().generation_id == second.id
    query = old.query([3], [1.0])
    assert old.search(query, 5) == LocalSnapshot.of(first).search(query, 5), "who asks still may"
    monkeypatch.setattr("engine.indexes.milvus.index.GRACE_SECONDS", -1.0)
    shared.serve(second)
    there = milvus_index.connection.collections()
    assert milvus_index.connection.address.collection(second.id) in there
    assert milvus_index.connection.address.collection(first.id) not in there
    shared.serve(first)  # as a rollback does
    assert SharedIndex(milvus_index, catalog).newest().generation_id == first.id


def test_one_at_a_time_fills_and_only_for_its_own_catalog(
    catalog_of_many: Catalog, milvus_index: MilvusIndex, tmp_path: Path
) -> None:
    shared = SharedIndex(milvus_index, catalog_of_many)
    generation = built(catalog_of_many, tmp_path)
    with catalog_of_many.leading("filling-index"), pytest.raises(ReindexRunning):
        shared.serve(generation)
    shared.serve(generation)
    with Catalog.open(tmp_path / "other" / "catalog.db") as other:
        save(other, video_id(1), {"cat": 3})
        with pytest.raises(CatalogUnusable, match="another name behind the address"):
            SharedIndex(milvus_index, other).serve(built(other, tmp_path / "other"))
        with pytest.raises(CatalogUnusable, match="another name behind the address"):
            SharedIndex(milvus_index, other).newest()


def test_while_another_process_writes_changes_the_snapshot_is_the_one_without(
    catalog_of_many: Catalog, milvus_index: MilvusIndex, tmp_path: Path
) -> None:
    shared = SharedIndex(milvus_index, catalog_of_many)
    shared.serve(built(catalog_of_many, tmp_path))
    before = shared.newest()
    catalog_of_many.videos.delete(video_id(1))
    with catalog_of_many.leading("changing-index"):
        assert shared.newest() is before
    assert shared.newest().n_videos == N_VIDEOS - 1


def test_what_viewers_like_together_is_plainly_not_there(
    catalog_of_many: Catalog, milvus_index: MilvusIndex, tmp_path: Path
) -> None:
    shared = SharedIndex(milvus_index, catalog_of_many)
    shared.serve(built(catalog_of_many, tmp_path))
    there = shared.newest()
    assert there.n_viewers == 0
    assert there.learned_mix.mix == 0.0
    with pytest.raises(InvalidInput, match="REELMATCH_INDEX=local:"):
        there.co_liked([video_id(1)], np.ones(1), EVERY_VIDEO, 5)
    with pytest.raises(InvalidInput, match="REELMATCH_INDEX=local:"):
        there.co_like_cosines([video_id(1)], [video_id(2)])
