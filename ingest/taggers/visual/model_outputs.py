"""Outputs of the networks for a frame, before they are weighed."""

import hashlib
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ingest.taggers.known_words import PEOPLE_TAGS
from ingest.taggers.visual.image_classifier import ImageClassifier
from ingest.taggers.visual.person_detector import (
    MIDPOINT,
    MIN_SCORE,
    SLOPE,
    PersonDetector,
    musician_confidence,
    people_confidences,
)
from ingest.taggers.visual.resize import Shrinkable
from ingest.taggers.visual.specific_tags import load_words, specific_words
from models.cards import load_card, load_json

_CARDS: Final = ("efficientnet_lite2", "nanodet")

_METHOD: Final = 10
"""Raised when frames are prepared, or the networks' answers merged, in another way."""


class Evidence(NamedTuple):
    """Outputs of the networks for one frame, or for several along a first axis.

    Attributes:
        confidences: shape (..., n_tags), of each tag by itself.
        classes: shape (..., n_classes), logits of the whole frame.
        objects: shape (..., n_objects), logit of each object where it is surest.
        words: shape (..., n_words), of each specific word the sum of its classes.
        features: shape (..., n_features), of the whole frame: what the classes are sums of.
        statistics: shape (..., N_STATISTICS), likewise, of its colours.
    """

    confidences: NDArray[np.float32]
    classes: NDArray[np.float32]
    objects: NDArray[np.float32]
    words: NDArray[np.float32]
    features: NDArray[np.float32]
    statistics: NDArray[np.float32]


class Networks:
    """The network of subjects and the one that finds people and other objects."""

    def __init__(self, classifier: ImageClassifier, people: PersonDetector) -> None:
        self._classifier = classifier
        self._people = people
        self.tags = (*classifier.tags, *PEOPLE_TAGS)
        self._instrument = classifier.tags.index("musical instrument")
        self._microphone = classifier.tags.index("microphone")

    @classmethod
    def load(cls) -> Self:
        """Make the shipped weights ready.

        Raises:
            CorruptData: weights are missing or are not what their card describes.
        """
        return cls(ImageClassifier.load(), PersonDetector.load())

    def outputs(self, frame: Shrinkable) -> Evidence:
        """Return what they say of one frame of any size."""
        classifier = self._classifier.classify(frame)
        detected = self._people.find(frame)
        people = people_confidences(detected.people)
        musician = musician_confidence(
            people.person,
            float(classifier.confidences[self._instrument]),
            float(classifier.confidences[self._microphone]),
        )
        confidences = np.concatenate(
            [classifier.confidences, [*people, musician]], dtype=np.float32
        )
        return Evidence(
            confidences,
            classifier.logits,
            detected.objects,
            classifier.words,
            classifier.features,
            classifier.statistics,
        )


def networks_version() -> str:
    """Return a digest of everything that decides what the networks say of a frame."""
    parts: list[object] = [_METHOD, MIN_SCORE, SLOPE, MIDPOINT]
    for card in map(load_card, _CARDS):
        assert card.labels is not None  # noqa: S101
        parts += [card.name, card.version, card.sha256, card.temperature]
        parts.append(load_json(card, card.labels))
    parts.append([(word, one.classes) for word, one in specific_words(load_words()).items()])
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
