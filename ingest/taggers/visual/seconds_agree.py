"""Agreement of the seconds of a stretch on what they say: kinds of animals, then every word."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from engine.domain.assessments.sensitivity import TOPICS
from ingest.taggers.base import Confidences
from ingest.taggers.hierarchy import Hierarchy
from ingest.taggers.visual.animals import KindsOfAnimals
from ingest.taggers.visual.specific_tags import load_words
from ingest.taggers.visual.temporal_smoothing import TemporalSmoothing


@dataclass(frozen=True, slots=True)
class SecondsAgree:
    """Settles the seconds of a stretch of video in which one picture goes on."""

    animals: KindsOfAnimals
    smoothing: TemporalSmoothing
    hierarchy: Hierarchy

    @classmethod
    def of(cls, tags: Sequence[str]) -> Self:
        """Prepare for the tags of the tagger that comes along, in their order."""
        parents = {word: one.general for word, one in load_words().items()}
        # What may be a risk on one second is one, whatever the others show.
        exempt = frozenset().union(*TOPICS.values())
        return cls(
            KindsOfAnimals(parents, tags),
            TemporalSmoothing(tags, exempt),
            Hierarchy(parents, tags),
        )

    def settle(self, seconds: Confidences) -> None:
        """Settle what was said of the seconds, shape (n_seconds, n_tags), in place."""
        # First: of kinds that come and go the surest would make the others surer.
        self.animals.settle(seconds)
        self.smoothing.smooth(seconds)
        # A beer glass that stays, as what may be a risk does, is a drink.
        self.hierarchy.raise_general(seconds.T)
