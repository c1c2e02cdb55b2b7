"""One file -> looked at, tagged, stored. Never raises for a bad file: its status says so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.store.catalog import Catalog, VideoRecord
from engine.store.tracks import Track
from ingest.frames import Status, Unwatchable, Video, open_video
from ingest.motion import LookDetector
from ingest.sources.files import NoVideoFile, content_id
from ingest.taggers.base import Confidences, Tagger
from ingest.taggers.guard import drop_artwork_tags

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
        record, track = _watch(path, video, catalog, tagger, on_second)
    except Unwatchable as error:
        return store_unwatched(path, catalog, error.status, error.reason)
    catalog.save(record, track, now=datetime.now(UTC))
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


def _watch(
    path: Path,
    video: str,
    catalog: Catalog,
    tagger: Tagger,
    on_second: Callable[[Progress], object],
) -> tuple[VideoRecord, Track]:
    with open_video(path) as opened:
        confidences, is_new_look = _tag_seconds(opened, tagger, on_second)
        guarded = drop_artwork_tags(confidences, tagger.tags, is_new_look)
        track = Track.from_confidences(guarded, catalog.number_tags(tagger.tags))
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
        )
    return record, track


def _tag_seconds(
    opened: Video, tagger: Tagger, on_second: Callable[[Progress], object]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return confidences, shape (n_seconds, n_tags), and which seconds show something new."""
    confidences: list[Confidences] = []
    is_new_look: list[bool] = []
    looks = LookDetector()
    for second in opened.seconds():
        if second.repeated:
            confidences.append(confidences[-1])
            is_new_look.append(False)
        else:
            confidences.append(tagger.tag(second.frame))
            is_new_look.append(looks.is_new(second.frame))
        on_second(Progress(len(confidences), opened.declared_seconds))
    return np.stack(confidences), np.array(is_new_look)
