"""Kinds of animals that a shot does not bear out: a dog for a second, then a bird, is an animal.

Within a shot an animal stays what it is. So of the seconds around one that show an animal, its kind
must be likely on most; where it is not, that second says no more of it than all of them do. A lion
that is in view for six seconds of a long shot stays a lion: the seconds far off, on which the
animal is an elephant, are not asked. Of other things this does not hold: before cars that stand a
truck goes by in two seconds.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ingest.taggers.base import Confidences
from ingest.taggers.hierarchy import all_above
from ingest.taggers.visual.near_seconds import FEWEST, sum_of_near

_ANIMAL: Final = "animal"

_NEAR: Final = 3
"""Seconds before and after one that are asked about it."""

_LIKELY: Final = 0.5


class KindsOfAnimals:
    """Lowers the confidence of kinds that come and go while an animal is there all along."""

    def __init__(self, parents: Mapping[str, Sequence[str]], tags: Sequence[str]) -> None:
        """Prepare for a list of tags.

        Args:
            parents: word -> the general words that come with it; without circles.
            tags: in their order, with all general words of each.
        """
        numbers = {tag: number for number, tag in enumerate(tags)}
        kinds = [tag for tag in tags if _ANIMAL in all_above(tag, parents)]
        # General words first: a bird that is doubted leaves no waterbird.
        kinds.sort(key=lambda tag: len(all_above(tag, parents)))
        self._kinds = np.array([numbers[tag] for tag in kinds], np.intp)
        self._parents = [[numbers[above] for above in parents[tag]] for tag in kinds]

    def settle(self, seconds: Confidences) -> None:
        """Lower what was said of the seconds of one shot, shape (n_seconds, n_tags), in place.

        Each general word must be as sure as the surest of its kind, as ``Hierarchy`` makes it.
        """
        if len(seconds) < FEWEST:
            return
        for place in np.flatnonzero(seconds[:, self._kinds].max(axis=0) >= _LIKELY):
            general = seconds[:, self._parents[place]].max(axis=1)
            own = np.minimum(seconds[:, self._kinds[place]], general)
            both = sum_of_near(np.stack([own * general, general], axis=1), _NEAR)
            mean = both[:, 0] / np.maximum(both[:, 1], 1e-6)
            seconds[:, self._kinds[place]] = np.where(mean < _LIKELY, np.minimum(own, mean), own)
