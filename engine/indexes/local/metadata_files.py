"""The facts of more videos than fit into memory, written to a folder part by part."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final

from engine.indexes.local import storage as index_files
from engine.indexes.local.metadata import MetadataColumns

_CODED: Final = ("language", "kind", "uploader", "category", "iab")


def write_facts(folder: Path, parts: Iterable[MetadataColumns]) -> None:
    """Write the facts of all parts under each other; the parts are iterated twice.

    The bytes are those of all the facts at once, however they were parted.
    """
    found: dict[str, set[str]] = {name: set() for name in _CODED}
    for part in parts:
        for name, own in part.words().items():
            found[name].update(own)
    words = {name: tuple(sorted(some)) for name, some in found.items()}
    with index_files.Writer(folder) as writer:
        n_videos = 0
        for part in chain([MetadataColumns.of([])], parts):
            numbered = replace(
                part,
                **{name: getattr(part, name).numbered_by(words[name]) for name in _CODED},
                category_rows=n_videos + part.category_rows,
                iab_rows=n_videos + part.iab_rows,
            )
            for name, column in numbered.arrays().items():
                writer.append(name, column)
            n_videos += part.n_videos
        writer.finish(words)
