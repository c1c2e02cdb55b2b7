"""A check on data nobody made for this: words of the files that come with installed packages.

Each file is a video, each word a tag. Real counts are less kind than made ones: prints how the
impacts lie, which part of the postings a query reads, and the gain over the plain kernel.
"""

import collections
import re
import sysconfig
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from corpus import Query, advertiser_queries, viewer_queries
from numpy.typing import NDArray

from engine.index import Index
from engine.kernels.forward import Found
from engine.queries import packed
from engine.scans.levels import LevelScan

FOLDERS: Final = (Path(sysconfig.get_paths()["purelib"]), Path("/usr/share/doc"))
SUFFIXES: Final = {".py", ".pyi", ".md", ".rst", ".txt", ".html", ".h", ""}
LEAST_WORDS: Final = 30
MOST_BYTES: Final = 400_000
WORD: Final = re.compile(r"[a-z]{3,20}")
MIN_DF: Final = 3


def main() -> None:
    """Count, index, measure, print."""
    counts, ids = read()
    keep = np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]) >= MIN_DF)
    counts = counts[:, keep]
    plain = Index.from_counts(counts, ids, kernel="plain")
    levels = Index.from_counts(counts, ids, kernel="levels")
    impacts = plain.scan.arrays["impacts"]
    print(
        f"{levels.n_videos} files, {levels.n_tags} words, {levels.n_postings} postings; impacts:"
        f" median {np.median(impacts):.3f}, above .3: {np.mean(impacts > 0.3):.1%}"
    )
    for name, queries in (
        ("viewer", viewer_queries(counts, 60, 1)),
        ("advertiser", advertiser_queries(counts, 60, 3)),
    ):
        gain, share = measure(plain, levels, queries)
        print(f"{name}: reads {share:.1%} of the query's postings, plain / levels {gain:.2f}")


def read() -> tuple[Any, list[str]]:
    """Return the word counts of all files, and their paths."""
    numbers: dict[str, int] = {}
    indptr, indices, data, ids = [0], [], [], []
    for path in sorted(path for folder in FOLDERS for path in folder.rglob("*")):
        if path.suffix not in SUFFIXES or not path.is_file():
            continue
        if path.stat().st_size > MOST_BYTES:
            continue
        text = path.read_bytes().decode("utf-8", errors="ignore").lower()
        words = collections.Counter(WORD.findall(text))
        if sum(words.values()) < LEAST_WORDS:
            continue
        row = sorted((numbers.setdefault(word, len(numbers)), n) for word, n in words.items())
        indices += [number for number, _ in row]
        data += [n for _, n in row]
        indptr.append(len(indices))
        ids.append(str(path))
    matrix = sp.csr_array((data, indices, indptr), (len(ids), len(numbers)), dtype=np.int64)
    return matrix, ids


def measure(plain: Index, levels: Index, queries: list[Query]) -> tuple[float, float]:
    """Return the median ratio of processor times and the mean part of the postings read."""
    assert isinstance(levels.scan, LevelScan)
    levels.warm_up()
    plain.warm_up()
    ratios, shares = [], []
    for tags, weights in queries:
        query = levels.query(tags, weights)
        shares.append(part_read(levels, levels.scan, query.tags, packed([query])))
        spent = []
        for index in (plain, levels):
            started = time.thread_time()
            for _ in range(5):
                rows, _ = index.top_k(query, 10)
            spent.append(time.thread_time() - started)
        assert rows.tolist() == plain.top_k(query, 10)[0].tolist()
        ratios.append(spent[0] / spent[1])
    return float(np.median(ratios)), float(np.mean(shares))


def part_read(index: Index, scan: LevelScan, tags: NDArray[np.int64], together: Any) -> float:
    """Return which part of the postings of its tags one query reads."""
    found = Found(np.empty((1, 10), np.int64), np.empty((1, 10)), np.zeros(1, np.int64))
    weights = np.zeros(index.n_tags)
    every_row = np.empty(0, np.bool_)
    read, _ = scan.work(index.forward, together, every_row, weights, scan.scratch(), found)
    return read / float(index.df[tags].sum())


if __name__ == "__main__":
    main()
