"""Confidence of each tag, once all outputs of the networks for a frame are weighed.

The sums of ``subjects`` and the boxes of ``people`` are sure of the one thing a frame shows best.
Here each tag is judged by itself, one against the rest: by that sum, by its best class, by an
object of its kind, and by the scene: the features that the classes are sums of, all objects, and
the statistics of its colours.
The weights were fitted to labelled frames by ``benchmarks/accuracy/fit.py``.

What was drawn or rendered looks less like what a word was learned from: the surer it is that a
picture is an illustration, the more it takes to say another word of it.

A tag is never less sure for more evidence of its own, and from a sum on that was right on 96 of 100
labelled sources it is said whatever the scene.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import CorruptData
from ingest.taggers.base import Confidences
from ingest.taggers.visual.model_outputs import Evidence
from models.cards import load_card, load_json

WEIGHTS: Final = "weighing.json"
"""Beside the card of efficientnet_lite2."""

_MIN_CONFIDENCE: Final = 1e-3  # a confidence nearer to 0 or 1 says no more than this
_SUREST: Final = 30.0  # of a logit, either way; more is all the same
_OBJECT_RANGE: Final = (-6.0, 4.0)  # of the logit of an object
_FEATURE_SCALE: Final = 2.0  # so that features vary about as much as objects
_STATISTICS_SCALE: Final = 14.0  # so that they vary a fifth as much as features do together
_CERTAIN: Final = 0.7  # the confidence that the least sum of its own becomes
_OF_DRAWN: Final = "illustration"  # the tag that says a picture was drawn


class Clues:
    """Evidence as numbers that can be added up."""

    def __init__(self, tags: Sequence[str]) -> None:
        classifier, people = load_card("efficientnet_lite2"), load_card("nanodet")
        assert classifier.labels is not None  # noqa: S101
        assert people.labels is not None  # noqa: S101
        classes: Mapping[str, Sequence[int]] = load_json(classifier, classifier.labels)
        tags_of_objects: Mapping[str, Sequence[str]] = load_json(people, people.labels)
        self._classes = _Best([classes.get(tag, []) for tag in tags])
        self._objects = _Best(
            [
                [number for number, named in enumerate(tags_of_objects.values()) if tag in named]
                for tag in tags
            ]
        )
        self.has_object = self._objects.has_members

    def of_tags(self, evidence: Evidence) -> NDArray[np.float32]:
        """Return what speaks for each tag by itself, shape (..., n_tags, 3).

        The logit of its confidence; the logit of its best class, 0 if it has none; that of its
        best object above the least there is, 0 if it has none.
        """
        objects = evidence.objects.clip(*_OBJECT_RANGE) - _OBJECT_RANGE[0]
        return np.stack(
            [
                _logit(evidence.confidences),
                self._classes.of(evidence.classes),
                self._objects.of(objects),
            ],
            axis=-1,
        )

    def of_scene(self, evidence: Evidence) -> NDArray[np.float32]:
        """Return all features, objects and statistics, shape (..., n)."""
        objects = evidence.objects.clip(*_OBJECT_RANGE)
        features = evidence.features * _FEATURE_SCALE
        statistics = evidence.statistics * _STATISTICS_SCALE
        return np.concatenate([features, objects, statistics], axis=-1)


class _Best:
    """Picks the best of several sets of columns in one go."""

    def __init__(self, sets: Sequence[Sequence[int]]) -> None:
        sizes = np.array([len(members) for members in sets])
        self.has_members = sizes > 0
        self._columns = np.concatenate([np.array(members, np.intp) for members in sets])
        self._starts = (np.cumsum(sizes) - sizes)[self.has_members]

    def of(self, logits: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Return the best of each set, 0.0 of an empty one, shape (..., n_sets)."""
        best = np.zeros((*logits.shape[:-1], len(self.has_members)), np.float32)
        if len(self._starts):
            members = logits[..., self._columns]
            best[..., self.has_members] = np.maximum.reduceat(members, self._starts, axis=-1)
        return best


class TagCalibration:
    """The fitted weights.

    Attributes:
        min_sums: of some tags, the sum of their own classes from which on they are said.
    """

    def __init__(self, weights: Mapping[str, Mapping[str, Any]], tags: Sequence[str]) -> None:
        self.tags = tuple(tags)
        self._clues = Clues(tags)
        self._bias = np.array([weights[tag]["bias"] for tag in tags])
        self._own = np.array([weights[tag]["clues"] for tag in tags])
        self.min_sums = {tag: float(weights[tag]["sure"]) for tag in tags if "sure" in weights[tag]}
        self._sure = np.array([self.tags.index(tag) for tag in self.min_sums], np.intp)
        self._if_drawn = np.array([weights[tag].get("if_drawn", 0.0) for tag in tags])
        self._drawn = self.tags.index(_OF_DRAWN)
        self._shift = _logit(_CERTAIN) - _logit(np.array([*self.min_sums.values()]))
        with_scene = [number for number, tag in enumerate(tags) if "scene" in weights[tag]]
        self._with_scene = np.array(with_scene, np.intp)
        self._scenes = np.array(
            [
                np.array(weights[tag]["scene"]) * weights[tag]["scene_unit"]
                for tag in (tags[number] for number in with_scene)
            ]
        )

    @classmethod
    def load(cls, tags: Sequence[str]) -> Self:
        """Make the shipped weights ready for tags in this order.

        Raises:
            CorruptData: they were fitted to other tags.
        """
        weights = load_json(load_card("efficientnet_lite2"), WEIGHTS)
        if set(weights) != set(tags):
            raise CorruptData(
                f"{WEIGHTS} was fitted to other tags; run benchmarks/accuracy/fit.py again"
            )
        return cls(weights, tags)

    def weigh(self, evidence: Evidence) -> Confidences:
        """Return the confidence of every tag, shape (..., n_tags)."""
        logits = (self._clues.of_tags(evidence) * self._own).sum(axis=-1) + self._bias
        logits[..., self._with_scene] += self._clues.of_scene(evidence) @ self._scenes.T
        logits -= _confidences(logits[..., self._drawn, None]) * self._if_drawn
        by_itself = _logit(evidence.confidences[..., self._sure]) + self._shift
        logits[..., self._sure] = np.maximum(logits[..., self._sure], by_itself)
        return _confidences(logits).astype(np.float32)


def _confidences(logits: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    confidences: NDArray[np.floating[Any]] = 1 / (1 + np.exp(-logits.clip(-_SUREST, _SUREST)))
    return confidences


def _logit(confidences: NDArray[np.floating[Any]] | float) -> NDArray[np.floating[Any]]:
    clipped = np.clip(confidences, _MIN_CONFIDENCE, 1 - _MIN_CONFIDENCE)
    logits: NDArray[np.floating[Any]] = np.log(clipped / (1 - clipped))
    return logits
