"""Clients that hold connections: whoever does not finish a request, or take its answer, is ended.

The real server on loopback, with short times and few places.
"""

import contextlib
import gzip
import json
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from api.http.connections import ConnectionLimits
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.keys import Scope
from support.catalogs import save, video_id
from support.processes import soon
from support.product import Served, serve

LIMITS = ConnectionLimits(
    head_seconds=0.8,
    request_seconds=1.2,
    idle_seconds=0.6,
    taking_seconds=1.2,
    strangers=20,
    connections=60,
)
PATIENCE_SECONDS = 30.0
"""Seconds a test waits for what should come after one or two, on a busy machine."""

HEAD = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n"
ANSWERED_EARLY = b"POST /v1/matches HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n"


@dataclass(frozen=True, slots=True)
class LimitedServer:
    """A server whose catalog has keys, and one of them."""

    served: Served
    key: str

    def connect(self, *, buffer: int | None = None) -> socket.socket:
        return connect(self.served, buffer=buffer)

    def is_alive(self) -> bool:
        return httpx.get(f"{self.served.client.base_url}/health/live", timeout=60).is_success


def connect(served: Served, *, buffer: int | None = None) -> socket.socket:
    """Connect as a client of one's own; ``buffer`` bounds what the system takes for it."""
    connection = socket.socket()
    if buffer is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.settimeout(PATIENCE_SECONDS)
    connection.connect(("127.0.0.1", urlsplit(str(served.client.base_url)).port))
    return connection


@pytest.fixture(scope="module")
def limited_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LimitedServer]:
    home: Path = tmp_path_factory.mktemp("connections") / "home"
    with Catalog.open(home / "catalog.db") as catalog:
        _, secret = catalog.keys.create("all", frozenset({Scope.ADMIN}), now=time.time())
    for served in serve(home, limits=LIMITS):
        yield LimitedServer(served, secret)


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(tmp_path_factory.mktemp("unlocked") / "home", limits=LIMITS)


def is_ended(connection: socket.socket) -> bool:
    """Read until the other side ends it; False when it does not within the test's patience."""
    try:
        while connection.recv(65_536):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def trickle(all_of: Mapping[str, tuple[socket.socket, bytes]]) -> list[str]:
    """Send a piece again and again on each connection; return those that stay of use."""
    left = dict(all_of)
    for connection, _ in left.values():
        connection.settimeout(0)
    until = time.monotonic() + PATIENCE_SECONDS
    while left and time.monotonic() < until:
        time.sleep(0.1)
        for name, (connection, piece) in list(left.items()):
            try:
                connection.sendall(piece)
                connection.recv(65_536)
            except BlockingIOError:
                continue
            except OSError:
                del left[name]
    return list(left)


def keyed(server: LimitedServer, line: bytes, *headers: bytes) -> bytes:
    own = [line + b" HTTP/1.1", b"Host: localhost", b"X-API-Key: " + server.key.encode(), *headers]
    return b"\r\n".join(own) + b"\r\n\r\n"


SIGN_IN = b"POST /console/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\nkey=r"

TRICKLES = {
    "nothing but line ends": (b"", b"\r\n"),
    "a head byte by byte": (HEAD, b"x"),
    "a request line byte by byte": (b"GET /", b"x"),
    "header after header": (HEAD, b"x: y\r\n"),
    "a body answered early": (ANSWERED_EARLY, b"x"),
    "a body nobody asked for": (HEAD + b"Content-Length: 4000000\r\n\r\n", b"x"),
    "a chunked body": (
        b"POST /console/sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\nx\r\n",
    ),
    "a sign-in": (SIGN_IN, b"x"),
    "bytes after an answer": (HEAD + b"\r\n", b"\r\n"),
    "trailers": (
        b"POST /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        b"x: y\r\n",
    ),
    "another protocol": (
        HEAD + b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"\x81\x00",
    ),
    "a tunnel": (b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", b"x"),
    "half of the next request": (HEAD + b"\r\n" + b"GET /he", b"a"),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x00"),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x00"),
}


def test_who_trickles_is_ended(limited_server: LimitedServer, open_server: Served) -> None:
    with contextlib.ExitStack() as held:
        trickling = {}
        for name, (first, piece) in TRICKLES.items():
            connection = held.enter_context(limited_server.connect())
            connection.sendall(first)
            trickling[name] = connection, piece
        with_key = held.enter_context(limited_server.connect())
        with_key.sendall(keyed(limited_server, b"POST /v1/matches", b"Content-Length: 900000"))
        without_keys = held.enter_context(connect(open_server))
        without_keys.sendall(ANSWERED_EARLY)
        trickling |= {"a body with a key": (with_key, b" "), "no keys": (without_keys, b" ")}
        assert trickle(trickling) == []


def test_who_says_nothing_is_ended_before_a_request_and_after_one(
    limited_server: LimitedServer,
) -> None:
    with (
        limited_server.connect() as silent,
        limited_server.connect() as idle,
        limited_server.connect() as early,
    ):
        idle.sendall(HEAD + b"\r\n")
        early.sendall(ANSWERED_EARLY)
        assert all(is_ended(one) for one in (silent, idle, early))


def test_a_late_body_is_told_so(limited_server: LimitedServer) -> None:
    with limited_server.connect() as connection:
        connection.sendall(keyed(limited_server, b"POST /v1/matches", b"Content-Length: 90") + b"{")
        head, _, body = read_all(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408")
    assert b"application/problem+json" in head
    assert json.loads(body)["code"] == "timed_out"


def read_all(connection: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while more := connection.recv(65_536):
            answer += more
    return answer


def test_a_client_that_leaves_in_the_middle_is_no_mistake_of_ours(
    limited_server: LimitedServer,
) -> None:
    for path in (b"/v1/matches", b"/v1/recommendations", b"/v1/videos:import", b"/v1/reindex"):
        with limited_server.connect() as connection:
            connection.sendall(
                keyed(limited_server, b"POST " + path, b"Content-Length: 900") + b"{"
            )
            # Only once somebody reads it.
            limited_server.served.client.get("/health/live")
    until = time.monotonic() + PATIENCE_SECONDS
    while 'status="499"' not in (output := metrics(limited_server)):
        assert time.monotonic() < until, output
        time.sleep(0.05)
    assert 'status="500"' not in output


def metrics(server: LimitedServer) -> str:
    return server.served.client.get("/metrics", headers={"X-API-Key": server.key}).text


def test_a_large_file_may_take_its_time(limited_server: LimitedServer) -> None:
    line = (
        b'{"source": "https://a.example/%d",%s "tags": [{"tag": "dog", "seconds": [[0, 1, 1]]}]}\n'
    )

    def pieces() -> Iterator[bytes]:
        # Longer than a request may take, and faster than it must come.
        for number in range(12):
            yield line % (number, b" " * (64 << 10))
            time.sleep(0.2)

    began = time.monotonic()
    response = limited_server.served.client.post(
        "/v1/videos:import?dry_run=true",
        content=pieces(),
        headers={"X-API-Key": limited_server.key},
    )
    assert response.status_code == 200, response.text
    assert time.monotonic() - began > LIMITS.request_seconds


def test_half_a_request_behind_a_whole_one_spoils_no_answer(limited_server: LimitedServer) -> None:
    with limited_server.connect() as connection:
        connection.sendall(HEAD + b"\r\n" + HEAD + b"\r\n" + HEAD)
        answer = read_all(connection)
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.count(b"HTTP/1.1 408") == 1
    assert answer.index(b"HTTP/1.1 408") > answer.rindex(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("first", [b"", HEAD, ANSWERED_EARLY, SIGN_IN])
def test_strangers_do_not_hold_the_places_of_others(
    limited_server: LimitedServer, first: bytes
) -> None:
    with contextlib.ExitStack() as held:
        crowd = [
            held.enter_context(limited_server.connect()) for _ in range(5 * LIMITS.connections)
        ]
        for one in crowd:
            with contextlib.suppress(OSError):
                one.sendall(first)
        assert limited_server.is_alive()

        def is_answered() -> bool:
            # Until its key has come, a connection is a stranger's, too, and may have to go.
            with contextlib.suppress(httpx.TransportError):
                response = limited_server.served.client.get(
                    "/v1/videos", headers={"X-API-Key": limited_server.key}
                )
                return response.status_code == 200
            return False

        soon(is_answered, PATIENCE_SECONDS)


def test_who_does_not_take_an_answer_is_ended(limited_server: LimitedServer) -> None:
    with limited_server.connect(buffer=4096) as connection:
        connection.sendall((HEAD.replace(b"health/live", b"openapi.json") + b"\r\n") * 200)
        assert is_let_go(limited_server, connection)


def is_let_go(server: LimitedServer, connection: socket.socket) -> bool:
    """Wait without reading until the server has reset a connection."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        assert server.is_alive()
        if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return True
        time.sleep(0.1)
    return False


SLOW_READERS = 20
LARGE = (b"/v1/videos:export", b"/v1/videos?limit=1000", b"/openapi.json", b"/console/jobs/events")


@pytest.mark.slow
def test_readers_with_a_key_that_hardly_take_their_answers_are_ended_and_others_served(
    tmp_path: Path,
) -> None:
    with Catalog.open(tmp_path / "home" / "catalog.db") as catalog:
        with catalog.transaction():
            for number in range(1000):
                save(catalog, video_id(number), {"cat": 3}, uploader="a name that is long " * 100)
        _, secret = catalog.keys.create("all", frozenset({Scope.ADMIN}), now=time.time())
    for served in serve(tmp_path / "home", limits=LIMITS):
        server = LimitedServer(served, secret)
        with contextlib.ExitStack() as held:
            readers = [held.enter_context(server.connect(buffer=2048)) for _ in range(SLOW_READERS)]
            for number, one in enumerate(readers):
                path = LARGE[number % len(LARGE)]
                # A stream of events ends by itself, and little is sent on it.
                times = 1 if path.endswith(b"events") else 2
                one.sendall(keyed(server, b"GET " + path) * times)
                one.settimeout(0)
            assert server.is_alive()
            until = time.monotonic() + 3 * PATIENCE_SECONDS
            # Half of them take a byte now and then, half nothing at all.
            while (open_now := connections_of(served)) > 1:
                assert time.monotonic() < until, f"{open_now} connections are held"
                for one in readers[::2]:
                    with contextlib.suppress(OSError):
                        one.recv(1)
                assert server.is_alive()
                assert others_are_served(server)
                time.sleep(0.3)


def others_are_served(server: LimitedServer) -> bool:
    # On a connection of its own: one that is kept open may be closed while it is used again.
    address = f"{server.served.client.base_url}/v1/videos?limit=1"
    return httpx.get(address, headers={"X-API-Key": server.key}, timeout=60).is_success


def connections_of(served: Served) -> int:
    """Return how many connections the server has, its own client's among them."""
    return len(served.server.server_state.connections)


@pytest.mark.slow
def test_who_takes_an_answer_slowly_gets_all_of_it(limited_server: LimitedServer) -> None:
    whole = limited_server.served.client.get("/openapi.json").content
    with limited_server.connect(buffer=16 << 10) as connection:
        times = 12
        request = HEAD.replace(b"health/live", b"openapi.json") + b"\r\n"
        connection.sendall(request * times)
        taken, began = 0, time.monotonic()
        while taken < times * len(whole):
            taken += len(connection.recv(32 << 10))
            time.sleep(0.02)
    assert time.monotonic() - began > LIMITS.request_seconds


def test_a_refused_body_that_is_still_sent_does_not_hide_the_refusal(
    limited_server: LimitedServer,
) -> None:
    body = b"x" * (24 << 20)
    for headers in ({"X-API-Key": limited_server.key}, {}):
        response = httpx.post(
            f"{limited_server.served.client.base_url}/v1/matches", content=body, headers=headers
        )
        assert response.status_code == (413 if headers else 401)
        assert response.headers["content-type"] == "application/problem+json"


REFUSED_HEADS = {
    "no host": b"GET /health/live HTTP/1.1\r\n\r\n",
    "two hosts": HEAD + b"Host: localhost\r\n\r\n",
    "a host that is none": b"GET /health/live HTTP/1.1\r\nHost: a b\r\n\r\n",
    "a host with a user": b"GET /health/live HTTP/1.1\r\nHost: u@localhost\r\n\r\n",
    "another host in the line": HEAD.replace(b"/health", b"http://evil.example/health") + b"\r\n",
    "a tunnel": b"CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n",
    "no HTTP": b"hello\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
}


@pytest.mark.parametrize("head", REFUSED_HEADS.values(), ids=REFUSED_HEADS.keys())
def test_what_is_no_request_is_refused_with_a_problem(
    limited_server: LimitedServer, head: bytes
) -> None:
    with limited_server.connect() as connection:
        connection.sendall(head)
        answer, _, body = read_all(connection).partition(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("size", [40 << 10, 60 << 10])
def test_a_long_request_line_is_refused(limited_server: LimitedServer, size: int) -> None:
    with limited_server.connect() as connection:
        connection.sendall(b"GET /" + b"a" * size + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert read_all(connection).startswith(b"HTTP/1.1 431")


def test_a_body_before_the_next_head_does_not_count_as_head(open_server: Served) -> None:
    body = gzip.compress(b'{"source": "https://example.com/1"}') + b"\0" * 100_000
    with connect(open_server) as connection:
        connection.sendall(
            b"POST /v1/videos:import HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
            % len(body)
            + body
            + b"GET /health/live HTTP/1.1\r\nHost: local"
        )
        time.sleep(0.1)
        connection.sendall(b"host\r\nConnection: close\r\n\r\n")
        answer = read_all(connection)
    assert answer.count(b"HTTP/1.1 200 OK") == 2
