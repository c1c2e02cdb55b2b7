"""Puts the videos of a result file into the catalog, each whole or not at all."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

import numpy as np

from engine.domain.content import SourceTrack
from engine.domain.media import StoredUpload
from engine.domain.tags import VISUAL, Tag
from engine.domain.tracks import Track, merged
from engine.domain.videos import VideoRecord
from engine.errors import ExternalIdTaken
from engine.ports.catalog import Catalog
from ingest.decoding.probe import Status
from ingest.described import Described, blank_record
from ingest.sources.imports.documents import BadLine
from ingest.sources.imports.reading import Read, read_videos
from ingest.sources.imports.unpacking import Check
from ingest.sources.imports.videos import ImportedVideo
from ingest.taggers.named_tracks import NamedTrack

_BATCH_VIDEOS: Final = 200
_BATCH_VIDEO_SECONDS: Final = 20_000
"""Enough for a batch: the seconds of a video are held until it is stored."""

_BATCH_WAIT_SECONDS: Final = 0.5
"""Number of seconds after which a batch is stored, however few have come."""


class Change(StrEnum):
    """The change that an import makes to the catalog."""

    ADDED = "added"
    """It was not there."""
    UPDATED = "updated"
    """It was there with something else, which is replaced."""
    UNCHANGED = "unchanged"
    """It was there, just so."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of importing one video.

    Attributes:
        line: number of its first line in the file, from 1.
        video: its id.
        source: address or path; may be empty.
        change: what was done, or would be in a dry run.
        seconds: number of seconds that were analyzed.
    """

    line: int
    video: str
    source: str
    change: Change
    seconds: int


def import_file(
    file: Path | IO[bytes],
    catalog: Catalog,
    *,
    now: datetime,
    form: str | None = None,
    dry_run: bool = False,
    force: bool = False,
    check: Check = lambda: None,
) -> Iterator[Imported | BadLine]:
    """Put the videos of a file into the catalog; yields what became of each once it is stored.

    A video that is there just so is left alone, so that importing twice does nothing twice. What
    cannot be used is passed over. Tags are not replaced by none, unless that is forced.

    Args:
        file: results in one of the forms of ``docs/imports.md``.
        catalog: where they go, some hundred a transaction: each is stored whole or not at all.
        now: the time of the import.
        form: one of ``reading.FORMS``; None tells it from the content.
        dry_run: only say what would be done.
        force: let a result without a tag replace what was seen before.
        check: called now and then; what it raises ends the import.

    Raises:
        InvalidInput: the file cannot be read at all.
    """
    numbers = _TagNumbers(catalog)
    line_of: dict[str, int] = {}
    for batch in _batches(read_videos(file, form, check)):
        with nullcontext() if dry_run else catalog.transaction():
            results = [
                read
                if isinstance(read, BadLine)
                else _on_two_lines(read, line_of)
                or _import(read, catalog, numbers, now, dry_run=dry_run, force=force)
                for read in batch
            ]
        yield from results


def _batches(reads: Iterable[Read | BadLine]) -> Iterator[list[Read | BadLine]]:
    """Yield what was read, as much at a time as is worth a transaction, and no more to hold."""
    batch: list[Read | BadLine] = []
    n_seconds, since = 0, time.monotonic()
    for read in reads:
        batch.append(read)
        n_seconds += 0 if isinstance(read, BadLine) else read.video.track.n_seconds
        is_late = time.monotonic() - since > _BATCH_WAIT_SECONDS
        if len(batch) >= _BATCH_VIDEOS or n_seconds >= _BATCH_VIDEO_SECONDS or is_late:
            yield batch
            batch, n_seconds, since = [], 0, time.monotonic()
    if batch:
        yield batch


def _on_two_lines(read: Read, line_of: dict[str, int]) -> BadLine | None:
    """Return what is wrong with a video that an earlier line of the file has; note its line."""
    first = line_of.setdefault(read.video.id, read.line)
    if first == read.line:
        return None
    return BadLine(
        read.line,
        f"video {read.video.id} is on line {first} already; put all that was seen on it together",
    )


def _import(
    read: Read,
    catalog: Catalog,
    numbers: "_TagNumbers",
    now: datetime,
    *,
    dry_run: bool,
    force: bool,
) -> Imported | BadLine:
    video = read.video
    known = catalog.videos.get(video.id)
    stored = {} if known is None else _stored(catalog, video.id)
    observed = _observed(video, stored)
    visual, before = observed.get(VISUAL), stored.get(VISUAL)
    would_lose = before is not None and len(before.track.tags) > 0
    if known and would_lose and visual and not len(visual.tags) and not force:
        return BadLine(
            read.line,
            f"nothing is seen on video {video.id}, and the catalog has tags of it by"
            f" {known.tagger}: they stay, unless 'force' is set",
        )
    upload = StoredUpload.parse(video.source)
    if upload is not None and upload.video != video.id:
        return BadLine(
            read.line,
            f"{video.source!r} is the file of video {upload.video}: name that as 'video', or leave"
            " 'source' away",
        )
    taken = catalog.videos.own_ids([video.external_id] if video.external_id else []).values()
    if any(owner != video.id for owner in taken):
        return BadLine(read.line, str(ExternalIdTaken(video.external_id, *taken)))
    record = _record(video, known, has_visual=visual is not None)
    change = Change.ADDED if known is None else Change.UPDATED
    names = {source: [*one.names, *video.whole_of(source)] for source, one in observed.items()}
    if known == record and all(numbers.has(own, source) for source, own in names.items()):
        tracks = _tracks(video, observed, numbers)
        is_same = all(_is_stored(one, stored.get(one.source)) for one in tracks)
        is_same = is_same and _has_lines(catalog, video)
        change = Change.UNCHANGED if is_same else Change.UPDATED
    if change is not Change.UNCHANGED and not dry_run:
        _save(record, _tracks(video, observed, numbers), stored, catalog, now)
    return Imported(read.line, video.id, record.source, change, record.seconds)


def _stored(catalog: Catalog, video: str) -> dict[str, SourceTrack]:
    return {one.source: one for content in catalog.content.of([video]) for one in content.tracks}


def _observed(video: ImportedVideo, stored: Mapping[str, SourceTrack]) -> Mapping[str, NamedTrack]:
    """Return what each source observed.

    A new video has a visual track, whatever is on it, and one of each source that a tagger is named
    for: who heard nothing has listened all the same.
    """
    observed = video.by_source()
    silent = {VISUAL, *video.taggers} - observed.keys() - stored.keys()
    return {source: video.track.of_source(source) for source in sorted(silent)} | observed


def _tracks(
    video: ImportedVideo, observed: Mapping[str, NamedTrack], numbers: "_TagNumbers"
) -> list[SourceTrack]:
    taggers = {**video.taggers, VISUAL: video.tagger}
    return [
        SourceTrack(
            source,
            taggers.get(source, video.tagger),
            _track(one, video.whole_of(source), source, numbers),
            video.lines.get(source, ()),
        )
        for source, one in observed.items()
    ]


def _track(
    observed: NamedTrack, whole: Mapping[str, float], source: str, numbers: "_TagNumbers"
) -> Track:
    track = observed.to_track(numbers.of(observed.names, source))
    if not whole:
        return track
    own = np.array(list(numbers.of(whole, source).values()), np.int64)
    return merged([track, Track.of_whole(np.array(list(whole.values())), own, track.n_seconds)])


def _has_lines(catalog: Catalog, video: ImportedVideo) -> bool:
    """Tell whether the lines of a video are those that are stored; none is said of none."""
    if not video.lines:
        return True
    stored = catalog.tracks.lines(video.id)
    return all(stored.get(source, ()) == lines for source, lines in video.lines.items())


def _save(
    record: VideoRecord,
    tracks: Iterable[SourceTrack],
    stored: Mapping[str, SourceTrack],
    catalog: Catalog,
    now: datetime,
) -> None:
    by_source = {**stored, **{one.source: one for one in tracks}}
    catalog.videos.save(record, by_source[VISUAL].track, now=now)
    for one in tracks:
        if one.source != VISUAL:
            catalog.tracks.put(record.id, one)


def _record(video: ImportedVideo, known: VideoRecord | None, *, has_visual: bool) -> VideoRecord:
    # What a result does not tell (codec, when it was added) stays as it is.
    before = known or blank_record(Described(video.id, "", ""))
    record = replace(
        before,
        title=video.title if video.is_titled or not before.title else before.title,
        status=Status.OK,
        reason="",
        seconds=video.track.n_seconds if has_visual else before.seconds,
        tagger=video.tagger if has_visual else before.tagger,
        source=video.source or before.source,
        language=video.language or before.language,
        kind=before.kind if video.kind == "unknown" else video.kind,
        uploader=video.uploader or before.uploader,
        uploader_id=video.uploader_id or before.uploader_id,
        width=video.width or before.width,
        height=video.height or before.height,
        categories=video.categories or before.categories,
        external_id=video.external_id or before.external_id,
    )
    # What somebody set by hand stays, too, as the catalog keeps it.
    return replace(record, **{name: getattr(before, name) for name in before.edited})


def _is_stored(observed: SourceTrack, stored: SourceTrack | None) -> bool:
    if stored is None or (observed.source != VISUAL and observed.tagger != stored.tagger):
        return False
    one, other = observed.track, stored.track
    return (
        np.array_equal(one.starts, other.starts)
        and np.array_equal(one.tags, other.tags)
        and np.array_equal(one.confidences, other.confidences)
        and np.array_equal(one.whole_tags, other.whole_tags)
        and np.array_equal(one.whole_confidences, other.whole_confidences)
    )


class _TagNumbers:
    """The catalog's tag numbers, which never change once given, asked for as seldom as can be."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._numbers: dict[str, dict[str, int]] = {}
        for number, label in enumerate(catalog.tags.vocabulary().names):
            source, name = Tag.parse(label)
            self._of(source)[name] = number

    def has(self, tags: Iterable[str], source: str) -> bool:
        return self._of(source).keys() >= set(tags)

    def of(self, tags: Iterable[str], source: str) -> dict[str, int]:
        names, known = list(tags), self._of(source)
        new = [tag for tag in names if tag not in known]
        if new:
            known.update(zip(new, map(int, self._catalog.tags.number(new, source)), strict=True))
        return {tag: known[tag] for tag in names}

    def _of(self, source: str) -> dict[str, int]:
        return self._numbers.setdefault(source, {})
