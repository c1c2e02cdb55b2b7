"""How near texts are to tags, by the vectors that a network makes of both."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.vocabulary import Vocabulary


class Embedder(Protocol):
    """Whatever turns texts into vectors that are near each other where the texts mean alike."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a vector of length 1 for each text, shape (n_texts, n_dimensions)."""
        ...


@dataclass(frozen=True, slots=True)
class Cosines:
    """How near a text is to each tag.

    Attributes:
        near: shape (n_tags,), cosines of their vectors.
        vocabulary: the tags.
        numbers: tag -> its place.
    """

    near: NDArray[np.float32]
    vocabulary: Vocabulary
    numbers: Mapping[str, int]

    def __getitem__(self, tag: str) -> float:
        """Return the cosine of a tag."""
        return float(self.near[self.numbers[tag]])

    def nearest(self, n: int) -> list[str]:
        """Return the ``n`` nearest tags, or all if there are fewer, in no order."""
        first = max(0, len(self.near) - n)
        places = np.argpartition(self.near, first)[first:]
        return [self.vocabulary.names[place] for place in places]


class Nearness:
    """Compares texts with the tags of one vocabulary, which are embedded when first needed.

    Args:
        vocabulary: the tags.
        embedder: makes the vectors of texts.
        tag_embedder: makes or remembers those of tags, of the same kind.
    """

    def __init__(self, vocabulary: Vocabulary, embedder: Embedder, tag_embedder: Embedder) -> None:
        self._vocabulary = vocabulary
        self._numbers = {name: number for number, name in enumerate(vocabulary.names)}
        self._embedder = embedder
        self._tag_embedder = tag_embedder
        self._tags: NDArray[np.float32] | None = None
        self._embedding = threading.Lock()

    def of(self, texts: Sequence[str]) -> list[Cosines]:
        """Return how near each text is to each tag."""
        near = self._embedder.embed(texts) @ self._tag_vectors().T
        return [Cosines(own, self._vocabulary, self._numbers) for own in near]

    def _tag_vectors(self) -> NDArray[np.float32]:
        with self._embedding:
            if self._tags is None:
                self._tags = self._tag_embedder.embed(self._vocabulary.names)
            return self._tags
