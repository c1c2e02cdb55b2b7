"""The live index stays live, whatever happens to the catalog that it follows."""

import gc
import sqlite3
import time
import traceback
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from shutil import rmtree

import pytest

from api.background import live as following
from api.background.live import Live
from api.settings import Settings
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.filters import HasTag
from engine.domain.matching.index_config import IndexConfig
from engine.errors import CorruptData, IndexUnavailable, NothingIndexed, ReindexRunning
from engine.indexes.local.disk.generation import Generation
from support.catalogs import save, video_id
from support.servers import free_port


@pytest.mark.slow
def test_a_catalog_that_cannot_be_read_for_a_while_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_AGAIN_SECONDS", 0.1)
    with Live.open(Settings(home=tmp_path)) as live:
        save(live.catalog, video_id(1), {"cat": 3})
        reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="raw"))
        live.follow()
        requests = Catalog.revision
        failures = []

        def fail(catalog: Catalog) -> int:
            failures.append(catalog)
            raise sqlite3.OperationalError("disk I/O error")

        monkeypatch.setattr(Catalog, "revision", fail)
        until = time.monotonic() + 10
        while len(failures) < 2:
            assert time.monotonic() < until
            time.sleep(0.02)
        assert live.snapshot.n_videos == 1
        monkeypatch.setattr(Catalog, "revision", requests)
        save(live.catalog, video_id(2), {"cat": 3})
        while live.snapshot.n_videos < 2:
            assert time.monotonic() < until
            time.sleep(0.02)


def test_a_generation_that_was_replaced_is_let_go_at_once(tmp_path: Path) -> None:
    """Not when the garbage collector comes by, which a process full of arrays rarely sees."""
    gc.disable()
    try:
        with Live.open(Settings(home=tmp_path)) as live:
            save(live.catalog, video_id(1), {"cat": 3, "car": 1})
            reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="raw"))
            ask(live)
            assert live.tag_idf["cat"] > 0  # of what was asked before, nothing holds on to it
            index = weakref.ref(live.local_snapshot.generation.index)
            filters = weakref.ref(live.local_snapshot.base.filters)
            reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="log"))
            ask(live)
            assert (index(), filters()) == (None, None)
    finally:
        gc.enable()


def test_asking_for_what_is_not_there_leaves_nothing_behind(tmp_path: Path) -> None:
    with Live.open(Settings(home=tmp_path)) as live:
        for _ in range(5):
            with pytest.raises(NothingIndexed) as refused:
                live.snapshot  # noqa: B018 - asking is what fails
            assert len(list(traceback.walk_tb(refused.value.__traceback__))) < 4


def test_a_rollback_that_the_server_of_the_index_does_not_take_moves_nothing(
    tmp_path: Path,
) -> None:
    pytest.importorskip("pymilvus", reason="needs: pip install -e '.[milvus]'")
    nobody = f"milvus://127.0.0.1:{free_port()}/films"
    with Live.open(Settings(home=tmp_path, index=nobody)) as live:
        save(live.catalog, video_id(1), {"cat": 3})
        reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="raw"))
        new = reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="log"))
        for _ in range(2):
            with pytest.raises(IndexUnavailable):
                live.rollback()
            assert live.generations.current_id == new.id


class ServerWhileSomebodyReindexes:
    """A server of an index; while it is filled, another process reindexes."""

    def __init__(self, live: Live) -> None:
        self.serves = ""
        self._live = live

    def serve(self, generation: Generation) -> None:
        with suppress(ReindexRunning):
            config = IndexConfig(threshold=0.7, tf="sqrt")
            reindex(self._live.catalog, self._live.generations, config)
        self.serves = generation.id


def test_a_reindex_while_the_server_is_filled_does_not_leave_server_and_home_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Live.open(Settings(home=tmp_path)) as live:
        save(live.catalog, video_id(1), {"cat": 3})
        old = reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="raw"))
        reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="log"))
        server = ServerWhileSomebodyReindexes(live)
        with monkeypatch.context() as patched:
            patched.setattr(live, "_shared", server)
            assert live.rollback().id == old.id
        assert server.serves == live.generations.current_id == old.id


def test_where_the_home_does_not_follow_the_server_both_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Live.open(Settings(home=tmp_path)) as live:
        save(live.catalog, video_id(1), {"cat": 3})
        old = reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="raw"))
        reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="log"))
        with monkeypatch.context() as patched:
            patched.setattr(live, "_shared", object())
            patched.setattr(live, "serve", lambda generation: rmtree(generation.folder))
            with pytest.raises(CorruptData, match=f"{old.id} is live in the server"):
                live.rollback()


def ask(live: Live) -> None:
    """Have a view remember filters, and threads compute over its index."""
    live.refresh()
    snapshot = live.snapshot
    query = snapshot.query([*snapshot.vocabulary.numbers(["cat"])], [1.0])
    with ThreadPoolExecutor(4) as pool:
        for _ in range(8):
            pool.submit(snapshot.search, query, 3, HasTag("cat")).result()
    live._follow_campaigns()
    assert live.targeting.snapshot is snapshot


@pytest.mark.slow
@pytest.mark.parametrize("name", ["index/idf.npy", "generation.json", "../CURRENT"])
def test_a_service_goes_on_with_the_generation_before_a_damaged_one(
    tmp_path: Path, name: str
) -> None:
    with Live.open(Settings(home=tmp_path)) as live:
        save(live.catalog, video_id(1), {"cat": 3})
        old = reindex(live.catalog, live.generations, IndexConfig(threshold=0.5, tf="raw"))
        live.follow()
        # Built elsewhere and put in place damaged, so that the service never sees it whole.
        with live._changing:
            new = reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="raw"))
            damaged = new.folder / name
            damaged.write_bytes(damaged.read_bytes()[:-2] + b"!!")
        save(live.catalog, video_id(2), {"cat": 3})
        eventually(lambda: live.snapshot.n_videos == 2)
        assert live.local_snapshot.generation.id == old.id
        checked: list[str] = []
        load, live.generations.load = live.generations.load, checked.append  # type: ignore[method-assign, assignment]
        live.refresh()
        assert not checked, "what was refused is not read again and again"
        live.generations.load = load  # type: ignore[method-assign]
        healed = reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="raw"))
        eventually(lambda: live.local_snapshot.generation.id == healed.id)
        assert live.snapshot.n_videos == 2


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)
