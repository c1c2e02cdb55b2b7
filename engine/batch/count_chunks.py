"""The first pass of a reindex: counted rows, some thousands a file, so that none is counted twice.

A file begins with a checksum of the rest, is flushed to the disk, and only then renamed. After a
crash those that are whole and whose videos have not changed since are taken as they are; all others
are made anew, each by a task that reads the catalog by itself.
"""

import hashlib
import io
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from engine.batch.index_rows import RowBuilder
from engine.catalogs import open_catalog
from engine.domain.content import VideoContent
from engine.domain.matching.index_config import IndexConfig
from engine.domain.metadata import SCHEMA
from engine.domain.videos import Span
from engine.errors import CorruptData
from engine.executors import SERIAL, open_executor
from engine.indexes.local.disk.generations import COUNTS, Generations
from engine.indexes.local.rows.count_matrix import CountMatrix
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.indexes.local.rows.video_row import VideoRow, counts_of, metadata_of_rows
from engine.ports.catalog import Catalog
from engine.ports.executor import run_tasks
from engine.words.vocabulary import Vocabulary

CHUNK_VIDEOS: Final = 10_000
"""Rows a file: a few megabytes, a second of counting."""

_FORMAT: Final = 5
_SUFFIX: Final = ".counts"
_UNFINISHED: Final = ".part"
_PAGE_VIDEOS: Final = 500
_METADATA: Final = "facts_"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of consecutive ids.

    Attributes:
        span: which part of the catalog it is, and its state when it was counted.
        ids: rising.
        counts: a row an id.
        metadata: a row an id.
    """

    span: Span
    ids: list[str]
    counts: CountMatrix
    metadata: MetadataColumns


@dataclass(frozen=True, slots=True)
class ChunkTask:
    """All that a process needs to count one file.

    Attributes:
        catalog: of the videos.
        span: which of them, and their state by now.
        config: options of counting.
        n_tags: the tags that were there when the reindex began.
        path: of the file.
    """

    catalog: str
    span: Span
    config: IndexConfig
    n_tags: int
    path: Path


def counted_chunks(
    catalog: Catalog,
    workplace: Path,
    config: IndexConfig,
    vocabulary: Vocabulary,
    *,
    on_videos: Callable[[int], object],
    chunk_videos: int,
    executor: str,
) -> list[Path]:
    """Count all observed videos; return the files, by rising ids.

    Args:
        catalog: the observations.
        workplace: where the files are; those of an earlier run of the same kind are used again.
        config: options of counting.
        vocabulary: of the catalog.
        on_videos: called with the number of videos that were just done, for a progress bar.
        chunk_videos: rows a file.
        executor: URL of who counts when there is more than one file to make.
    """
    folder = _cleared(workplace, _folder_name(config, vocabulary, catalog.identity()))
    tasks = [
        ChunkTask(catalog.url, span, config, len(vocabulary), folder / f"{number:06d}{_SUFFIX}")
        for number, span in enumerate(catalog.content.spans(chunk_videos))
    ]
    left = []
    for task in tasks:
        if _stored_span(task.path) == task.span:
            on_videos(task.span.videos)
        else:
            left.append(task)
    try:
        # One alone is counted sooner than a process has started.
        with open_executor(executor if len(left) > 1 else SERIAL) as opened:
            for span in run_tasks(opened, count_chunk, left):
                on_videos(span.videos)
    finally:
        # After an error, processes are ended wherever they are.
        _remove_unfinished(folder)
    return [task.path for task in tasks]


def count_chunk(task: ChunkTask) -> Span:
    """Count the videos of a span and write the file; return what was found there."""
    with open_catalog(task.catalog, create=False, read_only=True) as catalog:
        chunk = _count(catalog, task)
    _write(task.path, chunk)
    return chunk.span


def link_counts(generations: Generations, to: Generations) -> None:
    """Let a build elsewhere begin with what was counted here.

    A file never changes once it has its name, so links to it suffice; a build checks each, and
    counts what could not be linked.
    """
    with suppress(OSError):
        shutil.copytree(generations.folder / COUNTS, to.folder / COUNTS, copy_function=os.link)


def _cleared(workplace: Path, name: str) -> Path:
    """Return the folder of files of one kind, without what was not finished, and without others."""
    folder = workplace / name
    for other in workplace.iterdir():
        if other != folder:
            shutil.rmtree(other) if other.is_dir() else other.unlink()
    folder.mkdir(exist_ok=True)
    _remove_unfinished(folder)
    return folder


def _remove_unfinished(folder: Path) -> None:
    for unfinished in folder.glob(f"*{_UNFINISHED}"):
        unfinished.unlink(missing_ok=True)


def _folder_name(config: IndexConfig, vocabulary: Vocabulary, identity: str) -> str:
    thresholds = [(one.source, one.threshold) for one in config.sources]
    sensitive = crc32(repr((config.sensitive, thresholds)).encode())
    header = (
        _FORMAT,
        identity,
        config.seconds,
        config.threshold,
        config.least_seconds,
        f"{sensitive:08x}",
        f"{_schema_checksum():08x}",
    )
    return "-".join(["counts", *map(str, header), str(len(vocabulary))])


def _schema_checksum() -> int:
    # Rows that were counted before a column was added lack it.
    return crc32(repr([(column.name, column.type) for column in SCHEMA]).encode())


def read_chunk(path: Path, n_tags: int) -> Chunk:
    """Read a file that ``counted_chunks`` wrote.

    Raises:
        CorruptData: when it is not what was written.
    """
    with np.load(_content(path), allow_pickle=False) as content:
        arrays: dict[str, NDArray[Any]] = dict(content)
    header = json.loads(bytes(arrays.pop("said")))
    metadata = {
        name.removeprefix(_METADATA): array
        for name, array in arrays.items()
        if name.startswith(_METADATA)
    }
    counts = CountMatrix(
        arrays["indptr"], arrays["indices"], arrays["data"], (len(header["ids"]), n_tags)
    )
    return Chunk(
        Span(**header["span"]),
        header["ids"],
        counts,
        MetadataColumns.from_stored(metadata, header["words"]),
    )


def _count(catalog: Catalog, task: ChunkTask) -> Chunk:
    rows: list[VideoRow] = []
    newest = 0
    # Numbers are never taken back: these are the tags that there were.
    vocabulary = Vocabulary(catalog.tags.vocabulary().names[: task.n_tags])
    rows_of = RowBuilder(catalog, task.config, vocabulary)
    for content in _observed(catalog, task.span):
        rows.append(rows_of.row(content))
        newest = max(newest, content.record.revision)
    # Of what was read, not of what the catalog holds by now: a change meanwhile must show.
    span = Span(task.span.after, task.span.last, len(rows), newest)
    counts, metadata = counts_of(rows, task.n_tags), metadata_of_rows(rows)
    return Chunk(span, [row.id for row in rows], counts, metadata)


def _observed(catalog: Catalog, span: Span) -> Iterator[VideoContent]:
    after, left = span.after, span.videos
    # Once more after the last: others may have come meanwhile.
    while page := catalog.content.page(after=after, limit=max(1, min(left, _PAGE_VIDEOS))):
        for content in page:
            if content.record.id > span.last:
                return
            yield content
        left -= len(page)
        after = page[-1].record.id


def _write(path: Path, chunk: Chunk) -> None:
    header = {"span": asdict(chunk.span), "ids": chunk.ids, "words": chunk.metadata.words()}
    arrays: dict[str, Any] = {
        "said": np.frombuffer(json.dumps(header).encode(), np.uint8),
        "indptr": chunk.counts.indptr,
        "indices": chunk.counts.indices,
        "data": chunk.counts.data,
        **{_METADATA + name: array for name, array in chunk.metadata.arrays().items()},
    }
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    # A process that was to end may still write, here or elsewhere: none writes into another's.
    aside = path.with_suffix(f".{token_hex(8)}{_UNFINISHED}")
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


def _stored_span(path: Path) -> Span | None:
    """Return what a file covers, and the state of that when it was counted; None without one."""
    try:
        with np.load(_content(path), allow_pickle=False) as content:
            return Span(**json.loads(bytes(content["said"]))["span"])
    except FileNotFoundError:
        return None
    except CorruptData as error:
        log.warning("counted anew: %s", error)
        return None
