"""A dump brought back: checked to the last byte first, then put in place at once.

What is written before that lies in a folder of its own. The last step of all is a rename, after
which whoever opens the catalog finishes, whatever became of the process that began.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.batch.backup.archives import Archive
from engine.batch.backup.checks import check_catalog, check_generation
from engine.batch.backup.manifests import MANIFEST, MAX_MANIFEST_BYTES, Manifest, no_dump
from engine.catalogs import open_catalog
from engine.errors import CorruptData, DiskFull, InvalidInput, ReelmatchError
from engine.system.homes import (
    CATALOG,
    CATALOG_LOCK,
    GENERATIONS,
    RESTORED,
    finish_restore,
    make_home,
    sync_folder,
)
from engine.system.temporary_files import held_folder

_SPARE_BYTES: Final = 64 << 20
"""Left free beside what is written: bringing an old catalog up to date takes some."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Contents that a dump brought back.

    Attributes:
        videos: in its catalog.
        generation: the live one; None before the first.
        size_bytes: of all parts.
    """

    videos: int
    generation: str | None
    size_bytes: int


def restore(file: Path, home: Path) -> Restored:
    """Bring a dump back into an empty place; all of it appears or nothing.

    Args:
        file: a dump.
        home: where its catalog and generations go; there must be neither.

    Raises:
        InvalidInput: no dump, one of a newer version, a place that is not empty.
        DiskFull: there is no room for it.
        CorruptData: what is in it is not what was written.
    """
    if not file.is_file():
        raise InvalidInput(f"{file}: there is no such file")
    with _made(home), held_folder(home) as folder:
        ready = folder / "ready"
        ready.mkdir()
        manifest = _unpack(file, home, ready)
        _check(file, manifest, ready)
        _replace_home(ready, home)
    return Restored(manifest.videos, manifest.generation, manifest.size_bytes)


@contextmanager
def _made(home: Path) -> Iterator[None]:
    """Make the folder that is restored into, which goes again when nothing came of it."""
    is_new = not home.exists()
    _make_home(home)
    if (home / RESTORED).is_dir():
        open_catalog(home / CATALOG).close()  # finishes the one that was cut short
    _refuse_occupied(home)
    try:
        yield
    except BaseException:
        if is_new:
            with suppress(OSError):  # not empty: somebody else began something there
                home.rmdir()
        raise


def _make_home(home: Path) -> None:
    try:
        make_home(home)
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        raise InvalidInput(
            f"{home} cannot be made ({error.strerror}): set REELMATCH_HOME to another folder"
        ) from error


def _refuse_occupied(home: Path) -> None:
    for name in (CATALOG, GENERATIONS, RESTORED):
        if os.path.lexists(home / name):
            raise InvalidInput(
                f"{home} holds a catalog already: set REELMATCH_HOME to another folder"
            )


def _unpack(file: Path, home: Path, folder: Path) -> Manifest:
    try:
        opened = file.open("rb")
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from error
    with opened:
        archive = Archive(opened, file)
        entries = archive.entries()
        first = next(entries, None)
        if first is None or first.name != MANIFEST or first.size > MAX_MANIFEST_BYTES:
            raise no_dump(file)
        manifest = Manifest.read(archive.read(first), file)
        if not manifest.has_catalog:
            raise no_dump(file)
        _refuse_without_room(file, home, manifest)
        missing = dict(manifest.parts)
        for entry in entries:
            expected = missing.pop(entry.name, None)
            if expected is None:
                raise CorruptData(f"{file} holds {entry.name!r}, which is no part of a dump")
            if entry.size != expected.size_bytes:
                raise CorruptData(f"{file}: {entry.name} is not as long as it was")
            target = folder / entry.name
            target.parent.mkdir(parents=True, exist_ok=True)
            if archive.copy(entry, target) != expected.sha256:
                raise CorruptData(f"{file}: {entry.name} is damaged: take another dump")
    if missing:
        raise CorruptData(f"{file} lacks {', '.join(sorted(missing))}: take another dump")
    return manifest


def _refuse_without_room(file: Path, home: Path, manifest: Manifest) -> None:
    size, free = manifest.size_bytes, shutil.disk_usage(home).free
    if size > file.stat().st_size:
        raise CorruptData(f"{file} is shorter than all it says to hold: take another dump")
    if size + _SPARE_BYTES > free:
        raise DiskFull(home, size + _SPARE_BYTES - free)


def _check(file: Path, manifest: Manifest, folder: Path) -> None:
    """Check what was unpacked and bring it up to date, so that nothing could fail later."""
    try:
        check_catalog(manifest, folder)
    except DiskFull:
        raise
    except ReelmatchError as error:
        raise CorruptData(
            f"the catalog in {file} cannot be used ({error}): take another dump; 'tar -xf FILE"
            f" {CATALOG}' takes it out as it is"
        ) from error
    try:
        with open_catalog(folder / CATALOG) as catalog:
            check_generation(manifest, folder, catalog)
        (folder / CATALOG_LOCK).unlink(missing_ok=True)
    except DiskFull:
        raise
    except ReelmatchError as error:
        raise CorruptData(
            f"the index in {file} cannot be used ({error}): take another dump; 'tar -xf FILE"
            f" {CATALOG}' takes its catalog out, of which a reindex builds an index",
            hint="run 'reelmatch reindex'",
        ) from error


def _replace_home(ready: Path, home: Path) -> None:
    for folder, _, _ in os.walk(ready):
        sync_folder(Path(folder))
    with (home / CATALOG_LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Somebody may have begun one meanwhile.
        _refuse_occupied(home)
        ready.replace(home / RESTORED)
        sync_folder(home)
        finish_restore(home)
