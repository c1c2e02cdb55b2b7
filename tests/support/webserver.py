"""A web site on this machine: answers that a test chooses, and a count of who asked for what."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from socket import AF_INET6
from typing import Any

PIECE_BYTES = 64 << 10


@dataclass(frozen=True)
class Answer:
    """Answer to one path.

    ``pieces`` are sent one by one for as long as there are any; without a length, so that only the
    end of the connection ends the answer.
    """

    body: bytes = b""
    kind: str = "text/html"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    ranges: bool = False
    pieces: Callable[[], Iterator[bytes]] | None = None
    cut_after: int | None = None


@dataclass
class Site:
    """A running server."""

    port: int
    host: str
    answers: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    """Paths, in the order they were asked for; with the range, if one was asked for."""
    connections: list[int] = field(default_factory=list)
    """The client's port of each connection that was made."""
    sent_bytes: int = 0

    def address(self, path: str) -> str:
        return f"http://{self.host}:{self.port}{path}"

    @property
    def network(self) -> str:
        return f"{self.host}:{self.port}"

    def next_answer(self, path: str) -> Answer:
        """Give the answer of a path; of a list one after the other, and the last for ever."""
        answer = self.answers.get(path, Answer(b"nothing here", status=404))
        if isinstance(answer, list):
            return answer.pop(0) if len(answer) > 1 else answer[0]
        return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def setup(self) -> None:
        super().setup()
        self.site.connections.append(self.client_address[1])

    def do_GET(self) -> None:
        byte_range = self.headers.get("Range", "")
        self.site.requests.append(f"{self.path} {byte_range}".strip())
        answer = self.site.next_answer(self.path)
        if answer.pieces is not None:
            self._send_pieces(answer, answer.pieces)
        else:
            self._send_body(answer, byte_range)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send_body(self, answer: Answer, byte_range: str) -> None:
        body, status, headers = answer.body, answer.status, dict(answer.headers)
        if answer.ranges:
            headers["Accept-Ranges"] = "bytes"
        if answer.ranges and byte_range.startswith("bytes="):
            first, _, last = byte_range.removeprefix("bytes=").partition("-")
            start, end = int(first), int(last or len(body) - 1)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(body)}"
            body, status = body[start : end + 1], 206
        self._head(answer.kind, status, {**headers, "Content-Length": str(len(body))})
        if self.command == "GET":
            self._write(body if answer.cut_after is None else body[: answer.cut_after])
        self.close_connection = answer.cut_after is not None

    def _send_pieces(self, answer: Answer, pieces: Callable[[], Iterator[bytes]]) -> None:
        self._head(answer.kind, answer.status, {**answer.headers, "Connection": "close"})
        if self.command == "GET":
            for piece in pieces():
                self._write(piece)

    def _head(self, kind: str, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _write(self, content: bytes) -> None:
        self.wfile.write(content)
        self.site.sent_bytes += len(content)

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:  # the client had enough
            self.close_connection = True

    def finish(self) -> None:
        with suppress(ConnectionError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


class _Server6(_Server):
    address_family = AF_INET6


@contextmanager
def serving(address: str = "127.0.0.1") -> Iterator[Site]:
    """Run a site on a free port of a local address."""
    kind = _Server if ip_address(address).version == 4 else _Server6
    handler = type("Handler", (_Handler,), {})
    with kind((address, 0), handler) as server:
        host = address if kind is _Server else f"[{address}]"
        site = Site(port=server.server_address[1], host=host)
        handler.site = site  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


def video(path: Path) -> Answer:
    """Answer with a file as a video, whole or in part."""
    return Answer(path.read_bytes(), "video/mp4", ranges=True)


def redirect(to: str) -> Answer:
    return Answer(status=302, headers={"Location": to})


def page(head: str = "", body: str = "") -> Answer:
    return Answer(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode())


def endless(
    piece: bytes = b"\0" * PIECE_BYTES, *, first: bytes = b"", pause: float = 0
) -> Callable[[], Iterator[bytes]]:
    """Return a maker of pieces without end; ``pause`` seconds between them."""

    def pieces() -> Iterator[bytes]:
        yield first
        while True:
            yield piece
            time.sleep(pause)

    return pieces
