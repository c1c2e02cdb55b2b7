"""Rates of clicks among what was shown, when a viewer's are more alike than chance would have it.

Wilson's (1927) score interval, with the effective number of trials in place of the number of videos
shown (Kish 1965: divided by the design effect): what one viewer does on one list says little new on
their next. The variance is that of a ratio over viewers (Cochran 1977, 2.6), and as it is estimated
from them, Student's t takes the place of the normal quantile. Two rates are compared by the hybrid
of their intervals (Newcombe 1998, method 10).
"""

from dataclasses import dataclass
from math import sqrt
from typing import Final

from engine.batch.evaluation.student import t_quantile
from engine.domain.evaluations.attribution import RateDifference
from engine.domain.evaluations.evaluation import Estimate

LEVEL: Final = 0.05
"""Probability that an interval does not hold what it should."""

MIN_VIEWERS: Final = 25
"""Of fewer viewers in an arm no difference is called real: the interval of so few is too short
where nearly all do alike."""


@dataclass(slots=True)
class RatioSums:
    """Sums over viewers, of what was shown to each and what they clicked."""

    viewers: int = 0
    shown: int = 0
    clicks: int = 0
    shown_squared: int = 0
    clicks_squared: int = 0
    shown_clicks: int = 0

    def add(self, shown: int, clicks: int) -> None:
        """Add a viewer."""
        self.viewers += 1
        self.shown += shown
        self.clicks += clicks
        self.shown_squared += shown * shown
        self.clicks_squared += clicks * clicks
        self.shown_clicks += shown * clicks

    def estimate(self, level: float = LEVEL) -> Estimate:
        """Return the rate, 0.0 to 1.0, with its interval; 0 of nothing.

        Args:
            level: probability that the interval does not hold the rate.
        """
        rate = self.clicks / self.shown if self.shown else 0.0
        if self.viewers < 2 or not self.shown:
            # Of a single one nothing is known of how they differ.
            return Estimate(rate, 0.0, 1.0)
        z = t_quantile(level, self.viewers - 1)
        return Estimate(rate, *_wilson(rate, self._effective(), z))

    def _effective(self) -> float:
        """Return the number of independent trials that say as much, 1 to ``shown``."""
        n, shown, clicks = self.viewers, self.shown, self.clicks
        # In whole numbers, so that it is 0 where viewers are alike: times ``shown`` squared.
        squares = (
            self.clicks_squared * shown**2
            - 2 * clicks * shown * self.shown_clicks
            + clicks**2 * self.shown_squared
        )
        if not squares:
            return float(n)
        trials = clicks * (shown - clicks) * shown**2 * (n - 1) / (squares * n)
        return min(float(shown), max(1.0, trials))


def _wilson(rate: float, n: float, z: float) -> tuple[float, float]:
    z2 = z * z / n
    middle = (rate + z2 / 2) / (1 + z2)
    half = z / (1 + z2) * sqrt(rate * (1 - rate) / n + z2 / (4 * n))
    # The ends of 0 and 1 are these themselves, whatever is rounded.
    return max(0.0, min(rate, middle - half)), min(1.0, max(rate, middle + half))


def difference(sums: RatioSums, control: RatioSums, *, n_compared: int = 1) -> RateDifference:
    """Return how a rate differs from that of the control.

    Args:
        sums: of the rate.
        control: of the other.
        n_compared: number of rates that are compared with the control (Bonferroni).
    """
    level = LEVEL / n_compared
    one, other = sums.estimate(level), control.estimate(level)
    value = one.value - other.value
    low = value - sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    high = value + sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    is_enough = min(sums.viewers, control.viewers) >= MIN_VIEWERS
    return RateDifference(value, low, high, is_enough and (low > 0.0 or high < 0.0))
