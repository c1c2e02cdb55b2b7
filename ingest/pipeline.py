"""One file -> looked at, tagged, stored. Never raises for a bad file: its status says so."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.store.catalog import Catalog, Pictures, VideoRecord
from engine.store.tracks import CUT, NEW_LOOK, REUSED, Looks, Track
from engine.suitability import NUDITY_TAG
from ingest.frames import Status, Unwatchable, Video, open_video
from ingest.judging import KindJudge
from ingest.looks import Changes, new_looks
from ingest.motion import small_grey
from ingest.sources.files import NoVideoFile, content_id
from ingest.taggers.base import Confidences, Tagger
from ingest.taggers.guard import drop_artwork_tags
from ingest.thumbnails import Gallery

WATCHED = (Status.OK, Status.PARTIAL, Status.IMAGE, Status.TOO_LONG)
"""The statuses of videos that have a track."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one source.

    Attributes:
        video: its id; None when there was not even a file.
        source: the absolute path.
        status: as in ``ingest.frames.Status``.
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
    """How far one video is: seconds done, and its declared length if it declares one."""

    done: int
    declared_seconds: float | None


def known_outcome(path: Path, catalog: Catalog, *, force: bool) -> Outcome | None:
    """Return what is known of a file without watching it: not there, or watched before.

    None when it must be watched.
    """
    source = str(path.absolute())
    try:
        video = content_id(path)
    except NoVideoFile as error:
        return Outcome(None, source, Status.MISSING, str(error), 0)
    known = catalog.get(video)
    if known is None or known.status not in WATCHED or force:
        return None
    catalog.add_source(source, video)
    reason = f"already watched by {known.tagger}; --force looks again"
    if known.reason:
        reason = f"{known.reason}; {reason}"
    return Outcome(video, source, known.status, reason, known.seconds)


def ingest_file(
    path: Path,
    catalog: Catalog,
    tagger: Tagger,
    *,
    force: bool = False,
    on_second: Callable[[Progress], object] = lambda _: None,
) -> Outcome:
    """Watch one file and store what was seen, unless its content is known already.

    Args:
        path: the file.
        catalog: where the result is kept, in one transaction at the end.
        tagger: who looks.
        force: look again at a video that was watched before.
        on_second: called after each second.
    """
    known = known_outcome(path, catalog, force=force)
    if known is not None:
        return known
    video = content_id(path)
    try:
        seen = _watch(path, video, catalog, tagger, on_second)
    except Unwatchable as error:
        return store_unwatched(path, catalog, error.status, error.reason)
    record = seen.record
    catalog.save(record, seen.track, now=datetime.now(UTC), pictures=seen.pictures)
    return Outcome(video, record.source, record.status, record.reason, record.seconds)


def store_unwatched(path: Path, catalog: Catalog, status: Status, reason: str) -> Outcome:
    """Write down why a file could not be watched."""
    source = str(path.absolute())
    try:
        video = content_id(path)
    except NoVideoFile as error:
        return Outcome(None, source, Status.MISSING, str(error), 0)
    record = VideoRecord(
        id=video,
        title=path.stem,
        status=status,
        reason=reason,
        seconds=0,
        width=0,
        height=0,
        codec="",
        tagger="",
        added_at="",
        source=source,
    )
    catalog.save(record, None, now=datetime.now(UTC))
    return Outcome(video, source, status, reason, 0)


@dataclass(frozen=True, slots=True)
class _Seen:
    record: VideoRecord
    track: Track
    pictures: Pictures


def _watch(
    path: Path,
    video: str,
    catalog: Catalog,
    tagger: Tagger,
    on_second: Callable[[Progress], object],
) -> _Seen:
    with open_video(path) as opened:
        judge, gallery = KindJudge(), Gallery()
        confidences = _tag_seconds(opened, tagger, judge, gallery, on_second)
        verdict, changes = judge.verdict(), judge.changes()
        is_new = new_looks(changes, verdict.kind)
        guarded = drop_artwork_tags(confidences, tagger.tags, is_new)
        track = Track.from_confidences(
            guarded, catalog.number_tags(tagger.tags), _looks(changes, is_new)
        )
        record = VideoRecord(
            id=video,
            title=path.stem,
            status=opened.status,
            reason=opened.reason,
            seconds=track.n_seconds,
            width=opened.width,
            height=opened.height,
            codec=opened.codec,
            tagger=f"{tagger.name}@{tagger.version}",
            added_at="",
            source=str(path.absolute()),
            kind=verdict.kind,
            evidence=asdict(verdict.evidence),
            judges_nudity=NUDITY_TAG in tagger.tags,
        )
    return _Seen(record, track, gallery.pictures())


def _tag_seconds(
    opened: Video,
    tagger: Tagger,
    judge: KindJudge,
    gallery: Gallery,
    on_second: Callable[[Progress], object],
) -> NDArray[np.float32]:
    """Return confidences, shape (n_seconds, n_tags); what hardly changed is not tagged again."""
    confidences: list[Confidences] = []
    for second in opened.seconds():
        look = judge.repeat() if second.repeated else judge.see(small_grey(second.frame))
        confidences.append(tagger.tag(second.frame) if look.new else confidences[-1])
        gallery.see(second.index, second.frame, confidences[-1])
        on_second(Progress(len(confidences), opened.declared_seconds))
    return np.stack(confidences)


def _looks(changes: Changes, is_new: NDArray[np.bool_]) -> Looks:
    flags = NEW_LOOK * is_new + CUT * changes.cuts + REUSED * ~changes.new
    return Looks(flags.astype(np.uint8), changes.changed)
