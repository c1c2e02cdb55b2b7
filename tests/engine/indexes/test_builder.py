import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.matching.weighting import TfName
from engine.domain.metadata import VideoMetadata
from engine.errors import InvalidInput
from engine.indexes.local import scan_selection
from engine.indexes.local.builder import Part, build_in_folder
from engine.indexes.local.disk.storage import IndexFiles, write
from engine.indexes.local.index import Index
from engine.indexes.local.rows.count_matrix import RowArrays
from engine.indexes.local.rows.metadata import MetadataColumns, write_metadata
from engine.indexes.local.scan_selection import Kernel
from engine.indexes.local.scans import levels
from support.corpora import Corpus, corpora, realistic_corpus

KERNELS: tuple[Kernel | None, ...] = ("rows", "plain", "levels", None)


def sorted_corpus(corpus: Corpus) -> Corpus:
    order = sorted(range(len(corpus.ids)), key=corpus.ids.__getitem__)
    return Corpus(corpus.counts[order], [corpus.ids[at] for at in order])


def parted(corpus: Corpus, ends: list[int]) -> list[Part]:
    """Cut a corpus at some rows."""
    edges = sorted({0, len(corpus.ids), *(end for end in ends if end < len(corpus.ids))})
    return [
        (corpus.ids[first:end], Corpus(corpus.counts[first:end], []).rows)
        for first, end in itertools.pairwise(edges)
    ]


def assert_same_files(one: Path, other: Path) -> None:
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    for name in names:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


@given(
    corpora(),
    st.lists(st.integers(1, 39), max_size=4),
    st.sampled_from(KERNELS),
    st.sampled_from(["raw", "sqrt", "log"]),
    st.integers(1, 3),
    st.floats(0.1, 1.0),
)
@settings(deadline=None, max_examples=60)
def test_parts_give_the_bytes_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory,
    corpus: Corpus,
    ends: list[int],
    kernel: Kernel | None,
    tf: TfName,
    min_df: int,
    slope: float,
) -> None:
    folder = tmp_path_factory.mktemp("index")
    corpus = sorted_corpus(corpus)
    whole = Index.from_counts(
        corpus.rows, corpus.ids, tf=tf, min_df=min_df, slope=slope, kernel=kernel
    )
    whole.save(folder / "whole")
    n_tags = corpus.counts.shape[1]
    built = build_in_folder(
        folder / "parts",
        parted(corpus, ends),
        n_tags=n_tags,
        tf=tf,
        min_df=min_df,
        slope=slope,
        kernel=kernel,
    )
    assert list(built.ids) == corpus.ids
    assert_same_files(folder / "whole", folder / "parts")


@pytest.mark.parametrize("kernel", ["plain", "levels"])
def test_shards_and_runs_of_tags_give_the_bytes_of_the_whole(
    tmp_path: Path, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = sorted_corpus(realistic_corpus(np.random.default_rng(5), 3_000))
    Index.from_counts(corpus.rows, corpus.ids, kernel=kernel).save(tmp_path / "whole")
    monkeypatch.setattr(levels, "_RUN_POSTINGS", 500)
    parts = parted(corpus, [1, 700, 2_999])
    build_in_folder(tmp_path / "parts", parts, n_tags=400, kernel=kernel)
    assert_same_files(tmp_path / "whole", tmp_path / "parts")


@pytest.mark.parametrize("cost", [0.5, 1.5])
def test_the_sample_decides_alike_in_memory_and_in_a_folder(
    tmp_path: Path, cost: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = sorted_corpus(realistic_corpus(np.random.default_rng(5), 500))
    monkeypatch.setattr(scan_selection, "MANY_VIDEOS", 100)
    monkeypatch.setattr(scan_selection, "sampled", lambda *_: scan_selection.Sample(24, 0.5, cost))
    whole = Index.from_counts(corpus.rows, corpus.ids)
    whole.save(tmp_path / "whole")
    built = build_in_folder(tmp_path / "parts", parted(corpus, [250]), n_tags=400)
    assert built.scan.name == whole.scan.name == ("levels" if cost < 1 else "plain")
    assert built.sample == whole.sample == scan_selection.Sample(24, 0.5, cost)
    assert_same_files(tmp_path / "whole", tmp_path / "parts")


def test_large_counts_in_one_part_widen_all(tmp_path: Path) -> None:
    corpus = sorted_corpus(Corpus(np.array([[1, 0], [70_000, 3], [2, 2]]), ["a", "b", "c"]))
    Index.from_counts(corpus.rows, corpus.ids).save(tmp_path / "whole")
    build_in_folder(tmp_path / "parts", parted(corpus, [1, 2]), n_tags=2)
    assert_same_files(tmp_path / "whole", tmp_path / "parts")


def test_no_parts_at_all_make_an_empty_index(tmp_path: Path) -> None:
    index = build_in_folder(tmp_path, [], n_tags=3)
    assert index.n_videos == 0
    assert index.search([0], [1.0])[0] == []


def test_parts_out_of_order_are_refused(tmp_path: Path) -> None:
    corpus = Corpus(np.ones((2, 2), np.int64), ["a", "b"])
    parts = parted(corpus, [1])[::-1]
    with pytest.raises(InvalidInput, match="'a' comes in a part after 'b'"):
        build_in_folder(tmp_path, parts, n_tags=2)


def test_parts_of_another_vocabulary_are_refused(tmp_path: Path) -> None:
    corpus = Corpus(np.ones((2, 2), np.int64), ["a", "b"])
    with pytest.raises(InvalidInput, match="2 tags, not 3"):
        build_in_folder(tmp_path, parted(corpus, []), n_tags=3)


def test_parts_that_come_but_once_are_refused(tmp_path: Path) -> None:
    def once() -> Iterator[Part]:
        row = RowArrays(np.array([0, 1]), np.array([0]), np.array([3]), (1, 1))
        yield ["a"], row

    with pytest.raises(InvalidInput, match="1 videos at first, 0 the second time"):
        build_in_folder(tmp_path, once(), n_tags=1)


words = st.sampled_from(["", "de", "en", "fr", "ünï"])
some_metadata = st.fixed_dictionaries(
    {
        "seconds": st.integers(0, 9),
        "added_at": st.integers(0, 9),
        "sensitive": st.sampled_from(["none", "flag", "block", "unknown"]),
        "language": words,
        "kind": words,
        "uploader": words,
        "category": st.lists(words, max_size=3).map(tuple),
    }
)


@given(st.lists(st.lists(some_metadata, max_size=4), max_size=4))
@settings(deadline=None, max_examples=40)
def test_metadata_in_parts_give_the_bytes_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[VideoMetadata]]
) -> None:
    folder = tmp_path_factory.mktemp("metadata")
    whole = MetadataColumns.of([video for part in parts for video in part])
    write(folder / "whole", IndexFiles(whole.words(), whole.arrays()))
    write_metadata(folder / "parts", [MetadataColumns.of(part) for part in parts])
    assert_same_files(folder / "whole", folder / "parts")
