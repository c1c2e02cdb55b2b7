"""Cost of a reindex: processor time and memory, by number of videos.

    python reindex.py --videos 100000 300000

Made catalogs of 37 tags a video; each reindex runs in a process of its own. Memory is what the
process holds for itself (``RssAnon``), the largest of samples taken every 10 ms: pages of the
files it writes and reads are the system's, which takes them back when it needs them. Linux only.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from corpus import KINDS, N_TAGS, make_counts
from results import keep

from engine.batch.reindex import reindex
from engine.catalogs import open_catalog
from engine.domain.matching.index_config import IndexConfig
from engine.domain.tracks import FULL_SCALE, ChangeTrack, Track
from engine.domain.videos import VideoRecord
from engine.indexes.local.disk.generations import Generations
from engine.ports.catalog import Catalog

MAX_SECONDS = 60
TRANSACTION_VIDEOS = 1_000
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
CONFIG = IndexConfig(threshold=0.7, tf="raw")


def main() -> None:
    """Make catalogs and reindex each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, nargs="+", default=[100_000, 300_000])
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.home:
        print(json.dumps(measure(arguments.home)))
        return
    measured = {}
    for n_videos in arguments.videos:
        with tempfile.TemporaryDirectory() as home:
            fill(Path(home), n_videos)
            command = [sys.executable, __file__, "--home", home]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 # ours
            measured[str(n_videos)] = json.loads(done.stdout)
            print(n_videos, measured[str(n_videos)], flush=True)
    keep("reindex", measured)


def fill(home: Path, n_videos: int) -> None:
    """Make a catalog."""
    counts = make_counts(KINDS["topics"], n_videos)
    with open_catalog(home / "catalog.db") as catalog:
        catalog.tags.number([f"tag {number}" for number in range(N_TAGS)])
        for first in range(0, n_videos, TRANSACTION_VIDEOS):
            with catalog.transaction():
                for row in range(first, min(first + TRANSACTION_VIDEOS, n_videos)):
                    own = slice(counts.indptr[row], counts.indptr[row + 1])
                    save(catalog, row, track_of(counts.indices[own], counts.data[own]))


def save(catalog: Catalog, row: int, track: Track) -> None:
    """Store a made video."""
    video = f"{row:016x}"
    record = VideoRecord(
        id=video,
        title=video,
        status="ok",
        reason="",
        seconds=track.n_seconds,
        width=640,
        height=360,
        codec="h264",
        tagger="made@1",
        added_at="",
        source=f"/films/{video}.mp4",
        language=("de", "en", "fr")[row % 3],
        uploader=f"uploader {row % 1000}",
        categories=("sports",) if row % 7 else (),
    )
    catalog.videos.save(record, track, now=MOMENT)


def track_of(tags: np.ndarray, counts: np.ndarray) -> Track:
    """Return the track on which each tag is seen, for sure, on the first so many seconds."""
    seconds = np.minimum(counts, MAX_SECONDS)
    n_seconds = int(seconds.max())
    shown = np.arange(n_seconds)[:, np.newaxis] < seconds
    starts = np.concatenate([[0], np.cumsum(shown.sum(axis=1))])
    _, column = np.nonzero(shown)
    confidences = np.full(column.size, FULL_SCALE, np.uint16)
    return Track(
        starts, tags[column].astype(np.uint32), confidences, ChangeTrack.all_new(n_seconds)
    )


def measure(home: Path) -> dict[str, float]:
    """Reindex twice, the second time with the counts kept."""
    stop = threading.Event()
    samples = [held_megabytes()]
    sampler = threading.Thread(target=sample, args=(samples, stop))
    spent = []
    with open_catalog(home / "catalog.db") as catalog:
        sampler.start()
        for _ in range(2):
            started = time.process_time()
            built = reindex(catalog, Generations(home / "generations"), CONFIG)
            spent.append(time.process_time() - started)
    stop.set()
    sampler.join()
    return {
        "before_mb": samples[0],
        "most_mb": max(samples),
        "counts_mb": built.index.n_postings * 8 / 1e6,
        "cpu_seconds": spent[0],
        "again_cpu_seconds": spent[1],
    }


def sample(samples: list[float], stop: threading.Event) -> None:
    """Append what the process holds until told to stop."""
    while not stop.wait(0.01):
        samples.append(held_megabytes())


def held_megabytes() -> float:
    """Return the memory this process holds for itself."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) / 1000


if __name__ == "__main__":
    main()
