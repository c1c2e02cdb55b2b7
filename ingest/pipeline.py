"""One file -> looked at, tagged, stored. Never raises for a bad file: its status says so."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.content import SourceTrack
from engine.domain.tags import METADATA, SPEECH, VISUAL
from engine.domain.tracks import CUT, NEW_CONTENT, REUSED, ChangeTrack, Track
from engine.domain.videos import ANALYZED, Pictures, VideoRecord
from engine.ports.catalog import Catalog
from ingest.captioning import Captioning
from ingest.changes.change_track import Changes, FrameChange, new_content
from ingest.changes.motion_classifier import MotionClassifier
from ingest.changes.video_kind import KIND_RULES, Kind
from ingest.cpu_costs import CpuCosts
from ingest.decoding.frames import Second, Status, UndecodableVideo, open_video
from ingest.decoding.sound import RATE
from ingest.described import Described, blank_record
from ingest.metadata import add_metadata, metadata_track
from ingest.other_sources import OtherSources
from ingest.patience import patiently
from ingest.sound_tagging import SoundTagging
from ingest.sources.files import NoVideoFile
from ingest.taggers.base import (
    AsyncTagger,
    Confidences,
    Frame,
    ShotTagger,
    SoundTagger,
    Tagger,
)
from ingest.taggers.by_second import Answers, Show
from ingest.taggers.readers import ReadText, TextReader
from ingest.taggers.remote.whole_video import RemoteTaggerFailed
from ingest.taggers.scheduling import Answer, TaggingScheduler
from ingest.taggers.text.confirmation import hold_against
from ingest.text_recognition import TextRecognition
from ingest.thumbnails import Gallery

KNOWN: Final = "already analyzed"
"""Beginning of the reason for a source whose video was analyzed before."""


_BEAT_SAMPLES: Final = 30 * RATE
"""Samples between two reports of the progress to those who watch it."""


STORED: Final = "what was seen of it before stays"
"""End of the reason for a video that is not there any more."""

Observer = Tagger | SoundTagger | TextReader
"""A tagger of pictures or of sound, or a reader of text."""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """The result of one source.

    Attributes:
        video: its id; None when there was not even a file.
        source: the absolute path.
        status: as in ``ingest.decoding.frames.Status``.
        reason: reason for the status; may be empty.
        seconds: number of seconds that were analyzed.
        cost: CPU seconds by source, and of decoding; empty where nothing was looked at here.
    """

    video: str | None
    source: str
    status: str
    reason: str
    seconds: int
    cost: Mapping[str, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of one video: seconds done, and its declared length if it declares one."""

    done: int
    declared_seconds: float | None


def known_result(
    described: Described,
    catalog: Catalog,
    *,
    force: bool,
    sources: Collection[str] = (VISUAL,),
) -> IngestResult | None:
    """Return what came of a video before; None when one of the sources has yet to observe it."""
    known = catalog.videos.get(described.id)
    if known is None or known.status not in ANALYZED or force:
        return None
    taggers = catalog.tracks.taggers(described.id)
    if not taggers.keys() >= set(sources):
        return None
    catalog.videos.add_source(described.source, described.id)
    add_metadata(described, catalog)
    reason = f"{KNOWN} by {', '.join(taggers[source] for source in sources)}"
    if known.reason:
        reason = f"{known.reason}; {reason}"
    return IngestResult(described.id, described.source, known.status, reason, known.seconds)


def ingest_file(
    path: Path,
    catalog: Catalog,
    *taggers: Observer,
    described: Described | None = None,
    force: bool = False,
    every: int = 1,
    captioning: Captioning | None = None,
    on_second: Callable[[Progress], object] = lambda _: None,
) -> IngestResult:
    """Watch one file and store what was observed, unless it is known already.

    Args:
        path: the file.
        catalog: where the result is stored, in one transaction at the end.
        taggers: each for a source of its own, one of them for the visual one; a
            source that observed the video before is left alone, unless it is another than the
            visual one and its tagger was of an older version.
        described: what is known of it; unless given, it is a file of this machine.
        force: look again at a video that was analyzed before.
        every: have at most one in so many seconds tagged; others take what was said of the last.
        captioning: reads the captions that come along with the file, if there are any.
        on_second: called after each second, and now and then while sound alone goes on.
    """
    try:
        video = described or Described.of_file(path)
    except NoVideoFile as error:
        return missing_result(path, error)
    # Captions are read beside others, whether there are any or not.
    sources = [tagger.source for tagger in taggers] or [SPEECH]
    needed = _needed(video, catalog, taggers, force=force)
    known = None if needed else known_result(video, catalog, force=force, sources=sources)
    if known is not None:
        return known
    costs = CpuCosts()
    try:
        observed = _analyze(path, video, catalog, needed, captioning, every, on_second, costs)
    except UndecodableVideo as error:
        return store_failure(video, catalog, error.status, error.reason)
    except RemoteTaggerFailed as error:
        return store_failure(video, catalog, Status.FAILED, str(error))
    # Hours of work may be in it.
    result = patiently(lambda: store_observed(video, observed, catalog, costs))
    return replace(result, cost=costs.so_far())


def _needed(
    video: Described, catalog: Catalog, taggers: Sequence[Observer], *, force: bool
) -> list[Observer]:
    """Return the taggers whose source has yet to observe the video, or did as an older version.

    What is seen by another version stays: only who asks for it by name looks again at pictures.
    """
    known = {} if force else catalog.tracks.taggers(video.id)
    return [
        tagger
        for tagger in taggers
        if tagger.source not in known
        or (tagger.source != VISUAL and _is_older(known[tagger.source], tagger))
    ]


def _is_older(who: str, tagger: Observer) -> bool:
    return who.startswith(f"{tagger.name}@") and who != f"{tagger.name}@{tagger.version}"


def store_observed(
    video: Described, observed: "Observed", catalog: Catalog, costs: CpuCosts
) -> IngestResult:
    """Store all that was observed of a video, in one transaction."""
    metadata, trouble = costs.call(METADATA, metadata_track, video, observed.record, catalog)
    reasons = filter(None, (observed.record.reason, trouble))
    record = replace(observed.record, reason="; ".join(reasons))
    with catalog.transaction():
        whole = _n_analyzed(record, catalog)
        if whole:
            reason = f"{record.reason}; the {whole} seconds that were seen before stay"
            return store_failure(video, catalog, record.status, reason.removeprefix("; "))
        for one in sorted(observed.tracks, key=lambda one: one.source != VISUAL):
            if one.source == VISUAL:
                pictures = observed.pictures
                catalog.videos.save(record, one.track, now=datetime.now(UTC), pictures=pictures)
            else:
                catalog.tracks.put(record.id, one)
        if metadata is not None:
            catalog.tracks.put(record.id, metadata)
    return IngestResult(video.id, video.source, record.status, record.reason, record.seconds)


def _n_analyzed(record: VideoRecord, catalog: Catalog) -> int:
    """Return the seconds of an earlier look that saw all, where this one saw a part; else 0."""
    known = catalog.videos.get(record.id) if record.status == Status.PARTIAL else None
    if known is None or known.status != Status.OK or known.seconds <= record.seconds:
        return 0
    return known.seconds


def missing_result(path: Path, error: NoVideoFile) -> IngestResult:
    """Return what is said of a file that is not there or cannot be read."""
    return IngestResult(None, str(path.absolute()), Status.MISSING, str(error), 0)


def store_failure(video: Described, catalog: Catalog, status: str, reason: str) -> IngestResult:
    """Write down why a video could not be analyzed, beside what was seen of it before."""
    record = replace(blank_record(video), status=status, reason=reason)
    stored = catalog.videos.save_failure(record, now=datetime.now(UTC))
    return IngestResult(stored, video.source, status, reason, 0)


@dataclass(frozen=True, slots=True)
class Observed:
    """All that was observed of a video by one look.

    Attributes:
        record: its metadata.
        tracks: of each source that looked.
        pictures: its thumbnails; None where nobody saw pictures.
    """

    record: VideoRecord
    tracks: Sequence[SourceTrack]
    pictures: Pictures | None


class _TaggerRun:
    """One tagger's look at a video."""

    def __init__(self, tagger: Tagger, show: Show, tell: Callable[[int], object], every: int):
        self.tagger = tagger
        self.source = tagger.source
        self.scheduler = TaggingScheduler(tagger, every=every)
        self.answers = Answers(tagger, show, tell)

    def tag_second(self, second: Second, change: FrameChange) -> None:
        """Have the next second tagged; what hardly changed is not tagged again."""
        if second.clear:
            answer: Answer = self.scheduler.tag_nothing()
        else:
            answer = self.scheduler.tag_second(second.index, second.frame, change)
        self.answers.add(second.index, second.frame, answer)

    def track(
        self, catalog: Catalog, changes: Changes, kind: Kind, read_texts: Sequence[ReadText | None]
    ) -> SourceTrack:
        """Return all that was observed, once the last second was seen and its text read."""
        tagger, confidences = self.tagger, self.answers.all()
        reused = _reused(changes, self.scheduler)
        if isinstance(tagger, ShotTagger):
            for shot in _shots(self.scheduler.shots, len(confidences)):
                tagger.settle(confidences[shot], ~reused[shot], changes.goes_on[shot])
        if tagger.source == VISUAL:
            for text in filter(None, read_texts):
                hold_against(confidences, tagger.tags, text.presence)
        track = Track.from_confidences(
            confidences,
            catalog.tags.number(tagger.tags, tagger.source),
            _change_track(changes, new_content(changes, kind), reused),
            catalog.tags.number(tagger.requires_confirmation, tagger.source),
        )
        tagger_id = f"{tagger.name}@{tagger.version}"
        if not (isinstance(tagger, AsyncTagger) and tagger.is_open):
            catalog.taggers.remember(tagger_id, tagger.tags)
        return SourceTrack(tagger.source, tagger_id, track)


def _analyze(
    path: Path,
    video: Described,
    catalog: Catalog,
    taggers: Sequence[Observer],
    captioning: Captioning | None,
    every: int,
    on_second: Callable[[Progress], object],
    costs: CpuCosts,
) -> Observed:
    others = OtherSources(
        [SoundTagging(tagger) for tagger in taggers if isinstance(tagger, SoundTagger)],
        [TextRecognition(reader) for reader in taggers if isinstance(reader, TextReader)],
        captioning,
        costs,
    )
    frame_taggers = [
        tagger for tagger in taggers if not isinstance(tagger, SoundTagger | TextReader)
    ]

    progress, n_samples = Progress(0, None), 0

    def feed_audio(samples: NDArray[np.int16]) -> None:
        nonlocal n_samples
        before, n_samples = n_samples, n_samples + len(samples)
        others.feed(samples)
        # Sound may go on for hours where no new picture comes.
        if before // _BEAT_SAMPLES < n_samples // _BEAT_SAMPLES:
            on_second(progress)

    choose_text = captioning.choose if captioning else None
    with open_video(
        path, audio_sink=feed_audio if others.need_audio() else None, choose_text=choose_text
    ) as opened:
        classifier, gallery = MotionClassifier(), Gallery()

        def tell(done: int) -> None:
            nonlocal progress
            progress = Progress(done, opened.declared_seconds)
            on_second(progress)

        # The first one's seconds are shown and told.
        runs = [
            _TaggerRun(tagger, gallery.offer, tell, every)
            if tagger is frame_taggers[0]
            else _TaggerRun(tagger, _show_nobody, lambda _: None, every)
            for tagger in frame_taggers
        ]
        n_seconds = 0
        with ExitStack() as answers:
            for run in runs:
                answers.enter_context(run.answers)
            for second in opened.seconds():
                n_seconds = second.index + 1
                change = classifier.add(second)
                for run in runs:
                    costs.call(run.source, run.tag_second, second, change)
                others.read_second(second, change)
                if not runs:
                    tell(n_seconds)
            assessment, changes = classifier.assessment(), classifier.changes()
            read_texts, kind = others.end_text(n_seconds), assessment.kind
            tracks = [
                costs.call(run.source, run.track, catalog, changes, kind, read_texts)
                for run in runs
            ]
        other_tracks = others.tracks(catalog, n_seconds, opened)
        record = replace(
            blank_record(video),
            status=opened.status,
            language=video.language or others.spoken_language(),
            reason="; ".join(filter(None, (opened.reason, video.warning, *others.reasons()))),
            seconds=n_seconds,
            width=opened.width,
            height=opened.height,
            codec=opened.codec,
            tagger=next((one.tagger for one in tracks if one.source == VISUAL), ""),
            kind=kind,
            evidence={
                **asdict(assessment.evidence),
                "rules": KIND_RULES,
                "gaps": opened.gaps,
            },
        )
    # Where sound alone was asked for, nothing was shown.
    pictures = gallery.pictures() if runs else None
    return Observed(record, [*tracks, *other_tracks], pictures)


def _show_nobody(_second: int, _frame: Frame, _confidences: Confidences) -> None:
    pass


def _reused(changes: Changes, scheduler: TaggingScheduler) -> NDArray[np.bool_]:
    """Return which seconds were not tagged, shape (n_seconds,)."""
    reused = ~changes.new
    reused[scheduler.deferred] = True
    reused[scheduler.caught_up] = False
    return reused


def _shots(starts: Sequence[int], n_seconds: int) -> Iterator[slice]:
    """Return the seconds of each shot; those before the first one that was seen are none."""
    for start, end in pairwise([*starts, n_seconds]):
        yield slice(start, end)


def _change_track(
    changes: Changes, is_new: NDArray[np.bool_], reused: NDArray[np.bool_]
) -> ChangeTrack:
    flags = NEW_CONTENT * is_new + CUT * changes.cuts + REUSED * reused
    return ChangeTrack(flags.astype(np.uint8), changes.changed)
