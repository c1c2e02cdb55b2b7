"""Bootstrap by viewers: how sure a mean is, and whether two means differ (Efron 1979).

All settings are measured on the same viewers, and each resample draws the same viewers for all of
them. So what makes one viewer easier than another drops out of the differences.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.evaluations.evaluation import Difference, Estimate

RESAMPLES: Final = 4_000
SHOWN_RESAMPLES: Final = 200
"""Resamples of what is counted video by video."""

SIGNIFICANCE: Final = 0.05
"""A difference is real when chance makes one as large less often, all compared ones counted."""

MIN_DIFFERING: Final = 25
"""With fewer viewers whose lists differ, a difference is not called real."""

_SEED: Final = 20_260_101

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Resampled:
    """Means over viewers, and over the viewers of each resample.

    Attributes:
        means: shape (n_measures,).
        resamples: shape (RESAMPLES, n_measures).
    """

    means: Floats
    resamples: Floats

    def estimate(self, measure: int) -> Estimate:
        """Return a mean and its percentile interval."""
        low, high = np.quantile(self.resamples[:, measure], [0.025, 0.975])
        return Estimate(float(self.means[measure]), float(low), float(high))


def resampled(measured: Floats) -> Resampled:
    """Return the means of measures, of all viewers and of those of each resample.

    Args:
        measured: shape (n_viewers, n_measures).
    """
    n = len(measured)
    rng = np.random.default_rng(_SEED)
    resamples = np.empty((RESAMPLES, measured.shape[1]))
    for number in range(RESAMPLES):
        times = np.bincount(rng.integers(n, size=n), minlength=n)
        resamples[number] = times @ measured / n
    return Resampled(measured.mean(axis=0), resamples)


def differences(measured: Sequence[Floats], means: Sequence[Resampled]) -> list[list[Difference]]:
    """Return how all others differ from the first, measure by measure.

    ``p`` is twice the share of resamples on the wrong side of 0, corrected by Holm (1979) for the
    number of all that are compared here. Where hardly any viewer's list differs, resamples are all
    too much alike, and nothing is called real.

    Args:
        measured: shape (n_viewers, n_measures) each, of the same viewers.
        means: of these.
    """
    n_measures = measured[0].shape[1]
    pairs = [(at, measure) for at in range(1, len(means)) for measure in range(n_measures)]
    apart = [means[at].resamples[:, one] - means[0].resamples[:, one] for at, one in pairs]
    differences: list[list[Difference]] = [[] for _ in means[1:]]
    for (at, one), drawn, p in zip(pairs, apart, holm(list(map(_two_sided, apart))), strict=True):
        low, high = np.quantile(drawn, [0.025, 0.975])
        n_differing = int(np.count_nonzero(measured[at][:, one] != measured[0][:, one]))
        differences[at - 1].append(
            Difference(
                float(means[at].means[one] - means[0].means[one]),
                float(low),
                float(high),
                p,
                p < SIGNIFICANCE and n_differing >= MIN_DIFFERING,
            )
        )
    return differences


def _two_sided(apart: Floats) -> float:
    fewer = min(np.count_nonzero(apart <= 0), np.count_nonzero(apart >= 0))
    return min(1.0, 2.0 * (int(fewer) + 1) / (len(apart) + 1))


def holm(ps: Sequence[float]) -> list[float]:
    """Return probabilities corrected for their number, in their order.

    Holm (1979), "A simple sequentially rejective multiple test procedure".
    """
    corrected = [0.0] * len(ps)
    before = 0.0
    for done, number in enumerate(np.argsort(ps, kind="stable").tolist()):
        before = max(before, min(1.0, (len(ps) - done) * ps[number]))
        corrected[number] = before
    return corrected


def shown_share(lists: NDArray[np.int64], n_videos: int) -> Estimate:
    """Return the share of videos that are on at least one list, with its interval.

    A resample has fewer different viewers than there are, and so fewer videos: its interval is
    moved by as much as the mean of resamples is off.

    Args:
        lists: shape (n_viewers, n), rows of videos; -1 for none.
        n_videos: of all.
    """
    rng = np.random.default_rng(_SEED)
    share = _share(lists, n_videos)
    drawn = np.array(
        [
            _share(lists[rng.integers(len(lists), size=len(lists))], n_videos)
            for _ in range(SHOWN_RESAMPLES)
        ]
    )
    low, high = np.quantile(drawn, [0.025, 0.975]) + (share - float(drawn.mean()))
    return Estimate(share, max(0.0, float(low)), min(1.0, float(high)))


def _share(lists: NDArray[np.int64], n_videos: int) -> float:
    shown = np.zeros(n_videos + 1, bool)
    shown[lists.ravel()] = True  # -1 is the last, which is no video
    return float(shown[:-1].sum()) / n_videos
