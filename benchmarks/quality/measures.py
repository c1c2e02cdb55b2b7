"""Measures of how good a list is, and how sure that is."""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

DEPTH: Final = 300
NAMES: Final = ("recall@50", "recall@300", "nDCG@10")
_RESAMPLES: Final = 2_000

Floats = NDArray[np.float64]


def measures(ranked: Sequence[str], expected: Collection[str]) -> tuple[float, float, float]:
    """Return recall at 50 and 300, and nDCG at 10 (Jarvelin and Kekalainen 2002)."""
    hits = np.array([video in expected for video in ranked[:DEPTH]] + [False] * DEPTH)[:DEPTH]
    discount = 1.0 / np.log2(np.arange(2, 12))
    best = discount[: min(10, len(expected))].sum()
    n = len(expected)
    return hits[:50].sum() / n, hits.sum() / n, float(hits[:10] @ discount / best)


def interval(values: Floats) -> tuple[float, float, float]:
    """Return the mean over viewers and its 95% interval, by resampling viewers (Efron 1979)."""
    rng = np.random.default_rng(0)
    means = values[rng.integers(len(values), size=(_RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)
