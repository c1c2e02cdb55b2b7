"""Answers of a tagger on the seconds of a video, in their order, however long they take."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ingest.taggers.base import AsyncTagger, Confidences, Frame, Tagger
from ingest.taggers.scheduling import Answer

MAX_WAITING_BYTES: Final = 256 << 20
"""Of frames whose tags are waited for."""

BEAT_SECONDS: Final = 10.0
"""Seconds between two reports that an answer is still waited for."""


Show = Callable[[int, Frame, Confidences], object]
"""Given a second, its frame and what was said of it."""


class _Waiting(NamedTuple):
    second: int
    frame: Frame
    answer: Answer


class Answers:
    """Collects what is said of each second, and shows it.

    Answers that are there already pass through. Behind one that is waited for, seconds queue up
    until so many questions are open as the tagger asks at a time.

    Args:
        tagger: of frames.
        show: called with each second and what was said of it.
        on_done: called after each second, and while one is waited for, with how many are done.
    """

    def __init__(self, tagger: Tagger, show: Show, on_done: Callable[[int], object]) -> None:
        self._remote = tagger if isinstance(tagger, AsyncTagger) else None
        self._show = show
        self._on_done = on_done
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        self._read: tuple[Future[Any], Confidences] | None = None
        self._done: list[Confidences] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for one in self._waiting:
            if isinstance(one.answer, Future):
                one.answer.cancel()
        if self._remote and self._waiting:
            self._remote.stop()

    def add(self, second: int, frame: Frame, answer: Answer) -> None:
        """Take in the next second.

        Raises:
            RemoteTaggerFailed: there will be no answer for it, or for one before.
        """
        self._waiting.append(_Waiting(second, frame, answer))
        self._waiting_bytes += frame.nbytes
        while self._waiting and (self._is_there(self._waiting[0].answer) or self._is_full):
            self._settle()

    def all(self) -> NDArray[np.float32]:
        """Return the confidences of all seconds, shape (n_seconds, n_tags).

        Raises:
            RemoteTaggerFailed: there will be no answer for a second.
        """
        while self._waiting:
            self._settle()
        # A tag that came up later had not been said of the seconds before.
        confidences_of_all = np.zeros((len(self._done), max(map(len, self._done))), np.float32)
        for row, confidences in zip(confidences_of_all, self._done, strict=True):
            row[: len(confidences)] = confidences
        return confidences_of_all

    @property
    def _is_full(self) -> bool:
        if self._waiting_bytes > MAX_WAITING_BYTES:
            return True
        open_ones = {id(one.answer) for one in self._waiting if not self._is_there(one.answer)}
        return self._remote is not None and len(open_ones) > self._remote.concurrency

    def _is_there(self, answer: Answer) -> bool:
        return not isinstance(answer, Future) or answer.done()

    def _settle(self) -> None:
        second, frame, answer = self._waiting.popleft()
        self._waiting_bytes -= frame.nbytes
        confidences = self._confidences(answer) if isinstance(answer, Future) else answer
        self._done.append(confidences)
        self._show(second, frame, confidences)
        self._on_done(len(self._done))

    def _confidences(self, answer: Future[Any]) -> Confidences:
        assert self._remote is not None  # noqa: S101 - only such a tagger gives futures
        if self._read is None or self._read[0] is not answer:
            self._read = (answer, self._remote.parse(self._wait_for(answer)))
        return self._read[1]

    def _wait_for(self, answer: Future[Any]) -> Any:
        while True:
            try:
                return answer.result(BEAT_SECONDS)
            except TimeoutError:
                if answer.done():
                    raise
                self._on_done(len(self._done))
