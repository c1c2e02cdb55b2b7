"""Answers that take long have room of their own, and end when nobody takes them."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from api.http.long_answers import Check, Left, LongAnswer, Slots
from api.http.middleware.problems import Refused

SCOPE: dict[str, Any] = {"type": "http", "asgi": {"spec_version": "2.3"}}


def answered(
    make: Callable[[Check], Iterator[str]],
    *,
    pieces: int | None = None,
    held: ExitStack | None = None,
    **options: Any,
) -> bytes:
    """Return what a client gets of an answer that leaves after so many pieces."""
    got: list[bytes] = []
    left = asyncio.Event()

    async def receive() -> Any:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if body := message.get("body"):
            got.append(body)
        if pieces is not None and len(got) >= pieces:
            left.set()

    async def run() -> None:
        nonlocal left
        left = asyncio.Event()
        await LongAnswer(make, held or ExitStack(), **options)(SCOPE, receive, send)

    asyncio.run(run())
    return b"".join(got)


def test_what_is_made_arrives_whole_and_in_order() -> None:
    long = "é" * 300_000
    assert answered(lambda _: iter(["a\n", "b\n", long])).decode() == f"a\nb\n{long}"


def test_it_is_made_in_a_thread_of_its_own() -> None:
    def make(_: Check) -> Iterator[str]:
        yield threading.current_thread().name

    assert answered(make) == b"long-answer"


def test_who_leaves_ends_it_even_where_nothing_is_made() -> None:
    ended = threading.Event()
    closed = []

    def make(check: Check) -> Iterator[str]:
        yield "first"
        try:
            while not ended.wait(0.01):
                check()
        except Left:
            ended.set()
            raise

    held = ExitStack()
    held.callback(lambda: closed.append(True))
    assert answered(make, pieces=1, held=held) == b"first"
    assert ended.wait(30)
    assert closed == [True]


def test_what_goes_wrong_there_goes_wrong_here() -> None:
    def make(_: Check) -> Iterator[str]:
        yield "first"
        raise ZeroDivisionError

    closed = []
    held = ExitStack()
    held.callback(lambda: closed.append(True))
    with pytest.raises(ZeroDivisionError):
        answered(make, held=held)
    assert closed == [True]


def test_who_takes_nothing_for_too_long_gets_no_end() -> None:
    made = 0
    gave_up = threading.Event()

    def make(_: Check) -> Iterator[str]:
        nonlocal made
        try:
            for made in range(1000):  # noqa: B007 - counted
                yield "x" * 65_536
        except BaseException:
            gave_up.set()
            raise

    async def run() -> None:
        async def receive() -> Any:
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            if message.get("body"):
                while not stopped.is_set():
                    await asyncio.sleep(0.01)

        stopped = threading.Event()
        answer = LongAnswer(make, ExitStack(), taken_seconds=0.1)
        sending = asyncio.create_task(answer(SCOPE, receive, send))
        assert await asyncio.to_thread(gave_up.wait, 30)
        stopped.set()
        with pytest.raises(Left):
            await sending

    asyncio.run(run())
    assert made < 20


def test_room_is_bounded_and_of_one_caller_more_so() -> None:
    slots = Slots("imports", max_slots=4, per_caller=2, at_work=1)
    with ExitStack() as held:
        held.enter_context(slots.one(1))
        held.enter_context(slots.one(1))
        with pytest.raises(Refused, match="too many imports") as refused, slots.one(1):
            pass
        assert refused.value.headers["Retry-After"] == "5"
        held.enter_context(slots.one(2))
        held.enter_context(slots.one(2))
        with pytest.raises(Refused), slots.one(3):
            pass
    with ExitStack() as held:
        # Nobody can be told apart where there are no keys.
        for _ in range(4):
            held.enter_context(slots.one(0))
        with pytest.raises(Refused), slots.one(0):
            pass


def test_who_waits_for_a_turn_can_leave() -> None:
    slots = Slots("imports", max_slots=4, per_caller=2, at_work=1)

    def check() -> None:
        raise Left

    with slots.turn(lambda: None), pytest.raises(Left), slots.turn(check):
        pass
    with slots.turn(lambda: None):
        pass
