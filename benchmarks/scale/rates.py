"""Measure how many videos a CPU second are imported, into both catalogs, and reindexed.

    PYTHONPATH=tests:benchmarks/engine python benchmarks/scale/rates.py

Reindexes are by one process and by two of this machine; ``executors.py`` compares two with a Dask
cluster. What is measured goes into ``measured.json``.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import processes
from corpus import KINDS, make_counts
from figures import keep
from reindex import fill
from shared_catalog import server_seconds

from engine.catalogs import open_catalog
from engine.ports.catalog import Catalog
from ingest.sources.imports.importing import import_file
from support.postgres import serving_postgres

IMPORTED = 2_000


def main() -> None:
    """Measure, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=50_000)
    videos = parser.parse_args().videos
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        made = home / "made.jsonl"
        made.write_text("\n".join(lines()))
        figures = {"import_cpu_ms": imports(home, made), "videos_reindexed": videos}
        fill(home, videos)
        figures["reindex_cpu_ms"] = {
            executor: 1e3 * reindexed(home, executor) / videos
            for executor in ("local:1", "local:2")
        }
    print(figures)
    keep("rates", figures)


def lines() -> list[str]:
    """Return made videos in the form that imports have."""
    counts = make_counts(KINDS["topics"], IMPORTED)
    rows = []
    for row in range(IMPORTED):
        own = slice(counts.indptr[row], counts.indptr[row + 1])
        tags = [
            {"tag": f"tag {tag}", "seconds": [[0, min(int(seconds), 600), 0.9]]}
            for tag, seconds in zip(counts.indices[own], counts.data[own], strict=True)
        ]
        source = f"https://films.example/{row}"
        rows.append(json.dumps({"source": source, "duration": 600, "tags": tags}))
    return rows


def imports(home: Path, made: Path) -> dict[str, float]:
    """Return the CPU of one video, in ms, by where it goes; a server's with it."""
    with open_catalog(home / "imported.db") as catalog:
        sqlite = imported(catalog, made)
    with serving_postgres(fsync=True) as server:
        url = server.create("imported")
        with open_catalog(url) as catalog:
            own = imported(catalog, made)
        time.sleep(0.5)
        served = server_seconds(server)
    return {
        "sqlite": 1e3 * sqlite / IMPORTED,
        "postgresql": 1e3 * own / IMPORTED,
        "postgresql_server": 1e3 * served / IMPORTED,
    }


def imported(catalog: Catalog, made: Path) -> float:
    """Import all; return CPU seconds of this process."""
    began = time.process_time()
    assert len(list(import_file(made, catalog, now=datetime.now(UTC)))) == IMPORTED
    return time.process_time() - began


def reindexed(home: Path, executor: str) -> float:
    """Reindex once in a process of its own; return its CPU seconds, those of its workers too."""
    command = [sys.executable, processes.__file__, "--home", str(home), "--by", executor]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 # ours
    measured = json.loads(done.stdout)
    print(executor, measured, flush=True)
    return float(measured["cpu"])


if __name__ == "__main__":
    main()
