"""A replica answers from all that was published, whole and checked, or from none of it."""

import hashlib
import json
import os
import shutil
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from api.background.publisher import Publisher
from engine.batch.reindex import reindex
from engine.batch.replication.publications import KEPT, PUBLISHED, read_publications
from engine.batch.replication.publish import YOUNG_SECONDS, publish
from engine.batch.replication.replica import Replica
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.keys import Scope
from engine.domain.matching.index_config import IndexConfig
from engine.errors import (
    CorruptData,
    DiskFull,
    InvalidInput,
    NothingIndexed,
    ReadOnlyCatalog,
    StoreUnusable,
)
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.object_stores import open_object_store
from engine.object_stores.filesystem import FilesystemStore
from engine.ports.object_store import ObjectStore
from engine.search.matches import similar
from support.catalogs import save, video_id
from support.processes import soon

pytest.importorskip("fsspec", reason="needs: pip install -e '.[store]'")

VIDEOS = 12


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return open_object_store(f"file://{tmp_path}/shared")


@pytest.fixture
def generations(catalog: Catalog) -> Generations:
    """Videos, and a generation of them."""
    for number in range(VIDEOS):
        save(catalog, video_id(number), {"cat": number % 5 + 2, "train": number % 3 * 2})
    generations = Generations(catalog.path.parent / "generations")
    reindex(catalog, generations, IndexConfig(threshold=0.7, tf="raw"))
    return generations


@pytest.fixture
def replica(tmp_path: Path) -> Replica:
    return Replica(tmp_path / "host" / "replica")


@pytest.fixture
def published(catalog: Catalog, generations: Generations, store: ObjectStore) -> ObjectStore:
    publish(catalog, generations, store)
    return store


def change(catalog: Catalog, generations: Generations, number: int) -> None:
    save(catalog, video_id(number), {"city": number % 7 + 2})
    reindex(catalog, generations, IndexConfig(threshold=0.7, tf="raw"))


def answers(generations: Generations) -> list[object]:
    snapshot = LocalSnapshot.of(generations.load_current())
    return [snapshot.generation.id, *(similar(snapshot, video_id(n), k=5) for n in range(VIDEOS))]


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_replica_answers_as_the_catalog_does(
    generations: Generations, published: ObjectStore, replica: Replica
) -> None:
    assert replica.fetch(published)
    assert answers(Generations(replica.home / "generations")) == answers(generations)
    with Catalog.open(replica.home / "catalog.db", read_only=True) as catalog:
        assert catalog.videos.count() == VIDEOS
        with pytest.raises(ReadOnlyCatalog, match="send changes to the service that publishes"):
            catalog.videos.delete(video_id(1))


def test_what_is_here_is_not_fetched_again(published: ObjectStore, replica: Replica) -> None:
    assert replica.fetch(published)
    assert stat.S_IMODE(replica.home.parent.stat().st_mode) == 0o700  # as a home
    home, before = replica.home, files(replica.home)
    assert not replica.fetch(published)
    assert (replica.home, files(home)) == (home, before)


def test_a_newer_publication_takes_over_and_the_one_before_stays_until_cleared_away(
    catalog: Catalog, generations: Generations, published: ObjectStore, replica: Replica
) -> None:
    replica.fetch(published)
    first = replica.home
    change(catalog, generations, 50)
    publish(catalog, generations, published)
    assert replica.fetch(published)
    assert answers(Generations(replica.home / "generations")) == answers(generations)
    assert replica.home != first
    assert first.is_dir()
    replica.clear_away(replica.home)
    assert not first.exists()
    assert answers(Generations(replica.home / "generations")) == answers(generations)


def test_only_what_changed_is_sent_and_fetched_again(
    catalog: Catalog, generations: Generations, published: ObjectStore, replica: Replica
) -> None:
    replica.fetch(published)
    assert publish(catalog, generations, published).uploaded_bytes == 0
    catalog.keys.create("app", [Scope.READ], now=1.0)
    done = publish(catalog, generations, published)
    assert 0 < done.uploaded_bytes < done.size_bytes
    fetched = []

    class Counting(FilesystemStore):
        def download(self, name: str) -> Iterator[bytes]:
            fetched.append(name)
            return super().download(name)

    assert replica.fetch(Counting(published.url))
    # The catalog, and the file that names the generation.
    assert len(fetched) == 2
    assert answers(Generations(replica.home / "generations")) == answers(generations)


def test_old_publications_are_cleared_away_and_the_newest_stay_whole(
    catalog: Catalog,
    generations: Generations,
    store: ObjectStore,
    replica: Replica,
    tmp_path: Path,
) -> None:
    for number in range(KEPT + 2):
        change(catalog, generations, 50 + number)
        publish(catalog, generations, store)
    assert len(store.names("manifests")) == KEPT + 2, "somebody may be publishing them"
    for file in (tmp_path / "shared").rglob("*"):
        os.utime(file, (0, time.time() - YOUNG_SECONDS - 60))
    publish(catalog, generations, store)
    publications = read_publications(store)
    assert publications is not None
    assert len(publications.manifests) == KEPT == len(store.names("manifests"))
    assert replica.fetch(store)
    assert answers(Generations(replica.home / "generations")) == answers(generations)


def test_a_publication_cut_short_changes_nothing_and_the_next_one_heals(
    catalog: Catalog, generations: Generations, published: ObjectStore, replica: Replica
) -> None:
    replica.fetch(published)
    before = answers(Generations(replica.home / "generations"))
    change(catalog, generations, 50)

    class Failing(FilesystemStore):
        left = 3

        def upload(self, name: str, file: BinaryIO) -> None:
            self.left -= 1
            if not self.left:
                raise StoreUnusable("the link was cut")
            super().upload(name, file)

    with pytest.raises(StoreUnusable, match="the link was cut"):
        publish(catalog, generations, Failing(published.url))
    assert not replica.fetch(published)
    assert answers(Generations(replica.home / "generations")) == before
    publish(catalog, generations, published)
    assert replica.fetch(published)
    assert answers(Generations(replica.home / "generations")) == answers(generations)


def test_nothing_damaged_takes_the_place_of_what_is_here(
    catalog: Catalog,
    generations: Generations,
    published: ObjectStore,
    replica: Replica,
    tmp_path: Path,
) -> None:
    replica.fetch(published)
    before = answers(Generations(replica.home / "generations"))
    change(catalog, generations, 50)
    publish(catalog, generations, published)
    shared = tmp_path / "shared"
    newest = json.loads((shared / PUBLISHED).read_bytes())["manifests"][0]
    parts = json.loads((shared / "manifests" / f"{newest}.json").read_bytes())["parts"]
    old = (replica.home / "manifest.json").read_text()
    new = sorted(part["sha256"] for part in parts.values() if part["sha256"] not in old)
    for name in (f"manifests/{newest}.json", f"parts/{new[0]}", f"parts/{new[-1]}"):
        file = shared / name
        content = file.read_bytes()
        for broken in (content[:-1], content + b"x", bytes([content[0] ^ 1]) + content[1:], None):
            if broken is None:
                file.unlink()
            else:
                file.write_bytes(broken)
            with pytest.raises(StoreUnusable):
                replica.fetch(published)
        file.write_bytes(content)
    assert answers(Generations(replica.home / "generations")) == before
    assert replica.fetch(published)
    assert answers(Generations(replica.home / "generations")) == answers(generations)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"format": 1}',
        b'{"format": true, "catalog": "a", "manifests": []}',
        b'{"format": 1, "catalog": "a", "revision": 1, "manifests": []}',
        b'{"format": 1, "catalog": "a", "revision": 1, "manifests": ["../../etc/passwd"]}',
        b'{"format": 1, "catalog": "a", "revision": "1", "manifests": ["' + b"0" * 64 + b'"]}',
        b'{"format": 2, "catalog": "a", "revision": 1, "manifests": []}',
        b"[" * 4000,
        b"x" * 5000,
    ],
)
def test_a_store_that_holds_something_else_is_told(
    content: bytes, store: ObjectStore, replica: Replica
) -> None:
    store.write(PUBLISHED, content)
    with pytest.raises(StoreUnusable):
        replica.fetch(store)
    with pytest.raises(NothingIndexed):
        replica.home  # noqa: B018 - asking is the test


def test_nothing_published_is_told_with_the_way_out(store: ObjectStore, replica: Replica) -> None:
    with pytest.raises(StoreUnusable, match="nothing is published in file://"):
        replica.fetch(store)


def test_before_the_first_reindex_there_is_nothing_to_publish(
    catalog: Catalog, store: ObjectStore
) -> None:
    with pytest.raises(NothingIndexed):
        publish(catalog, Generations(catalog.path.parent / "generations"), store)
    assert store.read(PUBLISHED, max_bytes=10) is None


def test_another_catalog_is_not_published_over_the_first(
    published: ObjectStore, tmp_path: Path, replica: Replica
) -> None:
    with Catalog.open(tmp_path / "second" / "catalog.db") as other:
        save(other, video_id(1), {"cat": 3})
        generations = Generations(tmp_path / "second" / "generations")
        reindex(other, generations, IndexConfig(threshold=0.7, tf="raw"))
        with pytest.raises(InvalidInput, match="another catalog is published to"):
            publish(other, generations, published)
    assert replica.fetch(published)


def test_a_full_disk_is_told_before_anything_is_fetched(
    published: ObjectStore, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")._replace(free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DiskFull):
        replica.fetch(published)
    monkeypatch.undo()
    assert replica.fetch(published)


def test_a_manifest_that_lies_of_its_catalog_is_refused(
    catalog: Catalog, generations: Generations, store: ObjectStore, replica: Replica
) -> None:
    publish(catalog, generations, store)
    publications = read_publications(store)
    assert publications is not None
    content = store.read(f"manifests/{publications.newest}.json", max_bytes=1 << 20)
    assert content is not None
    lying = content.replace(b'"videos": 12', b'"videos": 13')
    sha256 = hashlib.sha256(lying).hexdigest()
    store.write(f"manifests/{sha256}.json", lying)
    store.write(PUBLISHED, publications.with_newest(sha256, 99).to_json())
    with pytest.raises(CorruptData, match="should have 13 videos, and has 12"):
        replica.fetch(store)


def test_a_catalog_that_replicas_reach_is_not_sent(
    catalog: Catalog, generations: Generations, store: ObjectStore, replica: Replica
) -> None:
    done = publish(catalog, generations, store, with_catalog=False)
    with pytest.raises(CorruptData, match="without a catalog, since that is shared"):
        replica.fetch(store)
    assert replica.fetch(store, catalog)
    assert not (replica.home / "catalog.db").exists()
    assert answers(Generations(replica.home / "generations")) == answers(generations)
    assert done.size_bytes < publish(catalog, generations, store).size_bytes
    assert replica.fetch(store, catalog)
    assert not (replica.home / "catalog.db").exists()


def test_an_index_is_not_taken_beside_another_catalog(
    published: ObjectStore, replica: Replica, tmp_path: Path
) -> None:
    with Catalog.open(tmp_path / "second" / "catalog.db") as other:
        save(other, video_id(1), {"cat": 3})
        with pytest.raises(CorruptData, match="built of another catalog"):
            replica.fetch(published, other)


def test_a_machine_with_an_older_generation_does_not_publish_it_when_it_starts(
    catalog: Catalog, generations: Generations, store: ObjectStore, tmp_path: Path
) -> None:
    other = Generations(tmp_path / "other" / "generations")
    shutil.copytree(generations.folder, other.folder)
    change(catalog, generations, 50)
    newest = publish(catalog, generations, store, with_catalog=False)
    publisher = Publisher(catalog, other, store, with_catalog=False)
    stop = threading.Event()
    thread = threading.Thread(target=publisher.run_until, args=(stop,))
    thread.start()
    try:
        soon(lambda: publisher.published is not None)
        publications = read_publications(store)
        assert publications is not None
        assert publications.newest == newest.id
        # What is built there from now on is.
        change(catalog, other, 51)
        soon(lambda: publisher.published == other.current_id)
    finally:
        stop.set()
        thread.join()
    publications = read_publications(store)
    assert publications is not None
    assert publications.revision == other.load_current().revision


def test_what_is_damaged_in_a_store_is_repaired(
    catalog: Catalog, generations: Generations, published: ObjectStore, replica: Replica
) -> None:
    name = published.names("parts")[0]
    content = published.read(name, max_bytes=1 << 30)
    assert content is not None
    published.write(name, bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(StoreUnusable, match="publish again, with all that is damaged there"):
        replica.fetch(published)
    done = publish(catalog, generations, published, repair=True)
    assert done.uploaded_bytes == len(content)
    assert replica.fetch(published)


def test_an_index_of_another_version_is_not_taken_up(
    catalog: Catalog,
    generations: Generations,
    published: ObjectStore,
    replica: Replica,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replica.fetch(published)
    home = replica.home
    with monkeypatch.context() as newer:
        newer.setattr("engine.indexes.local.disk.generations.FORMAT", 99)
        newer.setattr("engine.indexes.local.disk.generation._OPENED", (99,))
        change(catalog, generations, 50)
        publish(catalog, generations, published)
    with pytest.raises(CorruptData, match="cannot be used"):
        replica.fetch(published)
    assert replica.home == home


def test_what_was_damaged_on_a_replica_is_fetched_anew(
    generations: Generations, published: ObjectStore, replica: Replica
) -> None:
    replica.fetch(published)
    replica.refetch_damaged(with_catalog=True)
    assert not replica.fetch(published)
    file = max((replica.home / "generations").rglob("*.npy"), key=lambda path: path.stat().st_size)
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content[:-1])
    replica.refetch_damaged(with_catalog=True)
    assert replica.fetch(published)
    assert answers(Generations(replica.home / "generations")) == answers(generations)
    (replica.home / "catalog.db").unlink()
    replica.refetch_damaged(with_catalog=True)
    assert replica.fetch(published)
    assert (replica.home / "catalog.db").exists()


def test_nothing_is_cleared_away_while_an_older_publication_is_read(
    catalog: Catalog, generations: Generations, published: ObjectStore, replica: Replica
) -> None:
    replica.fetch(published)
    first = replica.home
    change(catalog, generations, 50)
    publish(catalog, generations, published)
    replica.fetch(published)
    replica.clear_away(first)
    assert first.is_dir()
    replica.clear_away(replica.home)
    assert not first.exists()


def test_a_damaged_record_of_publications_is_healed_as_its_message_says(
    catalog: Catalog, generations: Generations, published: ObjectStore, replica: Replica
) -> None:
    published.write(PUBLISHED, b"{")
    with pytest.raises(StoreUnusable, match="remove that object and publish again"):
        publish(catalog, generations, published)
    published.delete(PUBLISHED)
    assert publish(catalog, generations, published).uploaded_bytes == 0
    assert replica.fetch(published)
