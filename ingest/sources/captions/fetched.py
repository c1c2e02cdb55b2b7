"""Captions of a video on the web, fetched by the process that fetches the video."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ingest.sources.captions.limits import MAX_BYTES
from ingest.sources.captions.listed import ListedCaptions, choose_listed
from ingest.sources.guard import Forbidden, Guard

_NOT_FETCHED: Final = "the captions could not be fetched"
_MAX_SECONDS: Final = 60.0

Downloader = Callable[..., Any]
"""Makes yt-dlp, as ``ingest.sources.fetching.downloader`` does."""


class _TooLarge(BaseException):
    """Ends a download; not an ``Exception``, so that yt-dlp does not try another way."""


@dataclass(frozen=True, slots=True)
class FetchedCaptions:
    """The captions of a video that a site lists.

    Attributes:
        path: where they are now; None when they could not be fetched.
        language: a code; empty when nothing says it.
        suffix: of a file of their form.
        warning: why they could not; empty when they could.
    """

    path: Path | None
    language: str
    suffix: str
    warning: str = ""


def fetch_captions(
    info: Mapping[str, Any], path: Path, make_downloader: Downloader, guard: Guard
) -> FetchedCaptions | None:
    """Fetch what is spoken in a video, if its site lists it; what fails is told, never raised.

    Args:
        info: the info dictionary of yt-dlp.
        path: where they are put.
        make_downloader: gives what fetches them.
        guard: of this process; what it refuses here does not count against the video.
    """
    listed = choose_listed(info)
    if listed is None:
        return None
    failure = _fetch_in_time(listed, info, path, make_downloader, guard)
    if failure:
        warning = f"{_NOT_FETCHED}: {failure}"
        return FetchedCaptions(None, listed.language, listed.suffix, warning)
    return FetchedCaptions(path, listed.language, listed.suffix)


def _fetch_in_time(
    listed: ListedCaptions,
    info: Mapping[str, Any],
    path: Path,
    make_downloader: Downloader,
    guard: Guard,
) -> str:
    """Return why they could not be fetched; empty if they could."""
    failures: list[str] = []

    def run() -> None:
        failures.append(_fetch(listed, info, path, make_downloader, guard))

    # By itself: a site that sends byte by byte is left to it, and the video is there already.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_MAX_SECONDS)
    return failures[0] if failures else f"they took longer than {_MAX_SECONDS:.0f} s"


def _fetch(
    listed: ListedCaptions,
    info: Mapping[str, Any],
    path: Path,
    make_downloader: Downloader,
    guard: Guard,
) -> str:
    # What it needs of yt-dlp is loaded by now.
    from ingest.sources.failure_classes import failure_of

    def stop_if_large(state: Mapping[str, Any]) -> None:
        if int(state.get("downloaded_bytes") or 0) > MAX_BYTES:
            raise _TooLarge

    n_refused = len(guard.refused)
    try:
        if isinstance(text := listed.entry.get("data"), str):
            path.write_text(text[:MAX_BYTES], encoding="utf-8", errors="replace", newline="")
        else:
            entry = {"http_headers": info.get("http_headers"), **listed.entry}
            with make_downloader(on_progress=stop_if_large) as ydl:
                ydl.dl(str(path), entry, subtitle=True)
        return "" if path.is_file() else "nothing came"
    except _TooLarge:
        return f"they are over the limit of {MAX_BYTES} bytes"
    except Forbidden:
        reason = guard.refused[n_refused]
        del guard.refused[n_refused:]
        return f"they lead where they must not: {reason}"
    except Exception as error:  # noqa: BLE001 - whatever it is, the video is here
        return failure_of(error, str(path.parent)).reason
