"""Somebody else's server, which is told things: keeps what it got, answers as a test chooses."""

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Delivery:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A running server; it answers with ``statuses`` one after the other, the last for ever."""

    port: int
    statuses: list[int]
    drip_seconds: float
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?of=acme"

    @property
    def network(self) -> str:
        return f"127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        receiver = self.receiver
        receiver.deliveries.append(Delivery(self.path, dict(self.headers.items()), body))
        statuses = receiver.statuses
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        if receiver.drip_seconds:
            self._drip()
            return
        self.send_response(status)
        self.send_header("location", f"http://127.0.0.1:{receiver.port}/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def _drip(self) -> None:
        try:
            # Without an end: only whoever cuts it off gets away.
            for sign in itertools.chain(b"HTTP/1.1 200 OK\r\nx: ", itertools.repeat(ord("y"))):
                self.wfile.write(bytes([sign]))
                self.wfile.flush()
                time.sleep(self.receiver.drip_seconds)
        except OSError:
            pass  # it was cut off, as it should be

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def receiver(statuses: Sequence[int] = (204,), *, drip_seconds: float = 0.0) -> Iterator[Receiver]:
    """Run a receiver on a free port."""
    made = Receiver(0, list(statuses), drip_seconds)
    handler = type("Handler", (_Handler,), {"receiver": made})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        made.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
