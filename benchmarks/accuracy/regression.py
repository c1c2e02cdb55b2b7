"""Logistic regression with a ridge, of one word or of many at once.

One is solved by Newton's method. Many take gradient steps together, which share the curvature of
the columns that all have in common: a twentieth of the time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
Single = NDArray[np.float32]

_MAX_STEPS: Final = 400
_NEAR_ENOUGH: Final = 2e-3  # of a logit
_STEEPEST: Final = 0.25  # curvature of a logistic loss at most (Boehning and Lindsay 1988)
_EVERY: Final = 7  # rows by which it is told whether steps still change anything


def logistic(
    columns: Table,
    truth: NDArray[np.bool_],
    weights: Table,
    *,
    ridge: Table,
) -> Table:
    """Return the coefficients of a weighted ridge logistic regression, by Newton's method.

    Args:
        columns: shape (n, n_columns).
        truth: shape (n,).
        weights: shape (n,), of each row.
        ridge: shape (n_columns,), the penalty of each squared coefficient, halved.
    """

    def loss(coefficients: Table) -> float:
        logits = columns @ coefficients
        misses = weights @ (np.logaddexp(0, logits) - truth * logits)
        return float(misses + ridge @ coefficients**2 / 2)

    coefficients = np.zeros(columns.shape[1])
    for _ in range(50):
        sure = 1 / (1 + np.exp(-(columns @ coefficients)))
        slope = columns.T @ (weights * (sure - truth)) + ridge * coefficients
        bend = (columns * (weights * sure * (1 - sure))[:, None]).T @ columns + np.diag(ridge)
        step: Table = np.asarray(np.linalg.solve(bend, slope), np.float64)
        step = _shortened(step, coefficients, loss)
        coefficients = coefficients - step
        if np.abs(step).max() < 1e-6:
            break
    return coefficients


def _shortened(step: Table, coefficients: Table, loss: Callable[[Table], float]) -> Table:
    here = loss(coefficients)
    while loss(coefficients - step) > here and np.abs(step).max() > 1e-9:
        step = step / 2
    return step


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns that many words are fitted to, arrays of 32-bit floats.

    Attributes:
        shared: shape (n, n_shared), the same for every word.
        own: shape (n, n_words, n_own), of each word by itself.
        start: shape (n, n_words), the logits that hold where all coefficients are 0.
    """

    shared: Single
    own: Single
    start: Single


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of coefficients.

    Attributes:
        ridge_of_shared: the penalty of each squared coefficient of a shared column, halved.
        ridge_of_own: shape (n_own,), likewise.
        least: shape (n_words, n_own), below which no coefficient falls.
        free: shape (n_words, n_own), False where it stays 0.
        free_of_shared: shape (n_words,), likewise of all shared columns.
    """

    ridge_of_shared: float
    ridge_of_own: Single
    least: Single
    free: NDArray[np.bool_]
    free_of_shared: NDArray[np.bool_]


def logistic_of_many(
    columns: Columns, truth: NDArray[np.bool_], weights: Single, limits: Limits
) -> tuple[Single, Single]:
    """Return the coefficients of the shared columns and of the own ones, a word each row.

    Accelerated proximal gradient (Nesterov), begun anew for each word whose momentum leads uphill
    (O'Donoghue and Candes 2015), with the bound of the curvature as the length of a step.

    Args:
        columns: of the frames.
        truth: shape (n, n_words).
        weights: shape (n, n_words), of each frame for each word, 0 where it does not count.
        limits: of the coefficients.

    Returns:
        shape (n_words, n_shared) and (n_words, n_own).
    """
    steps = _Steps(columns, weights, limits)
    n_words = truth.shape[1]
    at = here = (
        np.zeros((n_words, columns.shared.shape[1]), np.float32),
        np.zeros((n_words, columns.own.shape[2]), np.float32),
    )
    momentum = np.ones(n_words, np.float32)
    truths = truth.astype(np.float32)
    for _ in range(_MAX_STEPS):
        logits = columns.shared @ at[0].T + np.einsum("nwk,wk->nw", columns.own, at[1])
        misses = weights * (1 / (1 + np.exp(-(logits + columns.start))) - truths)
        new = steps.after(at, misses)
        moved = (new[0] - here[0], new[1] - here[1])
        uphill = sum(((a - n) * m).sum(axis=1) for a, n, m in zip(at, new, moved, strict=True)) > 0
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        share = np.where(uphill, 0, (momentum - 1) / following).astype(np.float32)[:, None]
        momentum = np.where(uphill, 1, following).astype(np.float32)
        here, at = new, (new[0] + share * moved[0], new[1] + share * moved[1])
        change = np.abs(columns.shared[::_EVERY] @ moved[0].T).max(initial=0)
        if max(change, np.abs(moved[1]).max()) < _NEAR_ENOUGH:
            break
    return here


class _Steps:
    """Steps downhill that are never too long: twice the bound, as there are two blocks."""

    def __init__(self, columns: Columns, weights: Single, limits: Limits) -> None:
        self._columns, self._limits = columns, limits
        n_shared, n_own = columns.shared.shape[1], columns.own.shape[2]
        heaviest = weights.max(axis=1)[:, None]
        bound = 2 * _STEEPEST * (columns.shared * heaviest).T @ columns.shared
        bound = bound.astype(np.float64) + limits.ridge_of_shared * np.eye(n_shared)
        self._of_shared = np.linalg.inv(bound).astype(np.float32)
        squares = np.einsum("nwk,nw->wk", columns.own**2, weights)
        self._of_own = 1 / (2 * n_own * _STEEPEST * squares + limits.ridge_of_own)

    def after(self, at: tuple[Single, Single], misses: Single) -> tuple[Single, Single]:
        """Return the coefficients after a step from these."""
        limits = self._limits
        slope = misses.T @ self._columns.shared + limits.ridge_of_shared * at[0]
        shared = (at[0] - slope @ self._of_shared) * limits.free_of_shared[:, None]
        slope_of_own = np.einsum("nwk,nw->wk", self._columns.own, misses)
        own = at[1] - (slope_of_own + limits.ridge_of_own * at[1]) * self._of_own
        own = np.maximum(own * limits.free, limits.least)
        return shared.astype(np.float32), own.astype(np.float32)
