"""Tells from what yt-dlp raised why there is no video. Imports yt-dlp: for the child alone."""

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import responses
from typing import Final

from yt_dlp.networking.exceptions import HTTPError
from yt_dlp.utils import GeoRestrictedError, UnsupportedError, UserNotLive

from engine.errors import DiskFull
from ingest.sources.failures import FetchStatus
from ingest.sources.guard import WEB_SCHEMES

_MAX_WAIT_SECONDS: Final = 86_400.0
_REASON_CHARACTERS: Final = 300


@dataclass(frozen=True, slots=True)
class Failure:
    """Reason for a missing video: what ``Unfetchable`` says, without the address."""

    status: FetchStatus
    reason: str
    retry_after_seconds: float | None = None


_OF_HTTP: Final = {
    401: FetchStatus.PRIVATE,
    402: FetchStatus.PRIVATE,
    403: FetchStatus.BLOCKED,
    404: FetchStatus.GONE,
    407: FetchStatus.PRIVATE,
    410: FetchStatus.GONE,
    429: FetchStatus.BLOCKED,
    451: FetchStatus.RESTRICTED,
    503: FetchStatus.BLOCKED,
}
"""Meanings of HTTP statuses; any other is a failure of the site."""

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)

_OF_DISK: Final = {
    errno.EFBIG: Failure(FetchStatus.TOO_BIG, "it is over the size limit"),
}
"""Meanings of errors of the file that is written to, besides that the disk is full."""

# What sites say, through yt-dlp. The first line that fits wins: "sign in to confirm your age" is
# about age, and "removed ... terms" about removal, whatever else is said.
_OF_WORDS: Final = tuple(
    (status, re.compile(words, re.IGNORECASE))
    for status, words in (
        (FetchStatus.UNSAFE, r"file:(//)? URLs are disabled|unsupported url scheme|redirection to"),
        (FetchStatus.BLOCKED, r"not a (ro)?bot\b|anti-bot|captcha|too many requests|rate.?limit"),
        (
            FetchStatus.BLOCKED,
            r"page needs to be reloaded|unusual traffic|ip (address )?.{0,20}block",
        ),
        (FetchStatus.RESTRICTED, r"\byour age\b|age.?(restrict|gate|verif)|inappropriate for some"),
        (FetchStatus.RESTRICTED, r"\byour (country|region|location)\b|geo.?(restrict|block)"),
        (FetchStatus.RESTRICTED, r"not available from your|blocked it in your"),
        (FetchStatus.PRIVATE, r"\bprivate\b|members.only|join this channel|requires payment"),
        (FetchStatus.PRIVATE, r"log.?in|sign in|registered users|subscri(ber|ption)|purchase"),
        (FetchStatus.PRIVATE, r"password|premium (only|members)|\bpaid\b|\brent(al|ed)?\b"),
        (FetchStatus.GONE, r"no longer available|been (removed|deleted|terminated|closed)"),
        (FetchStatus.GONE, r"does(n.t| not) exist|(video|page) (is )?(unavailable|not found)"),
        (FetchStatus.GONE, r"video is not available|isn.t available anymore|was deleted"),
        (FetchStatus.UNSUPPORTED, r"\bdrm\b|unsupported url|not a valid url|no video formats"),
        (FetchStatus.UNSUPPORTED, r"requested format is not|only images are available|no media"),
        (FetchStatus.UNSUPPORTED, r"premieres in|(will|event) begin|not currently live|\bffmpeg\b"),
    )
)

_SENTENCES: Final = {
    FetchStatus.GONE: "there is no video, or not any more",
    FetchStatus.PRIVATE: "the video is only for people who are invited, signed in or have paid",
    FetchStatus.RESTRICTED: "the video is not for every age or not in every country",
    FetchStatus.BLOCKED: "the site turns us away for now; try later and more slowly",
    FetchStatus.UNSAFE: "it leads to an address that must not be connected to",
    FetchStatus.UNSUPPORTED: "no video that can be fetched is found there",
    FetchStatus.FAILED: "the network or the site failed",
    FetchStatus.TOO_BIG: "it is over the size limit",
}

_HTTP_ERROR: Final = re.compile(r"HTTP Error (\d{3})\b")
_PREFIX: Final = re.compile(r"^(ERROR:\s*)?(\[[\w:.+-]+\]\s*)?([\w-]{1,64}:\s+)?", re.ASCII)
# Advice about a command line that the reader does not have, and requests to report errors.
_ADVICE: Final = re.compile(
    r"\s*[.;,(]?\s*(use --|try using|try again with|see\s+https?:|please report|confirm you are on"
    r"|if you are using|also see\s|you might want to|pass cookies|to use |caused by ).*",
    re.IGNORECASE | re.DOTALL,
)


def failure_of(error: BaseException, folder: str) -> Failure:
    """Class an error by what is behind it, most telling first: its kind, HTTP status, words.

    Args:
        error: what was raised.
        folder: what was fetched was written to.
    """
    chain = list(_chain(error))
    for behind in chain:
        if isinstance(behind, GeoRestrictedError):
            return _failure(FetchStatus.RESTRICTED, str(behind))
        if isinstance(behind, UnsupportedError | UserNotLive):
            return Failure(FetchStatus.UNSUPPORTED, _SENTENCES[FetchStatus.UNSUPPORTED])
        if isinstance(behind, MemoryError):
            return Failure(FetchStatus.TOO_BIG, "the site sent more than there is memory for")
        if isinstance(behind, OSError) and behind.errno in _OF_DISK:
            return _OF_DISK[behind.errno]
        if isinstance(behind, OSError) and behind.errno in _FULL:
            return Failure(FetchStatus.FAILED, str(DiskFull(folder)))
    for behind in chain:
        if isinstance(behind, HTTPError):
            return _of_http(behind)
    message = str(error)
    for status, words in _OF_WORDS:
        if words.search(message):
            return _failure(status, message)
    # Of a segment that failed every time, only the words are left.
    if match := _HTTP_ERROR.search(message):
        return _of_code(int(match[1]))
    return _failure(FetchStatus.FAILED, message)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that it names as its cause, each once."""
    waiting: list[object] = [error]
    visited: set[int] = set()
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in visited:
            visited.add(id(cause))
            yield cause
            exc_info = getattr(cause, "exc_info", None) or (None, None)
            waiting += [
                exc_info[1],
                getattr(cause, "cause", None),
                # Of a handler that met what it did not expect: no memory for a page, above all.
                *getattr(cause, "unexpected_errors", ()),
                cause.__cause__,
                cause.__context__,
            ]


def _of_http(error: HTTPError) -> Failure:
    code = int(error.status)
    location = str(error.response.headers.get("Location") or "")
    if 300 <= code < 400 and not _leads_to_the_web(location):
        return Failure(FetchStatus.UNSAFE, f"it redirects to {location[:100]!r}")
    return _of_code(code, _retry_after(error))


def _of_code(code: int, retry_after_seconds: float | None = None) -> Failure:
    status = _OF_HTTP.get(code, FetchStatus.FAILED)
    answer = f"the site answers {code} {responses.get(code, '')}".strip()
    return Failure(status, f"{_SENTENCES[status]} ({answer})", retry_after_seconds)


def _leads_to_the_web(location: str) -> bool:
    scheme, colon, _ = location.partition(":")
    return not colon or "/" in scheme or scheme.lower() in WEB_SCHEMES


def _retry_after(error: HTTPError) -> float | None:
    written = str(error.response.headers.get("Retry-After") or "")
    return min(float(written), _MAX_WAIT_SECONDS) if written.isdecimal() else None


def _failure(status: FetchStatus, message: str) -> Failure:
    words = _ADVICE.sub("", _PREFIX.sub("", message.strip(), count=1), count=1)
    detail = " ".join(words.split())[:_REASON_CHARACTERS].rstrip(" .:;,(")
    return Failure(status, f"{_SENTENCES[status]}: {detail}" if detail else _SENTENCES[status])
