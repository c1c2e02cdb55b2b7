"""Joint evidence of the seconds of a shot: what is seen on one is mostly there on the next.

A network that is asked once a second errs by the second: a rendered rabbit is a dog, then a bird.
So a word is doubted where it is unlikely on the seconds around, taken together, and gets surer
where it is likely on them.
"""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from ingest.taggers.base import Confidences
from ingest.taggers.visual.near_seconds import FEWEST, sum_of_near

_NEAR: Final = 2
"""Seconds before and after one that are asked about it."""

_LIKELY: Final = 0.5
_NEAREST: Final = 1e-3  # to 0 and 1: no second outweighs all others


class TemporalSmoothing:
    """Weighs what was said of a second with what was said of those around it in its shot."""

    def __init__(self, tags: Sequence[str], exempt: Collection[str]) -> None:
        """Prepare for a list of tags.

        Args:
            tags: in their order.
            exempt: those of which each second counts by itself.
        """
        self._smoothed = np.array(
            [number for number, tag in enumerate(tags) if tag not in exempt], np.intp
        )

    def smooth(self, seconds: Confidences) -> None:
        """Smooth what was said of the seconds of one shot, shape (n_seconds, n_tags), in place.

        A second whose neighbours and itself give a word less than 0.5 on average says no more of it
        than that average. Any other says at least what the mean of their log-odds is.
        """
        if len(seconds) < FEWEST:
            return
        likely = self._smoothed[seconds[:, self._smoothed].max(axis=0) >= _LIKELY]
        own = seconds[:, likely]
        n_near = sum_of_near(np.ones((len(seconds), 1)), _NEAR)
        mean = sum_of_near(own, _NEAR) / n_near
        clipped = np.clip(own, _NEAREST, 1 - _NEAREST)
        log_odds = sum_of_near(np.log(clipped / (1 - clipped)), _NEAR) / n_near
        surer = np.maximum(own, 1 / (1 + np.exp(-log_odds)))
        seconds[:, likely] = np.where(mean < _LIKELY, np.minimum(own, mean), surer)
