"""One look at a video by itself, without the catalog that it is for: a task of any executor.

What was observed is written to a catalog of its own, a file that holds this one video. Its name
says of what, by whom and how, so a finished file is not made again.
"""

import os
import pickle
import selectors
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from engine.domain.content import SourceTrack
from engine.domain.tags import VISUAL
from engine.domain.tracks import Track
from engine.domain.videos import VideoRecord
from engine.ports.catalog import Catalog
from ingest.decoding.probe import Status
from ingest.pipeline import IngestResult
from ingest.runner.worker_process import JobSpec, death_of

BEAT = b"."
"""Byte that the process that looks writes now and then; what comes of it follows ``RESULT``."""

RESULT = b"="


@dataclass(frozen=True, slots=True)
class KnownVideo:
    """A video as the catalog knows it before another look.

    Attributes:
        record: its metadata.
        taggers: tagger, with version, of each source that observed it.
    """

    record: VideoRecord
    taggers: dict[str, str]

    def store(self, catalog: Catalog) -> None:
        """Have a catalog know as much of it: who observed it, and nothing of what."""
        catalog.videos.save(self.record, Track.empty(), now=datetime.now(UTC))
        for source, tagger in self.taggers.items():
            if source != VISUAL:
                catalog.tracks.put(self.record.id, SourceTrack(source, tagger, Track.empty()))


@dataclass(frozen=True, slots=True)
class ObserveTask:
    """All that a process needs to look at one video.

    Attributes:
        spec: of the job; its catalog is not opened.
        known: what the catalog knows of it; None when that is nothing, or does not count.
        path: of the file with what was observed.
        stall_seconds: without a sign of life, until the process that looks is killed.
    """

    spec: JobSpec
    known: KnownVideo | None
    path: Path
    stall_seconds: float


def observe(task: ObserveTask) -> IngestResult:
    """Look at a video in a process of its own, under its limits, and write what was observed.

    Returns:
        What came of it. A file is there when the result names a video.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "ingest.runner.observation_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # As this process has them: a worker may have been started from another folder.
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ) as process:
        try:
            return _result_of(process, task)
        finally:
            process.kill()


def _result_of(process: "subprocess.Popen[bytes]", task: ObserveTask) -> IngestResult:
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    _send(pickle.dumps(task), process.stdin)
    received = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(task.stall_seconds):
                why = f"no new second in {task.stall_seconds:.0f} s"
                return IngestResult(None, task.spec.source, Status.STALLED, why, 0)
            piece = os.read(process.stdout.fileno(), 1 << 16)
            if not piece:
                break
            received = (received + piece).lstrip(BEAT)
    if received.startswith(RESULT):
        result: IngestResult = pickle.loads(received[len(RESULT) :])  # noqa: S301 - of our own process
        return result
    why = death_of(process.wait())
    return IngestResult(None, task.spec.source, Status.CRASHED, why, 0)


def _send(payload: bytes, stdin: IO[bytes]) -> None:
    """Send a task; the pipe is left open, the process ends when this one does."""
    try:
        stdin.write(len(payload).to_bytes(8, "big") + payload)
        stdin.flush()
    except BrokenPipeError:
        # The process ended before it read it: its code says why.
        with suppress(BrokenPipeError):
            stdin.close()
