import subprocess
import sys
from typing import cast

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.utils.estimator_checks import check_estimator

from engine.domain.matching.weighting import (
    TF,
    TfName,
    document_frequency,
    log_tf,
    pivoted_norm,
    smooth_idf,
)
from engine.errors import InvalidInput
from engine.indexes.local.index import Index
from engine.search.estimator import TagTfidf
from support.corpora import Corpus, RawQuery, corpora, realistic_corpus, textbook


@given(corpora())
@settings(deadline=None)
def test_idf_is_that_of_scikit_learn(corpus: Corpus) -> None:
    n_videos, n_tags = corpus.counts.shape
    df = document_frequency(corpus.rows.indices.astype(np.uint16), n_tags)
    assert df.tolist() == (corpus.counts > 0).sum(axis=0).tolist()
    if n_videos:
        expected = TfidfTransformer(smooth_idf=True).fit(corpus.rows).idf_
        np.testing.assert_allclose(smooth_idf(df, n_videos), expected, rtol=0, atol=1e-6)
        np.testing.assert_allclose(
            Index.from_counts(corpus.rows, corpus.ids).idf, expected, rtol=0, atol=1e-6
        )


def test_an_idf_worked_out_by_hand() -> None:
    assert smooth_idf([0, 1, 3], 3) == pytest.approx([np.log(4) + 1, np.log(2) + 1, 1.0])


def test_term_frequencies_worked_out_by_hand() -> None:
    counts = [0, 1, 4, 100]
    assert TF["raw"](counts).tolist() == counts
    assert TF["sqrt"](counts).tolist() == [0, 1, 2, 10]
    assert log_tf(counts) == pytest.approx([0, 1, 1 + np.log(4), 1 + np.log(100)])


def test_the_pivot_keeps_its_norm_and_the_short_are_divided_by_more_than_theirs() -> None:
    norms = np.array([1.0, 5.0, 9.0])
    assert pivoted_norm(norms, 1.0, 5.0).tolist() == norms.tolist()
    assert pivoted_norm(norms, 0.5, 5.0).tolist() == [3.0, 5.0, 7.0]


def test_below_slope_1_the_confidence_grows_with_what_was_seen() -> None:
    counts = sp.csr_array([[1, 2], [10, 20], [100, 200]])
    names, scores = Index.from_counts(counts, ["a", "b", "c"], slope=0.4).search([0, 1], [1, 2], 3)
    assert names == ["c", "b", "a"]
    assert scores[0] > 1.0 > scores[1] > scores[2] > 0.0
    assert scores[0] < 1 / 0.4


@pytest.mark.parametrize("tf", ["raw", "log"])
def test_the_estimator_gives_what_scikit_learn_gives(tf: TfName) -> None:
    counts = realistic_corpus(np.random.default_rng(4), 300).rows
    expected = TfidfTransformer(sublinear_tf=tf == "log").fit_transform(counts)
    np.testing.assert_allclose(
        TagTfidf(tf=tf).fit_transform(counts).toarray(), expected.toarray(), rtol=0, atol=1e-12
    )


@given(corpora(), st.sampled_from(["raw", "sqrt", "log"]), st.floats(0.1, 1.0))
@settings(deadline=None)
def test_the_estimators_vectors_are_those_the_index_compares(
    corpus: Corpus, tf: TfName, slope: float
) -> None:
    if not len(corpus.ids):
        return
    estimator = TagTfidf(tf=tf, slope=slope).fit(corpus.rows)
    vectors = estimator.transform(corpus.rows).toarray()
    first = RawQuery([0], [1.0])
    np.testing.assert_allclose(
        vectors[:, 0], textbook(corpus.counts, first, tf=tf, slope=slope), rtol=0, atol=1e-12
    )
    assert estimator.get_feature_names_out(["t"] * corpus.counts.shape[1]).tolist()[0] == "t"


def test_the_estimator_keeps_scikit_learns_conventions() -> None:
    check_estimator(TagTfidf(), on_skip=None)


def test_formulas_that_do_not_exist_are_refused() -> None:
    with pytest.raises(InvalidInput, match="choose from raw, sqrt, log"):
        TagTfidf(tf=cast("TfName", "cubic")).fit([[1]])


def test_without_scikit_learn_the_estimator_says_how_to_get_it() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['scipy', 'sklearn']))\n"
        "from engine.errors import MissingPart\n"
        "try:\n"
        "    from engine.search.estimator import TagTfidf\n"
        "except MissingPart as error:\n"
        "    print(error)\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert process.stdout.strip() == "TagTfidf needs: pip install 'reelmatch[sklearn]'"
