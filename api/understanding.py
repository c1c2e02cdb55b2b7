"""Words of people understood as tags: the engine's rules with the shelf's embedding."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from api.tag_vectors import TagVectors
from engine.errors import CorruptData
from engine.keywords import Keywords, Reading
from engine.thesaurus.nouns import noun_thesaurus
from engine.vocabulary import Vocabulary
from models.cards import UnusableWeights, load_card


class _MiniLM:
    """The shelf's embedding, read from the disk when the first text comes."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        from models.minilm.embedder import shared_minilm

        try:
            return shared_minilm().embed(texts)
        except UnusableWeights as error:
            raise CorruptData(str(error)) from error


_FILE: Final = "tag-vectors.npz"


class Understanding:
    """Understands words as tags of whatever vocabulary there is now; safe between threads.

    Args:
        home: where the vectors of tags are kept.
    """

    def __init__(self, home: Path) -> None:
        self._embedder = _MiniLM()
        self._tags = TagVectors(self._embedder, home / _FILE, load_card("minilm").sha256)
        self._changing = threading.Lock()
        self._keywords: Keywords | None = None

    def of(self, vocabulary: Vocabulary) -> Keywords:
        """Return what understands words as tags of this vocabulary."""
        with self._changing:
            known = self._keywords
            if known is None or known.vocabulary != vocabulary:
                self._keywords = known = Keywords(
                    vocabulary, noun_thesaurus(), self._embedder, tag_embedder=self._tags
                )
            return known

    def profile(
        self, vocabulary: Vocabulary, keywords: Mapping[str, float]
    ) -> tuple[dict[str, float], list[Reading]]:
        """Turn weighted words into weighted tags, and say how each that is no tag was understood.

        Nothing is loaded as long as every word is a tag.

        Raises:
            UnknownTag: for words that cannot be used, each with the nearest tags.
            InvalidInput: for words that are empty or too long.
        """
        if all(word in vocabulary for word in keywords):
            return dict(keywords), []
        return self.of(vocabulary).profile(keywords)
