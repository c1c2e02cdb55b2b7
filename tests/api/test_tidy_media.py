"""A command ends well whether the store of media can be written or not."""

from pathlib import Path

import pytest

from api.media import tidy_media
from api.settings import Settings
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.videos import Pictures
from engine.errors import DiskFull, ReelmatchError, StoreUnusable
from engine.object_stores.filesystem import FilesystemStore
from support.catalogs import add_pictures, save, video_id

pytest.importorskip("fsspec", reason="needs: pip install -e '.[store]'")


@pytest.mark.parametrize("trouble", [StoreUnusable("away"), DiskFull(Path("/media"))])
def test_thumbnails_wait_in_the_catalog_until_they_can_be_written(
    catalog: Catalog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    trouble: ReelmatchError,
) -> None:
    save(catalog, video_id(1), {"cat": 1})
    pictures = Pictures(b"poster", b"strip", (0,))
    add_pictures(catalog, video_id(1), pictures)

    def refused(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(FilesystemStore, "write", refused)
    tidy_media(Settings(home=tmp_path, media=f"{tmp_path}/media"), catalog)
    assert catalog.thumbnails.get(video_id(1)) == pictures
    assert f"thumbnails wait in the catalog, and what was deleted in the store: {trouble}" in (
        caplog.text
    )
