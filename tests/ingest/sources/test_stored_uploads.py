"""A file in the store of media is watched as one that lies here, or is said not to be there."""

import time
from pathlib import Path

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.media import StoredUpload
from engine.errors import StoreUnusable
from engine.object_stores import open_object_store
from engine.ports.object_store import ObjectStore
from engine.system.temporary_files import HELD
from ingest.described import Described
from ingest.described_sources import describe_source
from ingest.outdated import find_outdated
from ingest.pipeline import IngestResult
from ingest.sources.files import content_id
from ingest.sources.metadata_lines import metadata_lines
from ingest.sources.stored_uploads import fetched_upload, keep_upload, move_uploads, store_upload
from ingest.sources.uploads import Uploads
from ingest.taggers.registry import Identity
from ingest.upload_pipeline import ingest_upload
from support.catalogs import save
from support.stores import away

pytest.importorskip("fsspec", reason="needs: pip install -e '.[store]'")

CONTENT = b"film" * 1000


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return open_object_store(f"{tmp_path}/media")


@pytest.fixture
def upload(tmp_path: Path, catalog: Catalog, store: ObjectStore) -> StoredUpload:
    """A file that was sent."""
    path = tmp_path / "A film.mp4"
    path.write_bytes(CONTENT)
    upload = store_upload(path, catalog, store)
    keep_upload(upload, catalog)
    return upload


def watch(path: Path, described: Described) -> IngestResult:
    assert path.name == "A film.mp4"
    assert content_id(path) == described.id
    return IngestResult(described.id, described.source, "ok", "", len(path.read_bytes()))


def ingest(
    upload: StoredUpload, store: ObjectStore | None, catalog: Catalog, folder: Path
) -> IngestResult:
    return ingest_upload(upload, store, folder, catalog, watch)


def test_it_is_fetched_watched_and_leaves_nothing_here(
    upload: StoredUpload, store: ObjectStore, catalog: Catalog, tmp_path: Path
) -> None:
    folder = tmp_path / "fetched"
    result = ingest(upload, store, catalog, folder)
    assert (result.status, result.seconds, result.video) == ("ok", len(CONTENT), upload.video)
    assert describe_source(upload.source).title == "A film"
    assert list(folder.iterdir()) == []


def test_two_who_watch_one_file_at_once_have_it_each(
    upload: StoredUpload, store: ObjectStore, tmp_path: Path
) -> None:
    with fetched_upload(upload, store, tmp_path / "fetched") as one:
        with fetched_upload(upload, store, tmp_path / "fetched") as other:
            assert other.read_bytes() == CONTENT
        assert one.read_bytes() == CONTENT
    assert list((tmp_path / "fetched").iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next(
    upload: StoredUpload, store: ObjectStore, catalog: Catalog, tmp_path: Path
) -> None:
    left = tmp_path / "fetched" / f".{HELD}killed"
    left.mkdir(parents=True)
    (left / "A film.mp4").write_bytes(b"half")
    assert ingest(upload, store, catalog, left.parent).status == "ok"
    assert list(left.parent.iterdir()) == []


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"x", b"", None])
def test_one_that_is_damaged_or_gone_is_not_watched(
    upload: StoredUpload,
    store: ObjectStore,
    catalog: Catalog,
    tmp_path: Path,
    content: bytes | None,
) -> None:
    path = tmp_path / "media" / upload.object
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    result = ingest(upload, store, catalog, tmp_path / "fetched")
    state = "gone" if content is None else "damaged"
    assert result.status == "missing"
    assert f"{store.url}/{upload.object} is {state}: send it again" in result.reason
    assert catalog.videos.named(upload.video).reason == result.reason


def test_a_store_that_is_away_or_not_known_says_nothing_of_the_video(
    upload: StoredUpload, store: ObjectStore, catalog: Catalog, tmp_path: Path
) -> None:
    with away(tmp_path / "media"):
        for known, why in ((store, "media cannot be used"), (None, "set REELMATCH_MEDIA")):
            result = ingest(upload, known, catalog, tmp_path / "fetched")
            assert (result.status, result.video) == ("failed", None)
            assert why in result.reason
        assert catalog.videos.count() == 0


def test_one_that_nothing_names_is_deleted_a_day_later(
    tmp_path: Path, catalog: Catalog, store: ObjectStore
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(CONTENT)
    upload = store_upload(path, catalog, store)
    assert catalog.unneeded_objects.due(now=time.time() + 80_000, limit=9) == []
    assert catalog.unneeded_objects.due(now=time.time() + 90_000, limit=9) == [upload.object]
    keep_upload(upload, catalog)
    assert catalog.unneeded_objects.due(now=time.time() + 90_000, limit=9) == []
    with pytest.raises(StoreUnusable, match="took too long: send it again"):
        keep_upload(upload, catalog)


def test_it_can_be_looked_at_again_and_its_folder_is_no_word_of_it(
    upload: StoredUpload, catalog: Catalog
) -> None:
    save(catalog, upload.video, {"cat": 1}, tagger="local@1")
    catalog.videos.add_source(upload.source, upload.video)
    outdated = find_outdated(catalog, Identity("local", "2"))
    assert (outdated.there, outdated.lost) == ({upload.source: upload.video}, [])
    assert [line.field for line in metadata_lines(title="", source=upload.source)] == ["file"]


def test_files_from_before_there_was_a_store_move_with_their_sources(
    tmp_path: Path, catalog: Catalog, store: ObjectStore
) -> None:
    uploads = Uploads(tmp_path / "uploads")
    paths = {}
    for name in ("watched", "waiting", "changed"):
        with uploads.receive(f"{name}.mp4", 0) as (paths[name], file):
            file.write(name.encode())
        save(catalog, content_id(paths[name]), {"cat": 1})
        catalog.videos.add_source(str(paths[name]), content_id(paths[name]))
    video = content_id(paths["watched"])
    catalog.jobs.add([str(paths["waiting"])], {}, now=0)
    paths["changed"].write_bytes(b"something else")
    assert move_uploads(uploads.folder, catalog, store) == 1
    assert {name: path.exists() for name, path in paths.items()} == {
        "watched": False,
        "waiting": True,
        "changed": True,
    }
    upload = StoredUpload.parse(catalog.videos.named(video).source)
    assert upload is not None
    assert (upload.name, store.read(upload.object, max_bytes=99)) == ("watched.mp4", b"watched")
    # Killed before the local file could be deleted: it is not sent twice.
    paths["watched"].parent.mkdir()
    paths["watched"].write_bytes(b"watched")
    assert move_uploads(uploads.folder, catalog, store) == 1
    assert len(store.names("uploads")) == 1
    assert not paths["watched"].exists()


def test_nothing_is_moved_or_deleted_but_the_file_that_was_sent(
    tmp_path: Path, catalog: Catalog, store: ObjectStore
) -> None:
    folder = tmp_path / "uploads"
    with Uploads(folder).receive("sent.mp4", 0) as (sent, file):
        file.write(b"sent")
    films = tmp_path / "films" / "0123456789abcdef"
    others = [
        folder / "season" / "a.mp4",
        folder / "season" / "0123456789abcdef" / "b.mp4",
        films / "c.mp4",
    ]
    for path in others:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(path.name.encode())
    beside = sent.with_name("notes.txt")
    beside.write_text("mine")
    (folder / "fedcba9876543210").symlink_to(films)
    sources = [sent, *others, folder / "../films/0123456789abcdef/c.mp4"]
    sources.append(folder / "fedcba9876543210" / "c.mp4")
    for source in sources:
        video = content_id(source)
        save(catalog, video, {"cat": 1})
        catalog.videos.add_source(str(source), video)
    assert move_uploads(folder, catalog, store) == 1
    assert not sent.exists()
    assert all(path.exists() for path in (*others, beside))
