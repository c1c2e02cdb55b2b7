"""Everything of a catalog in one file.

A dump is a tar file: ``manifest.json`` first, with the format and the SHA-256 of all else, then
``catalog.db`` and the live generation. It is taken while others read and write: the generation is
taken before the catalog, so the catalog has all that the generation was built from and what
changed since, and a restored catalog answers as this one did at that moment.

Both are checked first, and the digests of the generation are those of its files when they were
written: what was damaged since is not taken for what it should be.
"""

import io
import os
import tarfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from engine.batch.backup.manifests import FORMAT, MANIFEST, Manifest
from engine.batch.backup.restores import restore
from engine.batch.backup.sources import Source, open_sources
from engine.errors import InvalidInput
from engine.indexes.local.disk.generations import Generations
from engine.ports.catalog import Catalog
from engine.system.homes import sync_folder
from engine.system.temporary_files import abandoned, held_folder, remove_abandoned

__all__ = ["FORMAT", "Dump", "dump", "restore"]


@dataclass(frozen=True, slots=True)
class Dump:
    """Contents of a dump.

    Attributes:
        videos: in its catalog.
        generation: the live one; None before the first.
        size_bytes: of all parts.
    """

    videos: int
    generation: str | None
    size_bytes: int


def dump(catalog: Catalog, generations: Generations, file: Path) -> Dump:
    """Write everything to a new file; it appears whole or not at all.

    Raises:
        InvalidInput: there is something at ``file`` already, or nowhere to put it.
        CorruptData: what is to be written is damaged.
    """
    if file.exists():
        raise InvalidInput(f"{file} is there already: name a new file")
    if not file.parent.is_dir():
        raise InvalidInput(f"{file.parent} is no folder: make it first, or name a file elsewhere")
    for left in abandoned(file.parent):
        remove_abandoned(left)
    with held_folder(file.parent) as folder, ExitStack() as opened:
        manifest, sources = open_sources(catalog, generations, folder, opened)
        whole = folder / "dump.tar"
        _write_tar(whole, manifest, sources)
        _put(whole, file)
    return Dump(manifest.videos, manifest.generation, manifest.size_bytes)


def _write_tar(target: Path, manifest: Manifest, sources: Mapping[str, Source]) -> None:
    content = manifest.to_json()
    target.touch(0o600)  # viewers, and what they did, are nobody else's
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(_entry(MANIFEST, len(content)), io.BytesIO(content))
        for name in manifest.parts:
            tar.addfile(_entry(name, sources[name].size_bytes), sources[name].file)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    # Of nobody and of no time: the same catalog makes the same dump.
    entry = tarfile.TarInfo(name)
    entry.size = size
    return entry


def _put(whole: Path, file: Path) -> None:
    with whole.open("rb") as written:
        os.fsync(written.fileno())
    try:
        # A link fails when somebody was quicker; a rename would replace what they wrote.
        os.link(whole, file)
    except FileExistsError:
        raise InvalidInput(f"{file} is there already: name a new file") from None
    sync_folder(file.parent)
