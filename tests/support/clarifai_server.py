"""A server that speaks Clarifai's wire format (v2, video prediction), with its faults.

It fetches or unpacks the video it is sent, decodes it, and names what ``describe`` finds on the
frame in the middle of each sample, so that a test can tell which second an answer is about.
"""

import base64
import binascii
import io
import json
import re
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Final

import av
import numpy as np

from support.conformance.hosting import serving
from support.footage import Picture, read_number

KEY: Final = "pat-0123456789abcdef0123456789abcdef"
MODEL: Final = "general-image-recognition"

Describe = Callable[[Picture], dict[str, float]]

_ROUTE: Final = re.compile(
    r"/v2/users/([^/]+)/apps/([^/]+)/models/([^/]+)(?:/versions/([^/]+))?/outputs"
)


def number_on(picture: Picture) -> dict[str, float]:
    """Return the number that ``footage.numbered`` drew, as a tag."""
    return {f"Number {read_number(picture)}": 0.97}


@dataclass(frozen=True, slots=True)
class Question:
    """A request that came: where to, by address or bytes, and how much video it brought."""

    path: str
    kind: str
    size_bytes: int
    output_config: dict[str, Any]


@dataclass
class Clarifai:
    """The server's state.

    Attributes:
        base_url: where it answers.
        faults: names of ``_FAULTS``; each request takes one off, and fares so.
        describe: what it sees on a frame.
        longest_seconds: of a video.
        max_bytes: of a video.
        starts: give the start of each sample for its time, as older versions do.
    """

    base_url: str = ""
    faults: deque[str] = field(default_factory=deque)
    describe: Describe = number_on
    longest_seconds: float = 600
    max_bytes: int = 300_000_000
    starts: bool = False
    questions: list[Question] = field(default_factory=list)
    n_requests: int = 0


class Refused(Exception):
    """Raised for what the API refuses."""

    def __init__(self, http: int, code: int, description: str) -> None:
        self.http = http
        self.code = code
        self.description = description
        super().__init__(description)


@contextmanager
def serving_clarifai() -> Iterator[Clarifai]:
    """Run the server; yields its state, which a test may change at any time."""
    state = Clarifai()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.n_requests += 1
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            fault = state.faults.popleft() if state.faults else ""
            if fault in _FAULTS:
                _FAULTS[fault](self)
                return
            try:
                answer = _predict(state, self.path, dict(self.headers), sent, fault)
            except Refused as no:
                answer = {"status": _status(no.code, no.description)}
                reply(self, no.http, json.dumps(answer).encode())
                return
            reply(self, 200, json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as base_url:
        state.base_url = base_url
        yield state


def reply(handler: BaseHTTPRequestHandler, http: int, body: bytes, **headers: str) -> None:
    handler.send_response(http)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def _status(code: int, description: str) -> dict[str, Any]:
    return {"code": code, "description": description, "req_id": "0123456789abcdef"}


def _fails(http: int, code: int, description: str, **headers: str) -> Callable[[Any], None]:
    body = json.dumps({"status": _status(code, description)}).encode()
    return lambda handler: reply(handler, http, body, **headers)


def _drop(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.close()
    # What would be flushed at the end goes nowhere.
    handler.wfile = io.BytesIO()


def _stall(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(0.5)
    _drop(handler)


def _echo(handler: BaseHTTPRequestHandler) -> None:
    text = f"bad header: {handler.headers['Authorization']}"
    reply(handler, 400, json.dumps({"status": _status(11102, text)}).encode())


def _cut_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"status": {"code": 10000')
    handler.close_connection = True


_FAULTS: Final[dict[str, Callable[[Any], None]]] = {
    "throttled": _fails(429, 11005, "Too many requests", Retry_After="7"),
    "try again": _fails(200, 10030, "Try again"),
    "busy": _fails(500, 21354, "Model is busy"),
    "loading": _fails(400, 21355, "Model is loading"),
    "internal": _fails(500, 98004, "Internal error"),
    "failure": _fails(200, 10020, "Failure"),
    "over quota": _fails(402, 11006, "Account limits exceeded"),
    "no json": lambda handler: reply(handler, 200, b'{"status": {"code": 10000'),
    "no object": lambda handler: reply(handler, 200, b"[]"),
    "no output": _fails(200, 10000, "Ok"),
    "nested": lambda handler: reply(handler, 200, b"[" * 100_000),
    "gateway": lambda handler: reply(handler, 502, b"<html>Bad Gateway</html>"),
    "not found": lambda handler: reply(handler, 404, b"<html>Not Found</html>"),
    "moved": lambda handler: reply(handler, 302, b"", Location="http://127.0.0.1:9/elsewhere"),
    "cut off": _cut_off,
    "dropped": _drop,
    "stalled": _stall,
    "echo": _echo,
}


def _predict(
    state: Clarifai, path: str, headers: dict[str, str], sent: bytes, fault: str
) -> dict[str, Any]:
    route = _ROUTE.fullmatch(path)
    if route is None:
        raise Refused(404, 11102, "Invalid request: no such route")
    scheme, _, key = headers.get("Authorization", "").partition(" ")
    if (scheme, key) != ("Key", KEY):
        raise Refused(401, 11009, "Invalid API key or Invalid personal access token")
    if route[3] != MODEL:
        raise Refused(404, 21200, "Model does not exist")
    try:
        body = json.loads(sent)
        (payload,) = body["inputs"]
        video = payload["data"]["video"]
        config = body["model"]["output_info"]["output_config"]
    except (ValueError, KeyError, TypeError):
        raise Refused(400, 11100, "Invalid request format") from None
    content = _content(video, state)
    state.questions.append(Question(path, next(iter(video)), len(content), config))
    output = _output(route[3], route[4], video, {"frames": _frames(state, content, config)})
    if fault in _MIXED:
        output = {**output, "status": _status(*_MIXED[fault]), "data": {}}
        return {"status": _status(10010, "Mixed Success"), "outputs": [output]}
    if fault in _SPOILED:
        output["data"] = _SPOILED[fault]
    return {"status": _status(10000, "Ok"), "outputs": [output]}


_MIXED: Final = {
    "mixed": (31101, "Unsupported video format"),
    "mixed busy": (21354, "Model is busy"),
}

_SPOILED: Final[dict[str, Any]] = {
    "frames no list": {"frames": {"0": {}}},
    "no name": {"frames": [{"data": {"concepts": [{"value": 0.9}]}}]},
    "percent": {"frames": [{"data": {"concepts": [{"name": "cat", "value": 93}]}}]},
    "time no number": {"frames": [{"frame_info": {"time": "soon"}}]},
    "time infinite": {"frames": [{"frame_info": {"time": 1e300}}]},
    "control signs": {"frames": [{"data": {"concepts": [{"name": "a\x1b[2J", "value": 1}]}}]},
    "no frames": {},
}


def _output(model: str, version: str | None, video: Any, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "f9b3a5b1",
        "status": _status(10000, "Ok"),
        "created_at": "2026-01-02T12:00:00.000000Z",
        "model": {
            "id": model,
            "model_version": {"id": version or "aa7f35c01e0642fda5cf400f543e7c40"},
        },
        "input": {"id": "0a1b2c", "data": {"video": {"url": video.get("url", "")}}},
        "data": data,
    }


def _content(video: dict[str, str], state: Clarifai) -> bytes:
    if "url" in video:
        try:
            with urllib.request.urlopen(video["url"], timeout=5) as response:  # noqa: S310 - a test's
                content: bytes = response.read()
        except OSError:
            raise Refused(400, 30002, "Download failed; check URL") from None
    else:
        try:
            content = base64.b64decode(video["base64"], validate=True)
        except (KeyError, binascii.Error):
            raise Refused(400, 11100, "Invalid request format") from None
    if len(content) > state.max_bytes:
        raise Refused(400, 31105, "Video size is over limit")
    return content


def _frames(state: Clarifai, content: bytes, config: dict[str, Any]) -> list[dict[str, Any]]:
    sample_ms = config.get("sample_ms", 1000)
    pictures, times, length = _decoded(content)
    if length > state.longest_seconds:
        raise Refused(400, 31105, "Video duration is over limit")
    frames = []
    for index in range(max(1, round(length * 1000 / sample_ms))):
        middle = (index + 0.5) * sample_ms
        shown = max(0, int(np.searchsorted(times, middle / 1000, side="right")) - 1)
        frames.append(_frame(state, index, middle, pictures[shown], config))
    return frames


def _frame(
    state: Clarifai, index: int, middle: float, picture: Picture, config: dict[str, Any]
) -> dict[str, Any]:
    observed = sorted(state.describe(picture).items(), key=lambda item: -item[1])
    concepts = [
        {"id": f"ai_{name}", "name": name, "value": value, "app_id": "main"}
        for name, value in observed
        if value >= config.get("min_value", 0.0)
    ][: config.get("max_concepts", 20)]
    time_ms = index * config.get("sample_ms", 1000) if state.starts else middle
    # Zeros are left out, as in all JSON of protocol buffers.
    info = {key: value for key, value in (("index", index), ("time", int(time_ms))) if value}
    return {"frame_info": info, "data": {"concepts": concepts}}


def _decoded(content: bytes) -> tuple[list[Picture], list[float], float]:
    try:
        with av.open(io.BytesIO(content), mode="r") as container:
            stream = container.streams.video[0]
            frames = list(container.decode(stream))
            pictures = [frame.to_ndarray(format="rgb24").astype(np.uint8) for frame in frames]
            assert stream.average_rate is not None
            length = len(frames) / float(stream.average_rate)
    except (av.FFmpegError, IndexError):
        raise Refused(400, 31101, "Unsupported video format") from None
    first = frames[0].time or 0.0
    return pictures, [(frame.time or 0.0) - first for frame in frames], length
