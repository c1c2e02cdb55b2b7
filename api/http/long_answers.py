"""Answers that take long to make: in threads of their own, some at once, as long as asked for.

The framework's own way takes a thread of the pool that every other request needs, too, and does
not see that the client has left before the next piece is made.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as TimedOut
from contextlib import ExitStack, contextmanager, suppress
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.http.middleware.problems import Code, Refused
from engine.errors import ReelmatchError

TAKEN_SECONDS: Final = 60.0
"""The most seconds that a client may take to take the next piece."""

_RETRY_SECONDS: Final = 5
_PIECE_BYTES: Final = 1 << 16
_PIECES_AHEAD: Final = 4
_POLL_SECONDS: Final = 0.5


Check = Callable[[], None]
Make = Callable[[Check], Iterator[str]]
Made = bytes | Exception | None


class Left(ReelmatchError):
    """Raised where an answer is made when nobody wants it any more."""

    def __init__(self) -> None:
        super().__init__("whoever asked has left")


class Slots:
    """Room for so many requests of a kind, and of one caller for fewer; the next one is refused.

    Args:
        what: the requests are, for people.
        most: at once in this process.
        per_caller: at once of one caller.
        at_work: how many of them do their work at once; the others wait for their turn.
    """

    def __init__(self, what: str, *, max_slots: int, per_caller: int, at_work: int) -> None:
        self._what = what
        self._turns = threading.BoundedSemaphore(at_work)
        self._max_slots = max_slots
        self._per_caller = per_caller
        self._taken: Counter[int] = Counter()

    @contextmanager
    def one(self, caller: int) -> Iterator[None]:
        """Take a place until the end of the block; only on the event loop.

        Args:
            caller: who asks; 0 where there are no keys.

        Raises:
            Refused: there is none left.
        """
        own = self._taken[caller]
        if self._taken.total() >= self._max_slots or (caller and own >= self._per_caller):
            raise Refused(
                Code.TOO_MANY_REQUESTS,
                f"too many {self._what} are under way: try again in some seconds",
                {"Retry-After": str(_RETRY_SECONDS)},
            )
        self._taken[caller] += 1
        try:
            yield
        finally:
            self._taken[caller] -= 1

    @contextmanager
    def turn(self, check: Check) -> Iterator[None]:
        """Wait, in a thread of one's own, until it is one's turn, and keep it for the block."""
        while not self._turns.acquire(timeout=_POLL_SECONDS):
            check()
        try:
            yield
        finally:
            self._turns.release()


class LongAnswer(StreamingResponse):
    """An answer that a thread of its own makes while it is sent, line by line.

    Args:
        make: makes the text, given what is to be called now and then, which raises ``Left`` when
            nobody wants it any more.
        held: closed when the answer has ended, whichever way.
        taken_seconds: how long a piece may wait to be taken before the client counts as left.
    """

    def __init__(
        self, make: Make, held: ExitStack, *, taken_seconds: float = TAKEN_SECONDS
    ) -> None:
        self._held = held
        self._producer = _PieceProducer(make, taken_seconds)
        super().__init__(self._producer.pieces(), media_type="application/x-ndjson")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; the thread is let go when the client leaves."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._producer.stop()
            self._held.close()


class _PieceProducer:
    """The thread, and what it hands over."""

    def __init__(self, make: Make, taken_seconds: float) -> None:
        self._make = make
        self._taken_seconds = taken_seconds
        self._has_left = threading.Event()

    def stop(self) -> None:
        """Let the thread know that nobody wants more."""
        self._has_left.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Start the thread, and yield what it makes in pieces of bounded size."""
        loop, made = asyncio.get_running_loop(), asyncio.Queue[Made](_PIECES_AHEAD)
        threading.Thread(
            target=self._run, args=[made, loop], name="long-answer", daemon=True
        ).start()
        # Who takes nothing for too long finds the rest gone: half an answer must not look whole.
        while not (self._has_left.is_set() and made.empty()):
            piece = await made.get()
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise piece
            yield piece
        raise Left

    def _run(self, made: "asyncio.Queue[Made]", loop: asyncio.AbstractEventLoop) -> None:
        try:
            for piece in _in_pieces(self._make(self._check)):
                self._hand_over(piece, made, loop)
            self._hand_over(None, made, loop)
        except Left:
            self._has_left.set()
        except Exception as error:  # noqa: BLE001 - raised where the answer is sent
            with suppress(Left):
                self._hand_over(error, made, loop)

    def _check(self) -> None:
        if self._has_left.is_set():
            raise Left

    def _hand_over(
        self, piece: Made, made: "asyncio.Queue[Made]", loop: asyncio.AbstractEventLoop
    ) -> None:
        self._check()
        putting = made.put(piece)
        try:
            handing = asyncio.run_coroutine_threadsafe(putting, loop)
        except RuntimeError as error:  # the server has ended
            putting.close()
            raise Left from error
        until = time.monotonic() + self._taken_seconds
        while True:
            try:
                handing.result(_POLL_SECONDS)
            except TimedOut:
                if self._has_left.is_set() or time.monotonic() > until:
                    handing.cancel()
                    self._has_left.set()
                    raise Left from None
            except CancelledError:
                raise Left from None
            else:
                return


def _in_pieces(texts: Iterator[str]) -> Iterator[bytes]:
    """Cut what is long, which would hold up the event loop when it is packed; nothing waits."""
    for text in texts:
        # What no UTF-8 can hold is written as JSON escapes it.
        whole = text.encode(errors="backslashreplace")
        for first in range(0, len(whole), _PIECE_BYTES):
            yield whole[first : first + _PIECE_BYTES]
