"""Probability that what moves is drawn over a picture: boosted trees over what was measured.

``benchmarks/kinds/fit.py`` fits them and writes ``drawn_model.json`` beside this file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

FILE: Final = Path(__file__).with_suffix(".json")

IN_DOUBT: Final = 0.5
"""Probability where nothing was measured."""


@dataclass(frozen=True, slots=True)
class DrawnModel:
    """Sum of trees of two levels (Friedman, Greedy function approximation, 2001), as log odds.

    Attributes:
        measures: names of what it looks at.
        base: log odds before the first tree.
        features: of each tree the numbers of three measures: of the first question, of the one that
            follows a low answer, and of the one that follows a high one; shape (n_trees, 3).
        thresholds: what is above is a high answer; likewise.
        log_odds: what each tree adds after low and low, low and high, high and low, high and high;
            shape (n_trees, 4).
    """

    measures: tuple[str, ...]
    base: float
    features: NDArray[np.intp]
    thresholds: NDArray[np.float64]
    log_odds: NDArray[np.float64]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``benchmarks/kinds/fit.py`` writes."""
        stored = json.loads(text)
        features, thresholds, log_odds = (
            np.array([tree[part] for tree in stored["trees"]])
            for part in ("features", "thresholds", "log_odds")
        )
        return cls(tuple(stored["measures"]), stored["base"], features, thresholds, log_odds)

    def probability(self, measured: Mapping[str, float]) -> float:
        """Return how likely it is drawn, 0.0 to 1.0.

        Args:
            measured: ``Evidence`` as a mapping; what is not asked for may be there as well.
        """
        values = np.array([measured[name] for name in self.measures], np.float64)
        high = values[self.features] > self.thresholds
        leaf = np.where(high[:, 0], 2 + high[:, 2], high[:, 1])
        total = self.base + float(self.log_odds[np.arange(len(leaf)), leaf].sum())
        return float(1 / (1 + np.exp(-total)))


@cache
def drawn_model() -> DrawnModel:
    """Read the model that is shipped."""
    return DrawnModel.parse(FILE.read_text())
