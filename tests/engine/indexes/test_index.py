"""The index: scores, order and reasons of the textbook, whatever the kernel."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core.dispatcher import Dispatcher  # noqa: TID251 - to see what it compiles

from engine.domain.matching.weighting import TfName
from engine.errors import InvalidInput
from engine.indexes.local.index import Index
from engine.indexes.local.rows.unit_vectors import unit_rows
from engine.indexes.local.scan_selection import Kernel
from support.corpora import (
    Corpus,
    RawQuery,
    Textbook,
    assert_best,
    corpora,
    raw_queries,
    realistic_corpus,
    textbook,
)
from support.plain_counts import THREE

KERNELS: tuple[Kernel, ...] = ("rows", "plain", "levels")
kernels = st.sampled_from(KERNELS)


@pytest.fixture(scope="module", autouse=True)
def compiled_kernels() -> None:
    """Compile before the clocks of hypothesis start."""
    for kernel in KERNELS:
        for max_count in (1, 70_000):
            Index.from_counts(sp.csr_array([[max_count]]), ["a"], kernel=kernel).warm_up()


@pytest.fixture(scope="module")
def large_corpus() -> Corpus:
    return realistic_corpus(np.random.default_rng(7), 3_000)


@pytest.fixture(scope="module")
def book(large_corpus: Corpus) -> Textbook:
    """The textbook over all that was seen."""
    return Textbook(large_corpus.counts)


def viewer(rng: np.random.Generator, corpus: Corpus, *, unwanted: float = 0.0) -> RawQuery:
    watched = corpus.counts[rng.integers(len(corpus.ids), size=5)].sum(axis=0)
    tags = np.flatnonzero(watched)
    weights = watched[tags] * rng.uniform(0.5, 1.5, tags.size)
    weights[rng.random(tags.size) < unwanted] *= -1
    return RawQuery(tags.tolist(), weights.tolist())


@given(corpora(), raw_queries(), st.integers(1, 60), kernels)
@settings(deadline=None)
def test_the_answer_is_the_textbooks(
    corpus: Corpus, query: RawQuery, k: int, kernel: Kernel
) -> None:
    index = Index.from_counts(corpus.rows, corpus.ids, kernel=kernel)
    scores = textbook(corpus.counts, query)
    assert_best(index.search(query.tags, query.weights, k), corpus.ids, scores, k)


@given(
    corpora(),
    raw_queries(),
    st.sampled_from(["raw", "sqrt", "log"]),
    st.integers(1, 4),
    st.floats(0.05, 1.0),
    kernels,
)
@settings(deadline=None)
def test_every_weighting_is_the_textbooks(
    corpus: Corpus, query: RawQuery, tf: TfName, min_df: int, slope: float, kernel: Kernel
) -> None:
    index = Index.from_counts(
        corpus.rows, corpus.ids, tf=tf, min_df=min_df, slope=slope, kernel=kernel
    )
    scores = textbook(corpus.counts, query, tf=tf, min_df=min_df, slope=slope)
    assert_best(index.search(query.tags, query.weights, 10), corpus.ids, scores, 10)


@given(corpora(), raw_queries(), st.data(), kernels)
@settings(deadline=None)
def test_only_what_passes_the_filter_is_found(
    corpus: Corpus, query: RawQuery, data: st.DataObject, kernel: Kernel
) -> None:
    index = Index.from_counts(corpus.rows, corpus.ids, kernel=kernel)
    allowed = {name for name in corpus.ids if data.draw(st.booleans())}
    where = np.array([name in allowed for name in index.ids], dtype=bool)
    passing = np.array([name in allowed for name in corpus.ids], dtype=bool)
    scores = np.where(passing, textbook(corpus.counts, query), 0.0)
    assert_best(index.search(query.tags, query.weights, 5, where), corpus.ids, scores, 5)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("k", [1, 10, 300])
@pytest.mark.parametrize("unwanted", [0.0, 0.3])
def test_thousands_of_videos_are_ranked_as_the_textbook_ranks_them(
    large_corpus: Corpus, book: Textbook, kernel: Kernel, k: int, unwanted: float
) -> None:
    rng = np.random.default_rng(k)
    index = Index.from_counts(large_corpus.rows, large_corpus.ids, kernel=kernel)
    for _ in range(10):
        query = viewer(rng, large_corpus, unwanted=unwanted)
        scores = book.scores(query)
        assert_best(index.search(query.tags, query.weights, k), large_corpus.ids, scores, k)


@pytest.mark.parametrize("share", [0.001, 0.01, 0.05, 0.5])
@pytest.mark.parametrize("kernel", KERNELS)
def test_filters_of_any_share_leave_the_textbooks_order(
    large_corpus: Corpus, book: Textbook, kernel: Kernel, share: float
) -> None:
    rng = np.random.default_rng(3)
    index = Index.from_counts(large_corpus.rows, large_corpus.ids, kernel=kernel)
    where = rng.random(index.n_videos) < share
    allowed = {name for name, passes in zip(index.ids, where, strict=True) if passes}
    passing = np.array([name in allowed for name in large_corpus.ids])
    query = viewer(rng, large_corpus)
    scores = np.where(passing, book.scores(query), 0.0)
    assert_best(index.search(query.tags, query.weights, 20, where), large_corpus.ids, scores, 20)


def test_every_kernel_gives_the_same_scores_to_the_last_bit(large_corpus: Corpus) -> None:
    rng = np.random.default_rng(11)
    indexes = [
        Index.from_counts(large_corpus.rows, large_corpus.ids, kernel=kernel) for kernel in KERNELS
    ]
    for _ in range(10):
        query = viewer(rng, large_corpus, unwanted=0.2)
        names, scores = indexes[0].search(query.tags, query.weights, 50)
        for index in indexes[1:]:
            others, other_scores = index.search(query.tags, query.weights, 50)
            assert others == names
            assert other_scores.tolist() == scores.tolist()


def test_a_record_of_arrays_is_as_good_as_a_matrix() -> None:
    names, scores = Index.from_counts(THREE, ["a", "b", "c"]).search([1], [1.0], 5)
    idf = np.log(4 / 3) + 1
    assert names == ["b", "a"]
    assert scores == pytest.approx([1.0, idf / np.hypot(3 * idf, idf)], abs=1e-6)


@pytest.mark.parametrize("kernel", KERNELS)
def test_an_index_of_nothing_finds_nothing(kernel: Kernel) -> None:
    for shape in [(0, 0), (0, 5), (3, 0), (3, 5)]:
        ids = [str(number) for number in range(shape[0])]
        index = Index.from_counts(sp.csr_array(shape, dtype=np.int64), ids, kernel=kernel)
        index.warm_up()
        assert index.search([0], [1.0], 5)[0] == []
        assert index.search_many(sp.csr_array((2, shape[1])), 5)[0][0] == []


@pytest.mark.parametrize("kernel", KERNELS)
def test_equal_scores_are_ordered_by_id_whatever_the_order_of_rows(kernel: Kernel) -> None:
    ids = [f"{number:03}" for number in np.random.default_rng(0).permutation(300)]
    index = Index.from_counts(sp.csr_array(np.ones((300, 2), int)), ids, kernel=kernel)
    assert index.search([0], [1.0], 40)[0] == sorted(ids)[:40]


def test_unknown_tags_are_reported_and_do_not_dilute_the_score() -> None:
    index = Index.from_counts(THREE, ["a", "b", "c"], min_df=2)
    assert index.unknown([0, 1, 2, 3, -4]).tolist() == [-4, 2, 3]
    assert index.query([1, 2, 7], [1, 1, 1]).unknown.tolist() == [2, 7]
    assert index.search([1, 2, 7], [1, 5, 5], 1)[1] == pytest.approx([1.0], abs=1e-6)


@pytest.mark.parametrize("kernel", KERNELS)
def test_vocabularies_beyond_two_bytes_are_searched(kernel: Kernel) -> None:
    n_tags = 70_000
    tags = np.array([0, 65_535, 65_536, 65_536, 69_999])
    counts = sp.csr_array((np.array([1, 2, 3, 1, 5]), tags, np.array([0, 3, 5])), (2, n_tags))
    index = Index.from_counts(counts, ["a", "b"], kernel=kernel)
    assert index.search([69_999, 65_536], [1.0, 0.1], 2)[0] == ["b", "a"]
    assert index.search([65_535], [1.0], 2)[0] == ["a"]


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_thousand_tags_and_a_thousand_matches(kernel: Kernel) -> None:
    rng = np.random.default_rng(5)
    counts = rng.integers(1, 50, (1_500, 1_200)) * (rng.random((1_500, 1_200)) < 0.03)
    ids = [f"{number:04}" for number in range(1_500)]
    query = RawQuery(list(range(1_000)), rng.uniform(-0.3, 1.0, 1_000).tolist())
    index = Index.from_counts(sp.csr_array(counts), ids, kernel=kernel)
    scores = textbook(counts, query)
    assert_best(index.search(query.tags, query.weights, 1_000), ids, scores, 1_000)


@pytest.mark.parametrize("kernel", KERNELS)
def test_many_queries_at_once_find_what_each_finds_alone(
    large_corpus: Corpus, kernel: Kernel
) -> None:
    rng = np.random.default_rng(1)
    index = Index.from_counts(large_corpus.rows, large_corpus.ids, kernel=kernel)
    weights = rng.uniform(-0.3, 1.0, (71, 400)) * (rng.random((71, 400)) < 0.05)
    weights[70] = 0.0
    queries = sp.csr_array(weights)
    where = rng.random(index.n_videos) < 0.7
    for selection in (None, where):
        many = index.search_many(queries, 12, selection)
        assert len(many) == 71
        for row, (names, scores) in enumerate(many):
            one = queries[[row]]
            single = index.search(one.indices, one.data, 12, selection)
            assert names == single[0]
            assert scores.tolist() == single[1].tolist()


@pytest.mark.parametrize("kernel", KERNELS)
def test_threads_do_not_disturb_each_other(large_corpus: Corpus, kernel: Kernel) -> None:
    rng = np.random.default_rng(2)
    index = Index.from_counts(large_corpus.rows, large_corpus.ids, kernel=kernel)
    queries = [viewer(rng, large_corpus, unwanted=0.1) for _ in range(8)]
    expected = [index.search(query.tags, query.weights, 9)[0] for query in queries]
    wrong: list[int] = []

    def search_often(number: int) -> None:
        for turn in range(60):
            at = (number + turn) % len(queries)
            if index.search(queries[at].tags, queries[at].weights, 9)[0] != expected[at]:
                wrong.append(at)

    threads = [threading.Thread(target=search_often, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@given(corpora(), raw_queries(), st.floats(0.1, 1.0))
@settings(deadline=None)
def test_shares_add_up_to_the_score(corpus: Corpus, query: RawQuery, slope: float) -> None:
    index = Index.from_counts(corpus.rows, corpus.ids, slope=slope)
    prepared = index.query(query.tags, query.weights)
    rows, scores = index.top_k(prepared, 10)
    for row, score in zip(rows.tolist(), scores.tolist(), strict=True):
        tags, shares = index.explain(prepared, row)
        assert shares.sum() == pytest.approx(score, abs=1e-12)
        assert shares.tolist() == sorted(shares, reverse=True)
        assert set(tags.tolist()) <= set(index.counts_of(row)[0].tolist())
        assert index.score_rows(prepared, [row])[0] == score


def test_a_video_is_most_like_itself(large_corpus: Corpus) -> None:
    index = Index.from_counts(large_corpus.rows, large_corpus.ids, tf="log")
    for row in (0, 17, 2_999):
        rows, scores = index.top_k(index.query_from_counts(*index.counts_of(row)), 1)
        assert rows.tolist() == [row]
        assert scores[0] == pytest.approx(1.0, abs=1e-6)


def test_rows_and_ids_lead_to_each_other() -> None:
    ids = ["é", "b", "", "a", "日本", "ab"]
    index = Index.from_counts(sp.csr_array(np.eye(6, dtype=int)), ids)
    assert list(index.ids) == sorted(ids)
    assert index.rows_of([*sorted(ids), "c"]).tolist() == [0, 1, 2, 3, 4, 5, -1]
    assert index.row_of("é") == sorted(ids).index("é")
    assert index.row_of("nobody") is None
    assert "ab" in index.ids
    assert index.ids[-1] == "日本"
    assert index.ids[1:3] == ["a", "ab"]
    assert index.counts_of(sorted(ids).index("b"))[0].tolist() == [1]


@given(corpora(), raw_queries(14), st.floats(0.1, 1.0), st.integers(1, 3))
@settings(deadline=None)
def test_videos_beside_an_index_are_scored_with_its_weights(
    corpus: Corpus, query: RawQuery, slope: float, min_df: int
) -> None:
    index = Index.from_counts(corpus.rows, corpus.ids, slope=slope, min_df=min_df)
    counts = np.hstack([corpus.counts, np.zeros((len(corpus.ids), 2), dtype=np.int64)])
    beside = index.build_beside(sp.csr_array(counts), corpus.ids)
    prepared = beside.query(query.tags, query.weights)
    rows, scores = index.top_k(prepared, 10)
    others, other_scores = beside.top_k(prepared, 10)
    assert others.tolist() == rows.tolist()
    assert other_scores.tolist() == scores.tolist()


def test_a_tag_newer_than_the_index_counts_in_the_length_of_the_query() -> None:
    index = Index.from_counts(THREE, ["a", "b", "c"])
    beside = index.build_beside(sp.csr_array([[0, 1, 0, 2]]), ["d"])
    idf = np.append(np.log(4 / (1 + np.array([2, 2, 1]))) + 1, np.log(4) + 1)
    np.testing.assert_allclose(beside.idf, idf)
    query = beside.query([1, 3], [1.0, 1.0])
    assert index.top_k(query, 1)[1] == pytest.approx([idf[1] / np.hypot(idf[1], idf[3])])
    vector = np.array([idf[1], 2 * idf[3]])
    query_units = idf[[1, 3]] / np.linalg.norm(idf[[1, 3]])
    expected = vector @ query_units / np.linalg.norm(vector)
    assert beside.top_k(query, 1)[1] == pytest.approx([expected])
    with pytest.raises(InvalidInput, match="2 tags"):
        index.build_beside(sp.csr_array([[1, 1]]), ["d"])


def test_what_the_caller_gave_is_left_alone() -> None:
    counts = sp.csr_array(np.array([[2, 1], [0, 3]]))
    Index.from_counts(counts, ["b", "a"])
    counts.indptr[0] = 0
    counts.data[0] = 5
    assert counts.toarray().tolist() == [[5, 1], [0, 3]]


def test_the_index_needs_numpy_and_numba_alone() -> None:
    code = (
        "import sys\n"
        "others = 'scipy', 'sklearn', 'fastapi', 'pydantic', 'click', 'av', 'onnxruntime'\n"
        "sys.modules.update(dict.fromkeys(others))  # importing any of them fails\n"
        "from types import SimpleNamespace\n"
        "import numpy as np\n"
        "from engine.indexes.local.index import Index\n"
        "counts = SimpleNamespace(indptr=np.array([0, 1, 2]), indices=np.array([0, 1]),"
        " data=np.array([1, 1]), shape=(2, 2))\n"
        "assert Index.from_counts(counts, ['a', 'b']).search([1], [1.0], 5)[0] == ['b']\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_kernels_are_right_without_compilation(tmp_path: Path) -> None:
    """The plain functions, as a debugger sees them."""
    script = tmp_path / "uncompiled.py"
    script.write_text(
        "import numpy as np\n"
        "from support.corpora import realistic_corpus, textbook, assert_best, RawQuery\n"
        "from engine.indexes.local.index import Index\n"
        "corpus = realistic_corpus(np.random.default_rng(1), 60, n_tags=50, mean_tags=8)\n"
        "query = RawQuery(list(range(20)), [1.0] * 15 + [-0.5] * 5)\n"
        "scores = textbook(corpus.counts, query)\n"
        f"for kernel in {KERNELS}:\n"
        "    index = Index.from_counts(corpus.rows, corpus.ids, kernel=kernel)\n"
        "    matches = index.search(query.tags, query.weights, 5)\n"
        "    assert_best(matches, corpus.ids, scores, 5)\n"
        "    assert len(matches[0]) == 5\n"
    )
    tests = Path(__file__).parents[2]
    environment = {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": f"{tests}:{tests.parent}"}
    subprocess.run([sys.executable, str(script)], check=True, env=environment)


@pytest.mark.parametrize("kernel", KERNELS)
def test_after_a_warm_up_no_search_compiles(
    large_corpus: Corpus, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Index.from_counts(large_corpus.rows, large_corpus.ids, kernel=kernel)
    index.warm_up()
    compiled: list[object] = []
    monkeypatch.setattr(Dispatcher, "compile", lambda _, signature: compiled.append(signature))
    query = index.query([1, 2, 500], [1.0, -0.5, 1.0])
    where = np.arange(index.n_videos) % 2 == 0
    frozen = where.copy()
    frozen.flags.writeable = False
    for selection in (None, where, frozen, np.arange(index.n_videos) < 9):
        index.top_k(query, 10, selection)
        index.top_k_many([query, query], 10, selection)
    index.score_rows(query, [1, 2])
    index.explain(query, 1)
    unit_rows(index.forward, np.array([1, 2]))
    index.rows_of(["a", "b"])
    for max_count in (9, 90_000):
        beside = index.build_beside(large_corpus.rows[:5] * max_count, large_corpus.ids[:5])
        beside.top_k(query, 3)
        beside.score_rows(query, [0, 1])
        unit_rows(beside.forward, np.array([0, 1]))
    assert compiled == []
