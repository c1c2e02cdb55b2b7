"""Thumbnails go to the store, whole, and what nobody needs goes away."""

import time
from pathlib import Path

import pytest

from engine.batch.media import delete_unneeded, move_thumbnails, tidy
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.media import StoredUpload
from engine.domain.videos import Pictures, StoredPictures
from engine.errors import CorruptData, StoreUnusable
from engine.object_stores import open_object_store
from engine.ports.object_store import ObjectStore
from engine.services.thumbnails import fetch_thumbnail
from support.catalogs import add_pictures, save, video_id
from support.stores import away

pytest.importorskip("fsspec", reason="needs: pip install -e '.[store]'")

VIDEOS = tuple(map(video_id, range(3)))


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return open_object_store(f"{tmp_path}/media")


@pytest.fixture
def pictured(catalog: Catalog) -> Catalog:
    """A catalog whose videos have thumbnails, two of them the same."""
    for number, video in enumerate(VIDEOS):
        save(catalog, video, {"cat": 1})
        see(catalog, video, b"poster" * (1 + number // 2))
    return catalog


def see(catalog: Catalog, video: str, poster: bytes) -> None:
    add_pictures(catalog, video, Pictures(poster, b"strip", (0, 3)))


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "media").rglob("*") if path.is_file()]


def stored(catalog: Catalog, video: str) -> StoredPictures:
    pictures = catalog.thumbnails.get(video)
    assert isinstance(pictures, StoredPictures)
    return pictures


def later(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + seconds)


def test_thumbnails_are_read_from_where_they_are(pictured: Catalog, store: ObjectStore) -> None:
    assert tidy(pictured, store) == len(VIDEOS)
    after = stored(pictured, VIDEOS[2])
    assert fetch_thumbnail(after.poster, store) == b"posterposter"
    assert fetch_thumbnail(after.strip, store) == b"strip"
    assert tidy(pictured, store) == 0
    with pytest.raises(StoreUnusable, match="not known here: set REELMATCH_MEDIA"):
        fetch_thumbnail(after.poster, None)


def test_a_deleted_video_takes_its_pictures_along_and_no_others(
    pictured: Catalog, store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tidy(pictured, store)
    pictured.videos.delete(VIDEOS[0])
    see(pictured, VIDEOS[2], b"other")
    tidy(pictured, store)
    assert len(files(tmp_path)) == 2 * 4, "who has just read where they are still finds them"
    later(120, monkeypatch)
    tidy(pictured, store)
    assert len(files(tmp_path)) == 2 * 2
    assert fetch_thumbnail(stored(pictured, VIDEOS[1]).poster, store) == b"poster"
    assert fetch_thumbnail(stored(pictured, VIDEOS[2]).poster, store) == b"other"


def test_what_a_killed_writer_left_goes_and_nothing_is_lost(
    pictured: Catalog, store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(pictured.thumbnails), "move", killed)
        with pytest.raises(KeyboardInterrupt):
            move_thumbnails(pictured, store)
    left = files(tmp_path)
    assert left
    assert tidy(pictured, store) == len(VIDEOS)
    later(3700, monkeypatch)
    tidy(pictured, store)
    assert len(files(tmp_path)) == 2 * len(VIDEOS)
    assert not set(left) & set(files(tmp_path))


def test_while_the_store_is_away_thumbnails_stay_and_deletions_wait(
    pictured: Catalog, store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tidy(pictured, store)
    see(pictured, VIDEOS[0], b"new")
    upload = StoredUpload.new(VIDEOS[1], "a.mp4")
    store.write(upload.object, b"film")
    pictured.videos.add_source(upload.source, VIDEOS[1])
    pictured.videos.delete(VIDEOS[1])
    with away(tmp_path / "media"):
        for act in (move_thumbnails, delete_unneeded):
            with pytest.raises(StoreUnusable, match=r"file://.*/media cannot be used"):
                act(pictured, store)
        assert pictured.thumbnails.get(VIDEOS[0]) == Pictures(b"new", b"strip", (0, 3))
    assert store.size(upload.object) == 4
    later(3700, monkeypatch)
    tidy(pictured, store)
    assert store.size(upload.object) is None
    assert fetch_thumbnail(stored(pictured, VIDEOS[0]).poster, store) == b"new"
    assert len(files(tmp_path)) == 2 * 2


@pytest.mark.parametrize("content", [b"poste", b"posteR", b"", None])
def test_a_damaged_picture_is_never_shown(
    pictured: Catalog, store: ObjectStore, tmp_path: Path, content: bytes | None
) -> None:
    tidy(pictured, store)
    name = stored(pictured, VIDEOS[0]).poster
    path = tmp_path / "media" / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    state = "gone" if content is None else "damaged"
    with pytest.raises(CorruptData, match=f"{store.url}/{name} is {state}: look at its video"):
        fetch_thumbnail(name, store)
