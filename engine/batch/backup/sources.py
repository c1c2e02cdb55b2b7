"""The parts of a catalog as they are at one moment: open, checked, each with its digest.

The generation is taken before the catalog, so the catalog has all that the generation was built
from and what changed since.
"""

import hashlib
import io
import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.batch.backup.manifests import Manifest, Part, current_part
from engine.indexes.local.disk.digests import BUILT, DIGESTS, sha256_of
from engine.indexes.local.disk.generations import Generations
from engine.ports.catalog import Catalog
from engine.system.homes import CATALOG, GENERATIONS


@dataclass(frozen=True, slots=True)
class Source:
    """A part that is open for reading: what is cleared away meanwhile can still be read."""

    file: BinaryIO
    size_bytes: int
    sha256: str


def open_sources(
    catalog: Catalog, generations: Generations, folder: Path | None, opened: ExitStack
) -> tuple[Manifest, dict[str, Source]]:
    """Copy a catalog and open all files of its live generation, checked.

    Args:
        catalog: that others may write meanwhile.
        generations: built of it.
        folder: where the copy is made; None leaves the catalog out.
        opened: closes what is opened here.

    Returns:
        What there is, and each part by its name.

    Raises:
        CorruptData: when something is damaged.
    """
    generation, sources = _open_generation(generations, opened)
    if folder is None:
        videos = catalog.videos.count()
    else:
        videos = catalog.copy_to(folder / CATALOG)
        sources[CATALOG] = _source(opened, folder / CATALOG, sha256_of(folder / CATALOG))
    parts = {
        name: Part(source.sha256, source.size_bytes) for name, source in sorted(sources.items())
    }
    return Manifest(videos, generation, parts), sources


def _source(opened: ExitStack, path: Path, sha256: str) -> Source:
    file = opened.enter_context(path.open("rb"))
    return Source(file, os.fstat(file.fileno()).st_size, sha256)


def _open_generation(
    generations: Generations, opened: ExitStack
) -> tuple[str | None, dict[str, Source]]:
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
    sources[current_part()] = Source(
        io.BytesIO(named), len(named), hashlib.sha256(named).hexdigest()
    )
    return live, sources
