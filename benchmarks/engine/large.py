"""Our two kernels over ten million videos: an index built part by part, larger than its memory.

    python large.py                        # 10 parts of a million videos, 10 GB of disk, 6 GB

The counts are made a million videos at a time and kept on the disk;
``engine.indexes.local.builder`` builds the index from them. Then both kernels answer the same
queries in turns, as in ``bench.py``, and must find the same.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from bench import K, Result, in_turns, level_scan, packages, skew
from corpus import KINDS, N_TAGS, advertiser_queries, make_counts, viewer_queries
from machine import machine
from peers import Ours, Peer
from reindex import held_megabytes, sample
from results import keep

from engine.indexes.local.builder import Part, build_in_folder
from engine.indexes.local.index import Index
from engine.indexes.local.scan_selection import sampled
from engine.indexes.local.scans.base import concatenated
from engine.indexes.local.scans.levels import LevelScan
from engine.indexes.local.scans.plain import PlainScan

PART_VIDEOS = 1_000_000


class Parts:
    """Counts on the disk, a part a file; those that are there already are used."""

    def __init__(self, folder: Path, n_parts: int) -> None:
        self.paths = [folder / f"{part}.npz" for part in range(n_parts)]
        for part, path in enumerate(self.paths):
            if path.exists():
                continue
            counts = make_counts(KINDS["topics"], PART_VIDEOS, part)
            aside = path.with_suffix(".part.npz")
            np.savez(aside, indptr=counts.indptr, indices=counts.indices, data=counts.data)
            aside.replace(path)
            print("made part", part, flush=True)

    def __iter__(self) -> Iterator[Part]:
        for part in range(len(self.paths)):
            first = part * PART_VIDEOS
            ids = [f"v{number:08d}" for number in range(first, first + PART_VIDEOS)]
            yield ids, self.counts(part)

    def counts(self, part: int) -> "sp.csr_array[np.int32]":
        """Return one part."""
        with np.load(self.paths[part]) as stored:
            arrays = (stored["data"], stored["indices"], stored["indptr"])
        return sp.csr_array(arrays, (PART_VIDEOS, N_TAGS))


def main() -> None:
    """Build, ask, keep what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", type=int, default=10)
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="where the counts stay for another time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        parts = Parts(arguments.folder or Path(folder), arguments.parts)
        small = parts.counts(0)[:1_000]
        Index.from_counts(small, [f"{row:04}" for row in range(1_000)], kernel="levels").warm_up()
        index, build = built(Path(folder) / "index", parts)
        result: Result = {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": machine(),
            "versions": packages(),
            "kind": "topics",
            "videos": index.n_videos,
            "postings": index.n_postings,
            **build,
        }
        engines = both_kernels(index)
        result["impacts"] = skew(engines["plain"])
        result["queries"] = timed_queries(engines, parts.counts(0), arguments.queries)
        keep(f"topics {index.n_videos}", result)
        print(result)


def timed_queries(engines: dict[str, Peer], counts: "sp.csr_array[np.int32]", n: int) -> Result:
    """Time both kernels on queries made of some of the videos; they must find the same."""
    timed = {}
    for name, queries in (
        ("viewer", viewer_queries(counts, 2 * n, 1)),
        ("advertiser", advertiser_queries(counts, 2 * n, 3)),
    ):
        for query in queries[:n]:
            matches = [engine.search(*query, K).tolist() for engine in engines.values()]
            assert matches[0] == matches[1], name
        timed[name] = {
            "warm": in_turns(engines, queries[n:], queries[:n], n),
            "cold": in_turns(engines, queries[n:], queries[:1], 1),
        }
    return timed


def built(folder: Path, parts: Parts) -> tuple[Index, Result]:
    """Build the index part by part; return it and what that took."""
    stop = threading.Event()
    samples = [held_megabytes()]
    sampler = threading.Thread(target=sample, args=(samples, stop))
    sampler.start()
    started = time.process_time()
    index = build_in_folder(folder, parts, n_tags=N_TAGS, kernel="levels")
    seconds = time.process_time() - started
    stop.set()
    sampler.join()
    started = time.perf_counter()
    index = Index.load(folder)
    opened = time.perf_counter() - started
    return index, {
        "build_seconds": {"levels": seconds},
        "build_mb": max(samples),
        "open_ms": 1e3 * opened,
        "bytes_a_posting": {"levels": index.size_bytes / index.n_postings},
        "sample": asdict(sampled(index.forward, level_scan(index), index.df)),
    }


def both_kernels(index: Index) -> dict[str, Peer]:
    """Return both, over one copy of the rows in memory, as the engines of ``bench.py`` are."""
    forward = index.forward._replace(
        starts=held(index.forward.starts),
        tags=held(index.forward.tags),
        counts=held(index.forward.counts),
        scales=held(index.forward.scales),
    )
    levels = LevelScan.of({name: held(array) for name, array in index.scan.arrays.items()})
    plain = PlainScan.of(concatenated(PlainScan.pieces(forward, 1.0)))
    return {
        "levels": Ours(Index(index.ids, forward, index.weighting, levels)),
        "plain": Ours(Index(index.ids, forward, index.weighting, plain)),
    }


def held(array: np.ndarray) -> np.ndarray:
    """Return a copy in memory, read-only as a mapped file is."""
    copy = np.array(array)
    copy.flags.writeable = False
    return copy


if __name__ == "__main__":
    main()
