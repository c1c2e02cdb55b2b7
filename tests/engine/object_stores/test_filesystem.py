"""A folder that machines share, as a store; and what is no store."""

import os
import time
from pathlib import Path

import pytest

from engine.errors import InvalidInput, MissingPart, StoreUnusable
from engine.object_stores import check_object_store, open_object_store
from engine.ports.object_store import ObjectStore
from support.conformance.object_store import ObjectStoreConformance

pytest.importorskip("fsspec", reason="needs: pip install -e '.[store]'")


class TestFolder(ObjectStoreConformance):
    @pytest.fixture
    def store(self, tmp_path: Path) -> ObjectStore:
        return open_object_store(f"file://{tmp_path}/shared folder")


def test_a_folder_that_cannot_be_written_is_told_with_its_address(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    store = open_object_store(f"file://{tmp_path}/file/below")
    with pytest.raises(StoreUnusable, match=r"file/below cannot be used .* check its address"):
        store.write("NAME", b"1")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "begins with file://, s3:// or gs://"),
        ("mnt/shared", "a folder from the root, or begins with file://, s3:// or gs://"),
        ("http://example.com/folder", "begins with file://, s3:// or gs://"),
        ("file://shared/folder", "no folder from the root"),
        ("s3://key:secret@bucket/folder", "holds no key"),
        ("s3://bucket/folder?secret=1", "holds no key"),
        ("s3://", "begins with file://, s3:// or gs://"),
    ],
)
def test_what_is_no_store_is_told_and_never_shows_a_secret(url: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as raised:
        check_object_store(url)
    assert "secret" not in str(raised.value)


def test_a_folder_by_its_path_alone_is_a_store(tmp_path: Path) -> None:
    store = open_object_store(f"{tmp_path}/media")
    store.write("thumbnails/a", b"1")
    assert store.url == f"file://{tmp_path}/media"
    assert (tmp_path / "media/thumbnails/a").read_bytes() == b"1"


def test_what_a_store_needs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.object_stores.find_spec", lambda _: None)
    with pytest.raises(MissingPart, match=r"reelmatch\[store\]"):
        check_object_store("file:///mnt/shared")
    with pytest.raises(MissingPart, match=r"reelmatch\[s3\]"):
        check_object_store("s3://bucket/folder")


def test_what_a_killed_writer_left_goes_a_day_later(tmp_path: Path) -> None:
    store = open_object_store(f"{tmp_path}/media")
    store.write("uploads/a", b"1")
    left, fresh = (tmp_path / "media/.unfinished" / name for name in ("left", "fresh"))
    for path in (left, fresh):
        path.write_bytes(b"half")
    for path, seconds in ((left, 90_000), (fresh, 80_000)):
        os.utime(path, (time.time() - seconds,) * 2)
    store.write("uploads/b", b"2")
    assert (left.exists(), fresh.exists()) == (False, True)
    assert list(left.parent.iterdir()) == [fresh]
    assert store.names(".") == ["./uploads"]
