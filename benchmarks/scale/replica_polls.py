"""Measure how long a replica looks for a new publication, in a folder, when there is none.

    PYTHONPATH=tests:benchmarks/engine python benchmarks/scale/replica_polls.py

A bucket answers later: the simulation adds what is assumed of one. What is measured goes into
``measured.json``.
"""

import os
import tempfile
import time
from pathlib import Path

import numpy as np
from figures import QUANTILES, go_first, keep

from engine.batch.reindex import reindex
from engine.batch.replication.publish import publish
from engine.batch.replication.replica import Replica
from engine.catalogs import open_catalog
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generations import Generations
from engine.object_stores import open_object_store
from support.catalogs import save, video_id

TIMES = 400


def main() -> None:
    """Publish, fetch, and look again many times."""
    go_first(os.getpid())
    with tempfile.TemporaryDirectory() as folder, open_catalog(Path(folder) / "c.db") as catalog:
        for number in range(50):
            save(catalog, video_id(number), {"cat": 1 + number})
        generations = Generations(Path(folder) / "generations")
        reindex(catalog, generations, IndexConfig(threshold=0.7, tf="raw"))
        store = open_object_store(f"file://{folder}/store")
        publish(catalog, generations, store)
        replica = Replica(Path(folder) / "replica")
        assert replica.fetch(store)
        walls, began = [], time.process_time()
        for _ in range(TIMES):
            asked_at = time.perf_counter()
            assert not replica.fetch(store)
            walls.append(1e3 * (time.perf_counter() - asked_at))
        client = 1e3 * (time.process_time() - began) / TIMES
    figures = {
        "client_ms": round(client, 4),
        "server_ms": 0.0,
        "wall_ms": np.percentile(walls, QUANTILES).round(4).tolist(),
    }
    print(figures)
    keep("replica_poll", figures)


if __name__ == "__main__":
    main()
