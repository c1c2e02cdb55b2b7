"""Time the index against its peers; results go to ``results.json``, see ``report.py``.

The engines take turns, all queries in a turn after as many others (warm: a server at work) and
query by query (cold: each finds the caches as the others left them). Times are processor seconds;
a ratio is the median over the queries of peer / ours. Whatever claims to be
exact must find what scikit-learn finds, or the run stops.
"""

import argparse
import importlib.metadata
import json
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np
import scipy.sparse as sp
from corpus import KINDS, Kind, Query, advertiser_queries, make_counts, video_ids, viewer_queries
from machine import machine
from numpy.typing import NDArray
from peers import BUILDS, Ours, Peer, ScikitLearn
from results import keep

from engine.indexes.local.index import Index
from engine.indexes.local.scan_selection import Kernel, sampled
from engine.indexes.local.scans.levels import LevelScan
from engine.kernels.forward import norms_of

K = 10
TIE = 1e-6
PACKAGES = (
    "numpy",
    "numba",
    "scipy",
    "scikit-learn",
    "sparse_dot_topn",
    "bm25s",
    "tantivy",
    "pyseismic-lsr",
)

Result = dict[str, Any]


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--peers", nargs="*", default=list(BUILDS), choices=list(BUILDS))
    parser.add_argument("--queries", type=int, default=40)
    arguments = parser.parse_args()
    for n_videos in arguments.videos:
        for name in arguments.kinds:
            # Harsher corpora are a question to our own kernels and to the field's baseline.
            peers = arguments.peers if name == "topics" else []
            result = run(KINDS[name], n_videos, peers, arguments.queries)
            keep(f"{name} {n_videos}", result)
            print(json.dumps(result, indent=1))


def run(kind: Kind, n_videos: int, peers: list[str], n_queries: int) -> Result:
    """Build all engines of one corpus and time them."""
    counts = make_counts(kind, n_videos)
    result: Result = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": packages(),
        "kind": kind.name,
        "videos": n_videos,
        "postings": int(counts.nnz),
    }
    engines, builds = built(counts, n_videos, peers)
    levels = engines["levels"]
    assert isinstance(levels, Ours)
    result["build_seconds"] = builds
    result["impacts"] = skew(engines["plain"])
    result["sample"] = asdict(
        sampled(levels.index.forward, level_scan(levels.index), levels.index.df)
    )
    result["bytes_a_posting"] = {
        name: engine.index.size_bytes / counts.nnz
        for name, engine in engines.items()
        if isinstance(engine, Ours)
    }
    result["idf_refresh_ms"] = 1e3 * min(refresh_seconds(levels.index) for _ in range(5))
    result["upsert_us_a_video"] = 1e6 * upsert_seconds(levels.index, counts)
    result["open_ms"] = 1e3 * open_seconds(levels.index)
    result["queries"] = {}
    for name, queries in (
        ("viewer", viewer_queries(counts, 2 * n_queries, 1)),
        ("viewer, 1/4 unwanted", viewer_queries(counts, 2 * n_queries, 2, unwanted=0.25)),
        ("advertiser", advertiser_queries(counts, 2 * n_queries, 3)),
    ):
        result["queries"][name] = {
            "warm": in_turns(engines, queries[n_queries:], queries[:n_queries], n_queries),
            "cold": in_turns(engines, queries[n_queries:], queries[:1], 1),
        }
    if peers:
        result["batch"] = batch(levels.index, engines, counts)
    return result


def skew(plain: Peer) -> Result:
    """Return how the impacts lie: even ones leave levels little to save."""
    assert isinstance(plain, Ours)
    impacts = plain.index.scan.arrays["impacts"]
    return {"median": float(np.median(impacts)), "above .3": float(np.mean(impacts > 0.3))}


def level_scan(index: Index) -> LevelScan:
    """Return the index's scan, which is by level."""
    assert isinstance(index.scan, LevelScan)
    return index.scan


def built(counts: Any, n_videos: int, peers: list[str]) -> tuple[dict[str, Peer], dict[str, float]]:
    """Build every engine; return them and the processor seconds each took."""
    ids = video_ids(n_videos)
    warm = make_counts(KINDS["topics"], 1_000)
    kernels: tuple[Kernel, ...] = ("plain", "levels")
    for kernel in kernels:
        Index.from_counts(warm, video_ids(1_000), kernel=kernel).warm_up()
    engines: dict[str, Peer] = {}
    seconds: dict[str, float] = {}
    for kernel in kernels:
        started = time.process_time()
        engines[kernel] = Ours(Index.from_counts(counts, ids, kernel=kernel))
        seconds[kernel] = time.process_time() - started
    started = time.process_time()
    sklearn = ScikitLearn(counts)
    engines["scikit-learn"] = sklearn
    seconds["scikit-learn"] = time.process_time() - started
    for name in peers:
        started = time.process_time()
        engines[name] = BUILDS[name](counts, sklearn)
        seconds[name] = time.process_time() - started
        print(name, "built in", seconds[name], flush=True)
    return engines, seconds


def in_turns(
    engines: dict[str, Peer], queries: list[Query], before: list[Query], block: int
) -> Result:
    """Time every engine on every query.

    Args:
        engines: take turns, in an order by chance.
        queries: timed.
        before: run first, untimed, in the first turn of each engine.
        block: how many queries a turn.
    """
    if min(weights.min() for _, weights in queries) < 0:
        engines = {name: engine for name, engine in engines.items() if name != "pyseismic-lsr"}
    times: dict[str, list[float]] = {name: [] for name in engines}
    rng = np.random.default_rng(0)
    sklearn = engines.get("scikit-learn")
    agreed, recalled = dict.fromkeys(engines, 0), dict.fromkeys(engines, 0.0)
    for first in range(0, len(queries), block):
        some = queries[first : first + block]
        scores = [sklearn.scores(*query) for query in some if isinstance(sklearn, ScikitLearn)]
        for name in rng.permutation(list(engines)).tolist():
            for query in before if first == 0 else []:
                engines[name].search(*query, K)
            matches = []
            for tags, weights in some:
                started = time.thread_time()
                matches.append(engines[name].search(tags, weights, K))
                times[name].append(time.thread_time() - started)
            for rows, expected in zip(matches, scores, strict=bool(scores)):
                if rows.size:
                    same = is_best(rows, expected)
                    assert same or not engines[name].exact, (name, first)
                    agreed[name] += same
                    best = np.argpartition(-expected, K)[:K]
                    recalled[name] += np.isin(rows, best).mean()
    ours = np.array(times["levels"])
    return {
        name: {
            "p50_ms": 1e3 * float(np.median(spent)),
            "p99_ms": 1e3 * float(np.percentile(spent, 99)),
            "ratio": float(np.median(np.array(spent) / ours)),
            "agreed": agreed[name] / len(spent),
            "recall": recalled[name] / len(spent),
        }
        for name, spent in times.items()
    }


def is_best(rows: NDArray[np.int64], scores: NDArray[np.float64]) -> bool:
    """Tell whether rows are the k best, in order, but for ties."""
    best = np.sort(scores[np.argpartition(-scores, K)[:K]])[::-1]
    return rows.size == K and bool(np.allclose(scores[rows], best, rtol=0, atol=TIE))


def batch(index: Index, engines: dict[str, Peer], counts: Any) -> Result:
    """Time 1,000 viewers at once against sparse_dot_topn: wall seconds, all cores."""
    from sparse_dot_topn import sp_matmul_topn

    sklearn = engines["scikit-learn"]
    assert isinstance(sklearn, ScikitLearn)
    queries = viewer_queries(counts, 1_000, 5)
    queries_matrix = sp.csr_array(
        (
            np.concatenate([weights for _, weights in queries]),
            np.concatenate([tags for tags, _ in queries]),
            np.cumsum([0] + [tags.size for tags, _ in queries]),
        ),
        (len(queries), counts.shape[1]),
    )
    units = sp.vstack([sklearn.query(*query) for query in queries]).tocsr().astype(np.float32)
    by_tag = sklearn.vectors.T.tocsr().astype(np.float32)
    ours, theirs = [], []
    for _ in range(3):
        started = time.perf_counter()
        matches = index.search_many(queries_matrix, K)
        ours.append(time.perf_counter() - started)
        started = time.perf_counter()
        peers = sp_matmul_topn(units, by_tag, top_n=K, sort=True, n_threads=2)
        theirs.append(time.perf_counter() - started)
    for row in range(0, len(queries), 50):
        names, scores = matches[row]
        own = peers.data[peers.indptr[row] : peers.indptr[row + 1]]
        assert len(names) == K
        assert np.allclose(np.sort(own), np.sort(scores), rtol=0, atol=1e-5)
    return {
        "ours_seconds": float(np.median(ours)),
        "sparse_dot_topn_seconds": float(np.median(theirs)),
        "ratio": float(np.median(np.array(theirs) / np.array(ours))),
    }


def refresh_seconds(index: Index) -> float:
    """Time a pass over all rows that makes every norm anew from the counts."""
    forward = index.forward
    norms = np.empty(index.n_videos)
    started = time.thread_time()
    norms_of(forward.starts, forward.tags, forward.counts, forward.tf, forward.idf, norms)
    return time.thread_time() - started


def upsert_seconds(index: Index, counts: Any) -> float:
    """Time, per video, making 10,000 videos searchable beside the index."""
    n = min(10_000, counts.shape[0])
    ids = video_ids(n)
    index.build_beside(counts[:n], ids)
    started = time.thread_time()
    index.build_beside(counts[:n], ids)
    return (time.thread_time() - started) / float(n)


def open_seconds(index: Index) -> float:
    """Time opening the index from the disk, wall."""
    with tempfile.TemporaryDirectory() as folder:
        index.save(folder)
        started = time.perf_counter()
        Index.load(folder)
        return time.perf_counter() - started


def packages() -> dict[str, str]:
    """Return the versions that took part."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}


if __name__ == "__main__":
    main()
