"""Files that people sent, in the store of media, where any host can watch and play them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from engine.domain.media import StoredUpload
from engine.errors import CorruptData, StoreUnusable
from engine.ports.catalog import Catalog
from engine.ports.object_store import ObjectStore
from engine.system.os_errors import writing_to
from engine.system.temporary_files import abandoned, held_folder, remove_abandoned
from ingest.sources.files import content_id
from ingest.sources.uploads import Uploads, require_room, safe_name

_UNNAMED_SECONDS: Final = 24 * 60 * 60.0


def store_upload(path: Path, catalog: Catalog, store: ObjectStore) -> StoredUpload:
    """Write a file to the store; it is deleted a day later unless ``keep_upload`` names it.

    Raises:
        NoVideoFile: the file cannot be read.
        StoreUnusable: the store cannot be written; nothing of it is there.
    """
    upload = StoredUpload.new(content_id(path), path.name)
    catalog.unneeded_objects.note([upload.object], due=time.time() + _UNNAMED_SECONDS)
    with path.open("rb") as file:
        store.upload(upload.object, file)
    return upload


def keep_upload(upload: StoredUpload, catalog: Catalog) -> None:
    """Keep a file, within the transaction that names it.

    Raises:
        StoreUnusable: it took a day to come here.
    """
    if not catalog.unneeded_objects.take([upload.object], now=time.time()):
        raise StoreUnusable(f"sending {upload.name!r} took too long: send it again")


@contextmanager
def fetched_upload(
    upload: StoredUpload,
    store: ObjectStore | None,
    folder: Path,
    on_piece: Callable[[], object] = lambda: None,
) -> Iterator[Path]:
    """Fetch a file for a block, and delete the local one afterwards.

    Args:
        upload: the file.
        store: of media; None where the settings name none.
        folder: where it lies meanwhile; what killed processes left there goes.
        on_piece: called now and then while it is fetched.

    Raises:
        StoreUnusable: the store cannot be asked, or is not known here.
        CorruptData: it is gone from the store, or not what was sent.
        DiskFull: the disk is, or would be left with less than half a gibibyte.
    """
    if store is None:
        raise StoreUnusable(
            "its file is kept in a store that is not known here: set REELMATCH_MEDIA as on the host"
            " that took it in"
        )
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for left in abandoned(folder):
        remove_abandoned(left)
    with held_folder(folder) as own_folder:
        path = own_folder / safe_name(upload.name)
        _fetch(upload, store, path, on_piece)
        yield path


def _fetch(
    upload: StoredUpload, store: ObjectStore, path: Path, on_piece: Callable[[], object]
) -> None:
    size = store.size(upload.object)
    if size is None:
        raise CorruptData(f"the file {store.url}/{upload.object} is gone: send it again")
    require_room(path.parent, size)
    with writing_to(path.parent), path.open("xb") as file:
        for piece in store.download(upload.object):
            file.write(piece)
            on_piece()
    if content_id(path) != upload.video:
        raise CorruptData(f"the file {store.url}/{upload.object} is damaged: send it again")


def move_uploads(folder: Path, catalog: Catalog, store: ObjectStore) -> int:
    """Move files that were sent before there was a store into it, with the videos' sources.

    Those that wait to be analyzed stay, and so does what else was put into the folder.

    Args:
        folder: of ``Uploads``.
        catalog: of the videos.
        store: where they go.

    Returns:
        How many were moved.

    Raises:
        StoreUnusable: the store cannot be written; what is not there stays where it is.
    """
    uploads, below = Uploads(folder), str(folder)
    waiting = set(catalog.jobs.sources_below(below))
    paths = [Path(one) for one in catalog.videos.sources_below(below) if one not in waiting]
    return sum(_move(path, catalog, store) for path in paths if uploads.holds(path))


def _move(path: Path, catalog: Catalog, store: ObjectStore) -> bool:
    video = content_id(path)
    if catalog.videos.get(video) is None:
        return False  # it is not what was analyzed
    sources = map(StoredUpload.parse, catalog.videos.sources_of(video))
    # One that was moved before its local file could be deleted.
    if not any(one is not None and one.video == video for one in sources):
        upload = store_upload(path, catalog, store)
        with catalog.transaction():
            keep_upload(upload, catalog)
            catalog.videos.add_source(upload.source, video)
    path.unlink()
    with suppress(OSError):  # somebody put something beside it
        path.parent.rmdir()
    return True
