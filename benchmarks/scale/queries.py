"""Measure queries of one thread, and the bytes of the index, by number of videos.

    PYTHONPATH=benchmarks/engine python benchmarks/scale/queries.py [--folder FOLDER]

The counts are those of ``benchmarks/engine/large.py``: ten million videos take 10 GB of disk and
4 of memory. What is measured goes into ``measured.json``.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from bench import K
from corpus import N_TAGS, Query, advertiser_queries, viewer_queries
from figures import QUANTILES, keep
from large import PART_VIDEOS, Parts

from engine.indexes.local.builder import build_in_folder
from engine.indexes.local.index import Index

SMALL = 100_000


def main() -> None:
    """Build an index of each size, ask it, keep what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=int, nargs="+", default=[1, 3, 10])
    parser.add_argument("--queries", type=int, default=40)
    parser.add_argument("--folder", type=Path, help="where the counts stay for another time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        parts = Parts(arguments.folder or Path(folder), max(arguments.millions))
        first = parts.counts(0)
        queries = {
            "viewer": viewer_queries(first, 2 * arguments.queries, 1),
            "advertiser": advertiser_queries(first, 2 * arguments.queries, 3),
        }
        ids = [f"v{number:08d}" for number in range(SMALL)]
        paths = parts.paths
        measured = {SMALL: measure(Index.from_counts(first[:SMALL], ids, kernel="levels"), queries)}
        print(measured, flush=True)
        del first
        for millions in arguments.millions:
            path = Path(folder) / f"index-{millions}"
            parts.paths = paths[:millions]
            started = time.process_time()
            build_in_folder(path, parts, n_tags=N_TAGS, kernel="levels")
            built = time.process_time() - started
            measured[millions * PART_VIDEOS] = measure(Index.load(path), queries) | {
                "build_cpu_seconds": built
            }
            print(millions, measured[millions * PART_VIDEOS], flush=True)
    keep("queries", {str(size): figures for size, figures in measured.items()})


def measure(index: Index, queries: dict[str, list[Query]]) -> dict[str, Any]:
    """Ask an index twice as many questions as are timed, in a row, as a server at work is."""
    figures: dict[str, Any] = {"bytes_a_video": index.size_bytes / index.n_videos}
    index.warm_up()
    for name, some in queries.items():
        spent = []
        for tags, weights in some:
            started = time.thread_time()
            index.top_k(index.query(tags, weights), K)
            spent.append(1e3 * (time.thread_time() - started))
        warm = spent[len(spent) // 2 :]
        figures[f"{name}_ms"] = np.percentile(warm, QUANTILES).round(4).tolist()
    return figures


if __name__ == "__main__":
    main()
