"""A server of Milvus that is killed and comes back, between questions and during them."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from engine.batch.reindex import reindex
from engine.batch.shared_index import SharedIndex, serve
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.filters import EVERY_VIDEO
from engine.domain.matching.index_config import IndexConfig
from engine.errors import IndexUnavailable
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.indexes.milvus.index import MilvusIndex
from support.catalogs import save, video_id
from support.milvus import MilvusServer, serving_milvus
from support.processes import soon
from support.servers import started

pytestmark = pytest.mark.slow

CONFIG: Final = IndexConfig(threshold=0.7, tf="raw")
TOKEN: Final = "root:s3cret"  # noqa: S105 - of a server that asks for none


@pytest.fixture
def own_milvus(tmp_path: Path) -> Iterator[MilvusServer]:
    """A server to kill, which has no index yet."""
    folder = tmp_path / "milvus"
    folder.mkdir()
    with serving_milvus(folder) as server:
        yield server


@pytest.fixture
def generation(catalog: Catalog) -> Generation:
    """Return a generation of fifty videos."""
    with catalog.transaction():
        for number in range(50):
            save(catalog, video_id(number), {"cat": 1 + number % 5, "car": number % 3})
    return reindex(catalog, Generations(catalog.path.with_name("generations")), CONFIG)


def test_who_asks_while_it_is_away_is_told_and_nobody_is_told_anything_wrong(
    catalog: Catalog, generation: Generation, own_milvus: MilvusServer
) -> None:
    serve(own_milvus.url("films"), generation, catalog)
    shared = SharedIndex(MilvusIndex(own_milvus.connection("films")), catalog)
    snapshot, here = shared.newest(), LocalSnapshot.of(generation)
    query = here.query([2, 3], [1.0, -0.3])
    best = here.search(query, 7)
    assert snapshot.search(query, 7) == best
    own_milvus.kill()
    with pytest.raises(IndexUnavailable, match=own_milvus.url("films")) as refused:
        snapshot.search(query, 7)
    assert "REELMATCH_INDEX" in str(refused.value)
    with pytest.raises(IndexUnavailable):
        snapshot.count(EVERY_VIDEO)
    with pytest.raises(IndexUnavailable):
        list(snapshot.scores(query, EVERY_VIDEO))
    save(catalog, video_id(99), {"cat": 5})
    with pytest.raises(IndexUnavailable):
        shared.newest()
    own_milvus.start()
    assert snapshot.search(query, 7) == best
    assert shared.newest().n_videos == 51


def test_killed_while_many_ask_no_answer_is_wrong_and_all_are_right_again(
    catalog: Catalog, generation: Generation, own_milvus: MilvusServer
) -> None:
    serve(own_milvus.url("films"), generation, catalog)
    snapshot = SharedIndex(MilvusIndex(own_milvus.connection("films")), catalog).newest()
    here = LocalSnapshot.of(generation)
    query = here.query([2, 3], [1.0, 0.5])
    best, reasons = here.search(query, 9), here.explain(query, video_id(7))
    stop = threading.Event()
    refusals: list[IndexUnavailable] = []
    wrong: list[float] = []
    answered: list[float] = []

    def ask() -> None:
        while not stop.is_set():
            try:
                right = snapshot.search(query, 9) == best
                tags, shares = snapshot.explain(query, video_id(7))
                right &= tags.tolist() == reasons[0].tolist()
                right &= shares.tolist() == reasons[1].tolist()
            except IndexUnavailable as error:
                refusals.append(error)
            else:
                (answered if right else wrong).append(time.monotonic())

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    try:
        soon(lambda: len(answered) > 20)
        own_milvus.kill()
        soon(lambda: refusals, 60)
        own_milvus.start()
        again = time.monotonic()
        soon(lambda: answered[-1] > again, 60)
    finally:
        stop.set()
        for asker in askers:
            asker.join()
    assert not wrong


def test_killed_while_a_generation_is_written_the_one_before_stays(
    catalog: Catalog,
    generation: Generation,
    own_milvus: MilvusServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = own_milvus.url("films")
    serve(url, generation, catalog)
    generations = Generations(catalog.path.with_name("generations"))
    newer = reindex(catalog, generations, IndexConfig(threshold=0.7, tf="log"))
    write = MilvusIndex.write

    def killed(*args: object) -> None:
        monkeypatch.setattr(MilvusIndex, "write", write)
        own_milvus.kill()
        write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(MilvusIndex, "write", killed)
    monkeypatch.setattr("engine.indexes.milvus.connection._WRITE_SECONDS", 3.0)
    with pytest.raises(IndexUnavailable):
        serve(url, newer, catalog)
    own_milvus.start()
    shared = SharedIndex(MilvusIndex(own_milvus.connection("films")), catalog)
    assert shared.newest().generation_id == generation.id
    serve(url, newer, catalog)
    shared = SharedIndex(MilvusIndex(own_milvus.connection("films")), catalog)
    assert shared.newest().generation_id == newer.id
    query = shared.newest().query([3], [1.0])
    assert shared.newest().search(query, 5) == LocalSnapshot.of(newer).search(query, 5)


def test_a_service_says_503_while_it_is_away_and_goes_on_by_itself(
    catalog: Catalog, generation: Generation, own_milvus: MilvusServer
) -> None:
    url = own_milvus.url("films")
    serve(url, generation, catalog)
    home = catalog.path.parent
    with started(home, REELMATCH_INDEX=url, REELMATCH_MILVUS_TOKEN=TOKEN) as server:
        recommendations = f"{server.address}/v1/recommendations"

        def recommended() -> httpx.Response:
            request = {"interests": {"cat": 1.0}, "k": 5}
            return httpx.post(recommendations, json=request, timeout=60)

        before = recommended()
        assert before.status_code == 200, before.text
        assert len(before.json()["matches"]) == 5
        own_milvus.kill()
        away = recommended()
        assert away.status_code == 503
        assert url in away.json()["detail"]
        assert httpx.get(f"{server.address}/health/live", timeout=5).status_code == 200
        save(catalog, video_id(98), {"train": 9})
        own_milvus.start()
        soon(lambda: recommended().status_code == 200, 60)
        assert recommended().json()["matches"] == before.json()["matches"]
        train = {"interests": {"train": 1.0}}
        soon(lambda: httpx.post(recommendations, json=train, timeout=60).json()["matches"], 60)
        log = server.log.read_text()
    assert TOKEN not in log
