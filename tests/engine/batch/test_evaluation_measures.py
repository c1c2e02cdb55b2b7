"""Measures of lists and the bootstrap, against textbook computations."""

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.batch.evaluation.bootstrap import (
    MIN_DIFFERING,
    differences,
    holm,
    resampled,
    shown_share,
)
from engine.batch.evaluation.measures import diversity, ndcg, recall, self_information

ids = st.lists(st.sampled_from("abcdefghijklmnop"), unique=True, max_size=14)


def test_gains_are_those_of_the_textbook() -> None:
    # Relevant at ranks 2 and 3, and one that is not there.
    gained = 1 / log2(3) + 1 / log2(4)
    best = 1 / log2(2) + 1 / log2(3) + 1 / log2(4)
    assert ndcg(["x", "a", "b", "y"], {"a", "b", "c"}, 10) == pytest.approx(gained / best)
    assert ndcg(["a", "x", "b"], {"a", "b"}, 1) == 1.0
    assert recall(["x", "a", "b"], {"a", "b", "c"}, 2) == pytest.approx(1 / 3)


@given(ids, st.sets(st.sampled_from("abcdefghijklmnop"), min_size=1))
def test_a_list_is_measured_between_none_and_all(ranked: list[str], relevant: set[str]) -> None:
    gain, results = ndcg(ranked, relevant, 10), recall(ranked, relevant, 50)
    assert 0.0 <= gain <= 1.0 + 1e-9
    assert results == len(relevant & set(ranked)) / len(relevant)
    best = sorted(ranked, key=lambda video: video not in relevant)
    assert gain <= ndcg(best, relevant, 10) + 1e-9


def test_what_nobody_knows_is_new_and_what_all_know_is_not() -> None:
    bits = self_information(np.array([0, 1, 3, 7]), 7)
    assert bits == pytest.approx([3.0, 2.0, 1.0, 0.0])


@given(st.integers(0, 5), st.integers(0, 2**32 - 1))
def test_diversity_is_one_less_the_mean_cosine_of_pairs(n: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).random((n, 4)) + 0.1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows, tags = np.nonzero(vectors)
    measured = diversity(tags * 7, rows, vectors[rows, tags], n)
    pairs = [vectors[one] @ vectors[other] for one in range(n) for other in range(one)]
    if n < 2:
        assert measured == 0.0
    else:
        assert measured == pytest.approx(1 - np.mean(pairs))


def test_the_interval_of_a_mean_is_that_of_its_standard_error() -> None:
    values = np.random.default_rng(1).normal(3.0, 2.0, (400, 1))
    estimate = resampled(values).estimate(0)
    error = values.std() / np.sqrt(len(values))
    assert estimate.value == pytest.approx(values.mean())
    assert estimate.low == pytest.approx(values.mean() - 1.96 * error, abs=0.03)
    assert estimate.high == pytest.approx(values.mean() + 1.96 * error, abs=0.03)


def test_probabilities_are_corrected_for_their_number() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_difference_on_the_same_viewers_is_real_where_the_means_alone_would_not_say() -> None:
    rng = np.random.default_rng(2)
    hard = rng.random((300, 1)) * 10
    slightly_better = hard + 0.1 + rng.normal(0, 0.1, hard.shape)
    noise = hard + rng.normal(0, 0.1, hard.shape)
    measured = [hard, slightly_better, noise]
    better, same = differences(measured, [resampled(one) for one in measured])
    assert better[0].is_real
    assert 0.08 < better[0].low < better[0].value < better[0].high < 0.12
    assert not same[0].is_real
    assert same[0].low < 0 < same[0].high


def test_a_few_viewers_prove_nothing() -> None:
    few = np.zeros((MIN_DIFFERING - 1, 1))
    measured = [few, few + 1]
    ((difference,),) = differences(measured, [resampled(one) for one in measured])
    assert not difference.is_real


def test_videos_that_are_on_any_list_are_counted_once() -> None:
    lists = np.array([[0, 1, -1], [1, 2, -1]] * 30)
    estimate = shown_share(lists, 10)
    assert estimate.value == pytest.approx(0.3)
    assert estimate.low - 1e-9 <= 0.3 <= estimate.high + 1e-9
