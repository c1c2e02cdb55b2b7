"""The suite of every host of copies, whoever keeps them; and a server for the local one."""

import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.ports.object_store import ObjectStore
from ingest.sources.hosting.base import Host, HostingFailed, hosted
from ingest.sources.hosting.local import LocalHost
from ingest.sources.hosting.signing import ROUTE, NotHosted
from ingest.sources.hosting.store import StoreHost

GONE = 404


def fetch(url: str) -> tuple[int, bytes]:
    """Return status and body of what an address gives to anybody."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 - a test's own server
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


class HostConformance:
    """A test class of a host has a fixture ``host``; its addresses must work for ``fetch``."""

    @pytest.fixture
    def copy(self, tmp_path: Path) -> Path:
        path = tmp_path / "copy.mp4"
        path.write_bytes(bytes(range(256)) * 1000)
        return path

    def test_what_is_put_is_given_out_at_its_address(self, host: Host, copy: Path) -> None:
        url = host.url(host.put(copy), valid_seconds=60)
        assert fetch(url) == (200, copy.read_bytes())

    def test_every_put_has_a_name_that_nobody_can_guess(self, host: Host, copy: Path) -> None:
        names = {host.put(copy) for _ in range(10)}
        assert len(names) == 10
        assert all(re.search(r"[0-9a-f]{32}", name) for name in names)
        assert not any("copy" in name for name in names)

    def test_what_is_deleted_is_gone_and_the_others_stay(self, host: Host, copy: Path) -> None:
        first, second = host.put(copy), host.put(copy)
        urls = [host.url(name, valid_seconds=60) for name in (first, second)]
        host.delete(first)
        assert [fetch(url)[0] for url in urls] == [GONE, 200]

    def test_deleting_twice_does_nothing_twice(self, host: Host, copy: Path) -> None:
        name = host.put(copy)
        host.delete(name)
        host.delete(name)

    def test_the_copy_is_gone_even_if_the_tagger_fails(self, host: Host, copy: Path) -> None:
        observed = []

        def tag() -> None:
            with hosted(host, copy, valid_seconds=60) as url:
                observed.append((url, fetch(url)[0]))
                raise RuntimeError("the tagger failed")

        with pytest.raises(RuntimeError, match="the tagger failed"):
            tag()
        ((url, status),) = observed
        assert (status, fetch(url)[0]) == (200, GONE)

    def test_no_file_is_a_failure(self, host: Host, tmp_path: Path) -> None:
        with pytest.raises(HostingFailed):
            host.put(tmp_path / "none.mp4")


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve on a free port; yields the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


Hosts = TypeVar("Hosts", LocalHost, StoreHost)


@contextmanager
def serving_copies(
    make: Callable[[str], Hosts], read: Callable[[Hosts, str, int, str], bytes]
) -> Iterator[Hosts]:
    """Give out a host's copies as the API does; yields the host.

    Args:
        make: the host, for an address.
        read: its copy of a name, for what expires then and is signed so.
    """
    hosts: list[Hosts] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            requests = parse_qs(address.query)
            try:
                content = read(
                    hosts[0],
                    address.path.removeprefix(ROUTE),
                    int(requests["expires"][0]),
                    requests["signature"][0],
                )
            except NotHosted:
                self.send_error(GONE)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as base_url:
        hosts.append(make(base_url))
        yield hosts[0]


@contextmanager
def serving_folder(folder: Path) -> Iterator[LocalHost]:
    """Give out the copies in a folder; yields the host."""

    def read(host: LocalHost, name: str, expires: int, signature: str) -> bytes:
        return host.open_signed(name, expires=expires, signature=signature).read_bytes()

    with serving_copies(lambda base_url: LocalHost.open(folder, base_url), read) as host:
        yield host


@contextmanager
def serving_store(store: ObjectStore) -> Iterator[StoreHost]:
    """Give out the copies in a store; yields the host."""

    def read(host: StoreHost, name: str, expires: int, signature: str) -> bytes:
        copy = host.object_of(name, expires=expires, signature=signature)
        if store.size(copy) is None:
            raise NotHosted
        return b"".join(store.download(copy))

    with serving_copies(lambda base_url: StoreHost(store, base_url), read) as host:
        yield host
