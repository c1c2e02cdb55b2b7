"""Asks a model about pictures, again while that may help, in bounded time."""

import http.client
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from engine.domain.text import shown
from engine.errors import InvalidInput
from ingest.sources import posting
from ingest.sources.guard import Forbidden
from ingest.taggers.remote.vlm.address import Model, ModelGuard
from ingest.taggers.remote.vlm.settings import KEY_VARIABLE, VlmSettings
from ingest.taggers.remote.vlm.wire import (
    AnswerUnreadable,
    Bound,
    Form,
    question,
    refusal_of,
    words_in,
)
from ingest.taggers.remote.whole_video import RemoteTaggerFailed

log = logging.getLogger(__name__)

MAX_ANSWER_BYTES: Final = 1 << 20
"""Of one answer; with the probability of each token it has some 100 kB."""

_MAX_WAIT: Final = 60.0
_MAX_WORDS_CHARACTERS: Final = 300
_UNREADABLE_ATTEMPTS: Final = 2
_OK: Final = 200
_REDIRECTS: Final = range(300, 400)
_NOT_TAKEN: Final = (400, 415, 422, 501)
_WRONG_KEY: Final = (401, 403)
_NOT_THERE: Final = 404
_BUSY: Final = (408, 425, 429, *(code for code in range(500, 600) if code != 501))
_OUT_OF_MONEY: Final = "insufficient_quota"
_KEY: Final = re.compile(r"[!-~]+")
_HIDDEN: Final = "(key)"


class _Passing(RemoteTaggerFailed):
    """Failure that may be gone at the next attempt.

    Attributes:
        after_seconds: how long the server asks to wait; 0.0 when it does not.
    """

    def __init__(self, message: str, after_seconds: float = 0.0) -> None:
        self.after_seconds = after_seconds
        super().__init__(message)


class _NotTaken(RemoteTaggerFailed):
    """The server does not take the question in this form."""

    def __init__(self, message: str, reason: str) -> None:
        self.reason = reason
        super().__init__(message)


class Key:
    """The key, which is sent to the server and shown nowhere.

    Raises:
        InvalidInput: it holds characters that no key has.
    """

    def __init__(self, key: str) -> None:
        # Anything else would fail later, in a message that shows it.
        if key and not _KEY.fullmatch(key):
            raise InvalidInput(
                f"{KEY_VARIABLE} holds characters that no key has: set it to the key and nothing"
                " around it"
            )
        self._key = key

    def __repr__(self) -> str:
        return _HIDDEN

    @property
    def headers(self) -> dict[str, str]:
        """Headers that authenticate the caller; none without a key."""
        return {"Authorization": f"Bearer {self._key}"} if self._key else {}

    def hide(self, text: str) -> str:
        """Return a text of others without the key, should they have repeated it."""
        return text.replace(self._key, _HIDDEN) if self._key else text


class Client:
    """Asks one model; from several threads at a time.

    Args:
        model: which.
        key: to the server.
        settings: limits.
        words: that an answer may have; None for any.
        wait: waits some seconds between attempts; unless given, less once ``stop`` was called.
    """

    def __init__(
        self,
        model: Model,
        key: Key,
        settings: VlmSettings,
        words: Sequence[str] | None,
        *,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._model = model
        self._key = key
        self._settings = settings
        self._words = words or ()
        self._form = Form(Bound.FREE if words is None else Bound.LISTED)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._wait = wait

    def stop(self) -> None:
        """Let those who ask by now give up soon."""
        pending, self._stopped = self._stopped, threading.Event()
        pending.set()

    def ask(self, picture: str) -> list[tuple[str, float]]:
        """Return the words that the model says of a picture, with confidences, 0.0 to 1.0.

        Args:
            picture: as a data URL.

        Raises:
            RemoteTaggerFailed: the server would not or could not say; names why and what to do.
        """
        stopped, until = self._stopped, time.monotonic() + self._settings.frame_seconds
        waits, unreadable, attempts = _waits(self._settings.attempts), 0, 0
        while True:
            attempts += 1
            if stopped.is_set():
                raise RemoteTaggerFailed("nobody waits for the answer any more")
            try:
                return self._ask_in_some_form(picture, until)
            except _Passing as failure:
                problem: RemoteTaggerFailed = failure
                wait = next(waits, None)
                if wait is not None:
                    wait = max(wait, min(failure.after_seconds, _MAX_WAIT))
            except AnswerUnreadable as failure:
                problem, unreadable = failure, unreadable + 1
                wait = next(waits, None) if unreadable < _UNREADABLE_ATTEMPTS else None
            if wait is None or time.monotonic() + wait >= until:
                raise RemoteTaggerFailed(
                    f"{problem} (asked {attempts} times); try again later"
                ) from problem
            log.warning("%s; asking again in %.0f s", problem, wait)
            (self._wait or stopped.wait)(wait)

    def _ask_in_some_form(self, picture: str, until: float) -> list[tuple[str, float]]:
        refused: _NotTaken | None = None
        while True:
            form = self._form
            try:
                return words_in(self._request_once(picture, form, until))
            except _NotTaken as failure:
                refused = refused or failure
                self._take_less(form, failure.reason, refused)

    def _take_less(self, form: Form, reason: str, first: _NotTaken) -> None:
        """Remember a form that asks for less, unless another thread already did."""
        with self._lock:
            if self._form != form:
                return
            lesser = form.lesser(reason)
            if lesser is None:
                # Nothing that was left out helped: it is about something else.
                self._form = Form(Bound.LISTED if self._words else Bound.FREE)
                raise RemoteTaggerFailed(str(first)) from first
            self._form = lesser

    def _request_once(self, picture: str, form: Form, until: float) -> Any:
        body = json.dumps(question(self._model.name, picture, form, self._words)).encode()
        seconds = min(self._settings.attempt_seconds, until - time.monotonic())
        began = time.monotonic()
        try:
            reply = posting.post(
                self._model.route,
                body,
                self._key.headers,
                ModelGuard(self._model, self._settings),
                deadline_seconds=seconds,
                max_bytes=MAX_ANSWER_BYTES + 1,
            )
            if time.monotonic() - began >= seconds:
                raise TimeoutError("it took too long")
        except Forbidden as refused:
            raise RemoteTaggerFailed(f"the model's server is not asked: {refused}") from None
        except TimeoutError:
            raise _Passing(f"{self._model.host} did not answer within {seconds:.0f} s") from None
        except (OSError, http.client.HTTPException) as error:
            raise _Passing(
                f"{self._model.host} cannot be reached ({type(error).__name__}): is it running?"
            ) from None
        return self._read(reply)

    def _read(self, reply: posting.Reply) -> Any:
        if len(reply.body) > MAX_ANSWER_BYTES:
            raise AnswerUnreadable(
                f"{self._model.host} answered with more than {MAX_ANSWER_BYTES} bytes"
            )
        try:
            answer = json.loads(reply.body)
        except (ValueError, RecursionError):
            answer = None
        if reply.status != _OK:
            raise self._failure(reply, *refusal_of(answer))
        if answer is None:
            raise AnswerUnreadable(f"{self._model.host} answered with no JSON")
        return answer

    def _failure(self, reply: posting.Reply, reason: str, code: str) -> RemoteTaggerFailed:
        words = shown(self._key.hide(reason))[:_MAX_WORDS_CHARACTERS]
        sentence = f"{self._model.host}: {words or 'no reason'} (HTTP {reply.status})"
        if reply.status in _REDIRECTS:
            return RemoteTaggerFailed(
                f"{self._model.host} sends elsewhere (HTTP {reply.status}), which is not followed:"
                " name the address where the server is"
            )
        if code == _OUT_OF_MONEY:
            return RemoteTaggerFailed(f"{sentence}: the account has no money left")
        if reply.status in _BUSY:
            return _Passing(sentence, _retry_after(reply))
        if reply.status in _WRONG_KEY:
            return RemoteTaggerFailed(f"{sentence}: set {KEY_VARIABLE} to a key that it takes")
        if reply.status == _NOT_THERE:
            return RemoteTaggerFailed(
                f"{sentence}: check the address {self._model.base_url} and the model's name,"
                f" {self._model.name!r}"
            )
        if reply.status in _NOT_TAKEN:
            return _NotTaken(sentence, reason)
        return RemoteTaggerFailed(sentence)


def _waits(attempts: int) -> Iterator[float]:
    """Yield the seconds to wait between attempts."""
    yield from (2.0**number for number in range(attempts - 1))


def _retry_after(reply: posting.Reply) -> float:
    header = reply.headers.get("Retry-After", "")
    return float(header) if header.isascii() and header.isdecimal() and len(header) < 9 else 0.0
