"""Many who ask for long lists at once do not hold up who asks whether the service lives."""

import contextlib
import select
import socket
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from support.catalogs import save, video_id
from support.servers import started

VIDEOS = 1000
LISTS = 60
LIST = b"GET /v1/videos?limit=1000 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.mark.slow
def test_the_service_says_that_it_lives_while_many_long_lists_are_made(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Catalog.open(home / "catalog.db") as catalog, catalog.transaction():
        for number in range(VIDEOS):
            save(catalog, video_id(number), {"cat": 3})
    with started(home, REELMATCH_PROCESSES="0") as server, contextlib.ExitStack() as held:
        lists = [
            held.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=120))
            for _ in range(LISTS)
        ]
        for one in lists:
            one.sendall(LIST)
        # As requests come and go: while one of these is answered, few of those are.
        counts = [0]
        while counts[-1] < LISTS:
            assert httpx.get(f"{server.address}/health/live", timeout=120).is_success
            counts.append(answered(lists))
        assert max(after - before for before, after in pairwise(counts)) < LISTS // 2
        assert all(one.recv(15) == b"HTTP/1.1 200 OK" for one in lists)


def answered(lists: list[socket.socket]) -> int:
    """Count the lists of which something has come."""
    return len(select.select(lists, [], [], 0)[0])
