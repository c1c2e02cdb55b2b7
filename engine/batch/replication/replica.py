"""A replica: what a store publishes, on this machine, whole and checked before it is asked."""

import hashlib
import os
import re
import shutil
import threading
from pathlib import Path
from typing import Final

from engine.batch.backup.checks import check_catalog, check_generation
from engine.batch.backup.manifests import MAX_MANIFEST_BYTES, Manifest, Part
from engine.batch.replication.publications import part_name, read_manifest, read_publications
from engine.catalogs import open_catalog
from engine.errors import (
    CatalogUnavailable,
    CorruptData,
    DiskFull,
    InvalidInput,
    NothingIndexed,
    ReelmatchError,
    StoreUnusable,
)
from engine.indexes.local.disk.generations import Generations
from engine.ports.catalog import Catalog
from engine.ports.object_store import ObjectStore
from engine.system.homes import CATALOG, GENERATIONS, make_home, sync_folder
from engine.system.temporary_files import abandoned, held_folder, remove_abandoned

_NAMED: Final = "CURRENT"
_MANIFEST: Final = "manifest.json"
_ID: Final = re.compile(r"[0-9a-f]{12}")
_SPARE_BYTES: Final = 64 << 20
"""Left free beside what is fetched: bringing an old catalog up to date takes some."""


class Replica:
    """The publications of a store that are on this machine. One process fetches, any number read.

    Args:
        folder: of this replica; made when something is fetched.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Clearing away must not meet a publication that is here, but not named yet.
        self._moving = threading.Lock()

    @property
    def home(self) -> Path:
        """The folder of catalog and generation of the newest publication that is here.

        Raises:
            NothingIndexed: before the first was fetched.
        """
        if (current := self._current()) is None:
            raise NothingIndexed
        return self._folder / current

    def fetch(self, store: ObjectStore, catalog: Catalog | None = None) -> bool:
        """Bring the newest publication here, if another one is; return whether it was.

        What was here before stays, whatever happens.

        Args:
            store: that is asked.
            catalog: that this machine reaches; None for the one that is published.

        Raises:
            StoreUnusable: when the store cannot be asked, publishes nothing, or holds what is not
                what was written.
            DiskFull: when there is no room for it.
        """
        published = read_publications(store)
        if published is None:
            raise StoreUnusable(
                f"nothing is published in {store.url}: publish there, or check the address",
                hint="run 'reelmatch publish' where the catalog is",
            )
        name = published.newest[:12]
        if self._current() == name:
            return False
        manifest = read_manifest(store, published.newest)
        make_home(self._folder)
        for left in abandoned(self._folder):
            remove_abandoned(left)
        self._refuse_without_room(manifest)
        with held_folder(self._folder) as aside:
            ready = aside / "ready"
            ready.mkdir()
            self._fill(store, manifest, ready, with_catalog=catalog is None)
            _check(store, manifest, ready, catalog)
            (ready / _MANIFEST).write_bytes(manifest.to_json())
            for folder, _, _ in os.walk(ready):
                sync_folder(Path(folder))
            target = self._folder / name
            with self._moving:
                # Left by one that was cut short before it was named, or damaged.
                shutil.rmtree(target, ignore_errors=True)
                ready.replace(target)
                self._name(name)
        return True

    def refetch_damaged(self, *, with_catalog: bool) -> None:
        """Let what is here be fetched again when it is damaged; before anybody reads it.

        Args:
            with_catalog: whether its catalog is needed.
        """
        if (current := self._current()) is None:
            return
        home = self._folder / current
        try:
            Generations(home / GENERATIONS).load_current()
            if with_catalog:
                with open_catalog(home / CATALOG, read_only=True) as catalog:
                    catalog.check()
        except ReelmatchError:
            (self._folder / _NAMED).unlink()

    def clear_away(self, read: Path) -> None:
        """Remove the publications before the newest.

        Args:
            read: the one that is read; nothing is removed when it is not the newest any more.
        """
        with self._moving:
            current = self._current()
            if current is None or read != self._folder / current:
                return
            for path in self._folder.glob("*"):
                if _ID.fullmatch(path.name) and path.name != current:
                    shutil.rmtree(path, ignore_errors=True)

    def _current(self) -> str | None:
        try:
            name = (self._folder / _NAMED).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return name if _ID.fullmatch(name) and (self._folder / name).is_dir() else None

    def _name(self, name: str) -> None:
        aside = self._folder / f".{_NAMED}-new"
        with aside.open("w", encoding="ascii") as file:
            file.write(f"{name}\n")
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._folder / _NAMED)
        sync_folder(self._folder)

    def _refuse_without_room(self, manifest: Manifest) -> None:
        free = shutil.disk_usage(self._folder).free
        missing = manifest.size_bytes + _SPARE_BYTES - free
        if missing > 0:
            raise DiskFull(self._folder, missing)

    def _fill(
        self, store: ObjectStore, manifest: Manifest, ready: Path, *, with_catalog: bool
    ) -> None:
        here = self._parts_here()
        for name, part in manifest.parts.items():
            if name == CATALOG and not with_catalog:
                continue
            target = ready / name
            target.parent.mkdir(parents=True, exist_ok=True)
            # A generation never changes; a catalog that was opened is not what was fetched.
            known = here.get(part.sha256) if name.startswith(f"{GENERATIONS}/") else None
            if known is None or not _link(known, target, part):
                _download(store, part, target)

    def _parts_here(self) -> dict[str, Path]:
        """Return the files that are here already by their SHA-256."""
        here: dict[str, Path] = {}
        if (current := self._current()) is None:
            return here
        folder = self._folder / current
        try:
            with (folder / _MANIFEST).open("rb") as file:
                manifest = Manifest.read(file.read(MAX_MANIFEST_BYTES), str(folder))
        except (OSError, InvalidInput):
            return here
        return {part.sha256: folder / name for name, part in manifest.parts.items()}


def _link(known: Path, target: Path, part: Part) -> bool:
    """Give a file that is here another name, if it still is what was fetched."""
    try:
        with known.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != part.sha256:
                return False
        os.link(known, target)
    except OSError:
        return False
    return True


def _download(store: ObjectStore, part: Part, target: Path) -> None:
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as file:
        for piece in store.download(part_name(part.sha256)):
            size += len(piece)
            if size > part.size_bytes:
                break
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if size != part.size_bytes or digest.hexdigest() != part.sha256:
        raise StoreUnusable(
            f"{store.url}/{part_name(part.sha256)} is not what was written: publish again, with"
            " all that is damaged there",
            hint="run 'reelmatch publish --repair' where the catalog is",
        )


def _check(store: ObjectStore, manifest: Manifest, folder: Path, catalog: Catalog | None) -> None:
    try:
        if catalog is not None:
            check_generation(manifest, folder, catalog)
            Generations(folder / GENERATIONS).load_current()
            return
        if not manifest.has_catalog:
            raise InvalidInput(
                "it is without a catalog, since that is shared: set REELMATCH_CATALOG here, too"
            )
        check_catalog(manifest, folder)
        with open_catalog(folder / CATALOG) as copied:
            check_generation(manifest, folder, copied)
        # One of another version, which a restore takes and a reindex replaces, answers nothing.
        Generations(folder / GENERATIONS).load_current()
    except (DiskFull, CatalogUnavailable):
        raise
    except ReelmatchError as error:
        raise CorruptData(
            f"what is published in {store.url} cannot be used ({error}): publish again",
            hint="run 'reelmatch publish' where the catalog is",
        ) from error
