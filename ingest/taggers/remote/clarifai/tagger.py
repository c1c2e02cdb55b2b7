"""Clarifai as a tagger: sends a small copy of a video, whole or in parts, and reads the answers."""

import base64
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from engine.errors import InvalidInput, MissingPart
from ingest.sources.hosting.base import Host, hosted
from ingest.taggers.named_tracks import NamedTrack
from ingest.taggers.remote.clarifai.settings import KEY_VARIABLES, ClarifaiSettings
from ingest.taggers.remote.clarifai.wire import (
    AnswerUnreadable,
    n_seconds_of,
    question,
    status_of,
    tag_ranges_of,
)
from ingest.taggers.remote.renditions import Rendition, parts_of, rendition_of
from ingest.taggers.remote.whole_video import RemoteTaggerFailed
from ingest.taggers.tag_ranges import TagRange

try:
    import requests
    from requests.auth import AuthBase
    from requests.exceptions import ChunkedEncodingError
except ImportError as missing:
    raise MissingPart("Clarifai as a tagger", "pip install 'reelmatch[remote]'") from missing

log = logging.getLogger(__name__)

_CONNECT_SECONDS: Final = 10
_ANSWER_SECONDS: Final = 600
_MAX_ANSWER_BYTES: Final = 64 << 20
_PIECE_BYTES: Final = 1 << 16
_URL_VALID_SECONDS: Final = 2 * 60 * 60
_MAX_WAIT: Final = 60.0
_TOO_MANY_REQUESTS: Final = 429
_GOOD: Final = range(200, 300)
_SERVER_ERRORS: Final = range(500, 600)
_KEY: Final = re.compile(r"[!-~]+")
_HIDDEN: Final = "(key)"


class ClarifaiTagger:
    """A remote tagger; see ``VideoTagger``.

    Args:
        key: to the API; it is sent to ``settings.base_url`` and shown nowhere.
        settings: the model and its limits.
        host: where Clarifai can fetch the copy; None sends it as bytes.
        sleep: waits some seconds between attempts.
    """

    def __init__(
        self,
        key: str,
        settings: ClarifaiSettings,
        *,
        host: Host | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._settings = settings
        self._host = host
        self._client = _Client(key, settings, sleep)

    @property
    def name(self) -> str:
        """Name of the tagger."""
        return f"clarifai/{self._settings.model}"

    @property
    def version(self) -> str:
        """Of the model, if one is asked for by version."""
        return self._settings.version or "latest"

    def tag_video(self, path: Path) -> NamedTrack:
        """Return what Clarifai sees on each second of a file.

        Raises:
            UndecodableVideo: nothing can be seen of the file.
            MissingPart: the part that makes copies is not installed.
            RenditionFailed: the copy could not be made.
            RemoteTaggerFailed: Clarifai would not or could not say; names why and what to do.
        """
        max_bytes = self._settings.max_url_bytes if self._host else self._settings.max_sent_bytes
        tag_ranges: list[TagRange] = []
        n_seconds = 0
        with rendition_of(path) as whole:
            for part in parts_of(
                whole, longest_seconds=self._settings.longest_seconds, max_bytes=max_bytes
            ):
                answer = self._ask(part)
                if not n_seconds_of(answer):
                    raise AnswerUnreadable(
                        f"Clarifai answered without frames for the part at second {part.start}"
                    )
                # A frame after the last whole second of a part belongs to the next one.
                n_tagged = min(n_seconds_of(answer), max(1, round(part.seconds)))
                end = part.start + n_tagged
                tag_ranges += [
                    tag_range
                    for tag_range in tag_ranges_of(answer, start=part.start)
                    if tag_range.end <= end
                ]
                n_seconds = max(n_seconds, end)
        try:
            return NamedTrack.build(tag_ranges, n_seconds)
        except InvalidInput as error:
            raise AnswerUnreadable(f"Clarifai's answer cannot be used: {error}") from error

    def _ask(self, part: Rendition) -> Any:
        with ExitStack() as while_hosted:
            if self._host:
                url = while_hosted.enter_context(
                    hosted(self._host, part.path, valid_seconds=_URL_VALID_SECONDS)
                )
                video = {"url": url}
            else:
                video = {"base64": base64.b64encode(part.path.read_bytes()).decode()}
            return self._client.ask(question(video, max_concepts=self._settings.max_concepts))


class _Key(AuthBase):
    """Puts the key on a request. As ``auth`` it also keeps a .netrc file from replacing it."""

    def __init__(self, key: str) -> None:
        # Anything else would fail later, in a message that shows it.
        if not _KEY.fullmatch(key):
            raise InvalidInput(
                "the key for Clarifai is empty or holds characters that no key has:"
                f" set {KEY_VARIABLES[0]} to it and nothing around it"
            )
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Key {self._key}"
        return request

    def __repr__(self) -> str:
        return _HIDDEN

    def hide(self, text: str) -> str:
        """Return a text of others without the key, should they have repeated it."""
        return text.replace(self._key, _HIDDEN)


class _Passing(RemoteTaggerFailed):
    """Failure that may be gone at the next attempt.

    Attributes:
        after_seconds: how long the service asks to wait; None when it does not.
    """

    def __init__(self, message: str, after_seconds: float | None = None) -> None:
        self.after_seconds = after_seconds
        super().__init__(message)


class _Client:
    def __init__(
        self, key: str, settings: ClarifaiSettings, sleep: Callable[[float], object]
    ) -> None:
        self._key = _Key(key)
        self._settings = settings
        self._sleep = sleep

    def ask(self, body: dict[str, Any]) -> Any:
        """Return the answer to a question, asked again while that may help."""
        sent = json.dumps(body).encode()
        waits = _waits(self._settings.attempts)
        while True:
            try:
                return self._request_once(sent)
            except _Passing as failure:
                wait = next(waits, None)
                if wait is None:
                    raise RemoteTaggerFailed(
                        f"{failure} (asked {self._settings.attempts} times; try again later)"
                    ) from failure
                wait = max(wait, min(failure.after_seconds or 0.0, _MAX_WAIT))
                log.warning("%s; asking again in %.0f s", failure, wait)
                self._sleep(wait)

    def _request_once(self, sent: bytes) -> Any:
        try:
            with (
                _session() as session,
                session.post(
                    self._settings.address(),
                    data=sent,
                    auth=self._key,
                    headers={"Content-Type": "application/json"},
                    timeout=(_CONNECT_SECONDS, _ANSWER_SECONDS),
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                return self._read(response, _body(response))
        except (requests.ConnectionError, requests.Timeout, ChunkedEncodingError) as error:
            # Their texts hold addresses and objects, nothing for people.
            raise _Passing(
                f"Clarifai at {self._settings.base_url} cannot be reached ({type(error).__name__})"
            ) from None
        except requests.RequestException as error:
            raise RemoteTaggerFailed(
                f"the question to Clarifai failed: {self._key.hide(str(error))}"
            ) from None

    def _read(self, response: requests.Response, body: bytes) -> Any:
        http = f"HTTP {response.status_code}"
        busy = response.status_code == _TOO_MANY_REQUESTS or response.status_code in _SERVER_ERRORS
        try:
            answer = json.loads(body)
            status = status_of(answer)
        except (ValueError, RecursionError, AnswerUnreadable) as error:
            # A proxy or a gateway answers for Clarifai, or the answer broke off.
            reason = str(error) if isinstance(error, AnswerUnreadable) else "no JSON"
            if busy or response.status_code in _GOOD:
                raise _Passing(f"{reason} ({http})", _retry_after(response)) from None
            raise RemoteTaggerFailed(
                f"{reason} ({http}): check the address {self._settings.base_url}"
            ) from None
        if status.is_success:
            return answer
        message = self._key.hide(f"Clarifai: {status.message or http} (status {status.code})")
        if status.may_pass or busy:
            raise _Passing(message, _retry_after(response))
        raise RemoteTaggerFailed(f"{message}: {way}" if (way := status.way_out()) else message)


def _session() -> requests.Session:
    """Return what asks the service itself: no proxy and no .netrc of this machine has a part."""
    session = requests.Session()
    session.trust_env = False
    return session


def _body(response: requests.Response) -> bytes:
    body = bytearray()
    for piece in response.iter_content(_PIECE_BYTES):
        body += piece
        if len(body) > _MAX_ANSWER_BYTES:
            raise AnswerUnreadable(f"Clarifai answered with more than {_MAX_ANSWER_BYTES} bytes")
    return bytes(body)


def _retry_after(response: requests.Response) -> float | None:
    header = response.headers.get("Retry-After", "")
    return float(header) if header.isascii() and header.isdecimal() else None


def _waits(attempts: int) -> Iterator[float]:
    """Yield the seconds before each further attempt: 1, 2, 4 ... up to a minute."""
    for attempt in range(attempts - 1):
        yield min(2.0**attempt, _MAX_WAIT)
