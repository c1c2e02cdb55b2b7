"""Publishing: what a catalog and its live generation are at one moment, for other machines."""

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from engine.batch.backup.manifests import Manifest, Part
from engine.batch.backup.sources import Source, open_sources
from engine.batch.replication.publications import (
    MANIFESTS,
    PARTS,
    PUBLISHED,
    Publications,
    manifest_name,
    part_name,
    read_manifest,
    read_publications,
)
from engine.errors import InvalidInput, NothingIndexed, StoreUnusable
from engine.indexes.local.disk.generations import Generations
from engine.ports.catalog import Catalog
from engine.ports.object_store import ObjectStore
from engine.system.os_errors import writing_to
from engine.system.temporary_files import abandoned, held_folder, remove_abandoned

YOUNG_SECONDS: Final = 3_600.0
"""Age in seconds from which on objects of a store are cleared away."""

_LOCK: Final = ".publish.lock"


@dataclass(frozen=True, slots=True)
class Publication:
    """Result of publishing.

    Attributes:
        id: SHA-256 of its manifest.
        videos: in its catalog.
        generation: the live one.
        size_bytes: of all parts.
        uploaded_bytes: of those that the store did not have.
    """

    id: str
    videos: int
    generation: str
    size_bytes: int
    uploaded_bytes: int


def publish(
    catalog: Catalog,
    generations: Generations,
    store: ObjectStore,
    *,
    with_catalog: bool = True,
    repair: bool = False,
) -> Publication:
    """Write the catalog and its live generation to a store; others see it once it is whole.

    Others may read and write the catalog meanwhile. Publications that nobody should be fetching
    any more are removed.

    Args:
        catalog: of this host.
        generations: built of it.
        store: where to.
        with_catalog: False where replicas reach the catalog itself.
        repair: whether every byte that is there already is compared, and sent again if need be.

    Raises:
        NothingIndexed: before the first reindex.
        InvalidInput: when another catalog is published there.
        CorruptData: when what is to be written is damaged.
        StoreUnusable: when the store cannot be used; what is published stays.
    """
    folder = generations.folder
    if generations.current_id is None:
        raise NothingIndexed
    with _alone(generations), ExitStack() as opened:
        before = read_publications(store)
        identity = catalog.identity()
        if before is not None and before.catalog != identity:
            raise InvalidInput(
                f"another catalog is published to {store.url}: name a folder of its own for each"
            )
        for left in abandoned(folder):
            remove_abandoned(left)
        copied = opened.enter_context(held_folder(folder)) if with_catalog else None
        manifest, sources = open_sources(catalog, generations, copied, opened)
        assert manifest.generation is not None  # noqa: S101 - a live one does not go away
        uploaded = _upload(store, manifest, sources, is_there=_is_whole if repair else _is_there)
        content = manifest.to_json()
        sha256 = hashlib.sha256(content).hexdigest()
        store.write(manifest_name(sha256), content)
        revision = generations.built(manifest.generation).revision
        now = (before or Publications(identity, 0, ())).with_newest(sha256, revision)
        store.write(PUBLISHED, now.to_json())
        # Another machine that publishes may have cleared away what nothing named yet.
        uploaded += _upload(store, manifest, sources, is_there=_is_there)
        _clear_away(store, now)
    return Publication(sha256, manifest.videos, manifest.generation, manifest.size_bytes, uploaded)


@contextmanager
def _alone(generations: Generations) -> Iterator[None]:
    """Wait for others of this machine who publish, whose unfinished parts would be cleared away."""
    with writing_to(generations.folder), (generations.folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _upload(
    store: ObjectStore,
    manifest: Manifest,
    sources: dict[str, Source],
    *,
    is_there: Callable[[ObjectStore, Part], bool],
) -> int:
    """Write the parts that are not there; return how many bytes that were."""
    uploaded = 0
    for name, part in manifest.parts.items():
        if not is_there(store, part):
            store.upload(part_name(part.sha256), sources[name].file)
            uploaded += part.size_bytes
    return uploaded


def _is_there(store: ObjectStore, part: Part) -> bool:
    return store.size(part_name(part.sha256)) == part.size_bytes


def _is_whole(store: ObjectStore, part: Part) -> bool:
    digest = hashlib.sha256()
    if _is_there(store, part):
        for piece in store.download(part_name(part.sha256)):
            digest.update(piece)
    return digest.hexdigest() == part.sha256


def _clear_away(store: ObjectStore, now: Publications) -> None:
    needed = {manifest_name(one) for one in now.manifests}
    for one in now.manifests:
        try:
            manifest = read_manifest(store, one)
        except StoreUnusable:
            # Damaged, or removed by somebody: it can be fetched by nobody.
            continue
        needed |= {part_name(part.sha256) for part in manifest.parts.values()}
    for folder in (MANIFESTS, PARTS):
        for name in set(store.names(folder)) - needed:
            # What is younger may be of another machine, whose publication is not named yet.
            if time.time() - (store.modified(name) or 0.0) > YOUNG_SECONDS:
                store.delete(name)
