"""Rates of clicks among what was shown, when a viewer's are more alike than chance would have it.

Wilson's (1927) score interval, with the effective number of trials in place of the number of videos
shown (Kish 1965: divided by the design effect): what one viewer does on one list says little new on
their next. The variance is that of a ratio over viewers (Cochran 1977, 2.6). Two rates are
compared by the hybrid of their intervals (Newcombe 1998, method 10).
"""

from dataclasses import dataclass
from math import sqrt
from typing import Final

from engine.domain.attribution import RateDifference
from engine.domain.evaluation import Estimate

_Z: Final = 1.959964
"""Of 95 %, both sides."""


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

    def estimate(self) -> Estimate:
        """Return the rate, 0.0 to 1.0, with its interval; 0 of nothing."""
        if not self.shown:
            return Estimate(0.0, 0.0, 1.0)
        rate = self.clicks / self.shown
        return Estimate(rate, *_wilson(rate, self._effective(rate)))

    def _effective(self, rate: float) -> float:
        """Return the number of independent trials that say as much, 1 to ``shown``."""
        n = self.viewers
        squares = (
            self.clicks_squared - 2 * rate * self.shown_clicks + rate * rate * self.shown_squared
        )
        # Of nothing but alike viewers, or a single one, nothing is known of how they differ.
        if n < 2 or squares <= 0.0:
            return float(n)
        variance = squares / self.shown**2 * n / (n - 1)
        return min(float(self.shown), max(1.0, rate * (1.0 - rate) / variance))


def _wilson(rate: float, n: float) -> tuple[float, float]:
    z2 = _Z * _Z / n
    middle = (rate + z2 / 2) / (1 + z2)
    half = _Z / (1 + z2) * sqrt(rate * (1 - rate) / n + z2 / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def difference(rate: Estimate, control: Estimate) -> RateDifference:
    """Return how a rate differs from that of the control."""
    value = rate.value - control.value
    low = value - sqrt((rate.value - rate.low) ** 2 + (control.high - control.value) ** 2)
    high = value + sqrt((rate.high - rate.value) ** 2 + (control.value - control.low) ** 2)
    return RateDifference(value, low, high, low > 0.0 or high < 0.0)
