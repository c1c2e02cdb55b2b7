import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.matching.weighting import TfName
from engine.errors import CorruptData
from engine.indexes.local.index import Index
from engine.indexes.local.scan_selection import Kernel
from support.corpora import Corpus, RawQuery, corpora, raw_queries, realistic_corpus

KERNELS: tuple[Kernel, ...] = ("rows", "plain", "levels")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    corpus = realistic_corpus(np.random.default_rng(3), 200)
    Index.from_counts(corpus.rows, corpus.ids, kernel="levels").save(tmp_path / "index")
    return tmp_path / "index"


@given(
    corpora(),
    raw_queries(),
    st.sampled_from(KERNELS),
    st.sampled_from(["raw", "sqrt", "log"]),
    st.integers(1, 3),
    st.floats(0.1, 1.0),
)
@settings(deadline=None, max_examples=40)
def test_a_loaded_index_is_the_one_that_was_saved(
    tmp_path_factory: pytest.TempPathFactory,
    corpus: Corpus,
    query: RawQuery,
    kernel: Kernel,
    tf: TfName,
    min_df: int,
    slope: float,
) -> None:
    folder = tmp_path_factory.mktemp("index")
    index = Index.from_counts(
        corpus.rows, corpus.ids, kernel=kernel, tf=tf, min_df=min_df, slope=slope
    )
    index.save(folder)
    loaded = Index.load(folder)
    assert list(loaded.ids) == list(index.ids)
    assert loaded.df.tolist() == index.df.tolist()
    assert loaded.idf.tolist() == index.idf.tolist()
    names, scores = index.search(query.tags, query.weights, 10)
    actual = loaded.search(query.tags, query.weights, 10)
    assert actual[0] == names
    assert actual[1].tolist() == scores.tolist()
    beside = loaded.build_beside(corpus.rows, corpus.ids)
    assert beside.search(query.tags, query.weights, 10)[0] == names


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_same_counts_give_the_same_bytes(tmp_path: Path, kernel: Kernel) -> None:
    corpus = realistic_corpus(np.random.default_rng(3), 200)
    for name in ("one", "other"):
        Index.from_counts(corpus.rows, corpus.ids, kernel=kernel).save(tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "other").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_the_order_of_rows_changes_no_byte(tmp_path: Path) -> None:
    corpus = realistic_corpus(np.random.default_rng(3), 100)
    order = np.random.default_rng(0).permutation(100)
    Index.from_counts(corpus.rows, corpus.ids).save(tmp_path / "one")
    shuffled = [corpus.ids[at] for at in order]
    Index.from_counts(corpus.rows[order], shuffled).save(tmp_path / "other")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()


def test_a_file_cut_short_is_named(saved: Path) -> None:
    for path in sorted(saved.glob("*.npy")):
        whole = path.read_bytes()
        path.write_bytes(whole[:-1])
        with pytest.raises(CorruptData, match=path.name):
            Index.load(saved)
        path.write_bytes(whole)
    Index.load(saved)


def test_a_missing_file_is_named(saved: Path) -> None:
    (saved / "scan_rows.npy").unlink()
    with pytest.raises(CorruptData, match=r"scan_rows\.npy is missing"):
        Index.load(saved)


def test_a_file_that_is_no_array_is_named(saved: Path) -> None:
    path = saved / "idf.npy"
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(CorruptData, match=r"idf\.npy is no array"):
        Index.load(saved)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "other", "version": 1}', "\xff"])
def test_an_unreadable_description_is_named(saved: Path, text: str) -> None:
    (saved / "meta.json").write_text(text, encoding="latin-1")
    with pytest.raises(CorruptData, match=r"meta\.json"):
        Index.load(saved)


def test_a_folder_without_an_index_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorruptData, match=r"meta\.json is missing"):
        Index.load(tmp_path)


def test_an_index_of_another_version_is_refused(saved: Path) -> None:
    meta = json.loads((saved / "meta.json").read_text())
    meta["version"] = 99
    (saved / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(CorruptData, match="99"):
        Index.load(saved)


@pytest.mark.parametrize("part", ["sizes", "settings"])
def test_a_description_that_lacks_something_is_refused(saved: Path, part: str) -> None:
    meta = json.loads((saved / "meta.json").read_text())
    meta[part].pop(next(iter(meta[part])))
    (saved / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(CorruptData, match="lacks"):
        Index.load(saved)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("tf", []),
        ("kernel", {}),
        ("sample", [1]),
        ("sample", {"queries": 24, "read": [], "cost": 0.5}),
        ("sample", {"queries": float("inf"), "read": 0.3, "cost": 0.5}),
    ],
)
def test_settings_of_other_types_are_refused(saved: Path, setting: str, value: Any) -> None:
    meta = json.loads((saved / "meta.json").read_text())
    meta["settings"][setting] = value
    (saved / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(CorruptData, match="does not fit together"):
        Index.load(saved)
