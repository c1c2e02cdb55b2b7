"""Limits of requests at a time: strangers leave room for others, and all for probes."""

import asyncio
from typing import Any

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from api.http.middleware.auth import Caller
from api.http.middleware.limits import ALIVE, STRANGERS_BODY_BYTES, LimitBodies, LimitRequests
from engine.domain.keys import Key
from engine.domain.keys import Scope as KeyScope

KEY = Caller(Key(1, "app", frozenset({KeyScope.READ}), "", 0.0, 0.0, None))
STRANGER = Caller()


class Answers:
    """An application that answers when it is told to."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.began = 0

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        self.began += 1
        while (await receive()).get("more_body"):
            pass
        await self.go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def answer_to(
    app: Any, caller: Caller, *pieces: bytes, path: str = "/v1/videos"
) -> "asyncio.Task[int]":
    """Send a request; its last piece is the last of its body, and without any none comes."""

    async def respond() -> int:
        waiting = list(pieces)

        async def receive() -> Message:
            if not waiting:
                await asyncio.Event().wait()
            body = waiting.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(waiting)}

        status = 0

        async def send(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)

        scope = {"type": "http", "path": path, "headers": [], "state": {"caller": caller}}
        await app(scope, receive, send)
        return status

    return asyncio.create_task(respond())


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_strangers_leave_room_for_those_with_a_key_and_all_for_probes() -> None:
    async def check() -> None:
        answers = Answers()
        app = LimitRequests(answers, max_requests=4, max_strangers_requests=2)
        first = [answer_to(app, STRANGER, b"") for _ in range(3)]
        await settled()
        assert [task.done() for task in first] == [False, False, True]
        assert await first[2] == 503
        others = [answer_to(app, KEY, b"") for _ in range(3)]
        await settled()
        assert [task.done() for task in others] == [False, False, True]
        assert await others[2] == 503
        alive = [answer_to(app, STRANGER, b"", path=ALIVE) for _ in range(9)]
        await settled()
        assert answers.began == 4 + 9
        answers.go_on.set()
        assert await asyncio.gather(*first[:2], *others[:2], *alive) == [200] * 13
        assert await answer_to(app, STRANGER, b"") == 200

    asyncio.run(check())


def test_a_stranger_holds_no_place_before_the_request_is_whole() -> None:
    async def check() -> None:
        answers = Answers()
        answers.go_on.set()
        app = LimitRequests(answers, max_requests=4, max_strangers_requests=1)
        waiting = [answer_to(app, STRANGER) for _ in range(9)]
        await settled()
        assert await answer_to(app, STRANGER, b"k", b"ey") == 200
        for task in waiting:
            task.cancel()

    asyncio.run(check())


def test_a_stranger_who_leaves_is_not_answered() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def check() -> None:
        app = LimitRequests(Answers())
        scope = {"type": "http", "path": "/x", "headers": [], "state": {"caller": STRANGER}}
        with pytest.raises(ClientDisconnect):
            await app(scope, gone, gone)  # type: ignore[arg-type]

    asyncio.run(check())


def test_a_stranger_sends_little() -> None:
    async def check() -> None:
        answers = Answers()
        answers.go_on.set()
        app = LimitBodies(LimitRequests(answers))
        much = [b"x" * 1024] * (STRANGERS_BODY_BYTES // 1024 + 1)
        assert await answer_to(app, STRANGER, *much) == 413
        assert await answer_to(app, STRANGER, *much[1:]) == 200

    asyncio.run(check())
