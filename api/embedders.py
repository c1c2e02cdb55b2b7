"""The embeddings of sentences that come along, as what understands words asks for them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import CorruptData
from engine.keywords.embeddings import Embedder
from engine.keywords.tag_vectors import TagVectors
from engine.services.keywords import KeywordService
from models.cards import Card, UnusableWeights, is_installed, load_card

_FILE: Final = "tag-vectors.npz"
_FOREIGN_FILE: Final = "tag-vectors-languages.npz"


class _WhenNeeded:
    """An embedder that is read from the disk when the first text comes.

    Args:
        shared: returns the one of this process.
    """

    def __init__(self, shared: Callable[[], Embedder]) -> None:
        self._shared = shared

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._loaded().embed(texts)

    def pieces(self, text: str) -> int:
        return self._loaded().pieces(text)

    def _loaded(self) -> Embedder:
        try:
            return self._shared()
        except UnusableWeights as error:
            raise CorruptData(str(error)) from error


def _minilm() -> Embedder:
    from models.minilm.embedder import shared_minilm

    return shared_minilm()


def _use_multilingual() -> Embedder:
    from models.use_multilingual.embedder import shared_encoder

    return shared_encoder()


def keyword_service(home: Path) -> KeywordService:
    """Return what understands words; the vectors of tags are stored in files of ``home``."""
    foreign, card = None, load_card("use_multilingual")
    if is_installed(card):
        foreign = _with_tags(_use_multilingual, card, home / _FOREIGN_FILE)
    return KeywordService(*_with_tags(_minilm, load_card("minilm"), home / _FILE), foreign)


def _with_tags(shared: Callable[[], Embedder], card: Card, file: Path) -> tuple[Embedder, Embedder]:
    """Return an embedder of words, and one of tags that remembers them in a file."""
    embedder = _WhenNeeded(shared)
    return embedder, TagVectors(embedder, file, card.sha256)
