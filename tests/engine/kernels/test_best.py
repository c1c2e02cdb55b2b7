"""Scores that tie do so in the kernels and wherever matches are put in order."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from engine.kernels.best import MIN_MATCH_SCORE, TIE, key_of, tie_key, tie_keys

SCORES = st.floats(MIN_MATCH_SCORE, 2.0)


@given(SCORES, SCORES)
@example(0.5e-6, 1.0e-6)
@example(2.5e-6, 3.0e-6)
def test_scores_tie_alike_in_kernels_and_outside(one: float, other: float) -> None:
    assert (tie_key(one) >= tie_key(other)) == (key_of(one, 0) >= key_of(other, 0))
    assert tie_keys(np.array([one, other])).tolist() == [tie_key(one), tie_key(other)]


@given(st.floats(-2.0, 2.0))
def test_a_score_ties_with_what_is_near(score: float) -> None:
    assert abs(tie_key(score) * TIE - score) <= 0.5 * TIE + 1e-12
