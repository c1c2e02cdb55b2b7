import errno
from email.message import Message
from io import BytesIO
from typing import Any

import pytest
from yt_dlp.networking.common import Response
from yt_dlp.networking.exceptions import HTTPError
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError, UnsupportedError

from ingest.sources.failure_classes import failure_of
from ingest.sources.failures import FetchStatus, Unfetchable

# What YouTube and others say, as yt-dlp passes it on.
MESSAGES = {
    "gone": [
        "Video unavailable. This video has been removed by the uploader",
        "Video unavailable. This video is no longer available because the YouTube account "
        "associated with this video has been terminated.",
        "Video unavailable",
        "Got error: HTTP Error 404: Not Found. Giving up after 3 retries",
        "This video does not exist, or has been deleted.",
        "This video isn't available anymore",
    ],
    "private": [
        "Private video. Sign in if you've been granted access to this video. Use --cookies-from-"
        "browser or --cookies for the authentication.",
        "Join this channel to get access to members-only content like this video",
        "This video requires payment to watch.",
        "This video is only available for registered users. Use --username and --password",
        "Unable to log in: bad username or password",
    ],
    "restricted": [
        "Sign in to confirm your age. This video may be inappropriate for some users.",
        "The uploader has not made this video available in your country",
        "This video is not available from your location due to geo restriction",
        "This video is age-restricted and only available on YouTube.",
    ],
    "blocked": [
        "Sign in to confirm you\u2019re not a bot. Use --cookies-from-browser or --cookies for the "
        "authentication. See  https://github.com/yt-dlp/yt-dlp/wiki/FAQ  for how to",
        "Video unavailable. This content isn\u2019t available, try again later. Your account has "
        "been rate-limited by YouTube for up to an hour.",
        "Got HTTP Error 403 caused by Cloudflare anti-bot challenge; try again with "
        '--extractor-args "generic:impersonate"',
        "The page needs to be reloaded.",
    ],
    "unsupported": [
        "This video is DRM protected",
        "No video formats found!; please report this issue on  https://github.com/yt-dlp/yt-dlp",
        "Requested format is not available. Use --list-formats for a list of available formats",
        "Premieres in 3 hours",
        "This live event will begin in 2 days.",
    ],
    "unsafe": [
        "file:// URLs are disabled by default in yt-dlp for security reasons. Use "
        "--enable-file-urls to enable at your own risk.",
        'Unable to handle request: Unsupported url scheme: "ftp" (urllib)',
    ],
    "failed": [
        "Got error: HTTP Error 500: Internal Server Error. Giving up after 3 retries",
        "Unable to download webpage: [Errno -2] Name or service not known",
        "Unable to download webpage: timed out",
        "Got error: 1024 bytes read, 4096 more expected",
    ],
}


@pytest.mark.parametrize(
    ("status", "message"),
    [(status, message) for status, messages in MESSAGES.items() for message in messages],
)
def test_what_sites_say_tells_why(status: str, message: str) -> None:
    failure = failure_of(DownloadError(f"ERROR: [youtube] aaaaaaaaaaa: {message}"), "/fetched")
    assert failure.status == status, failure.reason
    assert "ERROR" not in failure.reason
    assert "--" not in failure.reason
    assert "http" not in failure.reason.lower().replace("http error", "")


def raised(cause: Exception) -> DownloadError:
    """Wrap an error as yt-dlp does: the reason lies two errors deep."""
    outer = ExtractorError("Unable to download webpage", cause=cause)
    behind: Any = (type(outer), outer, None)
    return DownloadError("ERROR: Unable to download webpage", behind)


def answered(code: int, headers: dict[str, str]) -> DownloadError:
    message: Any = Message()
    for name, value in headers.items():
        message[name] = value
    response = Response(BytesIO(), "https://example.com/", message, status=code)
    return raised(HTTPError(response))


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *((402, "private"), (403, "blocked"), (404, "gone"), (410, "gone"), (429, "blocked")),
        *((451, "restricted"), (500, "failed"), (502, "failed"), (503, "blocked")),
    ],
)
def test_the_http_status_tells_why_before_any_words(code: int, status: str) -> None:
    failure = failure_of(answered(code, {"Retry-After": "120"}), "/fetched")
    assert failure.status == status
    assert str(code) in failure.reason
    assert failure.retry_after_seconds == 120.0


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("5", 5.0), ("99999999999", 86400.0), ("soon", None), ("-1", None), ("", None)],
)
def test_what_a_site_asks_to_wait_is_a_number_of_at_most_a_day(
    written: str, seconds: float | None
) -> None:
    assert (
        failure_of(answered(429, {"Retry-After": written}), "/fetched").retry_after_seconds
        == seconds
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (GeoRestrictedError("Not for you"), "restricted"),
        (UnsupportedError("https://example.com/"), "unsupported"),
        (MemoryError(), "too_big"),
        (OSError(errno.EFBIG, "File too large"), "too_big"),
        (OSError(errno.ENOSPC, "No space left on device"), "failed"),
        (ValueError("a mistake"), "failed"),
    ],
)
def test_the_kind_of_error_tells_why_however_deep_it_lies(error: Exception, status: str) -> None:
    assert failure_of(raised(error), "/fetched").status == status
    assert failure_of(error, "/fetched").status == status


def test_a_full_disk_is_named() -> None:
    for code in (errno.ENOSPC, errno.EDQUOT):
        reason = failure_of(raised(OSError(code, "x")), "/fetched").reason
        assert reason.startswith("the disk is full")
        assert "to /fetched;" in reason


@pytest.mark.parametrize(
    ("location", "status"),
    [
        *(("file:///etc/passwd", "unsafe"), ("gopher://x/", "unsafe"), ("FILE:x", "unsafe")),
        *(("https://x/", "failed"), ("/a:b", "failed"), ("", "failed")),
    ],
)
def test_a_redirect_away_from_the_web_is_unsafe(location: str, status: str) -> None:
    assert failure_of(answered(302, {"Location": location}), "/fetched").status == status


def test_only_what_may_change_is_worth_another_attempt() -> None:
    retryable = [
        status for status in FetchStatus if Unfetchable("https://x/", status, "why").retryable
    ]
    assert retryable == [FetchStatus.BLOCKED, FetchStatus.FAILED]
    assert str(Unfetchable("https://x/", FetchStatus.GONE, "why")) == "https://x/: why"
