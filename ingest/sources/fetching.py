"""The child process of one fetch: yt-dlp, behind the guard and under limits.

Run as ``python -m ingest.sources.fetching``. It reads one line of JSON, the job, and writes lines
of JSON: ``{"progress": [bytes, total or null]}``, and at last ``{"done": addresses or null}`` or
``{"failed": {...}}``. When its standard input ends, whoever wanted the video is gone, and it stops.
"""

import hashlib
import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ingest.sources.addresses import NotAnAddress, canonical
from ingest.sources.captions.fetched import fetch_captions
from ingest.sources.download_cache import DownloadCache
from ingest.sources.failures import FetchStatus
from ingest.sources.files import VIDEO_SUFFIXES
from ingest.sources.guard import AllowedNetwork, Guard
from ingest.sources.metadata import Metadata

FORMAT: Final = "wv*[height>=360][width>=360]/wv*[height>=360]/bv*"
"""The smallest picture of at least 360 lines, else the largest there is; always one file."""

MAX_PLAYLIST: Final = 10_000
"""Most videos that are taken of one playlist."""

# Optional parts of yt-dlp: other ways to connect, of which some are not Python's and pass by the
# guard, and readers of the keys and cookies of this machine's browsers.
HIDDEN_PACKAGES: Final = ("curl_cffi", "requests", "urllib3", "websockets", "secretstorage")
# YouTube wants a little program of its own to be run. Deno runs it without network and files.
_PROGRAMS: Final = ("deno",)

# Beside the video, files of a few kB are written.
_SLACK_BYTES: Final = 1 << 20
_PROGRESS_EVERY_SECONDS: Final = 0.1
_SOCKET_TIMEOUT_SECONDS: Final = 20
_PIECE_BYTES: Final = 16 << 10


@dataclass(frozen=True, slots=True)
class Job:
    """The job of the child process.

    Attributes:
        address: canonical; of a playlist as it was given.
        folder: where to; empty to list the addresses of a playlist instead.
        max_bytes: of the video.
        deadline_seconds: the child ends by itself then.
        rate_limit_bytes_per_second: None for as fast as it comes.
        allowed_networks: as ``AllowedNetwork.parse`` reads them.
        memory_bytes: of this process.
    """

    address: str
    folder: str
    max_bytes: int
    deadline_seconds: float
    rate_limit_bytes_per_second: int | None
    allowed_networks: tuple[str, ...]
    memory_bytes: int


class _Stop(BaseException):
    """Ends a fetch; not an ``Exception``, so that yt-dlp does not try another way."""

    def __init__(self, status: FetchStatus, reason: str) -> None:
        self.status = status
        self.reason = reason


class _Silence:
    """Takes what yt-dlp says to a person at its command line."""

    def debug(self, message: str) -> None:
        pass

    info = warning = error = debug


def main() -> None:
    """Do the job that standard input names, and say on standard output how it went."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def answer(kind: str, value: object) -> None:
        print(json.dumps({kind: value}), file=answers, flush=True)

    job = Job(**json.loads(sys.stdin.readline()))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _limit_resources(job)
    guard = Guard(map(AllowedNetwork.parse, job.allowed_networks), _PROGRAMS)
    guard.install()
    for package in HIDDEN_PACKAGES:
        sys.modules[package] = None  # type: ignore[assignment]  # an import of it fails
    try:
        done: list[str] | None = None
        if job.folder:
            _fetch(job, _reporter(job, answer), guard)
        else:
            done = _addresses(job)
    except BaseException as error:  # noqa: BLE001  # whatever it is, the parent must hear of it
        answer("failed", _failed(error, guard, job))
    else:
        if guard.refused:
            answer("failed", _failed(None, guard, job))
        else:
            answer("done", done)


def downloader(
    *,
    playlist: bool = False,
    rate_limit_bytes_per_second: int | None = None,
    on_progress: Callable[[Mapping[str, Any]], object] = lambda _: None,
) -> Any:
    """Return yt-dlp, set to fetch one plain file and to read or run nothing of this machine."""
    from yt_dlp import YoutubeDL

    chosen: Any = {
        "logger": _Silence(),
        "quiet": True,
        "noprogress": True,
        "color": "never",
        "cachedir": False,
        "proxy": "",
        "usenetrc": False,
        "enable_file_urls": False,
        "check_formats": False,
        "format": FORMAT,
        # Many sites are not asked for captions otherwise; which to fetch is decided here.
        "writesubtitles": not playlist,
        "writeautomaticsub": not playlist,
        "subtitleslangs": ["-all"],
        "noplaylist": not playlist,
        # The entries of a playlist are named, not looked into; two are enough to know it for one.
        "extract_flat": "in_playlist",
        "playlistend": MAX_PLAYLIST if playlist else 2,
        "ffmpeg_location": "/nonexistent",
        "external_downloader": "native",
        "hls_prefer_native": True,
        "fixup": "never",
        "postprocessors": [],
        "updatetime": False,
        "overwrites": False,
        "continuedl": True,
        "concurrent_fragment_downloads": 1,
        "skip_unavailable_fragments": False,
        "ratelimit": rate_limit_bytes_per_second,
        # In small pieces, so that the size limit is looked at often.
        "buffersize": _PIECE_BYTES,
        "noresizebuffer": True,
        "socket_timeout": _SOCKET_TIMEOUT_SECONDS,
        "retries": 3,
        "fragment_retries": 3,
        "extractor_retries": 1,
        "progress_hooks": [on_progress],
    }
    return YoutubeDL(chosen)


def _fetch(job: Job, on_progress: Callable[[Mapping[str, Any]], object], guard: Guard) -> None:
    """Fetch one video into the archive, unless another process did so just now."""
    cache = DownloadCache(Path(job.folder), job.address)
    with cache.locked():
        if cache.fetched() is not None:
            return
        with downloader(
            rate_limit_bytes_per_second=job.rate_limit_bytes_per_second, on_progress=on_progress
        ) as ydl:
            info = _one_video(ydl, ydl.extract_info(job.address, download=False))
            _refuse_unfetchable(info, job.max_bytes)
            path = cache.unfinished(_format_key(info))
            if not path.exists():
                ydl.params["paths"] = {"home": str(path.parent)}
                ydl.params["outtmpl"] = {"default": path.name}
                ydl.process_info(info)
        if not path.exists():
            raise _Stop(FetchStatus.FAILED, "nothing came: the site sent no video")
        _refuse_no_video(path)
        captions = fetch_captions(info, cache.unfinished("captions"), downloader, guard)
        cache.keep(path, _suffix(info), Metadata.from_info(job.address, info), captions)


def _addresses(job: Job) -> list[str]:
    """Return the addresses of all videos of a playlist."""
    with downloader(playlist=True) as ydl:
        info = ydl.extract_info(job.address, download=False)
    if not info or info.get("_type") not in ("playlist", "multi_video"):
        return [canonical(job.address)]
    return list(dict.fromkeys(_entry_addresses(info)))


def _entry_addresses(playlist: Mapping[str, Any]) -> Iterator[str]:
    for entry in playlist.get("entries") or ():
        page = entry.get("webpage_url")
        # Of several videos on one page, the page is the address of none.
        own = page if page and page != playlist.get("webpage_url") else entry.get("url")
        try:
            yield canonical(str(own))
        except NotAnAddress:
            continue


def _one_video(ydl: Any, info: dict[str, Any] | None) -> dict[str, Any]:
    for _ in range(5):  # a playlist of one that is a playlist of one ...
        if not info or info.get("_type", "video") == "video":
            break
        entries = list(info.get("entries") or ())
        if len(entries) > 1:
            raise _Stop(
                FetchStatus.UNSUPPORTED,
                "there are several videos behind this address: ask for the playlist",
            )
        info = ydl.process_ie_result(entries[0], download=False) if entries else None
    if not info or info.get("_type", "video") != "video":
        raise _Stop(FetchStatus.UNSUPPORTED, "no video is found there")
    return info


def _refuse_unfetchable(info: Mapping[str, Any], max_bytes: int) -> None:
    if info.get("is_live") or info.get("live_status") in ("is_live", "is_upcoming"):
        raise _Stop(FetchStatus.UNSUPPORTED, "a live stream has no end: fetch it when it is over")
    size = info.get("filesize")
    if isinstance(size, int) and size > max_bytes:
        raise _too_big(max_bytes)


def _format_key(info: Mapping[str, Any]) -> str:
    """Name the chosen format, so that one file is never resumed with the bytes of another."""
    key = [str(info.get(name)) for name in ("format_id", "ext", "protocol", "height", "filesize")]
    return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:8]


def _suffix(info: Mapping[str, Any]) -> str:
    suffix = f".{info.get('ext')}".lower()
    return suffix if suffix in VIDEO_SUFFIXES else ".video"


def _refuse_no_video(path: Path) -> None:
    """Open what came, in this process, which has limits; a page or a picture is not stored."""
    from ingest.decoding.probe import UndecodableVideo, is_picture, open_container, video_stream

    try:
        with open_container(path) as container:
            video_stream(path, container)
            if is_picture(path, container):
                raise _Stop(FetchStatus.UNSUPPORTED, "there is a picture, not a video")
    except UndecodableVideo as error:
        raise _Stop(FetchStatus.UNSUPPORTED, f"what came is no video: {error.reason}") from error


def _reporter(
    job: Job, answer: Callable[[str, object], None]
) -> Callable[[Mapping[str, Any]], object]:
    """Return a progress hook that stops at the size limit; yt-dlp's own is for known sizes only."""
    last = 0.0

    def on_progress(state: Mapping[str, Any]) -> None:
        nonlocal last
        done, total = int(state.get("downloaded_bytes") or 0), state.get("total_bytes")
        if max(done, total or 0) > job.max_bytes:
            raise _too_big(job.max_bytes)
        now = time.monotonic()
        if now - last >= _PROGRESS_EVERY_SECONDS or state.get("status") == "finished":
            last = now
            answer("progress", [done, total])

    return on_progress


def _too_big(max_bytes: int) -> _Stop:
    return _Stop(FetchStatus.TOO_BIG, f"it is over the limit of {max_bytes} bytes")


def _failed(error: BaseException | None, guard: Guard, job: Job) -> dict[str, object]:
    from ingest.sources.failure_classes import Failure, failure_of

    if guard.refused:
        failure = Failure(FetchStatus.UNSAFE, f"it leads where it must not: {guard.refused[0]}")
    elif isinstance(error, _Stop):
        failure = Failure(error.status, error.reason)
    else:
        assert error is not None  # noqa: S101  # without an error, something was refused
        failure = failure_of(error, job.folder)
    return asdict(failure)


def _limit_resources(job: Job) -> None:
    # Of memory what is really written to: Deno reserves far more room than it uses.
    resource.setrlimit(resource.RLIMIT_DATA, (job.memory_bytes, job.memory_bytes))
    max_bytes = job.max_bytes + _SLACK_BYTES
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, max_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Should the parent not end it: the default action of SIGALRM does.
    signal.setitimer(signal.ITIMER_REAL, job.deadline_seconds)


def _end_with_parent() -> None:
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
