import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.matching.weighting import TfName
from engine.indexes.local.index import Index
from engine.indexes.local.queries import packed
from engine.indexes.local.scan_selection import sampled
from engine.indexes.local.scans.base import concatenated
from engine.indexes.local.scans.levels import LevelScan
from engine.kernels.forward import TopRows
from engine.kernels.level_build import MAX_LEVELS, N_BANDS, band_of, cut_levels, hull_slopes
from engine.kernels.level_sums import STRIP_ROWS, row_of, scan_sums, sum_of
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


def in_shards(corpus: Corpus, shard_rows: int, *, tf: TfName = "raw", slope: float = 1.0) -> Index:
    index = Index.from_counts(corpus.rows, corpus.ids, tf=tf, slope=slope, kernel="rows")
    pieces = LevelScan.pieces(
        index.forward, max(1.0, 1.0 / slope), shard_rows=shard_rows, block_rows=shard_rows // 4
    )
    scan = LevelScan.of(concatenated(pieces))
    return Index(index.ids, index.forward, index.weighting, scan)


@pytest.fixture(scope="module")
def sharded_corpus() -> Corpus:
    return realistic_corpus(np.random.default_rng(23), 4_000)


@pytest.fixture(scope="module")
def books(sharded_corpus: Corpus) -> dict[TfName, Textbook]:
    """The textbooks over all that was seen."""
    return {
        "raw": Textbook(sharded_corpus.counts),
        "log": Textbook(sharded_corpus.counts, tf="log"),
    }


@pytest.fixture(scope="module", autouse=True)
def compiled_levels(sharded_corpus: Corpus) -> None:
    """Compile before the clocks of hypothesis start."""
    in_shards(sharded_corpus, 4_096).warm_up()
    large = Corpus(np.array([[70_000]]), ["a"])
    in_shards(large, 64).warm_up()


@given(corpora(max_videos=300), raw_queries(), st.integers(1, 20), st.floats(0.1, 1.0))
@settings(deadline=None)
def test_any_number_of_shards_gives_the_textbooks_answer(
    corpus: Corpus, query: RawQuery, k: int, slope: float
) -> None:
    index = in_shards(corpus, 64, slope=slope)
    scores = textbook(corpus.counts, query, slope=slope)
    assert_best(index.search(query.tags, query.weights, k), corpus.ids, scores, k)


@pytest.mark.parametrize("shard_rows", [256, 1_024, 4_096])
@pytest.mark.parametrize("n_tags", [2, 8, 60])
@pytest.mark.parametrize("tf", ["raw", "log"])
def test_short_and_long_queries_in_shards_give_the_textbooks_answer(
    sharded_corpus: Corpus, books: dict[TfName, Textbook], shard_rows: int, n_tags: int, tf: TfName
) -> None:
    rng = np.random.default_rng(n_tags)
    index = in_shards(sharded_corpus, shard_rows, tf=tf)
    where = rng.random(index.n_videos) < 0.3
    allowed = {name for name, passes in zip(index.ids, where, strict=True) if passes}
    passing = np.array([name in allowed for name in sharded_corpus.ids])
    for _ in range(6):
        shown = np.flatnonzero(sharded_corpus.counts[rng.integers(4_000, size=4)].sum(axis=0))
        tags = rng.permutation(shown)[:n_tags]
        weights = rng.uniform(-0.2, 1.0, tags.size)
        query = RawQuery(tags.tolist(), weights.tolist())
        scores = books[tf].scores(query)
        for k in (1, 10, 100):
            matches = index.search(query.tags, query.weights, k)
            assert_best(matches, sharded_corpus.ids, scores, k)
            matches = index.search(query.tags, query.weights, k, where)
            assert_best(matches, sharded_corpus.ids, np.where(passing, scores, 0.0), k)


def test_a_query_reads_a_part_of_the_postings_and_leaves_the_scratch_as_it_was(
    sharded_corpus: Corpus,
) -> None:
    index = in_shards(sharded_corpus, 1_024)
    scan = index.scan
    assert isinstance(scan, LevelScan)
    sums, candidates = scratch = scan.scratch(index.n_videos)
    candidates[:] = -1
    weights = np.zeros(index.n_tags)
    query = index.query_from_counts(*index.counts_of(5))
    sink = TopRows(np.empty((1, 10), np.int64), np.empty((1, 10)), np.zeros(1, np.int64))
    n_read, n_exact = scan.work(
        index.forward, packed([query]), np.empty(0, np.bool_), weights, scratch, sink
    )
    assert 0 < n_read < 0.7 * index.df[query.tags].sum()
    assert 10 <= n_exact < 1_000
    assert sink.scores[0, 0] == pytest.approx(1.0)
    assert not weights.any()
    assert not sums.any()


@given(
    st.lists(st.integers(0, 40_000), min_size=N_BANDS, max_size=N_BANDS).filter(any),
    st.floats(0.1, 5.0),
    st.integers(1, 8),
)
@settings(deadline=None)
def test_levels_are_runs_of_bands_under_falling_edges(
    counts: list[int], max_impact: float, n_blocks: int
) -> None:
    level_of = np.zeros(N_BANDS, dtype=np.int64)
    uppers = np.zeros(MAX_LEVELS, dtype=np.float32)
    n_levels = cut_levels(np.array(counts), n_blocks, max_impact, level_of, uppers)
    assert 1 <= n_levels <= MAX_LEVELS
    assert (np.diff(level_of) >= 0).all()
    filled = np.flatnonzero(counts)
    assert set(level_of[filled].tolist()) == set(range(n_levels))
    assert (np.diff(uppers[:n_levels]) < 0).all()
    for band in filled.tolist():
        maximum = max_impact * ((N_BANDS - band) / N_BANDS) ** 2
        assert uppers[level_of[band]] >= maximum


@given(st.floats(0.0, 1.0), st.floats(0.1, 5.0))
@settings(deadline=None)
def test_no_impact_is_above_its_band(part: float, max_impact: float) -> None:
    impact = part * max_impact
    band = band_of(impact, max_impact)
    assert 0 <= band < N_BANDS
    assert impact <= max_impact * ((N_BANDS - band) / N_BANDS) ** 2 * (1 + 1e-5)


@given(st.lists(st.tuples(st.integers(1, 1_000), st.floats(0.001, 1.0)), min_size=1, max_size=24))
@settings(deadline=None)
def test_slopes_never_rise_and_reading_all_lowers_the_bound_to_nothing(
    levels: list[tuple[int, float]],
) -> None:
    sizes = np.array([size for size, _ in levels])
    uppers = np.sort(np.array([upper for _, upper in levels], dtype=np.float32))[::-1].copy()
    slopes = np.zeros(len(levels), dtype=np.float32)
    hull_slopes(sizes, uppers, len(levels), 2, slopes)
    assert (np.diff(slopes) <= 0).all()
    assert (slopes > 0).all()


@given(
    st.lists(st.tuples(st.integers(0, 1_023), st.integers(0, 32_767)), max_size=40),
    st.integers(1, 32_767),
)
@settings(deadline=None)
def test_a_scan_finds_the_accumulators_that_reach_a_value(
    values: list[tuple[int, int]], needed: int
) -> None:
    sums = np.zeros(2 * STRIP_ROWS, dtype=np.uint16)
    for row, value in values:
        sums[row] = value
    passes = np.arange(4_000) % 3 > 0
    every_row = np.empty(0, dtype=np.bool_)
    candidates = np.empty(1 + sums.size, dtype=np.int64)
    given = sums.copy()
    for first_row, passing in ((0, every_row), (2_000, passes)):
        sums[:], candidates[0] = given, -1
        n = scan_sums(sums.size, needed, sums, first_row, passing, candidates, 1)
        expected = [
            (int(given[row]), first_row + row)
            for row in np.flatnonzero(given >= needed).tolist()
            if not passing.size or passing[first_row + row]
        ]
        assert [(sum_of(each), row_of(each)) for each in candidates[1:n].tolist()] == expected
        assert candidates[0] == -1
        assert not sums.any()


def test_levels_pay_where_few_videos_are_about_a_tag_and_not_where_all_are_alike() -> None:
    rng = np.random.default_rng(9)
    n_videos, n_tags = 40_000, 60
    ids = [f"{number:05}" for number in range(n_videos)]
    lists = np.sort(rng.random((n_videos, n_tags)).argsort(axis=1)[:, :20], axis=1)
    starts = np.arange(0, 20 * n_videos + 1, 20)
    for spread, expected in ((0.0, False), (1.8, True)):
        counts = np.maximum(1, rng.lognormal(3, spread, lists.size)).astype(np.int64)
        rows = sp.csr_array((counts, lists.ravel(), starts), (n_videos, n_tags))
        index = Index.from_counts(rows, ids, kernel="levels")
        assert isinstance(index.scan, LevelScan)
        sample = sampled(index.forward, index.scan, index.df)
        assert sample.levels_pay == expected
        assert 0.0 < sample.read <= 2.0
