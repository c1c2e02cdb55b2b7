"""The process that watches one video, under limits of memory and CPU time.

A decoder that crashes, fills the memory or never ends takes this process down and nothing else.
"""

import os
import resource
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.catalogs import open_catalog
from engine.domain.jobs import Claim
from engine.domain.media import StoredUpload
from engine.domain.tags import SPEECH, VISUAL
from engine.errors import JobLost
from engine.object_stores import open_object_store
from engine.ports.catalog import Catalog
from engine.system.homes import FETCHED_UPLOADS
from engine.system.os_errors import expected_trouble
from ingest.decoding.probe import Status
from ingest.described import Described
from ingest.patience import patiently
from ingest.pipeline import IngestResult, Observer, Progress, ingest_file, missing_result
from ingest.runner.parents import end_with_parent
from ingest.sources.addresses import is_address
from ingest.sources.files import NoVideoFile
from ingest.sources.web import FetchLimits
from ingest.taggers.registry import TaggerContext, find_factory, make_tagger
from ingest.taggers.remote.pipeline import ingest_remotely
from ingest.taggers.remote.whole_video import VideoTagger
from ingest.upload_pipeline import ingest_upload
from ingest.web_pipeline import ingest_address

if TYPE_CHECKING:
    from ingest.captioning import Captioning
    from ingest.taggers.audio.tagger import LocalSoundTagger
    from ingest.taggers.text.reader import LocalTextReader

SERVICE_SECONDS: Final = 4 * 60 * 60.0
"""Without a sign of life, until a service is taken to be stalled."""

_GRACE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one video.

    Attributes:
        memory_bytes: of private memory; 200 MB are usual.
        cpu_seconds: in all; an hour of video takes 120 to 240.
        stall_seconds: without a new second, until the process is killed.
    """

    memory_bytes: int = 3 << 30
    cpu_seconds: int = 4 * 60 * 60
    stall_seconds: float = 120.0

    def patience(self, tagger: str) -> float:
        """Return for how many seconds a process in which a tagger looks may say nothing."""
        # A service says nothing until it has seen the whole video.
        takes_whole = find_factory(tagger).takes_whole_videos
        return SERVICE_SECONDS if takes_whole else self.stall_seconds


@dataclass(frozen=True, slots=True)
class JobSpec:
    """Specification of the job of a child process.

    Attributes:
        job: its number in the queue.
        worker: who has the job; when that is somebody else by now, nothing is stored.
        source: an absolute path, an address, or a file in the store of media.
        catalog: its URL.
        home: what is fetched waits in a folder there until it is analyzed.
        force: look again at what was analyzed before.
        limits: of this video.
        fetch: of what comes from the web.
        tagger: the tagger.
        context: what the tagger needs.
        every: at most one in so many seconds is tagged.
        audio: whether the sound is heard, too.
        text: whether the text on the picture is read, too.
        add: the only sources of tags that are to observe the video; none for all.
        speech: who writes down what is spoken where there are no captions; empty for nobody.
        media: URL of the store of media; empty where the settings name none.
    """

    job: int
    worker: str
    source: str
    catalog: str
    home: Path
    force: bool
    limits: Limits
    fetch: FetchLimits
    tagger: str
    context: TaggerContext
    every: int = 1
    audio: bool = True
    text: bool = True
    add: tuple[str, ...] = ()
    speech: str = ""
    media: str = ""


Ingest = Callable[[JobSpec, Catalog, Callable[[Progress], object]], IngestResult]
"""A way to ingest one source, for which progress is reported."""


def run_job(spec: JobSpec, answers: Connection, ingest: Ingest | None = None) -> None:
    """Ingest one source; send a ``Progress`` now and then and an ``IngestResult`` last.

    Args:
        spec: of the job.
        answers: where they are sent.
        ingest: how; ``ingest_here`` unless given.
    """
    # Ctrl-C is for the parent, who then ends its children.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    limit_process(spec.limits)

    def report(progress: Progress) -> None:
        # When nobody listens any more, this raises and the process ends: no orphan works on.
        answers.send(progress)

    try:
        result = _result_of(spec, report, ingest or ingest_here)
    except JobLost:
        # The worker finds it out by itself, and nobody waits for an answer.
        return
    answers.send(result)
    answers.close()


def limit_process(limits: Limits) -> None:
    """Put the limits of one video on this process, for good."""
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_bytes,) * 2)
    # The first limit sends SIGXCPU, which says why; the second would send SIGKILL.
    cpu_seconds = limits.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + _GRACE_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def death_of(code: int | None) -> str:
    """Return why a process ended that said nothing, by its exit code."""
    if code == -signal.SIGXCPU:
        return "it took more CPU time than one video may"
    if code is not None and code < 0:
        return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended with code {code}: what it wrote is among the messages of its worker"


def _result_of(spec: JobSpec, report: Callable[[Progress], object], ingest: Ingest) -> IngestResult:
    claim = Claim(spec.job, spec.worker)
    try:
        opened = patiently(lambda: open_catalog(spec.catalog, create=False, claim=claim))
        with opened as catalog:
            return ingest(spec, catalog, report)
    except JobLost:
        raise
    except Exception as error:
        if (trouble := expected_trouble(error)) is None:
            raise
        # Of the machine, not of the video: nothing is stored with it.
        return IngestResult(None, spec.source, Status.FAILED, str(trouble), 0)


def ingest_here(
    spec: JobSpec, catalog: Catalog, report: Callable[[Progress], object]
) -> IngestResult:
    """Watch one source in this process and store what was observed."""
    analyze = _watcher(spec, catalog, report)
    if is_address(spec.source):
        return ingest_address(
            spec.source,
            spec.home / "fetched",
            spec.fetch,
            catalog,
            analyze,
            force=spec.force,
            sources=spec.add or (VISUAL,),
            on_piece=lambda: report(Progress(0, None)),
        )
    upload = StoredUpload.parse(spec.source)
    if upload is not None:
        return ingest_upload(
            upload,
            open_object_store(spec.media) if spec.media else None,
            spec.home / FETCHED_UPLOADS,
            catalog,
            analyze,
            force=spec.force,
            sources=spec.add or (VISUAL,),
            on_piece=lambda: report(Progress(0, None)),
        )
    path = Path(spec.source)
    try:
        return analyze(path, Described.of_file(path))
    except NoVideoFile as error:
        return missing_result(path, error)


@cache
def sound_tagger() -> "LocalSoundTagger":
    """Return who listens, the same for each video: nothing of one stays with it."""
    # A command that queues jobs needs no networks.
    from ingest.taggers.audio.tagger import LocalSoundTagger

    return LocalSoundTagger()


def _captioning(spec: JobSpec, catalog: Catalog, path: Path, described: Described) -> "Captioning":
    from ingest.captioning import Captioning
    from ingest.taggers.lines.tagger import LineTagger
    from ingest.taggers.speech.recognition import Recognition, SpeechDetector
    from ingest.taggers.speech.registry import make_recognizer

    known = catalog.videos.get(described.id)
    # People may have set it since it was analyzed.
    language = (known.language if known else "") or described.language
    recognition = None
    if spec.speech:
        recognizer = make_recognizer(spec.speech, spec.context)
        recognition = Recognition(recognizer, language, SpeechDetector())
    return Captioning(path, LineTagger(SPEECH), language, recognition)


@cache
def text_reader() -> "LocalTextReader":
    """Return who reads, likewise."""
    from ingest.taggers.text.reader import LocalTextReader

    return LocalTextReader()


def _watcher(
    spec: JobSpec, catalog: Catalog, report: Callable[[Progress], object]
) -> Callable[[Path, Described], IngestResult]:
    if spec.add:
        others: tuple[Observer, ...] = (sound_tagger(), text_reader())
        chosen = [observer for observer in others if observer.source in spec.add]
        return _analyzer(spec, catalog, chosen, report)
    tagger = make_tagger(spec.tagger, spec.context)
    if isinstance(tagger, VideoTagger):
        return lambda path, described: ingest_remotely(
            path, described, catalog, tagger, force=spec.force
        )
    heard_by = (sound_tagger(),) if spec.audio else ()
    read_by = (text_reader(),) if spec.text else ()
    return _analyzer(spec, catalog, (tagger, *heard_by, *read_by), report)


def _analyzer(
    spec: JobSpec,
    catalog: Catalog,
    observers: Sequence[Observer],
    report: Callable[[Progress], object],
) -> Callable[[Path, Described], IngestResult]:
    reads = not spec.add or SPEECH in spec.add
    return lambda path, described: ingest_file(
        path,
        catalog,
        *observers,
        described=described,
        force=spec.force,
        every=spec.every,
        captioning=_captioning(spec, catalog, path, described) if reads else None,
        on_second=report,
    )
