"""Cost of a request: the fast route beside the same through FastAPI's own way.

Needs ``wrk`` (Debian's package). The server runs on one core, wrk on the other; what is compared
is the server's CPU time a request, in turns.

    python benchmarks/service/bench.py
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from steady import ask_steadily

from engine.batch.reindex import reindex as build
from engine.catalogs import open_catalog
from engine.indexes.local.disk.generations import Generations

sys.path.append(str(Path(__file__).parent.parent / "engine"))

from corpus import KINDS, Query, advertiser_queries, make_counts, viewer_queries
from reindex import CONFIG, fill

HERE = Path(__file__).parent
ROUNDS = 5
SECONDS = 3
CONNECTIONS = 16
VIEWER_TAGS = 40
PAGES = 20
_SCRIPT = """
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
local bodies = { %s }
local at = 0
request = function()
  at = at %% #bodies + 1
  return wrk.format(nil, nil, nil, bodies[at])
end
"""


@dataclass(frozen=True)
class Round:
    """One run of wrk against one server."""

    requests: int
    seconds: float
    cpu_seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def per_cpu_second(self) -> float:
        """Requests for each second that the server worked."""
        return self.requests / self.cpu_seconds


@contextmanager
def served(application: str, home: Path, processes: int = 0) -> Iterator[tuple[int, str]]:
    """Run a server of one process on a free port; yields its process and address."""
    # Into a file: a pipe that nobody reads would stop the server.
    with tempfile.NamedTemporaryFile("r") as log:
        running = subprocess.Popen(  # noqa: S603 - our own server
            [sys.executable, HERE / "serve.py", application],
            env={
                **os.environ,
                "REELMATCH_HOME": str(home),
                "REELMATCH_PROCESSES": str(processes),
                "OPENBLAS_NUM_THREADS": "1",  # as the command line sets it
            },
            stderr=Path(log.name).open("w"),  # noqa: SIM115 - the server closes it
        )
        try:
            yield running.pid, _address(running, Path(log.name))
        finally:
            running.terminate()
            running.wait()


def _address(running: subprocess.Popen[bytes], log: Path) -> str:
    while running.poll() is None:
        if match := re.search(r"running on (http://[\d.:]+)", log.read_text()):
            return match[1]
        time.sleep(0.1)
    sys.exit(f"the server did not start:\n{log.read_text()}")


def cpu_seconds(process: int) -> float:
    """Return how long a process has worked."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ask(process: int, address: str, bodies: list[bytes], seconds: float = SECONDS) -> Round:
    """Ask as fast as the server answers."""
    quoted = ", ".join(json.dumps(body.decode()) for body in bodies)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % quoted)
        script.flush()
        before = cpu_seconds(process)
        output = subprocess.run(  # noqa: S603 - wrk, by its whole path
            [
                str(shutil.which("wrk")),
                "-t1",
                f"-c{CONNECTIONS}",
                f"-d{seconds}s",
                "--latency",
                "-s",
                script.name,
                address,
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        spent = cpu_seconds(process) - before
    if "Non-2xx" in output:
        sys.exit(f"not every answer was a success:\n{output}")
    total = re.search(r"(\d+) requests in ([\d.]+)s", output)
    assert total is not None, output
    return Round(
        int(total[1]),
        float(total[2]),
        spent,
        _percentile(output, "50%"),
        _percentile(output, "99%"),
    )


def _percentile(output: str, name: str) -> float:
    match = re.search(rf"{name}\s+([\d.]+)(us|ms|s)", output)
    assert match is not None, output
    return float(match[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[match[2]]


def constant_bodies() -> list[bytes]:
    """Return what the constant route is asked."""
    words = {f"tag {number}": 1.0 + number for number in range(VIEWER_TAGS)}
    return [json.dumps({"keywords": words, "k": 10}).encode()]


def route_against_route() -> None:
    """Compare the two ways a route can be made."""
    names = ("pydantic", "fast")
    rounds: dict[str, list[Round]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as home:
        for name in names * ROUNDS:
            with served(name, Path(home)) as (process, address):
                ask(process, f"{address}/v1/constant", constant_bodies(), 1)
                rounds[name].append(ask(process, f"{address}/v1/constant", constant_bodies()))
    print(f"A search of {VIEWER_TAGS} words with ten matches, the engine replaced by a constant\n")
    print("| route | microseconds of CPU a request | requests a second |")
    print("| --- | ---: | ---: |")
    for name, runs in rounds.items():
        micro = statistics.median(1e6 / run.per_cpu_second for run in runs)
        rate = statistics.median(run.requests / run.seconds for run in runs)
        print(f"| {name} | {micro:.0f} | {rate:.0f} |")
    ratios = [
        fast.per_cpu_second / plain.per_cpu_second
        for fast, plain in zip(rounds["fast"], rounds["pydantic"], strict=True)
    ]
    print(f"\nRatio of requests a CPU second, median of pairs: {statistics.median(ratios):.2f}")


def with_videos(n_videos: int) -> None:
    """Ask the product itself, over a made catalog."""
    counts = make_counts(KINDS["topics"], n_videos)
    requests = {
        "viewer": [_body(query) for query in viewer_queries(counts, 200, seed=1)],
        "advertiser": [_body(query) for query in advertiser_queries(counts, 200, seed=2)],
    }
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fill(home, n_videos)
        with open_catalog(home / "catalog.db") as catalog:
            build(catalog, Generations(home / "generations"), CONFIG)
        with served("product", home) as (process, address):
            print(f"\n{n_videos:,} videos, one worker, k = 10\n")
            print("| query | requests a second at most | CPU microseconds | p50, p99 at half |")
            print("| --- | ---: | ---: | ---: |")
            for name, bodies in requests.items():
                _print_search(name, process, f"{address}/v1/matches", bodies)
            _print_pages(process, address)


def _print_search(name: str, process: int, address: str, bodies: list[bytes]) -> None:
    ask(process, address, bodies, 2)
    peak = ask(process, address, bodies)
    rate = peak.requests / peak.seconds
    half = ask_steadily(address, bodies, per_second=rate / 2, seconds=10, connections=CONNECTIONS)
    assert half.failures == 0
    print(
        f"| {name} | {rate:.0f} | {1e6 / peak.per_cpu_second:.0f} |"
        f" {half.p50_ms:.1f} ms, {half.p99_ms:.1f} ms |"
    )


def _print_pages(process: int, address: str) -> None:
    print("\n| page of the console | CPU milliseconds |\n| --- | ---: |")
    with urlopen(f"{address}/v1/videos?limit=1") as answer:  # noqa: S310 - our own server
        video = json.load(answer)["videos"][0]["video"]
    for page in ("", f"videos/{video}", "?q=film", "?tag=tag+5", "jobs", "campaigns", "lab", "add"):
        path = f"{address}/console/{page}"
        try:
            before = cpu_seconds(process)
            for _ in range(PAGES):
                urlopen(path).read()  # noqa: S310 - our own server
            spent = cpu_seconds(process) - before
        except HTTPError as error:
            print(f"| `/console/{page}` | {error.code} |")
            continue
        print(f"| `/console/{page}` | {1000 * spent / PAGES:.0f} |")


def _body(query: Query) -> bytes:
    tags, weights = query
    words = {f"tag {tag}": weight for tag, weight in zip(tags, weights.tolist(), strict=True)}
    return json.dumps({"keywords": words, "k": 10}).encode()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=100_000, help="0 leaves the product out")
    if shutil.which("wrk") is None:
        sys.exit("needs wrk: apt-get install wrk")
    route_against_route()
    if n_videos := parser.parse_args().videos:
        with_videos(n_videos)
