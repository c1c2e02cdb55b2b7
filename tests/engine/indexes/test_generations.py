"""Generations are whole or not there, and the same input makes the same one."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.index_config import IndexConfig
from engine.domain.tracks import Track
from engine.domain.videos import VideoRecord
from engine.errors import CorruptData, DiskFull, InvalidInput, NothingIndexed, OutdatedGeneration
from engine.indexes.local.disk.current import Current
from engine.indexes.local.disk.digests import digest
from engine.indexes.local.disk.generations import Generations

RAW = IndexConfig(threshold=0.7, tf="raw")


@pytest.fixture
def catalog_of_twenty(catalog: Catalog) -> Catalog:
    numbers = catalog.tags.number(["animal", "cat", "car"])
    rng = np.random.default_rng(7)
    for video in range(20):
        track = Track.from_confidences(rng.random((30, 3), np.float32), numbers)
        save(catalog, f"{video:016x}", track)
    return catalog


def save(catalog: Catalog, video: str, track: Track) -> None:
    record = VideoRecord(video, video, "ok", "", 30, 64, 36, "h264", "t@1", "", f"/f/{video}")
    catalog.videos.save(record, track, now=datetime(2026, 1, 1, tzinfo=UTC))


def test_the_same_catalog_gives_the_same_bytes(catalog_of_twenty: Catalog, tmp_path: Path) -> None:
    one = reindex(catalog_of_twenty, Generations(tmp_path / "one"), RAW)
    other = reindex(catalog_of_twenty, Generations(tmp_path / "other"), RAW)
    assert one.id == other.id
    assert digest(tmp_path / "one" / one.id) == digest(tmp_path / "other" / other.id)


def test_a_generation_opens_as_it_was_built(catalog_of_twenty: Catalog, tmp_path: Path) -> None:
    generations = Generations(tmp_path / "generations")
    built = reindex(catalog_of_twenty, generations, IndexConfig(threshold=0.5, tf="log"))
    opened = generations.load_current()
    assert opened.id == built.id
    assert opened.config == IndexConfig(threshold=0.5, tf="log")
    assert opened.revision == catalog_of_twenty.revision()
    assert opened.vocabulary.names == ("animal", "cat", "car")
    query = opened.index.query([0, 2], [1.0, 0.5])
    assert opened.index.top_k(query, 20)[1].tolist() == built.index.top_k(query, 20)[1].tolist()


def test_a_threshold_makes_another_generation(catalog_of_twenty: Catalog, tmp_path: Path) -> None:
    generations = Generations(tmp_path / "generations")
    low = reindex(catalog_of_twenty, generations, IndexConfig(threshold=0.3, tf="raw"))
    high = reindex(catalog_of_twenty, generations, IndexConfig(threshold=0.9, tf="raw"))
    assert low.id != high.id
    assert generations.current_id == high.id


def test_the_generation_before_stays_and_older_ones_go(
    catalog_of_twenty: Catalog, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "generations")
    built = [
        reindex(catalog_of_twenty, generations, IndexConfig(threshold=threshold, tf="raw")).id
        for threshold in (0.3, 0.5, 0.7)
    ]
    stored = {path.name for path in generations.folder.glob("[!.]*") if path.is_dir()}
    assert stored == set(built[1:])


def test_a_write_that_fails_leaves_the_old_generation_live(
    catalog_of_twenty: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generations = Generations(tmp_path / "generations")
    old = reindex(catalog_of_twenty, generations, RAW)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match=f"{generations.folder}"):
        reindex(catalog_of_twenty, generations, IndexConfig(threshold=0.9, tf="raw"))
    monkeypatch.undo()
    assert generations.load_current().id == old.id
    assert list(generations.folder.rglob("*.part")) == []
    left = {path.name for path in generations.folder.iterdir() if path.name[0] != "."}
    assert left == {"CURRENT", old.id}


def test_before_the_first_reindex_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(NothingIndexed, match="ingest videos, then reindex"):
        Generations(tmp_path / "generations").load_current()


def test_an_empty_catalog_makes_an_empty_generation(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        built = reindex(catalog, Generations(tmp_path / "generations"), RAW)
    assert built.index.n_videos == 0


@pytest.mark.parametrize("name", ["generation.json", "built.json"])
@pytest.mark.parametrize("content", ["", "{", '{"format": 99}'])
def test_a_damaged_generation_says_to_reindex(
    catalog_of_twenty: Catalog, tmp_path: Path, name: str, content: str
) -> None:
    generations = Generations(tmp_path / "generations")
    built = reindex(catalog_of_twenty, generations, RAW)
    (generations.folder / built.id / name).write_text(content)
    with pytest.raises((CorruptData, OutdatedGeneration), match=": reindex"):
        generations.load_current()
    assert reindex(catalog_of_twenty, generations, RAW).index.n_videos == 20


def test_a_current_that_names_nothing_says_to_reindex(
    catalog_of_twenty: Catalog, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "generations")
    reindex(catalog_of_twenty, generations, RAW)
    (generations.folder / "CURRENT").write_text("abcdef123456\n")
    with pytest.raises(CorruptData, match="not there"):
        generations.load_current()


def test_a_rollback_makes_the_generation_before_live_and_can_be_undone(
    catalog_of_twenty: Catalog, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "generations")
    old = reindex(catalog_of_twenty, generations, IndexConfig(threshold=0.3, tf="raw"))
    new = reindex(catalog_of_twenty, generations, IndexConfig(threshold=0.9, tf="raw"))
    assert generations.rollback().id == old.id
    assert generations.load_current().config.threshold == 0.3
    assert generations.rollback().id == new.id


def test_a_generation_is_chosen_by_its_id_and_choosing_it_again_changes_nothing(
    catalog_of_twenty: Catalog, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "generations")
    assert generations.stored() == []
    old = reindex(catalog_of_twenty, generations, IndexConfig(threshold=0.3, tf="raw"))
    new = reindex(catalog_of_twenty, generations, IndexConfig(threshold=0.9, tf="sqrt"))
    stored = generations.stored()
    assert [(one.id, one.config, one.is_live) for one in stored] == [
        (new.id, new.config, True),
        (old.id, old.config, False),
    ]
    assert stored[0].built_at >= stored[1].built_at > 1e9
    assert generations.rollback(old.id).id == old.id
    with pytest.raises(InvalidInput, match="live already"):
        generations.rollback(old.id)
    assert generations.current_id == old.id
    for unknown in ("", "..", f"../{new.id}", new.id[:6], new.id.upper(), "0" * 12, "CURRENT"):
        with pytest.raises(InvalidInput, match=f"choose from {new.id}"):
            generations.rollback(unknown)
    (generations.folder / new.id / "generation.json").write_text("{")
    assert [one.id for one in generations.stored()] == [old.id]
    with pytest.raises(CorruptData):
        generations.rollback(new.id)
    assert generations.current_id == old.id


def test_without_a_generation_before_there_is_no_rollback(
    catalog_of_twenty: Catalog, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "generations")
    reindex(catalog_of_twenty, generations, RAW)
    reindex(catalog_of_twenty, generations, RAW)
    with pytest.raises(InvalidInput, match="no generation to roll back to"):
        generations.rollback()


CURRENT_DAMAGED = [
    b"",
    b"\n\n",
    b"../../../../etc\n",
    b"abcdef12345\n",
    b"ABCDEF123456\n",
    b"abcdef\x00\x00\x00\x00\x00\x00\n",
    b"\xff" * 12,
    b"abcdef123456\nabcdef123457\n000000000000\n",
    b"abcdef123456\n\n\n\n",
    b"a" * 100_000,
]


@pytest.mark.parametrize("content", CURRENT_DAMAGED)
def test_a_damaged_current_is_said_and_a_reindex_or_a_repair_heals_it(
    catalog_of_twenty: Catalog, tmp_path: Path, content: bytes
) -> None:
    generations = Generations(tmp_path / "generations")
    built = reindex(catalog_of_twenty, generations, RAW)
    current = generations.folder / "CURRENT"
    current.write_bytes(content)
    for ask in (generations.load_current, generations.rollback):
        with pytest.raises(CorruptData, match=r"CURRENT is damaged.*reindex, or repair"):
            ask()
    assert built.id in str(generations.repair())
    assert generations.load_current().id == built.id
    assert generations.repair() is None
    current.write_bytes(content)
    assert reindex(catalog_of_twenty, generations, RAW).id == generations.current_id


def test_a_flipped_digit_of_current_is_told_by_its_check(
    catalog_of_twenty: Catalog, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "generations")
    reindex(catalog_of_twenty, generations, IndexConfig(threshold=0.3, tf="raw"))
    reindex(catalog_of_twenty, generations, RAW)
    current = generations.folder / "CURRENT"
    content = current.read_bytes()
    for bit in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        current.write_bytes(flipped)
        with pytest.raises(CorruptData):
            generations.current.read()


def test_a_damaged_file_is_named(catalog_of_twenty: Catalog, tmp_path: Path) -> None:
    generations = Generations(tmp_path / "generations")
    built = reindex(catalog_of_twenty, generations, RAW)
    for path in sorted(built.folder.rglob("*")):
        if path.is_file():
            whole = path.read_bytes()
            for damaged in (b"", whole[:-1], whole + b" ", whole[:-1] + bytes([whole[-1] ^ 4])):
                path.write_bytes(damaged)
                with pytest.raises(CorruptData, match=f"is damaged .*{path.name}"):
                    generations.load(built.id)
            path.unlink()
            if path.name != "digests.txt":
                with pytest.raises(CorruptData, match=f"is damaged .*{path.name}"):
                    generations.load(built.id)
            path.write_bytes(whole)
    assert generations.load(built.id).id == built.id


def test_what_others_leave_in_a_generation_does_no_harm(
    catalog_of_twenty: Catalog, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "generations")
    built = reindex(catalog_of_twenty, generations, RAW)
    (built.folder / ".DS_Store").write_bytes(b"x")
    (built.folder / "index" / "copy.npy").write_bytes(b"x")
    assert generations.load(built.id).id == built.id


def test_a_repair_goes_back_to_a_whole_generation(
    catalog_of_twenty: Catalog, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "generations")
    old = reindex(catalog_of_twenty, generations, IndexConfig(threshold=0.3, tf="raw"))
    new = reindex(catalog_of_twenty, generations, RAW)
    (new.folder / "index" / "idf.npy").write_bytes(b"")
    assert "idf.npy" in str(generations.repair())
    assert generations.load_current().id == old.id
    healed = reindex(catalog_of_twenty, generations, RAW)
    assert healed.id == new.id
    assert generations.load_current().id == new.id


def test_what_a_removal_left_that_was_cut_short_goes_with_the_next_reindex(
    catalog_of_twenty: Catalog, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "generations")
    reindex(catalog_of_twenty, generations, IndexConfig(threshold=0.3, tf="raw"))
    (generations.folder / "0123456789ab" / "index").mkdir(parents=True)
    (generations.folder / ".removing-0123456789ac").mkdir()
    (generations.folder / ".writing-abc").mkdir()
    (generations.folder / "notes").mkdir()
    built = reindex(catalog_of_twenty, generations, RAW)
    left = {path.name for path in generations.folder.iterdir() if path.is_dir()}
    assert left == {"notes", ".building", built.id, str(generations.current.read()[1])}


def test_a_rollback_and_a_reindex_wait_for_each_other(
    catalog_of_twenty: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generations = Generations(tmp_path / "generations")
    reindex(catalog_of_twenty, generations, IndexConfig(threshold=0.3, tf="raw"))
    reindex(catalog_of_twenty, generations, IndexConfig(threshold=0.5, tf="raw"))
    write = Current.write
    rolling_back, go_on = threading.Event(), threading.Event()

    def slow(self: Current, current: str, previous: str | None) -> None:
        if threading.current_thread() is rollback:
            rolling_back.set()
            assert go_on.wait(60)
        write(self, current, previous)

    monkeypatch.setattr(Current, "write", slow)
    rollback = threading.Thread(target=generations.rollback)
    rollback.start()
    assert rolling_back.wait(60)
    reindexed = threading.Thread(target=reindex, args=(catalog_of_twenty, generations, RAW))
    reindexed.start()
    reindexed.join(2)
    assert reindexed.is_alive(), "it waits until the rollback is done"
    go_on.set()
    rollback.join()
    reindexed.join()
    assert generations.load_current().config == RAW
    assert generations.rollback().config.threshold == 0.3
