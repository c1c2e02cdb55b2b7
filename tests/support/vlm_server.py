"""A server of a model that looks at pictures, as Ollama, llama.cpp or a cloud, with its faults.

It decodes the picture of each question, lets ``describe`` say words of it, keeps to the schema that
it is given, and tells the log-probability of each token, cut as tokens are.
"""

import base64
import io
import json
import math
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Final

import numpy as np
from PIL import Image

from support.clarifai_server import reply
from support.conformance.hosting import serving
from support.footage import Picture

KEY: Final = "sk-0123456789abcdef0123456789abcdef"
MODEL: Final = "eye-2b:q4"

Describe = Callable[[Picture], list[str]]

_COLOURS: Final = {"tomato": (255, 0, 0), "lettuce": (0, 255, 0), "blue sky": (0, 0, 255)}


def thing_of_colour(picture: Picture) -> list[str]:
    """Say the thing whose colour the picture has in the mean."""
    mean = picture.reshape(-1, 3).mean(axis=0)
    return [min(_COLOURS, key=lambda thing: float(np.abs(mean - _COLOURS[thing]).sum()))]


@dataclass
class Server:
    """The server's state.

    Attributes:
        base_url: where it answers, without a path.
        key: that is asked for; None takes all.
        describe: what it sees on a picture.
        probability: of each token of a word.
        refuses: parts of a question that it refuses with 400: ``logprobs``, ``max_tokens``,
            ``temperature``, ``enum``, ``json_schema``, ``json_object``.
        ignores: parts that it takes and does not keep to: ``logprobs``, ``json_schema``.
        faults: names of ``_FAULTS``; each request takes one off, and fares so.
        questions: the bodies that came.
        busiest: the most questions at a time.
    """

    base_url: str = ""
    key: str | None = None
    describe: Describe = thing_of_colour
    probability: float = 0.9
    refuses: set[str] = field(default_factory=set)
    ignores: set[str] = field(default_factory=set)
    faults: deque[str] = field(default_factory=deque)
    questions: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    n_requests: int = 0
    busiest: int = 0
    busy: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def base_address(self) -> str:
        """Host and port."""
        return self.base_url.removeprefix("http://")


class Refused(Exception):
    """Raised for what the server refuses."""

    def __init__(self, http: int, message: str, code: str | None = None) -> None:
        self.http = http
        self.error = {"message": message, "type": "invalid_request_error", "code": code}
        super().__init__(message)


@contextmanager
def serving_vlm() -> Iterator[Server]:
    """Run the server; yields its state, which a test may change at any time."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            with state.lock:
                state.n_requests += 1
                state.busy += 1
                state.busiest = max(state.busiest, state.busy)
                fault = state.faults.popleft() if state.faults else ""
            try:
                self._answer(sent, fault)
            finally:
                with state.lock:
                    state.busy -= 1

        def _answer(self, sent: bytes, fault: str) -> None:
            if fault in _FAULTS:
                _FAULTS[fault](self)
                return
            try:
                answer = _answer_to(state, self.path, dict(self.headers), sent)
            except Refused as no:
                reply(self, no.http, json.dumps({"error": no.error}).encode())
                return
            if fault in _SPOILED:
                _SPOILED[fault](answer["choices"][0])
            reply(self, 200, json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as base_url:
        state.base_url = base_url
        yield state


def _fails(http: int, message: str, code: str | None = None, **headers: str) -> Callable[..., None]:
    body = json.dumps({"error": {"message": message, "code": code}}).encode()
    return lambda handler: reply(handler, http, body, **headers)


def _echo(handler: BaseHTTPRequestHandler) -> None:
    text = f"Incorrect API key provided: {handler.headers['Authorization']}"
    reply(handler, 401, json.dumps({"error": {"message": text}}).encode())


def _huge(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(10 << 20))
    handler.end_headers()
    try:
        for _ in range(10):
            handler.wfile.write(b" " * (1 << 20))
    except OSError:
        handler.close_connection = True


def _trickle(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        handler.close_connection = True


def _cut_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [{"message"')
    handler.close_connection = True


def _drop(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.close()
    handler.wfile = io.BytesIO()


_FAULTS: Final[dict[str, Callable[[Any], None]]] = {
    "throttled": _fails(429, "Rate limit reached", "rate_limit_exceeded", Retry_After="7"),
    "loading": _fails(503, "Loading model"),
    "broken": _fails(500, "model runner has unexpectedly stopped"),
    "no money": _fails(429, "You exceeded your current quota", "insufficient_quota"),
    "no model": _fails(404, "model 'eye-2b:q4' not found", "model_not_found"),
    "no pictures": _fails(400, "this model does not support image input"),
    "not allowed": _fails(403, "Country not supported"),
    "moved": lambda handler: reply(handler, 307, b"", Location="http://127.0.0.1:9/v1"),
    "gateway": lambda handler: reply(handler, 502, b"<html>Bad Gateway</html>"),
    "no json": lambda handler: reply(handler, 200, b"<html>Hello</html>"),
    "nested": lambda handler: reply(handler, 200, b"[" * 100_000),
    "no object": lambda handler: reply(handler, 200, b"[]"),
    "no choices": lambda handler: reply(handler, 200, b'{"choices": []}'),
    "error as text": lambda handler: reply(handler, 400, b'{"error": "\\u001b[2J bad"}'),
    "huge": _huge,
    "trickle": _trickle,
    "cut off": _cut_off,
    "dropped": _drop,
    "echo": _echo,
}


def _with_text(text: str | None, **more: Any) -> Callable[[dict[str, Any]], None]:
    def spoil(choice: dict[str, Any]) -> None:
        choice["message"]["content"] = text
        choice.pop("logprobs", None)
        choice.update(more)

    return spoil


def _refusal(choice: dict[str, Any]) -> None:
    choice["message"] = {"role": "assistant", "content": None, "refusal": "I can't help with that"}


def _odd_logprobs(choice: dict[str, Any]) -> None:
    for token in choice["logprobs"]["content"]:
        token["logprob"] = "likely"


def _other_tokens(choice: dict[str, Any]) -> None:
    choice["logprobs"]["content"].pop()


_SPOILED: Final[dict[str, Callable[[dict[str, Any]], None]]] = {
    "prose": _with_text("I see a tomato."),
    "no text": _with_text(None),
    "numbers": _with_text('{"words": [1, 2]}'),
    "other key": _with_text('{"tags": ["tomato"]}'),
    "controls": _with_text('{"words": ["tom\\u001b[2Jato"]}'),
    "fenced": _with_text('```json\n{"words": ["tomato"]}\n```'),
    "thought": _with_text('<think>{"words": no}</think>\n{"words": ["tomato"]}'),
    "listed": _with_text('["tomato"]'),
    "endless": _with_text('{"words": ["tomato", "lettuce", "lett', finish_reason="length"),
    "refusal": _refusal,
    "filtered": _with_text("", finish_reason="content_filter"),
    "odd logprobs": _odd_logprobs,
    "other tokens": _other_tokens,
}


def _answer_to(state: Server, path: str, headers: dict[str, str], sent: bytes) -> dict[str, Any]:
    if path != "/v1/chat/completions":
        raise Refused(404, f"no route {path}")
    if state.key is not None and headers.get("Authorization") != f"Bearer {state.key}":
        raise Refused(401, "Incorrect API key provided", "invalid_api_key")
    payload = json.loads(sent)
    with state.lock:
        state.questions.append(payload)
        state.headers.append(headers)
    _check_parts(state, payload)
    if payload["model"] != MODEL:
        raise Refused(404, f"model {payload['model']!r} not found", "model_not_found")
    words = state.describe(_picture(payload["messages"][0]["content"]))
    text = json.dumps({"words": _bound(state, payload, words)})
    choice: dict[str, Any] = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": "stop",
    }
    if payload.get("logprobs") and "logprobs" not in state.ignores:
        choice["logprobs"] = {"content": _tokens(text, state.probability)}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": MODEL,
        "choices": [choice],
        "usage": {"prompt_tokens": 700, "completion_tokens": 12, "total_tokens": 712},
    }


def _check_parts(state: Server, query: dict[str, Any]) -> None:
    form = query.get("response_format", {})
    listed = json.dumps(form)
    if "logprobs" in state.refuses and "logprobs" in query:
        raise Refused(400, "This model does not support logprobs")
    if "max_tokens" in state.refuses and "max_tokens" in query:
        raise Refused(
            400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        )
    if "temperature" in state.refuses and "temperature" in query:
        raise Refused(400, "Unsupported value: 'temperature' does not support 0 with this model")
    if "enum" in state.refuses and '"enum"' in listed:
        raise Refused(400, "Invalid schema for response_format: at most 1000 enum values in total")
    for kind in ("json_schema", "json_object"):
        if kind in state.refuses and form.get("type") == kind:
            raise Refused(400, f"'response_format.type' must not be {kind!r}")
    if "silently" in state.refuses and form:
        raise Refused(422, "")


def _picture(content: list[dict[str, Any]]) -> Picture:
    kinds = [part["type"] for part in content]
    if kinds != ["text", "image_url"]:
        raise Refused(400, f"parts of other kinds: {kinds}")
    head, _, data = content[1]["image_url"]["url"].partition(",")
    if head != "data:image/jpeg;base64":
        raise Refused(400, f"no picture: {head}")
    with Image.open(io.BytesIO(base64.b64decode(data, validate=True))) as picture:
        if picture.format != "JPEG" or max(picture.size) > 2048:
            raise Refused(400, "the picture is too large")
        return np.asarray(picture.convert("RGB"))


def _bound(state: Server, query: dict[str, Any], words: list[str]) -> list[str]:
    form = query.get("response_format", {})
    if form.get("type") != "json_schema" or "json_schema" in state.ignores:
        return words
    schema = form["json_schema"]["schema"]
    assert schema["required"] == [*schema["properties"]] == ["words"]
    listed = schema["properties"]["words"]["items"].get("enum")
    return [word for word in words if listed is None or word in listed]


def _tokens(text: str, probability: float) -> list[dict[str, Any]]:
    """Cut a text as models do, within words; what the schema forces is not likely by itself."""
    pieces = re.findall(r"\w{1,3}|\W", text)
    return [
        {
            "token": piece,
            "logprob": -9.0 if set(piece) & set('"{}[]') else math.log(probability),
            "bytes": [*piece.encode()],
            "top_logprobs": [],
        }
        for piece in pieces
    ]
