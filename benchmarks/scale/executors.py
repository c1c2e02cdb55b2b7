"""Measure a reindex by two processes of this machine, and by two workers of a Dask cluster.

    PYTHONPATH=tests:benchmarks/engine python benchmarks/scale/executors.py

Both have the same two processors; a catalog of made videos is reindexed by each in turns.
"""

import argparse
import tempfile
from pathlib import Path

from processes import compare
from reindex import fill

from support.dask import DaskCluster


def main() -> None:
    """Make a catalog and a cluster, reindex by each, and print how that went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=200_000)
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, DaskCluster(workers=2) as cluster:
        fill(Path(home), arguments.videos)
        compare(Path(home), ["local:2", cluster.url], arguments.turns)


if __name__ == "__main__":
    main()
