"""A generation: one immutable build of the index, opened from its folder and checked."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from engine.domain.matching.index_config import IndexConfig
from engine.domain.tags import VISUAL, Tag
from engine.errors import CorruptData, OutdatedGeneration
from engine.indexes.local.co_likes import CoLikes
from engine.indexes.local.disk.digests import BUILT, DIGESTS, check_digests
from engine.indexes.local.index import Index
from engine.indexes.local.mean_vector import MeanVector
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.words.vocabulary import Vocabulary

FORMAT: Final = 6
"""Version of what is written."""

_OPENED: Final = (4, 5, FORMAT)
"""Versions that are opened: 4 has learned no mix with what is liked together, 4 and 5 have levels
that are arranged anew."""


@dataclass(frozen=True, slots=True)
class Built:
    """The catalog and revision that a generation was built of.

    Attributes:
        revision: of the catalog.
        catalog: the catalog's identity; empty for generations of earlier versions.
    """

    revision: int
    catalog: str


@dataclass(frozen=True, slots=True)
class Generation:
    """One immutable build of the index, with what is needed to ask it and to explain it.

    Attributes:
        id: 12 hex digits, a digest of its files.
        index: tag counts, ready to be searched.
        metadata: of the index's rows.
        vocabulary: the tags' names.
        config: options that it was built with.
        revision: the catalog's revision that it was built from.
        folder: where its files are.
        common: what most of its videos show.
        co_likes: which of its videos the same viewers like.
        catalog: identity of the catalog that it was built from; empty when it does not say.
    """

    id: str
    index: Index
    metadata: MetadataColumns
    vocabulary: Vocabulary
    config: IndexConfig
    revision: int
    folder: Path
    common: MeanVector = field(default_factory=MeanVector.nothing)
    co_likes: CoLikes = field(default_factory=CoLikes.nothing)
    catalog: str = ""

    @property
    def built(self) -> Built:
        """The catalog and revision it was built of."""
        return Built(self.revision, self.catalog)


@dataclass(frozen=True, slots=True)
class StoredGeneration:
    """A generation that is there, as a list tells of it.

    Attributes:
        id: 12 hex digits.
        built_at: when it was built last, seconds since 1970.
        config: options that it was built with.
        is_live: whether it is the live one.
    """

    id: str
    built_at: float
    config: IndexConfig
    is_live: bool


def open_generation(folder: Path, generation: str) -> Generation:
    """Check every byte of a generation and open it, its large files by mmap.

    Raises:
        CorruptData: when its files are not what was written.
        OutdatedGeneration: when it was written by another version.
    """
    try:
        check_digests(folder, generation)
        built = read_built(folder, generation)
        header = read_json(folder / "generation.json")
        if header.get("format") not in _OPENED:
            raise OutdatedGeneration(generation)
        return Generation(
            id=generation,
            index=Index.load(folder / "index"),
            metadata=MetadataColumns.load(folder / "facts"),
            vocabulary=Vocabulary(_labels(header)),
            config=IndexConfig.from_stored(header["recipe"]),
            revision=built.revision,
            folder=folder,
            common=MeanVector.load(folder / "common"),
            co_likes=CoLikes.load(folder / "together"),
            catalog=built.catalog,
        )
    except (
        CorruptData,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
    ) as error:
        raise damaged(generation, error) from error


def damaged(generation: str, error: Exception) -> CorruptData:
    """Return the error of a generation that cannot be read."""
    return CorruptData(
        f"generation {generation} is damaged ({error}): reindex, or roll back to the one before",
        hint="run 'reelmatch reindex', or 'reelmatch reindex --rollback'",
    )


def is_whole(folder: Path, generation: str) -> bool:
    """Tell whether the files of a generation are what was written."""
    try:
        check_digests(folder, generation)
    except CorruptData:
        return False
    return True


def read_built(folder: Path, generation: str) -> Built:
    """Return what a generation was built of.

    Raises:
        CorruptData: when that is not what was written.
    """
    changed = CorruptData(f"{folder / BUILT} is not what was written")
    payload = read_json(folder / BUILT)
    revision, catalog = payload.get("revision"), payload.get("catalog", "")
    if type(revision) is not int or not isinstance(catalog, str):
        raise changed
    built = Built(revision, catalog)
    # Earlier versions wrote neither a list of digests nor one of this.
    has_digest = "digest" in payload or (folder / DIGESTS).exists()
    if has_digest and (folder / BUILT).read_text("utf-8") != built_text(generation, built):
        raise changed
    return built


def built_text(generation: str, built: Built) -> str:
    """Return what is written of what a generation was built of."""
    payload = f"{generation} {built.revision} {built.catalog}"
    digest = hashlib.sha256(payload.encode()).hexdigest()
    return json.dumps({**asdict(built), "digest": digest})


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file.

    Raises:
        CorruptData: when it cannot be read.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CorruptData(f"{path} cannot be read ({error})") from error
    if not isinstance(content, dict):
        raise CorruptData(f"{path} is not what was written")
    return content


def write_whole(path: Path, text: str) -> None:
    """Write a text; on return it is on the disk."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _labels(header: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the labels of a generation's tags."""
    if "sources" in header["recipe"]:
        return tuple(header["tags"])
    # Of before sources were told apart: names of what was seen, whatever they look like.
    return tuple(Tag(VISUAL, name).label for name in header["tags"])
