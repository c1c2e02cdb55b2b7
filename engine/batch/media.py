"""Upkeep of the store of media: thumbnails go there, and what nobody needs is deleted.

What was seen is stored with its thumbnails in the catalog, whole or not at all, whether the store
can be reached or not. From there they are moved.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from engine.domain.media import new_thumbnail_name
from engine.domain.videos import Pictures
from engine.ports.catalog import Catalog
from engine.ports.object_store import ObjectStore

_PAGE: Final = 100
_N_THREADS: Final = 8
_WRITING_SECONDS: Final = 60 * 60.0
"""An object that nothing names so long after it was begun is of a writer that died."""

_PROBE: Final = "thumbnails/probe"
_PROBE_BYTES: Final = 300_000

T = TypeVar("T")


def move_thumbnails(catalog: Catalog, store: ObjectStore) -> int:
    """Move thumbnails of some videos from the catalog into the store.

    Returns:
        How many videos were looked at: none when all are there.

    Raises:
        StoreUnusable: when the store cannot be written; what is not there stays in the catalog.
    """
    page = catalog.thumbnails.kept_here(limit=_PAGE)
    _in_parallel(partial(_move, catalog, store), list(page.items()))
    return len(page)


def _move(catalog: Catalog, store: ObjectStore, item: tuple[str, Pictures]) -> None:
    video, pictures = item
    contents = {new_thumbnail_name(one): one for one in (pictures.poster, pictures.strip)}
    catalog.unneeded_objects.note(list(contents), due=time.time() + _WRITING_SECONDS)
    for name, content in contents.items():
        store.write(name, content)
    # When it was seen anew meanwhile, the objects stay noted.
    catalog.thumbnails.move(video, pictures, *contents)


def probe(store: ObjectStore) -> None:
    """Write an object as long as a picture, and delete it.

    Raises:
        StoreUnusable: when the store cannot be written.
    """
    store.write(_PROBE, bytes(_PROBE_BYTES))
    store.delete(_PROBE)


def delete_unneeded(catalog: Catalog, store: ObjectStore) -> int:
    """Delete some of the objects that nobody needs any more.

    Returns:
        How many were deleted: none when nothing is due.

    Raises:
        StoreUnusable: when the store cannot be asked; they are deleted another time.
    """
    names = catalog.unneeded_objects.due(now=time.time(), limit=_PAGE)
    _in_parallel(store.delete, names)
    if names:
        catalog.unneeded_objects.remove(names)
    return len(names)


def tidy(catalog: Catalog, store: ObjectStore) -> int:
    """Move all thumbnails into the store, and delete all that nobody needs.

    Returns:
        How many videos' thumbnails were moved.

    Raises:
        StoreUnusable: when the store cannot be asked.
    """
    moved = 0
    while page := move_thumbnails(catalog, store):
        moved += page
    while delete_unneeded(catalog, store):
        pass
    return moved


def _in_parallel(act: Callable[[T], None], items: list[T]) -> None:
    if not items:
        return
    with ThreadPoolExecutor(_N_THREADS, "media") as pool:
        futures = [pool.submit(act, item) for item in items]
        try:
            for future in futures:
                future.result()
        finally:
            # After the first that failed the others would.
            for future in futures:
                future.cancel()
