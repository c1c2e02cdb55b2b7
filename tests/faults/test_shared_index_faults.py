"""A server's index when processes are killed, overtaken or refused, or a catalog is put back."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.batch import shared_index
from engine.batch.shared_index import SharedIndex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.filters import EVERY_VIDEO
from engine.domain.matching.index_config import IndexConfig
from engine.errors import CatalogUnusable, IndexUnavailable
from engine.indexes.local.disk.generation import Generation
from engine.indexes.milvus.index import MilvusIndex
from support.catalogs import save, video_id
from support.generations import built

pytestmark = pytest.mark.slow


@pytest.fixture
def few(catalog: Catalog) -> Catalog:
    """A catalog of five videos."""
    for number in range(5):
        save(catalog, video_id(number), {"cat": 1 + number})
    return catalog


def save_too_large(catalog: Catalog, number: int) -> None:
    """Save a video of more tags than Milvus stores of one."""
    save(catalog, video_id(number), {f"word {word}": 1 for word in range(7_000)})


def test_a_video_too_large_for_the_server_keeps_no_other_change_out(
    few: Catalog, milvus_index: MilvusIndex, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shared = SharedIndex(milvus_index, few)
    shared.serve(built(few, tmp_path))
    save_too_large(few, 2)
    few.videos.delete(video_id(1))
    save(few, video_id(7), {"dog": 3})
    left = [video_id(number) for number in (0, 3, 4, 7)]
    followed = shared.newest()
    assert (followed.revision, sorted(followed.newest(EVERY_VIDEO, k=9))) == (few.revision(), left)
    assert f"video {video_id(2)} has 7000 tags, more than Milvus stores" in caplog.text
    shared.serve(built(few, tmp_path))
    assert sorted(shared.newest().newest(EVERY_VIDEO, k=9)) == left
    save(few, video_id(2), {"cat": 2})
    assert video_id(2) in shared.newest()


@pytest.mark.parametrize("n_changes", [0, 1, 2], ids=["behind", "level", "ahead"])
def test_an_older_catalog_is_told_of_until_a_reindex_and_answered_from_after_it(
    n_changes: int, few: Catalog, milvus_index: MilvusIndex, tmp_path: Path
) -> None:
    shared = SharedIndex(milvus_index, few)
    shared.serve(built(few, tmp_path))
    few.copy_to(tmp_path / "old.db")
    few.videos.delete(video_id(4))
    assert shared.newest().n_videos == 4
    with Catalog.open(tmp_path / "old.db") as old:
        for number in range(n_changes):
            save(old, video_id(10 + number), {"car": 2})
        back = SharedIndex(milvus_index, old)
        with pytest.raises(CatalogUnusable, match=r"is older than its index.*or reindex to go on"):
            back.newest()
        back.serve(built(old, tmp_path))
        again = back.newest()
        assert again.revision == old.revision()
        assert again.n_videos == old.videos.count() == 5 + n_changes
        assert video_id(4) in again


class _Leadership:
    def __init__(self, *held: bool) -> None:
        self._held = list(held)

    def holds(self) -> bool:
        return self._held.pop(0) if self._held else True


@pytest.mark.parametrize("held", [(True, True), (True, False)], ids=["unaware", "aware"])
def test_who_was_overtaken_while_writing_leaves_nothing_older(
    held: tuple[bool, ...],
    few: Catalog,
    milvus_index: MilvusIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leaderships = [_Leadership(*held)]

    def leading(*_: object) -> AbstractContextManager[_Leadership]:
        return nullcontext(leaderships.pop(0) if leaderships else _Leadership())

    shared = SharedIndex(milvus_index, few)
    shared.serve(built(few, tmp_path))
    monkeypatch.setattr(Catalog, "leading", leading)
    save(few, video_id(1), {"cat": 4})
    write = MilvusIndex.write

    def overtaken(self: MilvusIndex, *args: Any) -> int:
        monkeypatch.setattr(MilvusIndex, "write", write)
        few.videos.delete(video_id(1))
        assert video_id(1) not in SharedIndex(milvus_index, few).newest()
        return write(self, *args)

    monkeypatch.setattr(MilvusIndex, "write", overtaken)
    shared.newest()
    for _ in range(2):
        after = SharedIndex(milvus_index, few).newest()
    assert after.revision == few.revision()
    assert video_id(1) not in after


def test_what_another_one_wrote_meanwhile_is_written_over(
    few: Catalog, milvus_index: MilvusIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = SharedIndex(milvus_index, few)
    shared.serve(built(few, tmp_path))
    save(few, video_id(1), {"cat": 4})
    write = MilvusIndex.write

    def overtaking(self: MilvusIndex, generation: Generation, *args: Any) -> int:
        monkeypatch.setattr(MilvusIndex, "write", write)
        n_written = write(self, generation, *args)
        # One who led before is late with what it knew.
        self.delete(generation.id, [video_id(1)])
        state = self.state(generation.id)
        assert state is not None
        self.set_state(generation.id, replace(state, writer="another"))
        return n_written

    monkeypatch.setattr(MilvusIndex, "write", overtaking)
    assert shared.newest().revision < few.revision()
    after = shared.newest()
    assert after.revision == few.revision()
    assert video_id(1) in after


def test_a_generation_is_live_only_with_what_changed_meanwhile(
    few: Catalog, milvus_index: MilvusIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = SharedIndex(milvus_index, few)
    shared.serve(built(few, tmp_path))
    newer = built(few, tmp_path, IndexConfig(threshold=0.7, tf="raw"))
    few.videos.delete(video_id(3))
    monkeypatch.setattr(shared_index, "_WAIT_SECONDS", 0.5)
    with (
        few.leading("changing-index"),
        pytest.raises(IndexUnavailable, match="another process has written changes"),
    ):
        shared.serve(newer)
    assert shared.newest().generation_id != newer.id
    shared.serve(newer)
    assert milvus_index.live_id() == newer.id
    state = milvus_index.state(newer.id)
    assert state is not None
    assert state.revision == few.revision()
    assert video_id(3) not in SharedIndex(milvus_index, few).newest()


def test_what_killed_ones_left_goes_with_the_next_reindex(
    few: Catalog, milvus_index: MilvusIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    def served(number: int) -> Generation:
        save(few, video_id(number), {"cat": 2})
        generation = built(few, tmp_path)
        SharedIndex(milvus_index, few).serve(generation)
        return generation

    monkeypatch.setattr("engine.indexes.milvus.index.GRACE_SECONDS", -1.0)
    served(20)
    switch = milvus_index.connection.switch
    monkeypatch.setattr(milvus_index.connection, "switch", killed)
    with pytest.raises(KeyboardInterrupt):
        served(21)
    monkeypatch.setattr(milvus_index.connection, "switch", lambda one: killed(switch(one)))
    with pytest.raises(KeyboardInterrupt):
        served(22)
    monkeypatch.setattr(milvus_index.connection, "switch", switch)
    flush = milvus_index.connection.flush
    monkeypatch.setattr(milvus_index.connection, "flush", killed)
    with pytest.raises(KeyboardInterrupt):
        served(23)
    monkeypatch.setattr(milvus_index.connection, "flush", flush)
    served(25)
    last = served(24)
    generations = map(
        milvus_index.connection.address.generation, milvus_index.connection.collections()
    )
    assert set(filter(None, generations)) == {last.id}
