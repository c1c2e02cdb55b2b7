"""One file -> looked at, tagged, stored. Never raises for a bad file: its status says so."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.text import cleaned_line
from engine.domain.tracks import CUT, NEW_CONTENT, REUSED, ChangeTrack, Track
from engine.domain.videos import Pictures, VideoRecord
from ingest.changes.change_track import Changes, new_looks
from ingest.changes.motion_classifier import MotionClassifier
from ingest.decoding.frames import Status, UndecodableVideo, Video, open_video
from ingest.sources.files import NoVideoFile, content_id
from ingest.taggers.base import AskingTagger, ShotTagger, Tagger
from ingest.taggers.by_second import Answers
from ingest.taggers.remote.whole_video import RemoteTaggerFailed
from ingest.taggers.scheduling import TaggingScheduler
from ingest.thumbnails import Gallery

WATCHED = (Status.OK, Status.PARTIAL, Status.IMAGE, Status.TOO_LONG)
"""The statuses of videos that have a track."""

KNOWN: Final = "already watched"
"""Beginning of the reason for a source whose video was watched before."""


KEPT: Final = "what was seen of it before is kept"
"""Ending of the reason for a video that is not there any more."""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """The result of one source.

    Attributes:
        video: its id; None when there was not even a file.
        source: the absolute path.
        status: as in ``ingest.decoding.frames.Status``.
        reason: what is behind the status; may be empty.
        seconds: how many were watched.
    """

    video: str | None
    source: str
    status: str
    reason: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of one video: seconds done, and its declared length if it declares one."""

    done: int
    declared_seconds: float | None


@dataclass(frozen=True, slots=True)
class Described:
    """Metadata of a video before it is watched.

    Attributes:
        id: 16 hex digits.
        source: where it comes from: an absolute path or a canonical address.
        title: for people.
        language: empty when unknown.
        uploader: empty when unknown.
        uploader_id: empty when unknown.
        categories: of its publisher.
    """

    id: str
    source: str
    title: str
    language: str = ""
    uploader: str = ""
    uploader_id: str = ""
    categories: tuple[str, ...] = ()

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Describe a file of this machine: its content is its id.

        Raises:
            NoVideoFile: when it cannot be read.
        """
        return cls(content_id(path), str(path.absolute()), cleaned_line(path.stem))


def known_outcome(described: Described, catalog: Catalog, *, force: bool) -> IngestResult | None:
    """Return what came of a video before; None when it must be watched."""
    known = catalog.videos.get(described.id)
    if known is None or known.status not in WATCHED or force:
        return None
    catalog.videos.add_source(described.source, described.id)
    reason = f"{KNOWN} by {known.tagger}"
    if known.reason:
        reason = f"{known.reason}; {reason}"
    return IngestResult(described.id, described.source, known.status, reason, known.seconds)


def ingest_file(
    path: Path,
    catalog: Catalog,
    tagger: Tagger,
    *,
    described: Described | None = None,
    force: bool = False,
    every: int = 1,
    on_second: Callable[[Progress], object] = lambda _: None,
) -> IngestResult:
    """Watch one file and store what was seen, unless it is known already.

    Args:
        path: the file.
        catalog: where the result is kept, in one transaction at the end.
        tagger: who looks.
        described: what is known of it; unless given, it is a file of this machine.
        force: look again at a video that was watched before.
        every: have at most one in so many seconds tagged; others take what was said of the last.
        on_second: called after each second.
    """
    try:
        video = described or Described.of_file(path)
    except NoVideoFile as error:
        return missing_outcome(path, error)
    known = known_outcome(video, catalog, force=force)
    if known is not None:
        return known
    try:
        seen = _watch(path, video, catalog, tagger, every, on_second)
    except UndecodableVideo as error:
        return store_unwatched(video, catalog, error.status, error.reason)
    except RemoteTaggerFailed as error:
        return store_unwatched(video, catalog, Status.FAILED, str(error))
    return _store(video, seen, catalog)


def _store(video: Described, seen: "_Seen", catalog: Catalog) -> IngestResult:
    record = seen.record
    with catalog.transaction():
        whole = _seen_whole(record, catalog)
        if whole:
            reason = f"{record.reason}; the {whole} seconds that were seen before are kept"
            return store_unwatched(video, catalog, record.status, reason.removeprefix("; "))
        catalog.videos.save(record, seen.track, now=datetime.now(UTC), pictures=seen.pictures)
    return IngestResult(video.id, video.source, record.status, record.reason, record.seconds)


def _seen_whole(record: VideoRecord, catalog: Catalog) -> int:
    """Return the seconds of an earlier look that saw all, where this one saw a part; else 0."""
    known = catalog.videos.get(record.id) if record.status == Status.PARTIAL else None
    if known is None or known.status != Status.OK or known.seconds <= record.seconds:
        return 0
    return known.seconds


def missing_outcome(path: Path, error: NoVideoFile) -> IngestResult:
    """Return what is said of a file that is not there or cannot be read."""
    return IngestResult(None, str(path.absolute()), Status.MISSING, str(error), 0)


def store_unwatched(video: Described, catalog: Catalog, status: str, reason: str) -> IngestResult:
    """Write down why a video could not be watched, beside what was seen of it before."""
    record = replace(blank_record(video), status=status, reason=reason)
    told_of = catalog.videos.save_failure(record, now=datetime.now(UTC))
    return IngestResult(told_of, video.source, status, reason, 0)


def blank_record(video: Described) -> VideoRecord:
    """Return the record of a video of which nothing was seen yet."""
    return VideoRecord(
        id=video.id,
        title=video.title,
        status="",
        reason="",
        seconds=0,
        width=0,
        height=0,
        codec="",
        tagger="",
        added_at="",
        source=video.source,
        language=video.language,
        uploader=video.uploader,
        uploader_id=video.uploader_id,
        categories=video.categories,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    record: VideoRecord
    track: Track
    pictures: Pictures


def _watch(
    path: Path,
    video: Described,
    catalog: Catalog,
    tagger: Tagger,
    every: int,
    on_second: Callable[[Progress], object],
) -> _Seen:
    with open_video(path) as opened:
        judge, gallery, eye = MotionClassifier(), Gallery(), TaggingScheduler(tagger, every=every)
        confidences = _tag_seconds(opened, tagger, eye, judge, gallery, on_second)
        verdict, changes = judge.verdict(), judge.changes()
        is_new = new_looks(changes, verdict.kind)
        reused = _reused(changes, eye)
        if isinstance(tagger, ShotTagger):
            for shot in _shots(eye.shots, len(confidences)):
                tagger.settle(confidences[shot], ~reused[shot])
        track = Track.from_confidences(
            confidences,
            catalog.tags.number(tagger.tags),
            _looks(changes, is_new, reused),
            catalog.tags.number(tagger.doubtful),
        )
        who = f"{tagger.name}@{tagger.version}"
        if not (isinstance(tagger, AskingTagger) and tagger.is_open):
            catalog.taggers.remember(who, tagger.tags)
        record = replace(
            blank_record(video),
            status=opened.status,
            reason=opened.reason,
            seconds=track.n_seconds,
            width=opened.width,
            height=opened.height,
            codec=opened.codec,
            tagger=who,
            kind=verdict.kind,
            evidence={**asdict(verdict.evidence), "gaps": opened.gaps},
        )
    return _Seen(record, track, gallery.pictures())


def _tag_seconds(
    opened: Video,
    tagger: Tagger,
    eye: TaggingScheduler,
    judge: MotionClassifier,
    gallery: Gallery,
    on_second: Callable[[Progress], object],
) -> NDArray[np.float32]:
    """Return confidences, shape (n_seconds, n_tags); what hardly changed is not tagged again."""

    def tell(done: int) -> None:
        on_second(Progress(done, opened.declared_seconds))

    with Answers(tagger, gallery, tell) as answers:
        for second in opened.seconds():
            look = judge.watch(second)
            seen = eye.see_nothing() if second.clear else eye.see(second.index, second.frame, look)
            answers.add(second.index, second.frame, seen)
        return answers.all()


def _reused(changes: Changes, eye: TaggingScheduler) -> NDArray[np.bool_]:
    """Return which seconds were not tagged, shape (n_seconds,)."""
    reused = ~changes.new
    reused[eye.put_off] = True
    reused[eye.made_up] = False
    return reused


def _shots(starts: Sequence[int], n_seconds: int) -> Iterator[slice]:
    """Return the seconds of each shot; those before the first one that was seen are none."""
    for start, end in pairwise([*starts, n_seconds]):
        yield slice(start, end)


def _looks(changes: Changes, is_new: NDArray[np.bool_], reused: NDArray[np.bool_]) -> ChangeTrack:
    flags = NEW_CONTENT * is_new + CUT * changes.cuts + REUSED * reused
    return ChangeTrack(flags.astype(np.uint8), changes.changed)
