"""The embedding of sentences that comes along, as what understands words asks for it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import CorruptData
from engine.keywords.tag_vectors import TagVectors
from engine.services.keywords import KeywordService
from models.cards import UnusableWeights, load_card

_FILE: Final = "tag-vectors.npz"


class _MiniLM:
    """An embedder that is read from the disk when the first text comes."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        from models.minilm.embedder import shared_minilm

        try:
            return shared_minilm().embed(texts)
        except UnusableWeights as error:
            raise CorruptData(str(error)) from error

    def pieces(self, text: str) -> int:
        from models.minilm.embedder import shared_minilm

        try:
            return shared_minilm().pieces(text)
        except UnusableWeights as error:
            raise CorruptData(str(error)) from error


def keyword_service(home: Path) -> KeywordService:
    """Return what understands words; the vectors of tags are kept in a file of ``home``."""
    embedder = _MiniLM()
    return KeywordService(embedder, TagVectors(embedder, home / _FILE, load_card("minilm").sha256))
