"""Levels as earlier versions stored them: level by level, four bytes a row."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import CorruptData
from engine.indexes.local.index import Index
from engine.indexes.local.scans.base import Array, concatenated
from engine.indexes.local.scans.earlier_levels import in_blocks
from engine.indexes.local.scans.levels import LevelScan
from support.corpora import Corpus, realistic_corpus

SHARD_ROWS, BLOCK_ROWS = 1_024, 256
N_VIDEOS = 2_500


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return realistic_corpus(np.random.default_rng(5), N_VIDEOS)


@pytest.fixture(scope="module")
def arrays(corpus: Corpus) -> dict[str, Array]:
    index = Index.from_counts(corpus.rows, corpus.ids, kernel="rows")
    return concatenated(
        LevelScan.pieces(index.forward, 1.0, shard_rows=SHARD_ROWS, block_rows=BLOCK_ROWS)
    )


def as_before(arrays: dict[str, Array], n_tags: int) -> dict[str, Array]:
    """Put the runs of each level one after the other, list by list."""
    rows: list[int] = []
    starts, run = [0], 0
    n_shards = -(-N_VIDEOS // SHARD_ROWS)
    for shard in range(n_shards):
        n_blocks = -(-min(SHARD_ROWS, N_VIDEOS - shard * SHARD_ROWS) // BLOCK_ROWS)
        firsts = arrays["firsts"][shard * n_tags : (shard + 1) * n_tags + 1].tolist()
        for first, last in pairwise(firsts):
            n = last - first
            for level in range(n):
                for block in range(n_blocks):
                    at = run + block * n + level
                    own = arrays["rows"][arrays["starts"][at] : arrays["starts"][at + 1]]
                    rows += (block * BLOCK_ROWS + own.astype(np.int64)).tolist()
                starts.append(len(rows))
            run += n * n_blocks
    rest = {name: array for name, array in arrays.items() if name != "block_rows"}
    return {**rest, "rows": np.array(rows, np.uint32), "starts": np.array(starts)}


def test_they_are_arranged_as_they_are_stored_now(corpus: Corpus, arrays: dict[str, Array]) -> None:
    before = as_before(arrays, corpus.rows.shape[1])
    arranged = in_blocks(before, N_VIDEOS, shard_rows=SHARD_ROWS, block_rows=BLOCK_ROWS)
    assert arranged.keys() == arrays.keys()
    for name, array in arrays.items():
        assert arranged[name].dtype == array.dtype, name
        assert np.array_equal(arranged[name], array), name


def save_as_before(folder: Path, **changed: Any) -> None:
    """Make what is in a folder an index of version 2, of few videos: its runs are its levels."""
    meta = json.loads((folder / "meta.json").read_text())
    del meta["sizes"]["scan_block_rows.npy"]
    (folder / "scan_block_rows.npy").unlink()
    rows = np.load(folder / "scan_rows.npy").astype(np.uint32)
    for name, array in {"scan_rows": rows, **changed}.items():
        np.save(folder / f"{name}.npy", array)
        meta["sizes"][f"{name}.npy"] = (folder / f"{name}.npy").stat().st_size
    (folder / "meta.json").write_text(json.dumps({**meta, "version": 2}))


@pytest.mark.slow
def test_an_index_of_before_opens_and_answers_as_it_did(corpus: Corpus, tmp_path: Path) -> None:
    index = Index.from_counts(corpus.rows, corpus.ids, kernel="levels")
    index.save(tmp_path)
    save_as_before(tmp_path)
    opened = Index.load(tmp_path)
    for row in range(0, N_VIDEOS, 250):
        tags, counts = index.counts_of(row)
        names, scores = index.search(tags, counts)
        opened_names, opened_scores = opened.search(tags, counts)
        assert opened_names == names
        assert np.array_equal(opened_scores, scores)


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("shard_rows", lambda _: np.array([0])),
        ("shard_rows", lambda _: np.array([1])),
        ("shard_rows", lambda _: np.array([np.inf])),
        ("shard_rows", lambda _: np.array([0.1])),
        ("shard_rows", lambda _: np.array(["x"])),
        ("shard_rows", lambda _: np.array([], np.int64)),
        ("rows", lambda rows: rows.astype(np.uint32) + 2**20),
        ("rows", lambda rows: np.where(rows == rows.max(), 2**60, rows.astype(np.int64))),
        ("rows", lambda rows: rows.astype(np.float64)),
        ("rows", lambda rows: rows[:3]),
        ("starts", lambda _: np.array([0, 3, 1])),
        ("starts", lambda starts: np.where(starts == starts[3], 2**62, starts)),
        ("starts", lambda starts: np.where(starts == starts[3], -(2**63), starts)),
        ("starts", lambda starts: starts.astype(np.float64)),
        ("starts", lambda starts: starts[:0]),
        ("firsts", lambda _: np.array([0, 10**6])),
        ("firsts", lambda firsts: firsts[::-1]),
        ("firsts", lambda firsts: firsts.astype(np.float64)),
        ("firsts", lambda firsts: firsts.astype(str)),
    ],
)
def test_one_that_does_not_fit_together_is_refused(
    corpus: Corpus, tmp_path: Path, name: str, changed: Callable[[Array], Array]
) -> None:
    Index.from_counts(corpus.rows[:100], corpus.ids[:100], kernel="levels").save(tmp_path)
    stored = np.load(tmp_path / f"scan_{name}.npy")
    save_as_before(tmp_path, **{f"scan_{name}": changed(stored)})
    with pytest.raises(CorruptData, match=r"does not fit together \(its .* build the index anew"):
        Index.load(tmp_path)
