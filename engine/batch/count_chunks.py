"""The first pass of a reindex: counted rows, some thousands a file, so that none is counted twice.

A file begins with a checksum of the rest, is flushed to the disk, and only then renamed. After a
crash those that are whole and whose videos have not changed since are taken as they are; all others
are made anew.
"""

import hashlib
import io
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from engine.batch.index_rows import RowMaker
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.index_config import IndexConfig
from engine.domain.tracks import Track
from engine.domain.videos import Span, VideoRecord
from engine.errors import CorruptData
from engine.indexes.local.count_matrix import CountMatrix
from engine.indexes.local.metadata import MetadataColumns
from engine.indexes.local.video_row import VideoRow, counts_of, facts_of
from engine.vocabulary import Vocabulary

CHUNK_VIDEOS: Final = 10_000
"""Rows a file: a few megabytes, a second of counting."""

_FORMAT: Final = 5
_SUFFIX: Final = ".counts"
_PAGE_VIDEOS: Final = 500
_FACTS: Final = "facts_"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of consecutive ids.

    Attributes:
        span: which part of the catalog it is, and its state when it was counted.
        ids: rising.
        counts: a row an id.
        facts: a row an id.
    """

    span: Span
    ids: list[str]
    counts: CountMatrix
    facts: MetadataColumns


def counted_chunks(
    catalog: Catalog,
    workplace: Path,
    recipe: IndexConfig,
    vocabulary: Vocabulary,
    *,
    on_videos: Callable[[int], object],
    chunk_videos: int,
) -> list[Path]:
    """Count all watched videos; return the files, by rising ids.

    Args:
        catalog: what was seen.
        workplace: where the files are; those of an earlier run of the same kind are used again.
        recipe: what counts.
        vocabulary: of the catalog.
        on_videos: called with the number of videos that were just done, for a progress bar.
        chunk_videos: rows a file.
    """
    folder = workplace / _folder_name(recipe, vocabulary, catalog.identity())
    for other in workplace.iterdir():
        if other != folder:
            shutil.rmtree(other) if other.is_dir() else other.unlink()
    folder.mkdir(exist_ok=True)
    paths: list[Path] = []
    after = ""
    while True:
        path = folder / f"{len(paths):06d}{_SUFFIX}"
        span = _span_if_current(path, after, catalog)
        if span is None:
            chunk = _count(catalog, after, recipe, vocabulary, chunk_videos)
            if chunk is None:
                break
            _write(path, chunk)
            span = chunk.span
        paths.append(path)
        on_videos(span.videos)
        after = span.last
    return paths


def _folder_name(recipe: IndexConfig, vocabulary: Vocabulary, identity: str) -> str:
    sensitive = crc32(repr(recipe.sensitive).encode())
    said = (
        _FORMAT,
        identity,
        recipe.seconds,
        recipe.threshold,
        recipe.least_seconds,
        f"{sensitive:08x}",
    )
    return "-".join(["counts", *map(str, said), str(len(vocabulary))])


def read_chunk(path: Path, n_tags: int) -> Chunk:
    """Read a file that ``counted_chunks`` wrote.

    Raises:
        CorruptData: when it is not what was written.
    """
    with np.load(_content(path), allow_pickle=False) as kept:
        arrays: dict[str, NDArray[Any]] = dict(kept)
    said = json.loads(bytes(arrays.pop("said")))
    facts = {
        name.removeprefix(_FACTS): array
        for name, array in arrays.items()
        if name.startswith(_FACTS)
    }
    counts = CountMatrix(
        arrays["indptr"], arrays["indices"], arrays["data"], (len(said["ids"]), n_tags)
    )
    return Chunk(
        Span(**said["span"]), said["ids"], counts, MetadataColumns.from_stored(facts, said["words"])
    )


def _count(
    catalog: Catalog, after: str, recipe: IndexConfig, vocabulary: Vocabulary, limit: int
) -> Chunk | None:
    rows: list[VideoRow] = []
    newest = 0
    rows_of = RowMaker(catalog, recipe, vocabulary)
    for record, track in _watched(catalog, after, limit):
        rows.append(rows_of.row(record, track))
        newest = max(newest, record.revision)
    if not rows:
        return None
    # Of what was read, not of what the catalog holds by now: a change meanwhile must show.
    span = Span(after, rows[-1].id, len(rows), newest)
    return Chunk(span, [row.id for row in rows], counts_of(rows, len(vocabulary)), facts_of(rows))


def _watched(catalog: Catalog, after: str, limit: int) -> Iterator[tuple[VideoRecord, Track]]:
    left = limit
    while left > 0 and (page := catalog.tracks.watched(after=after, limit=min(left, _PAGE_VIDEOS))):
        yield from page
        left -= len(page)
        after = page[-1][0].id


def _write(path: Path, chunk: Chunk) -> None:
    said = {"span": asdict(chunk.span), "ids": chunk.ids, "words": chunk.facts.words()}
    arrays: dict[str, Any] = {
        "said": np.frombuffer(json.dumps(said).encode(), np.uint8),
        "indptr": chunk.counts.indptr,
        "indices": chunk.counts.indices,
        "data": chunk.counts.data,
        **{_FACTS + name: array for name, array in chunk.facts.arrays().items()},
    }
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    aside = path.with_suffix(".part")
    try:
        with aside.open("wb") as file:
            file.write(hashlib.sha256(packed.getbuffer()).digest())
            file.write(packed.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _content(path: Path) -> io.BytesIO:
    whole = memoryview(path.read_bytes())
    size = hashlib.sha256().digest_size
    if hashlib.sha256(whole[size:]).digest() != whole[:size]:
        raise CorruptData(
            f"{path} is not what was written: reindex again", hint="run 'reelmatch reindex'"
        )
    return io.BytesIO(whole[size:])


def _span_if_current(path: Path, after: str, catalog: Catalog) -> Span | None:
    """Return what a file covers, if it goes on after ``after`` and nothing of it changed since."""
    try:
        with np.load(_content(path), allow_pickle=False) as kept:
            span = Span(**json.loads(bytes(kept["said"]))["span"])
    except FileNotFoundError:
        return None
    except CorruptData as error:
        log.warning("counted anew: %s", error)
        return None
    return span if span.after == after and catalog.tracks.span(after, span.last) == span else None
