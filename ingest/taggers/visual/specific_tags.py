"""Specific words, such as ``golden retriever``, and the general ones that come with them.

A specific word is the sum of a few classes of the network of subjects, or an object of the other.
It is said from the sum on from which it was right on nine of ten labelled frames, and only where
the networks together see something of its general kind: a wheel is taken for a beer barrel, but
not where nothing else looks like drink.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import CorruptData
from ingest.taggers.base import Confidences
from ingest.taggers.hierarchy import Hierarchy
from models.cards import load_card, load_json

WORDS: Final = "words.json"
"""Beside the card of efficientnet_lite2."""

MIN_OF_KIND: Final = 0.3
"""Confidence of a general word, below which none of its kind is surer than it is."""

MIN_OBJECT: Final = 0.62
"""Score of an object from which on it is believed."""

_CERTAIN: Final = 0.7  # the confidence that the least sum, and the least score, becomes
_NEAREST: Final = 1e-4  # to 0 and 1


class Specific(NamedTuple):
    """One word.

    Attributes:
        general: words that come with it, general or specific.
        classes: numbers of the network's classes whose sum it is.
        objects: numbers of the other network's objects that are it.
        min_sum: the sum from which on it is right.
    """

    general: tuple[str, ...]
    classes: tuple[int, ...]
    objects: tuple[int, ...]
    min_sum: float


def load_words() -> dict[str, Specific]:
    """Read all words that others come with; those without classes and objects are general."""
    sums_of_words = load_json(load_card("efficientnet_lite2"), WORDS)
    return {
        word: Specific(
            tuple(of_word["general"]),
            tuple(of_word["classes"]),
            tuple(of_word["objects"]),
            of_word["least"],
        )
        for word, of_word in sums_of_words.items()
    }


def specific_words(words: Mapping[str, Specific]) -> dict[str, Specific]:
    """Return those that are seen by themselves."""
    return {word: one for word, one in words.items() if one.classes or one.objects}


@dataclass(frozen=True, slots=True)
class _Groups:
    """Groups of numbers, those that are not empty.

    Attributes:
        indexes: shape (n_groups,), which group each is.
        numbers: shape (n,), of all groups, one after the other.
        starts: shape (n_groups,), where each begins.
    """

    indexes: NDArray[np.intp]
    numbers: NDArray[np.intp]
    starts: NDArray[np.intp]

    @classmethod
    def of(cls, groups: Sequence[Collection[int]]) -> Self:
        """Put groups one after the other."""
        indexes = [index for index, group in enumerate(groups) if group]
        sizes = [len(groups[index]) for index in indexes]
        numbers = [number for index in indexes for number in groups[index]]
        starts = np.cumsum([0, *sizes[:-1]])[: len(sizes)]
        return cls(np.array(indexes, np.intp), np.array(numbers, np.intp), starts.astype(np.intp))

    def maximum(self, values: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """Return the largest value of each group, shape (n_groups,)."""
        if not self.indexes.size:
            return np.zeros(0)
        maxima: NDArray[np.floating[Any]] = np.maximum.reduceat(values[self.numbers], self.starts)
        return maxima


class Specifics:
    """Adds specific words to general ones."""

    def __init__(self, words: Mapping[str, Specific], general: Sequence[str]) -> None:
        specific = specific_words(words)
        self.names = tuple(specific)
        self.tags = (*general, *specific)
        numbers = {tag: number for number, tag in enumerate(self.tags)}
        for word, one in words.items():
            unknown = [name for name in (word, *one.general) if name not in numbers]
            if unknown:
                raise CorruptData(f"{WORDS} names {', '.join(unknown)}, which is no tag")
        self._shift = _logit(_CERTAIN) - _logit(
            np.array([one.min_sum for one in specific.values()])
        )
        self._objects = _Groups.of([one.objects for one in specific.values()])
        self._kinds = _Groups.of([_kinds(word, words, numbers, len(general)) for word in specific])
        self._hierarchy = Hierarchy({word: one.general for word, one in words.items()}, self.tags)

    @classmethod
    def load(cls, general: Sequence[str]) -> Self:
        """Make the words that come along ready beside these general ones.

        Raises:
            CorruptData: they name other general words.
        """
        return cls(load_words(), general)

    def add(
        self,
        general: Confidences,
        sums: NDArray[np.floating[Any]],
        objects: NDArray[np.floating[Any]],
    ) -> Confidences:
        """Return the confidence of every tag, general and specific.

        Args:
            general: shape (n_general,).
            sums: shape (n_specific,), of the classes of each specific word, 0.0 to 1.0.
            objects: shape (n_objects,), logits.

        Returns:
            shape (n_general + n_specific,); a general word is as sure as the surest of its kind.
        """
        logits = _logit(sums.astype(np.float64)) + self._shift
        shift = _logit(_CERTAIN) - _logit(MIN_OBJECT)
        of_objects = self._objects
        logits[of_objects.indexes] = np.maximum(
            logits[of_objects.indexes], of_objects.maximum(objects) + shift
        )
        specific = 1 / (1 + np.exp(-logits))
        indexes, kinds = self._kinds.indexes, self._kinds.maximum(general)
        unlikely = kinds < MIN_OF_KIND
        specific[indexes[unlikely]] = np.minimum(specific[indexes], kinds)[unlikely]
        confidences = np.append(general, specific)
        self._hierarchy.raise_general(confidences)
        return confidences.astype(np.float32)


def _logit(shares: Any) -> Any:
    clipped = np.clip(shares, _NEAREST, 1 - _NEAREST)
    return np.log(clipped / (1 - clipped))


def _kinds(
    word: str, words: Mapping[str, Specific], numbers: Mapping[str, int], n_general: int
) -> set[int]:
    """Return the nearest general words above a specific one."""
    kinds: set[int] = set()
    for name in words[word].general:
        is_general = numbers[name] < n_general
        kinds |= {numbers[name]} if is_general else _kinds(name, words, numbers, n_general)
    return kinds
