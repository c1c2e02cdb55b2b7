"""Puts the videos of a result file into the catalog, each whole or not at all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import numpy as np

from engine.store.catalog import Catalog, VideoRecord
from engine.store.tracks import Track
from ingest.opening import Status
from ingest.sources.imports.documents import BadLine
from ingest.sources.imports.reading import Read, read_videos
from ingest.sources.imports.videos import ImportedVideo


class Change(StrEnum):
    """What an import does to the catalog."""

    ADDED = "added"
    """It was not there."""
    UPDATED = "updated"
    """It was there with something else, which is replaced."""
    UNCHANGED = "unchanged"
    """It was there, just so."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one video.

    Attributes:
        line: where in the file it begins, from 1.
        video: its id.
        source: where it is to be found; may be empty.
        change: what was done, or would be in a dry run.
        seconds: how many were watched.
    """

    line: int
    video: str
    source: str
    change: Change
    seconds: int


def import_file(
    path: Path, catalog: Catalog, *, now: datetime, form: str | None = None, dry_run: bool = False
) -> Iterator[Imported | BadLine]:
    """Put the videos of a file into the catalog; yields what became of each, as it happens.

    A video that is there just so is left alone, so that importing twice does nothing twice. What
    cannot be used is passed over.

    Args:
        path: results in one of the forms of ``docs/imports.md``.
        catalog: where they go, one transaction a video.
        now: the time of the import.
        form: one of ``reading.FORMS``; None tells it from the content.
        dry_run: only say what would be done.

    Raises:
        InvalidInput: the file cannot be read at all.
    """
    numbers = _TagNumbers(catalog)
    line_of: dict[str, int] = {}
    for read in read_videos(path, form):
        if isinstance(read, BadLine):
            yield read
        elif read.video.id in line_of:
            yield BadLine(
                read.line,
                f"video {read.video.id} is on line {line_of[read.video.id]} already;"
                " put all that was seen on it together",
            )
        else:
            line_of[read.video.id] = read.line
            yield _import(read, catalog, numbers, now, dry_run=dry_run)


def _import(
    read: Read, catalog: Catalog, numbers: "_TagNumbers", now: datetime, *, dry_run: bool
) -> Imported:
    video = read.video
    known = catalog.get(video.id)
    record = _record(video, known)
    change = Change.ADDED if known is None else Change.UPDATED
    tags = video.seen.kept_names()
    if known == record and numbers.has(tags):
        track = video.seen.to_track(numbers.of(tags))
        change = Change.UNCHANGED if _equal(track, catalog.track(video.id)) else Change.UPDATED
    if change is not Change.UNCHANGED and not dry_run:
        catalog.save(record, video.seen.to_track(numbers.of(tags)), now=now)
    return Imported(read.line, video.id, record.source, change, record.seconds)


def _record(video: ImportedVideo, known: VideoRecord | None) -> VideoRecord:
    blank = VideoRecord(
        id=video.id,
        title="",
        status=Status.OK,
        reason="",
        seconds=0,
        width=0,
        height=0,
        codec="",
        tagger="",
        added_at="",
        source="",
    )
    # What a result does not tell (size, codec, when it was added) stays as it is.
    return replace(
        known or blank,
        title=video.title,
        status=Status.OK,
        reason="",
        seconds=video.seen.n_seconds,
        tagger=video.tagger,
        source=video.source or (known.source if known else ""),
        language=video.language,
        kind=video.kind,
        uploader=video.uploader,
        categories=video.categories,
    )


def _equal(one: Track, other: Track) -> bool:
    return (
        np.array_equal(one.starts, other.starts)
        and np.array_equal(one.tags, other.tags)
        and np.array_equal(one.confidences, other.confidences)
    )


class _TagNumbers:
    """The catalog's tag numbers, which never change once given, asked for as seldom as can be."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._numbers = {name: at for at, name in enumerate(catalog.vocabulary().names)}

    def has(self, tags: Iterable[str]) -> bool:
        return all(tag in self._numbers for tag in tags)

    def of(self, tags: Iterable[str]) -> dict[str, int]:
        wanted = list(tags)
        new = [tag for tag in wanted if tag not in self._numbers]
        if new:
            given = self._catalog.number_tags(new)
            self._numbers.update(zip(new, map(int, given), strict=True))
        return {tag: self._numbers[tag] for tag in wanted}
