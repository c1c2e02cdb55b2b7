"""The service keeps the store of media, whatever becomes of the store."""

import threading
from io import BytesIO
from pathlib import Path

import pytest

from api.background import media_keeper
from api.background.media_keeper import MediaKeeper
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.videos import Pictures, StoredPictures
from engine.errors import DiskFull, ReelmatchError, StoreUnusable
from engine.object_stores.filesystem import FilesystemStore
from support.catalogs import add_pictures, save, video_id

pytest.importorskip("fsspec", reason="needs: pip install -e '.[store]'")


@pytest.mark.parametrize("trouble", [StoreUnusable("away"), DiskFull(Path("/media"))])
def test_a_store_that_cannot_be_written_is_tried_again_and_costs_the_catalog_nothing(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: ReelmatchError
) -> None:
    save(catalog, video_id(1), {"cat": 1})
    add_pictures(catalog, video_id(1), Pictures(b"poster", b"strip", (0,)))
    stop = threading.Event()
    refused: list[str] = []

    class Away(FilesystemStore):
        def write(self, name: str, content: bytes) -> None:
            if len(refused) < 9:
                refused.append(name)
                raise trouble
            super().write(name, content)
            if name.startswith("thumbnails/") and content == b"strip":
                stop.set()

    store = Away(f"file://{tmp_path}/media")
    store.upload("uploads/unneeded", BytesIO(b"film"))
    catalog.unneeded_objects.note(["uploads/unneeded"], due=1.0)
    monkeypatch.setattr(media_keeper, "_AGAIN_SECONDS", 0.001)
    MediaKeeper(catalog, store).run_until(stop)
    assert store.size("uploads/unneeded") is None
    assert isinstance(catalog.thumbnails.get(video_id(1)), StoredPictures)
    # Those of the one attempt that failed; they are deleted an hour later.
    assert catalog.rows("select count(*) from unneeded_objects") == [(2,)]
    assert sum(path.is_file() for path in (tmp_path / "media").rglob("*")) == 2
