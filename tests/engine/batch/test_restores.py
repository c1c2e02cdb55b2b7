"""A dump that is not what a dump is brings nothing back, costs nothing, and says why."""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from api.background.live import Live
from api.settings import Settings
from engine.batch.backup.archives import Archive
from engine.batch.backup.dumps import dump
from engine.batch.backup.restores import restore
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.index_config import IndexConfig
from engine.errors import CatalogUnusable, DiskFull, InvalidInput, ReelmatchError
from engine.indexes.local.disk.generations import Generations
from support.catalogs import save, video_id

VIDEOS: Final = 12


class Item(NamedTuple):
    """An entry of a tar file as it is to be written."""

    name: bytes
    content: bytes
    kind: bytes = b"0"
    size: bytes | None = None


@pytest.fixture(scope="module")
def dump_to_restore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dumps")
    with Catalog.open(folder / "home" / "catalog.db") as catalog:
        for number in range(VIDEOS):
            save(catalog, video_id(number), {"cat": number % 5 + 1})
        generations = Generations(folder / "home" / "generations")
        reindex(catalog, generations, IndexConfig(threshold=0.7, tf="raw"))
        dump(catalog, generations, folder / "all.tar")
    return folder / "all.tar"


@pytest.fixture
def items(dump_to_restore: Path) -> list[Item]:
    with tarfile.open(dump_to_restore) as tar:
        return [Item(entry.name.encode(), tar.extractfile(entry).read()) for entry in tar]  # type: ignore[union-attr]


def block(item: Item) -> bytes:
    size = b"%011o\0" % len(item.content) if item.size is None else item.size
    head = bytearray(item.name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2)
    head += size + b"00000000000\0" + b" " * 8 + item.kind + bytes(100) + b"ustar\x0000"
    head = bytearray(head.ljust(512, b"\0"))
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def written(items: list[Item], path: Path) -> Path:
    blocks = [block(item) + item.content + bytes(-len(item.content) % 512) for item in items]
    path.write_bytes(b"".join(blocks) + bytes(1024))
    return path


def holds_nothing(bad: Path, home: Path, says: str | None = None) -> None:
    with pytest.raises(ReelmatchError, match=says):
        restore(bad, home)
    assert not home.exists() or list(home.iterdir()) == []


def with_manifest(items: list[Item], **more: Any) -> list[Item]:
    """Say something else in the manifest; None leaves it out."""
    manifest = {**json.loads(items[0].content), **more}
    manifest = {name: value for name, value in manifest.items() if value is not ...}
    return [Item(b"manifest.json", json.dumps(manifest).encode()), *items[1:]]


def put(items: list[Item], name: bytes, content: bytes) -> list[Item]:
    """Write something else into a part, with a digest and a size that fit."""
    parts = json.loads(items[0].content)["parts"]
    digest = hashlib.sha256(content).hexdigest()
    parts[name.decode()] = {"sha256": digest, "bytes": len(content)}
    others = [item for item in items if item.name != name]
    return with_manifest([*others, Item(name, content)], parts=parts)


def part_of(items: list[Item], ending: bytes) -> Item:
    return next(item for item in items if item.name.endswith(ending))


def test_it_is_read_as_tar_reads_it(
    items: list[Item], dump_to_restore: Path, tmp_path: Path
) -> None:
    again = written(items, tmp_path / "again.tar")
    with again.open("rb") as file, tarfile.open(dump_to_restore) as tar:
        read = [(entry.name, entry.size) for entry in Archive(file, again).entries()]
        assert read == [(entry.name, entry.size) for entry in tar]
    assert restore(again, tmp_path / "home").videos == VIDEOS


def parts_as(change: Callable[[dict[str, Any]], Any]) -> Callable[[list[Item]], list[Item]]:
    def changed(items: list[Item]) -> list[Item]:
        parts = json.loads(items[0].content)["parts"]
        given = change(parts)
        return with_manifest(items, parts=parts if given is None else given)

    return changed


MANIFESTS: Final[dict[str, Callable[[list[Item]], list[Item]]]] = {
    "no videos": lambda items: with_manifest(items, videos=...),
    "videos as a word": lambda items: with_manifest(items, videos="many"),
    "videos as a boolean": lambda items: with_manifest(items, videos=True),
    "videos below none": lambda items: with_manifest(items, videos=-1),
    "videos as a fraction": lambda items: with_manifest(items, videos=12.0),
    "another number of videos": lambda items: with_manifest(items, videos=VIDEOS + 1),
    "no generation": lambda items: with_manifest(items, generation=...),
    "generation as a number": lambda items: with_manifest(items, generation=5),
    "generation as a path": lambda items: with_manifest(items, generation="../../../etc"),
    "another generation": lambda items: with_manifest(items, generation="0123456789ab"),
    "format below none": lambda items: with_manifest(items, format=-5),
    "format none": lambda items: with_manifest(items, format=0),
    "format as a boolean": lambda items: with_manifest(items, format=True),
    "format as a fraction": lambda items: with_manifest(items, format=1.0),
    "format as a word": lambda items: with_manifest(items, format="1"),
    "no format": lambda items: with_manifest(items, format=...),
    "no parts": lambda items: with_manifest(items, parts=...),
    "parts as a number": lambda items: with_manifest(items, parts=7),
    "parts as a list": lambda items: with_manifest(items, parts=["catalog.db"]),
    "a part as a number": parts_as(lambda parts: {**parts, "catalog.db": 5}),
    "a part without a size": parts_as(lambda parts: parts["catalog.db"].pop("bytes") and None),
    "a part without a digest": parts_as(lambda parts: parts["catalog.db"].pop("sha256") and None),
    "a size below none": parts_as(lambda parts: parts["catalog.db"].update(bytes=-1)),
    "a size as a boolean": parts_as(lambda parts: parts["catalog.db"].update(bytes=True)),
    "a size as a word": parts_as(lambda parts: parts["catalog.db"].update(bytes="9")),
    "a size beyond any disk": parts_as(lambda parts: parts["catalog.db"].update(bytes=2**61)),
    "another size": parts_as(lambda parts: parts["catalog.db"].update(bytes=1)),
    "a digest that is none": parts_as(lambda parts: parts["catalog.db"].update(sha256="x" * 64)),
    "no catalog": parts_as(lambda parts: parts.pop("catalog.db") and None),
    "no current": parts_as(lambda parts: parts.pop("generations/CURRENT") and None),
    "not first": lambda items: [*items[1:], items[0]],
    "twice": lambda items: [items[0], *items],
    "a list": lambda items: [Item(b"manifest.json", b"[]"), *items[1:]],
    "no JSON": lambda items: [Item(b"manifest.json", b"\xff{"), *items[1:]],
    "a huge number": lambda items: [Item(b"manifest.json", b"[" + b"9" * 10**5), *items[1:]],
}


@pytest.mark.parametrize("change", MANIFESTS.values(), ids=MANIFESTS.keys())
def test_a_manifest_that_lies_brings_nothing_back(
    items: list[Item], tmp_path: Path, change: Callable[[list[Item]], list[Item]]
) -> None:
    bad = written(change(items), tmp_path / "bad.tar")
    holds_nothing(bad, tmp_path / "home")
    assert restore(written(items, tmp_path / "good.tar"), tmp_path / "home").videos == VIDEOS


NAMES: Final = [
    b"", b".", b"..", b"/", b"/etc/passwd", b"../outside", b"generations/../../outside",
    b"catalog.db/x", b"generations", b"generations/", b"generations/.lock", b"generations/x.npy",
    b"catalog.db-wal", b"manifest.json", b"\xff\xfe", "\u202e.npy".encode(), b"a\nb.npy",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_no_part_brings_nothing_back(
    items: list[Item], tmp_path: Path, name: bytes
) -> None:
    holds_nothing(written([*items, Item(name, b"x")], tmp_path / "a.tar"), tmp_path / "home")
    declared = put(items, name, b"x") if name.isascii() and name != b"manifest.json" else items
    holds_nothing(written([*declared, Item(name, b"x")], tmp_path / "b.tar"), tmp_path / "home")
    assert not (tmp_path / "outside").exists()


def extended(*records: bytes) -> Item:
    """Write an extended header; each record says its own length."""
    content = b"".join(
        next(
            line
            for length in range(len(one) + 2, len(one) + 12)
            if len(line := b"%d %s\n" % (length, one)) == length
        )
        for one in records
    )
    return Item(b"x", content, b"x")


ENTRIES: Final[dict[str, list[Item]]] = {
    "a link": [Item(b"catalog.db", b"", b"2")],
    "a hard link": [Item(b"catalog.db", b"", b"1")],
    "a folder": [Item(b"generations/", b"", b"5")],
    "a pipe": [Item(b"catalog.db", b"", b"6")],
    "a sparse file of GNU's": [Item(b"catalog.db", b"", b"S")],
    "a long name of GNU's": [Item(b"x", b"catalog.db\0", b"L")],
    "a global header": [Item(b"x", b"20 size=99999999999\n", b"g")],
    "a sparse file": [extended(b"GNU.sparse.major=1", b"GNU.sparse.realsize=419430400")],
    "a name in a header": [extended(b"path=../../outside")],
    "a header of 600 MB": [Item(b"x", b"", b"x", b"%011o\0" % (600 << 20))],
    "a header that is there": [Item(b"x", b"9" * (1 << 17), b"x")],
    "a header without records": [Item(b"x", b"\0" * 512, b"x")],
    "a record of no length": [Item(b"x", b"0 size=1\n", b"x")],
    "a record beyond its header": [Item(b"x", b"999 size=1\n", b"x")],
    "a header twice": [extended(b"mtime=1"), extended(b"mtime=1")],
    "a size in a header": [extended(b"size=99999999999")],
    "a size below none": [Item(b"catalog.db", b"", b"0", b"\xff" * 12)],
    "a size without end": [Item(b"catalog.db", b"", b"0", b"\x80" + b"\xff" * 11)],
    "a size of 8 GB": [Item(b"catalog.db", b"", b"0", b"%011o\0" % (8**11 - 1))],
    "a size that is none": [Item(b"catalog.db", b"", b"0", b"x" * 12)],
    "no size": [Item(b"catalog.db", b"", b"0", b" " * 12)],
}


@pytest.mark.parametrize("own", ENTRIES.values(), ids=ENTRIES.keys())
def test_an_entry_that_is_no_file_brings_nothing_back(
    items: list[Item], tmp_path: Path, own: list[Item]
) -> None:
    catalog = part_of(items, b"catalog.db")
    others = [item for item in items if item is not catalog]
    for number, order in enumerate(
        ([items[0], *own, catalog, *others[1:]], [*others, *own, catalog], [*items, *own], own)
    ):
        holds_nothing(written(order, tmp_path / f"{number}.tar"), tmp_path / "home")


def test_a_sparse_dump_of_any_size_writes_nothing(items: list[Item], tmp_path: Path) -> None:
    """The bytes are there, all of them zeros, and cost the sender nothing."""
    bad = tmp_path / "bad.tar"
    size = shutil.disk_usage(tmp_path).free * 2
    parts = json.loads(items[0].content)["parts"]
    parts["catalog.db"]["bytes"] = size
    written(with_manifest(items[:1], parts=parts), bad)
    with bad.open("r+b") as file:
        file.seek(-1024, os.SEEK_END)
        file.write(block(Item(b"catalog.db", b"", b"0", b"\x80" + size.to_bytes(11))))
        file.truncate(file.tell() + size + (1 << 20))
    holds_nothing(bad, tmp_path / "home", r"the disk is full.*home")


def catalog_of(tmp_path: Path, change: Callable[[sqlite3.Connection], object]) -> bytes:
    with Catalog.open(tmp_path / "other" / "catalog.db") as catalog:
        for number in range(VIDEOS):
            save(catalog, video_id(number), {"cat": 1})
    with sqlite3.connect(tmp_path / "other" / "catalog.db") as db:
        change(db)
        db.commit()
        db.execute("pragma journal_mode = delete")
    return (tmp_path / "other" / "catalog.db").read_bytes()


def test_a_catalog_that_cannot_be_used_brings_nothing_back(
    items: list[Item], tmp_path: Path
) -> None:
    whole = part_of(items, b"catalog.db").content
    flipped = bytearray(whole)
    for at in range(4096, len(whole), 4096):  # where each page says what it is
        flipped[at : at + 8] = b"\xff" * 8
    with sqlite3.connect(tmp_path / "places.db") as db:
        db.execute("create table videos (id text)")
    newer = "insert into _sqlite_migrations values (99, 'reelmatch', 'tomorrow', '')"
    for number, content in enumerate(
        [
            b"",
            b"no database",
            whole[: len(whole) // 2],
            whole[:100],
            bytes(flipped),
            (tmp_path / "places.db").read_bytes(),
            catalog_of(tmp_path, lambda db: db.execute(newer)),
        ]
    ):
        bad = written(put(items, b"catalog.db", content), tmp_path / f"{number}.tar")
        holds_nothing(bad, tmp_path / "home", "catalog")


def test_an_index_of_another_catalog_brings_nothing_back(items: list[Item], tmp_path: Path) -> None:
    other = catalog_of(tmp_path, lambda db: db.execute("select 1"))
    bad = written(put(items, b"catalog.db", other), tmp_path / "bad.tar")
    holds_nothing(bad, tmp_path / "home", "built of another catalog")


@pytest.mark.parametrize(
    "ending", [b"idf.npy", b"forward_starts.npy", b"generation.json", b"built.json", b"digests.txt"]
)
def test_an_index_that_was_damaged_before_brings_nothing_back(
    items: list[Item], tmp_path: Path, ending: bytes
) -> None:
    part = part_of(items, ending)
    flipped = part.content[:-2] + bytes([part.content[-2] ^ 1]) + part.content[-1:]
    bad = written(put(items, part.name, flipped), tmp_path / "bad.tar")
    holds_nothing(bad, tmp_path / "home", "the index in .* cannot be used")


@pytest.mark.parametrize(
    "current", [b"", b"../../..\n\n", b"0123456789ab\n\n", b"/etc\n", b"\x00" * 30]
)
def test_a_current_that_names_something_else_brings_nothing_back(
    items: list[Item], tmp_path: Path, current: bytes
) -> None:
    bad = written(put(items, b"generations/CURRENT", current), tmp_path / "bad.tar")
    holds_nothing(bad, tmp_path / "home", "CURRENT")


def test_a_full_disk_is_called_so_and_leaves_nothing(
    dump_to_restore: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Archive, "copy", full)
        with pytest.raises(DiskFull, match=f"{tmp_path / 'home'}"):
            restore(dump_to_restore, tmp_path / "home")
    assert not (tmp_path / "home").exists()
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    holds_nothing(dump_to_restore, tmp_path / "home", r"the disk is full.*home")


@pytest.mark.parametrize("name", ["catalog.db", "generations", ".restored"])
def test_a_place_that_is_not_empty_is_left_as_it_is(
    dump_to_restore: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / name).symlink_to("nowhere")
    with pytest.raises(InvalidInput, match="holds a catalog already"):
        restore(dump_to_restore, tmp_path / "home")
    assert [path.name for path in (tmp_path / "home").iterdir()] == [name]


def test_a_place_that_is_no_folder_is_said(dump_to_restore: Path, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    for home in (tmp_path / "home", tmp_path / "home" / "below"):
        with pytest.raises(InvalidInput, match="cannot be made"):
            restore(dump_to_restore, home)


RESTORE: Final = """
import os, signal, sys
from pathlib import Path
from engine.batch.backup.restores import restore

replace, left = Path.replace, int(sys.argv[3])

def killed(self, target):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)

Path.replace = killed
restore(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("at", [2, *(pytest.param(at, marks=pytest.mark.slow) for at in (1, 3, 4))])
def test_a_restore_killed_at_any_rename_is_whole_or_not_there(
    dump_to_restore: Path, tmp_path: Path, at: int
) -> None:
    home = tmp_path / "home"
    killed = subprocess.run(
        [sys.executable, "-c", RESTORE, dump_to_restore, home, str(at)], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    if not (home / ".restored").exists():
        restore(dump_to_restore, home)
    with Live.open(Settings(home=home)) as live:
        assert live.snapshot.n_videos == live.catalog.videos.count() == VIDEOS
    assert not (home / ".restored").exists()


def test_a_restore_that_was_cut_short_never_replaces_what_came_meanwhile(
    dump_to_restore: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    restore(dump_to_restore, home)
    (home / ".restored").mkdir()
    (home / "catalog.db").rename(home / ".restored" / "catalog.db")
    (home / "catalog.db").write_bytes(b"another")
    with pytest.raises(CatalogUnusable, match="cut short"):
        Catalog.open(home / "catalog.db")
    (home / "catalog.db").unlink()
    with pytest.raises(InvalidInput, match="holds a catalog already"):
        restore(dump_to_restore, home)
    with Live.open(Settings(home=home)) as live:
        assert live.snapshot.n_videos == VIDEOS
