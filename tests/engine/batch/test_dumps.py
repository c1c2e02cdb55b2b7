"""A dump holds everything, and only a whole one comes back."""

import io
import json
import sqlite3
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.batch.backup.dumps import FORMAT, dump, restore
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.jobs import State
from engine.domain.keys import Scope
from engine.domain.matching.index_config import IndexConfig
from engine.errors import CorruptData, InvalidInput, ReelmatchError
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.matches import similar
from engine.system.temporary_files import held_folder
from support.catalogs import save, video_id


@pytest.fixture
def home_with_index(tmp_path: Path) -> Path:
    """A catalog with a generation, a key with a session, and a job at work."""
    home = tmp_path / "home"
    with Catalog.open(home / "catalog.db") as catalog:
        for number in range(30):
            save(catalog, video_id(number), {"cat": number % 5 + 1, "train": number % 3})
        reindex(catalog, Generations(home / "generations"), IndexConfig(threshold=0.7, tf="raw"))
        key, _ = catalog.keys.create("app", [Scope.READ], now=1.0)
        catalog.keys.open_session(key, now=1.0, seconds=1e12)
        catalog.jobs.add(["/a.mp4"], {}, now=1.0)
        catalog.jobs.claim("me", now=2.0)
    return home


@pytest.fixture
def dumped(home_with_index: Path, tmp_path: Path) -> Path:
    with Catalog.open(home_with_index / "catalog.db") as catalog:
        dump(catalog, Generations(home_with_index / "generations"), tmp_path / "all.tar")
    return tmp_path / "all.tar"


def answers(home: Path) -> list[object]:
    snapshot = LocalSnapshot.of(Generations(home / "generations").load_current())
    return [snapshot.generation.id, *(similar(snapshot, video_id(n), k=5) for n in range(30))]


def test_answers_are_the_same_in_another_place(
    home_with_index: Path, dumped: Path, tmp_path: Path
) -> None:
    brought = restore(dumped, tmp_path / "other")
    assert (brought.videos, brought.generation) == (30, answers(home_with_index)[0])
    assert answers(tmp_path / "other") == answers(home_with_index)


def test_keys_come_along_and_sessions_do_not(dumped: Path, tmp_path: Path) -> None:
    restore(dumped, tmp_path / "other")
    with Catalog.open(tmp_path / "other" / "catalog.db") as catalog:
        assert [key.name for key in catalog.keys.all()] == ["app"]
        assert catalog.rows("select count(*) from sessions") == [(0,)]
        assert [job.state for job in catalog.jobs.all()] == [State.QUEUED]
        assert catalog.rows("pragma integrity_check") == [("ok",)]


def test_nobody_else_can_read_a_dump_or_what_is_restored(dumped: Path, tmp_path: Path) -> None:
    restore(dumped, tmp_path / "new" / "home")
    assert stat.S_IMODE(dumped.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new" / "home").stat().st_mode) == 0o700


def test_what_changes_while_it_is_dumped_does_not_tear_it(
    home_with_index: Path, tmp_path: Path
) -> None:
    with Catalog.open(home_with_index / "catalog.db") as catalog:
        save(catalog, video_id(99), {"cat": 3})
        dump(catalog, Generations(home_with_index / "generations"), tmp_path / "a.tar")
        save(catalog, video_id(100), {"cat": 3})
    restore(tmp_path / "a.tar", tmp_path / "other")
    with Catalog.open(tmp_path / "other" / "catalog.db") as catalog:
        assert catalog.videos.get(video_id(99)) is not None
        assert catalog.videos.get(video_id(100)) is None
        live = Generations(tmp_path / "other" / "generations").load_current()
        assert live.revision < catalog.revision()


def test_a_catalog_that_was_never_indexed_is_dumped_too(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "a" / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 3})
        written = dump(catalog, Generations(tmp_path / "a" / "generations"), tmp_path / "a.tar")
    assert written.generation is None
    assert restore(tmp_path / "a.tar", tmp_path / "b").videos == 1
    assert not (tmp_path / "b" / "generations").exists()


def test_nothing_is_overwritten(home_with_index: Path, dumped: Path) -> None:
    before = dumped.read_bytes()
    with Catalog.open(home_with_index / "catalog.db") as catalog:
        with pytest.raises(InvalidInput, match="is there already"):
            dump(catalog, Generations(home_with_index / "generations"), dumped)
        with pytest.raises(InvalidInput, match="is no folder"):
            dump(
                catalog,
                Generations(home_with_index / "generations"),
                dumped.parent / "no" / "a.tar",
            )
    assert dumped.read_bytes() == before
    with pytest.raises(InvalidInput, match="REELMATCH_HOME"):
        restore(dumped, home_with_index)


def rewritten(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write a dump anew with its parts changed."""
    with tarfile.open(source) as tar:
        parts = {entry.name: tar.extractfile(entry).read() for entry in tar}  # type: ignore[union-attr]
    change(parts)
    with tarfile.open(target, "w") as tar:
        for name, content in parts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return target


def declare(held: dict[str, bytes], **fields: object) -> None:
    manifest = {**json.loads(held["manifest.json"]), **fields}
    held["manifest.json"] = json.dumps(manifest).encode()


def flip(parts: dict[str, bytes]) -> None:
    parts["catalog.db"] = parts["catalog.db"][:-1] + bytes([parts["catalog.db"][-1] ^ 1])


def drop(parts: dict[str, bytes]) -> None:
    del parts[next(name for name in parts if name.startswith("generations/"))]


def add(parts: dict[str, bytes]) -> None:
    parts["../../outside"] = b"x"


def add_declared(parts: dict[str, bytes]) -> None:
    known = json.loads(parts["manifest.json"])["parts"]
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    declare(parts, parts={**known, "../outside": {"sha256": digest, "bytes": 1}})
    parts["../outside"] = b"x"


def from_tomorrow(parts: dict[str, bytes]) -> None:
    declare(parts, format=FORMAT + 1)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (flip, "catalog.db is damaged"),
        (drop, "lacks generations/"),
        (add, "no part of a dump"),
        (add_declared, "no part of a dump"),
        (from_tomorrow, "newer reelmatch"),
        (lambda parts: parts.pop("manifest.json"), "no dump of reelmatch"),
        (lambda parts: parts.update({"manifest.json": b"[]"}), "no dump of reelmatch"),
        (lambda parts: parts.update({"manifest.json": b"{"}), "no dump of reelmatch"),
        (lambda parts: parts.update({"manifest.json": b"[" * 10**5}), "no dump of reelmatch"),
    ],
)
def test_what_is_not_as_it_was_written_brings_nothing_back(
    dumped: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], says: str
) -> None:
    bad = rewritten(dumped, tmp_path / "bad.tar", change)
    with pytest.raises(ReelmatchError, match=says):
        restore(bad, tmp_path / "other")
    assert not (tmp_path / "other").exists()
    assert not (tmp_path / "outside").exists()


def test_a_dump_cut_short_brings_nothing_back(dumped: Path, tmp_path: Path) -> None:
    whole = dumped.read_bytes()
    for share in (0.0, 0.1, 0.5, 0.9):
        (tmp_path / "cut.tar").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises((CorruptData, InvalidInput)):
            restore(tmp_path / "cut.tar", tmp_path / "other")
        assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("name", ["index/idf.npy", "generation.json", "built.json", "digests.txt"])
def test_a_damaged_index_is_not_dumped(home_with_index: Path, tmp_path: Path, name: str) -> None:
    generations = Generations(home_with_index / "generations")
    path = generations.folder / str(generations.current_id) / name
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with (
        Catalog.open(home_with_index / "catalog.db") as catalog,
        pytest.raises(CorruptData, match=r"is damaged .*: reindex"),
    ):
        dump(catalog, generations, tmp_path / "all.tar")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_damaged_catalog_is_not_dumped(home_with_index: Path, tmp_path: Path) -> None:
    with sqlite3.connect(home_with_index / "catalog.db") as db:
        ((page,),) = db.execute(
            "select rootpage from sqlite_master where name = 'sqlite_autoindex_tracks_1'"
        ).fetchall()
        ((size,),) = db.execute("pragma page_size").fetchall()
    content = bytearray((home_with_index / "catalog.db").read_bytes())
    content[page * size - 20] ^= 1  # in a key of the index: quick_check does not compare those
    (home_with_index / "catalog.db").write_bytes(content)
    with (
        Catalog.open(home_with_index / "catalog.db") as catalog,
        pytest.raises(CorruptData, match=r"the catalog .* is damaged"),
    ):
        dump(catalog, Generations(home_with_index / "generations"), tmp_path / "all.tar")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_what_a_killed_dump_left_goes_with_the_next_one(
    home_with_index: Path, tmp_path: Path
) -> None:
    left = tmp_path / ".reelmatch-held-abcdefgh"
    left.mkdir()
    (left / "dump.tar").write_bytes(b"x")
    with Catalog.open(home_with_index / "catalog.db") as catalog, held_folder(tmp_path) as held:
        dump(catalog, Generations(home_with_index / "generations"), tmp_path / "all.tar")
        assert held.is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.tar", "home"]
