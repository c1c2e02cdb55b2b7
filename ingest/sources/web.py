"""Videos on the web: an address in, a file of this machine out, or the reason why not.

The fetching is done by yt-dlp in a child process (``ingest.sources.fetching``), which may connect
to public addresses only; this side starts it, listens, and ends it when it is over time.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from engine.errors import InvalidInput
from ingest.runner.safe_start import clean_children_environment, inherited_import_path
from ingest.sources.addresses import canonical
from ingest.sources.download_cache import DownloadCache, Fetched
from ingest.sources.failures import FetchStatus, Unfetchable
from ingest.sources.guard import AllowedNetwork

log = logging.getLogger(__name__)

_WAITS_SECONDS: Final = (5.0, 10.0)
# The child ends itself a little later than it is ended, in case this process could not.
_GRACE_SECONDS: Final = 5.0
# What the child is told of this machine: where programs and certificates lie, and no proxies.
_PASSED_ON: Final = ("PATH", "SSL_CERT_DIR", "SSL_CERT_FILE", "TMPDIR")


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Limits of a fetch: its size, time and speed, and the networks allowed.

    Attributes:
        max_bytes: of one video.
        deadline_seconds: for one video, all attempts and the waits between them together.
        rate_limit_bytes_per_second: None for as fast as it comes.
        allowed_networks: networks that may be connected to though they are not public, such as
            ``10.1.0.0/16`` or ``127.0.0.1:8080``.
        memory_bytes: of the process that fetches; its usual 100 MB among them.
    """

    max_bytes: int = 2 << 30
    deadline_seconds: float = 1800.0
    rate_limit_bytes_per_second: int | None = None
    allowed_networks: tuple[str, ...] = ()
    memory_bytes: int = 1 << 30

    def __post_init__(self) -> None:
        """Refuse limits that would refuse everything, and networks that are none."""
        rate = self.rate_limit_bytes_per_second
        if min(self.max_bytes, self.deadline_seconds, 1 if rate is None else rate) <= 0:
            raise InvalidInput("the limits of a fetch must be greater than 0")
        for network in self.allowed_networks:
            AllowedNetwork.parse(network)


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """Progress of one video; the total is None when the site does not report it."""

    done_bytes: int
    total_bytes: int | None


def fetch(
    address: str,
    folder: Path,
    limits: FetchLimits,
    *,
    on_progress: Callable[[FetchProgress], object] = lambda _: None,
    wait: Callable[[float], object] = time.sleep,
) -> Fetched:
    """Fetch one video, unless the folder has it already.

    What can work later (``Unfetchable.retryable``) is tried up to three times, after 5 and 10
    seconds or as long as the site asks, within the deadline. What came until then is stored and
    resumed, in this call or a later one.

    Args:
        address: of a video, or of a page with one video.
        folder: folder of the videos.
        limits: for this video.
        on_progress: called about ten times a second; what it raises ends the fetch.
        wait: waits that many seconds.

    Raises:
        NotAnAddress: no web address.
        Unfetchable: no video; says why.
    """
    address = canonical(address)
    cache = DownloadCache(folder.absolute(), address)
    deadline = time.monotonic() + limits.deadline_seconds
    for pause in (*_WAITS_SECONDS, None):
        if (here := cache.fetched()) is not None:
            return here
        try:
            _run(_job(address, cache.folder, limits, deadline), on_progress)
        except Unfetchable as error:
            if not error.retryable:
                cache.discard_unfinished()
                raise
            seconds = max(pause or 0.0, error.retry_after_seconds or 0.0)
            if pause is None or time.monotonic() + seconds >= deadline:
                raise
            log.info("%s; next attempt in %.0f s", error, seconds)
            wait(seconds)
    if (here := cache.fetched()) is None:
        raise Unfetchable(address, FetchStatus.FAILED, "the file was removed while it was fetched")
    return here


def playlist_addresses(address: str, limits: FetchLimits) -> tuple[str, ...]:
    """Return the canonical addresses of the videos of a playlist, in its order, each once.

    An address that is no playlist gives itself. At most 10 000 videos are taken.

    Raises:
        NotAnAddress: no web address.
        Unfetchable: the playlist cannot be read, or is empty; says why.
    """
    canonical(address)
    deadline = time.monotonic() + limits.deadline_seconds
    # As it was given: an address may name a video and, in what ``canonical`` drops, its playlist.
    entries = _run(_job(address.strip(), None, limits, deadline), lambda _: None)
    if not entries:
        raise Unfetchable(address, FetchStatus.UNSUPPORTED, "there is no video in this playlist")
    return tuple(str(entry) for entry in entries)


def _job(address: str, folder: Path | None, limits: FetchLimits, deadline: float) -> dict[str, Any]:
    return {
        **asdict(limits),
        "address": address,
        "folder": str(folder or ""),
        "deadline_seconds": max(deadline - time.monotonic(), 0.0),
    }


def _run(job: dict[str, Any], on_progress: Callable[[FetchProgress], object]) -> list[object]:
    """Have a child do a job; return what it found, if it was to find something."""
    seconds = job["deadline_seconds"]
    options = {**job, "deadline_seconds": seconds + _GRACE_SECONDS}
    with closing(_answers(options, seconds)) as answers:
        for kind, value in answers:
            if kind == "progress":
                on_progress(FetchProgress(*value))
            elif kind == "failed":
                raise _unfetchable(job["address"], **value)
            else:
                return value or []
    raise Unfetchable(job["address"], FetchStatus.FAILED, "the fetch ended without an answer")


def _unfetchable(
    address: str, status: str, reason: str, retry_after_seconds: float | None
) -> Unfetchable:
    return Unfetchable(address, FetchStatus(status), reason, retry_after_seconds)


def _answers(job: dict[str, Any], seconds: float) -> Generator[tuple[str, Any]]:
    """Yield the child's answers, kind and value.

    Raises:
        Unfetchable: it was over time.
    """
    late = threading.Event()
    with _process() as process:
        assert process.stdin is not None  # noqa: S101  # both are pipes
        assert process.stdout is not None  # noqa: S101
        timer = threading.Timer(seconds, _end_late, (process, late))
        timer.start()
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps(job) + "\n")
                process.stdin.flush()
            for line in process.stdout:
                if line.endswith("\n"):
                    yield from json.loads(line).items()
        finally:
            timer.cancel()
            timer.join()
    if late.is_set():
        raise Unfetchable(
            job["address"],
            FetchStatus.FAILED,
            "it took longer than the deadline; what came is stored and resumed",
        )


@contextmanager
def _process() -> Iterator[subprocess.Popen[str]]:
    """Start the child in a process group of its own, and end the group whatever happens."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "PYTHONPATH": inherited_import_path(),
        "YTDLP_NO_PLUGINS": "1",
    }
    clean_children_environment(environment)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "ingest.sources.fetching"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/",
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _end(process)
        with suppress(BrokenPipeError):
            process.communicate()


def _end_late(process: subprocess.Popen[str], late: threading.Event) -> None:
    late.set()
    _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    # Until it is waited for, a process that has ended keeps its number: no other is hit.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
