"""A service that reindexes again and again, under load, does not grow."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpx
import numpy as np
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from support.catalogs import TAGS, save, video_id
from support.servers import Server, started

VIDEOS = 500
REINDEXES = 6
MAX_GROWTH = 1.05


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, which Linux has")
def test_reindexes_under_load_leave_the_memory_as_it_was(tmp_path: Path) -> None:
    home = tmp_path / "home"
    rng = np.random.default_rng(4)
    with Catalog.open(home / "catalog.db") as catalog, catalog.transaction():
        for number in range(VIDEOS):
            observed = {str(tag): int(rng.integers(1, 60)) for tag in rng.choice(TAGS[:6], 3)}
            save(catalog, video_id(number), observed)
    with started(home, REELMATCH_PROCESSES="1") as server:
        reindex(server, 0)
        with load(server):
            memory = []
            for turn in range(1, REINDEXES + 1):
                reindex(server, turn)
                # The generation before goes back to the system a little later.
                time.sleep(3)
                memory.append(anonymous_megabytes(server))
        assert maps_of_generations(server) <= 2
        assert max(memory[2:]) <= memory[1] * MAX_GROWTH, memory


def reindex(server: Server, turn: int) -> None:
    response = httpx.post(f"{server.address}/v1/reindex", json={"threshold": 0.5 + turn % 4 / 10})
    where = server.address + response.headers["location"]
    while (job := httpx.get(where, timeout=60).json())["state"] not in ("done", "failed"):
        time.sleep(0.1)
    assert job["state"] == "done", job
    while httpx.get(f"{server.address}/health/ready", timeout=60).status_code != 200:
        time.sleep(0.1)


@contextmanager
def load(server: Server) -> Iterator[None]:
    """Have clients ask different things all the time."""
    stop = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=server.address, timeout=60) as client:
            for number in count():
                if stop.wait(0.02):
                    return
                where = {"seen": {"tag": TAGS[number % 6], "at_least": number % 40 + 1}}
                matches = {"keywords": {TAGS[0]: 1}, "where": where}
                assert client.post("/v1/matches", json=matches).status_code == 200
                client.post("/v1/recommendations", json={"interests": {TAGS[1]: 1}, "k": 20})
                client.get("/v1/videos", params={"limit": 50})

    clients = [threading.Thread(target=ask) for _ in range(4)]
    for client in clients:
        client.start()
    try:
        yield
    finally:
        stop.set()
        for client in clients:
            client.join()


def anonymous_megabytes(server: Server) -> float:
    rollup = Path(f"/proc/{server.process.pid}/smaps_rollup").read_text()
    (line,) = [line for line in rollup.splitlines() if line.startswith("Anonymous:")]
    return int(line.split()[1]) / 1024


def maps_of_generations(server: Server) -> int:
    """Return how many generations are mapped."""
    maps = Path(f"/proc/{server.process.pid}/maps").read_text().splitlines()
    mapped = [line.partition("/generations/")[2] for line in maps if "/generations/" in line]
    return len({path.split("/")[0] for path in mapped})
