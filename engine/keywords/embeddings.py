"""Similarity of texts and tags, by the vectors that a network makes of both."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.words.vocabulary import Vocabulary

_TAG_BATCH_SIZE: Final = 1_024


class Embedder(Protocol):
    """Turns texts into vectors that are near each other where the texts mean alike."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a vector of length 1 for each text, shape (n_texts, n_dimensions)."""
        ...

    def pieces(self, text: str) -> int:
        """Return how many pieces of a text are read, 2 or more: what embedding it costs."""
        ...


@dataclass(frozen=True, slots=True)
class Cosines:
    """Similarity of a text to each tag.

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

    @property
    def is_known(self) -> bool:
        """Whether the text was embedded."""
        return bool(self.near.any())

    def nearest(self, n: int) -> list[str]:
        """Return the ``n`` nearest tags or fewer, in no order; none of a text nobody embedded."""
        if not self.is_known:
            return []
        first = max(0, len(self.near) - n)
        nearest_places = np.argpartition(self.near, first)[first:]
        return [self.vocabulary.names[place] for place in nearest_places]


class EmbeddingSimilarity:
    """Compares texts with the tags of one vocabulary, which are embedded when first needed.

    Args:
        vocabulary: the tags.
        embedder: makes the vectors of texts.
        tag_embedder: makes or remembers those of tags, of the same kind.
        before: what compared with the first tags of the vocabulary; its vectors are used again.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        embedder: Embedder,
        tag_embedder: Embedder,
        before: "EmbeddingSimilarity | None" = None,
    ) -> None:
        self._vocabulary = vocabulary
        self._numbers = {name: number for number, name in enumerate(vocabulary.names)}
        self._embedder = embedder
        self._tag_embedder = tag_embedder
        self._tags: NDArray[np.float32] | None = None if before is None else before._tags
        self._embedding = threading.Lock()

    @property
    def missing(self) -> int:
        """Number of tags that have no vector yet."""
        return len(self._vocabulary) - (0 if self._tags is None else len(self._tags))

    def complete(self, is_stopping: Callable[[], bool] = lambda: False) -> None:
        """Embed the tags that have no vector yet; a thousand take some seconds.

        Args:
            is_stopping: asked every few hundred tags; what is embedded by then stays.
        """
        with self._embedding:
            names = self._vocabulary.names
            while self.missing and not is_stopping():
                upto = len(names) - max(0, self.missing - _TAG_BATCH_SIZE)
                self._tags = self._tag_embedder.embed(names[:upto])

    def cost(self, text: str) -> int:
        """Return how many pieces the embedder reads to compare a text."""
        return self._embedder.pieces(text)

    def of(self, texts: Sequence[str]) -> list[Cosines]:
        """Return how near each text is to each tag; tags without a vector are near nothing."""
        near = np.zeros((len(texts), len(self._vocabulary)), np.float32)
        if self._tags is not None and len(texts):
            near[:, : len(self._tags)] = self._embedder.embed(texts) @ self._tags.T
        return [Cosines(own, self._vocabulary, self._numbers) for own in near]

    def unknown(self) -> Cosines:
        """Return what is said of a text that was not embedded: it is near nothing."""
        near = np.zeros(len(self._vocabulary), np.float32)
        return Cosines(near, self._vocabulary, self._numbers)
