"""Memory of a service after reindex upon reindex, while it is asked and its catalog changes.

    python benchmarks/service/memory.py --videos 100000 --reindexes 30

One worker over a made catalog. Viewers and advertisers ask all the time; before each reindex
some videos are imported anew, and it counts at another threshold than the one before. What is
told is the memory that the process holds for itself (``Anonymous``: pages of the files it maps
are the system's), with the pages of files its share of all (``Pss``). Linux only.
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, cycle
from pathlib import Path
from typing import Any

from bench import served

sys.path.append(str(Path(__file__).parent.parent / "engine"))

from corpus import KINDS, N_TAGS, advertiser_queries, make_counts, viewer_queries
from reindex import CONFIG, fill

from engine.batch.reindex import reindex as build
from engine.catalogs import open_catalog
from engine.indexes.local.disk.generations import Generations

CAMPAIGNS = 50
CHANGED = 200
CLIENTS = 4
SETTLED_SECONDS = 4.0
"""The generation before is let go a little after the new one is live."""


def main() -> None:
    """Reindex as often as asked for, and say what was held after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=100_000)
    parser.add_argument("--reindexes", type=int, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fill(home, arguments.videos)
        with open_catalog(home / "catalog.db") as catalog:
            build(catalog, Generations(home / "generations"), CONFIG)
        with served("product", home, processes=1) as (process, address):
            measure(process, address, arguments.videos, arguments.reindexes)


def measure(process: int, address: str, n_videos: int, reindexes: int) -> None:
    """Print a line a reindex, and how much was held at most beside what the second one left."""
    requests = questions(n_videos)
    store_campaigns(address, n_videos)
    held = []
    with load(address, requests) as answered:
        for turn in range(reindexes):
            import_some(address, n_videos, turn)
            reindex(address, 0.5 + turn % 4 / 10)
            time.sleep(SETTLED_SECONDS)
            held.append(megabytes(process, "Anonymous"))
            memory = f"{held[-1]:.0f} MB held, Pss {megabytes(process, 'Pss'):.0f} MB"
            print(f"reindex {turn + 1}: {memory}, {sum(answered)} answers", flush=True)
    tail = statistics.median(held[-5:])
    print(
        f"after the second {held[1]:.0f} MB, at most {max(held[2:]):.0f} MB later"
        f" ({100 * (max(held[2:]) / held[1] - 1):+.1f} %), median of the last five {tail:.0f} MB"
    )


def questions(n_videos: int) -> list[tuple[str, dict[str, Any] | None]]:
    """Return what clients ask for, again and again: paths, and bodies of those that have one."""
    counts = make_counts(KINDS["topics"], n_videos)
    requests: list[tuple[str, dict[str, Any] | None]] = []
    for number, (viewer, advertiser) in enumerate(
        zip(viewer_queries(counts, 500, 1), advertiser_queries(counts, 500, 2), strict=True)
    ):
        interests = {f"tag {tag}": float(weight) for tag, weight in zip(*viewer, strict=True)}
        keywords = {f"tag {tag}": float(weight) for tag, weight in zip(*advertiser, strict=True)}
        where = {"seen": {"tag": next(iter(keywords)), "at_least": number % 9 + 1}}
        campaign = f"/v1/campaigns/c{number % CAMPAIGNS}/matches"
        requests += [
            ("/v1/matches", {"keywords": keywords}),
            ("/v1/matches", {"keywords": keywords, "where": where}),
            ("/v1/recommendations", {"interests": interests, "k": 20}),
            (f"{campaign}?k=10", None),
            (f"/v1/videos/{number * 7 % n_videos:016x}/campaigns", None),
            ("/v1/videos?limit=50", None),
        ]
    return requests


def store_campaigns(address: str, n_videos: int) -> None:
    """Store campaigns, each with the keywords of one video."""
    counts = make_counts(KINDS["topics"], n_videos)
    for number, (tags, weights) in enumerate(advertiser_queries(counts, CAMPAIGNS, 3)):
        keywords = {f"tag {tag}": float(weight) for tag, weight in zip(tags, weights, strict=True)}
        body = {"advertiser": "made", "name": "made", "keywords": keywords}
        ask(f"{address}/v1/campaigns/c{number}", body, "PUT")


def import_some(address: str, n_videos: int, turn: int) -> None:
    """Import some videos anew, with other tags than before."""
    lines = [
        {
            "video": f"{(turn * CHANGED + number) % n_videos:016x}",
            "tags": [{"tag": f"tag {(turn + number) % N_TAGS}", "seconds": [[0, 9, 0.95]]}],
        }
        for number in range(CHANGED)
    ]
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    ask(f"{address}/v1/videos:import?force=true", body, "POST")


def reindex(address: str, threshold: float) -> None:
    """Reindex, and wait until it is done."""
    job = json.loads(ask(f"{address}/v1/reindex", {"threshold": threshold}, "POST"))["job"]
    while (job_state := json.loads(ask(f"{address}/v1/jobs/{job}")))["state"] != "done":
        assert job_state["state"] != "failed", job_state
        time.sleep(0.2)


@contextmanager
def load(address: str, requests: list[tuple[str, dict[str, Any] | None]]) -> Iterator[list[int]]:
    """Have clients ask all the time; yields how often each was answered."""
    stop = threading.Event()
    answered = [0] * CLIENTS
    failed: list[Exception] = []

    def client(own: int) -> None:
        order = cycle(
            requests[own * len(requests) // CLIENTS :] + requests[: own * len(requests) // CLIENTS]
        )
        try:
            for _ in count():
                if stop.wait(0.05):
                    return
                path, body = next(order)
                ask(address + path, body, "GET" if body is None else "POST")
                answered[own] += 1
        except (OSError, AssertionError) as error:
            failed.append(error)

    clients = [threading.Thread(target=client, args=(own,)) for own in range(CLIENTS)]
    for one in clients:
        one.start()
    try:
        yield answered
    finally:
        stop.set()
        for one in clients:
            one.join()
    assert not failed, failed


def ask(address: str, body: dict[str, Any] | bytes | None = None, method: str = "GET") -> bytes:
    """Return the answer to a request; one that is no success is raised."""
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    request = urllib.request.Request(  # noqa: S310 - our own server
        address, data, {"content-type": "application/json"}, method=method
    )
    with urllib.request.urlopen(request, timeout=600) as answer:  # noqa: S310 - as above
        return bytes(answer.read())


def megabytes(process: int, field: str) -> float:
    """Return what a process holds by one line of the kernel's account."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    (line,) = [line for line in rollup.splitlines() if line.startswith(f"{field}:")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
