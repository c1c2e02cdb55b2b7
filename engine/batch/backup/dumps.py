"""Everything of a catalog in one file.

A dump is a tar file: ``manifest.json`` first, with the format and the SHA-256 of all else, then
``catalog.db`` and the live generation. It is taken while others read and write: the generation is
taken before the catalog, so the catalog has all that the generation was built from and what
changed since, and a restored catalog answers as this one did at that moment.

Both are checked first, and the digests of the generation are those of its files when they were
written: what was damaged since is not taken for what it should be.
"""

import hashlib
import io
import os
import tarfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.batch.backup.manifests import FORMAT, MANIFEST, Manifest, Part, current_part
from engine.batch.backup.restores import restore
from engine.errors import InvalidInput
from engine.indexes.local.digests import BUILT, DIGESTS, sha256_of
from engine.indexes.local.generations import Generations
from engine.ports.catalog import Catalog
from engine.system.homes import CATALOG, GENERATIONS, sync_folder
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
        generation, sources = _open_generation(generations, opened)
        videos = catalog.copy_to(folder / CATALOG)
        sources[CATALOG] = _source(opened, folder / CATALOG, sha256_of(folder / CATALOG))
        parts = {
            name: Part(source.sha256, source.size_bytes) for name, source in sorted(sources.items())
        }
        manifest = Manifest(videos, generation, parts)
        whole = folder / "dump.tar"
        _write_tar(whole, manifest, sources)
        _put(whole, file)
    return Dump(manifest.videos, manifest.generation, manifest.size_bytes)


@dataclass(frozen=True, slots=True)
class _Source:
    """A part that is open for reading: what is cleared away meanwhile can still be read."""

    file: BinaryIO
    size_bytes: int
    sha256: str


def _source(opened: ExitStack, path: Path, sha256: str) -> _Source:
    file = opened.enter_context(path.open("rb"))
    return _Source(file, os.fstat(file.fileno()).st_size, sha256)


def _open_generation(
    generations: Generations, opened: ExitStack
) -> tuple[str | None, dict[str, _Source]]:
    """Open all files of the live generation and check them."""
    if generations.current_id is None:
        return None, {}
    # Nothing is cleared away between the check and the opening.
    with generations.current.moving():
        live = generations.current_id
        if live is None:
            return None, {}
        digests = generations.check(live)
        folder = generations.folder / live
        for name in (BUILT, DIGESTS):
            if (folder / name).exists():
                digests[name] = sha256_of(folder / name)
        sources = {
            f"{GENERATIONS}/{live}/{name}": _source(opened, folder / name, sha256)
            for name, sha256 in digests.items()
        }
    named = f"{live}\n\n".encode()
    sources[current_part()] = _Source(
        io.BytesIO(named), len(named), hashlib.sha256(named).hexdigest()
    )
    return live, sources


def _write_tar(target: Path, manifest: Manifest, sources: dict[str, _Source]) -> None:
    content = manifest.to_json()
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
