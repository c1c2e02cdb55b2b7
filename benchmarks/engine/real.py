"""A check on counts nobody made for this: words of installed files, and tags of real footage.

    python real.py [--home FOLDER]

Real counts are less kind than made ones. Of each set it prints how the impacts lie, which part of
its postings a query reads by level, and the gain over the plain kernel. Words come from the files
of installed packages and the manual pages: each file is a video, each word a tag; then each run
of 300 words is a video. Tags come from the catalog of a reelmatch home: each video, then each
ten seconds of one, since of videos there are few.
"""

import argparse
import collections
import gzip
import re
import sysconfig
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from bench import level_scan, skew
from corpus import Query, advertiser_queries, viewer_queries
from numpy.typing import NDArray
from peers import Ours
from results import keep

from engine.catalogs import open_catalog
from engine.domain.tracks import FULL_SCALE
from engine.indexes.local.index import Index
from engine.indexes.local.queries import packed
from engine.indexes.local.scan_selection import sampled
from engine.kernels.forward import TopRows

FOLDERS: Final = (
    Path(sysconfig.get_paths()["purelib"]),
    Path("/usr/share/doc"),
    Path("/usr/share/man"),
    Path("/usr/lib/python3"),
)
SUFFIXES: Final = {".py", ".pyi", ".md", ".rst", ".txt", ".html", ".h", ".gz", ""}
MIN_WORDS: Final = 30
MAX_BYTES: Final = 400_000
PIECE_WORDS: Final = 300
GZIP: Final = b"\x1f\x8b\x08"
WORD: Final = re.compile(r"[a-z]{3,20}")
MIN_DF: Final = 3
WINDOW_SECONDS: Final = 10
THRESHOLD: Final = 0.7

Row = collections.Counter[str]
Result = dict[str, Any]


def main() -> None:
    """Count, index, measure, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a reelmatch home with watched footage")
    arguments = parser.parse_args()
    results = []
    if arguments.home:
        results.append(measure("videos, tags over 0.7", footage(arguments.home, 10**9), 1))
        windows = footage(arguments.home, WINDOW_SECONDS)
        results.append(measure("ten seconds of video, tags over 0.7", windows, 1))
    results.append(measure("files, words", (row for row, _ in files()), MIN_DF))
    results.append(measure("300 words of a file", pieces(), MIN_DF))
    keep("real", {"sets": results})


def footage(home: Path, seconds: int) -> Iterator[Row]:
    """Count the tags of every run of so many seconds of each watched video."""
    with open_catalog(home / "catalog.db") as catalog:
        names = catalog.tags.vocabulary().names
        after = ""
        while page := catalog.content.page(after=after):
            for content in page:
                track = content.track
                for first in range(0, track.n_seconds, seconds):
                    own = slice(
                        int(track.starts[first]),
                        int(track.starts[min(first + seconds, track.n_seconds)]),
                    )
                    sure = track.confidences[own] >= THRESHOLD * FULL_SCALE
                    yield collections.Counter(names[tag] for tag in track.tags[own][sure])
                after = content.record.id


def files() -> Iterator[tuple[Row, list[str]]]:
    """Count the words of every file; yields the words in their order, too."""
    for path in sorted(path for folder in FOLDERS for path in folder.rglob("*")):
        if path.suffix not in SUFFIXES or not path.is_file() or path.stat().st_size > MAX_BYTES:
            continue
        content = path.read_bytes()
        if content.startswith(GZIP):
            content = gzip.decompress(content)[:MAX_BYTES]
        words = WORD.findall(content.decode("utf-8", errors="ignore").lower())
        if len(words) >= MIN_WORDS:
            yield collections.Counter(words), words


def pieces() -> Iterator[Row]:
    """Count the words of every run of 300."""
    for _, words in files():
        for first in range(0, len(words), PIECE_WORDS):
            if len(words) - first >= MIN_WORDS:
                yield collections.Counter(words[first : first + PIECE_WORDS])


def matrix_of(rows: Iterable[Row], min_df: int) -> "sp.csr_array[Any]":
    """Return the counts as a matrix, without rare tags and empty rows."""
    numbers: dict[str, int] = {}
    indptr, indices, data = [0], [], []
    for row in rows:
        entries = sorted((numbers.setdefault(word, len(numbers)), n) for word, n in row.items())
        indices += [number for number, _ in entries]
        data += [n for _, n in entries]
        indptr.append(len(indices))
    counts = sp.csr_array((data, indices, indptr), (len(indptr) - 1, len(numbers)), dtype=np.int64)
    counts = counts[:, np.flatnonzero(np.bincount(counts.indices) >= min_df)]
    return counts[np.flatnonzero(np.diff(counts.indptr) > 0)]


def measure(what: str, rows: Iterable[Row], min_df: int) -> Result:
    """Index a set both ways and ask both the same."""
    counts = matrix_of(rows, min_df)
    ids = [f"{row:08}" for row in range(counts.shape[0])]
    plain = Index.from_counts(counts, ids, kernel="plain")
    levels = Index.from_counts(counts, ids, kernel="levels")
    levels.warm_up()
    plain.warm_up()
    result: Result = {
        "what": what,
        "items": levels.n_videos,
        "tags": levels.n_tags,
        "postings": levels.n_postings,
        "impacts": skew(Ours(plain)),
        "sample": asdict(sampled(levels.forward, level_scan(levels), levels.df)),
    }
    for name, queries in (
        ("viewer", viewer_queries(counts, 60, 1)),
        ("advertiser", advertiser_queries(counts, 60, 3)),
    ):
        result[name] = compare(plain, levels, queries)
    print(result, flush=True)
    return result


def compare(plain: Index, levels: Index, queries: list[Query]) -> dict[str, float]:
    """Return the median ratio of processor times and the mean part of the postings read."""
    ratios, shares = [], []
    for tags, weights in queries:
        query = levels.query(tags, weights)
        if not query.tags.size:
            continue
        shares.append(part_read(levels, query.tags, packed([query])))
        spent = []
        for index in (plain, levels):
            started = time.thread_time()
            for _ in range(5):
                rows, _ = index.top_k(query, 10)
            spent.append(time.thread_time() - started)
        assert rows.tolist() == plain.top_k(query, 10)[0].tolist()
        ratios.append(spent[0] / spent[1])
    return {"gain": float(np.median(ratios)), "read": float(np.mean(shares))}


def part_read(index: Index, tags: NDArray[np.int64], batch: Any) -> float:
    """Return which part of the postings of its tags one query reads."""
    scan = level_scan(index)
    best = TopRows(np.empty((1, 10), np.int64), np.empty((1, 10)), np.zeros(1, np.int64))
    weights = np.zeros(index.n_tags)
    every_row = np.empty(0, np.bool_)
    read, _ = scan.work(
        index.forward, batch, every_row, weights, scan.scratch(index.n_videos), best
    )
    return read / float(index.df[tags].sum())


if __name__ == "__main__":
    main()
