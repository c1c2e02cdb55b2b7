"""Texts in, vectors of length 1 out; one session a process, made when the first text comes."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from models.cards import Card, load_card, load_lines, verify
from models.minilm.wordpiece import WordPiece
from models.onnx_runtime import onnxruntime

_BATCH: Final = 32
_RUN: Final = 8
"""A run of the network costs as much as so many pieces more, whatever it reads."""

_ERRORS_ONLY: Final = 3


class MiniLM:
    """The network and its pieces; safe to share between threads."""

    def __init__(
        self, session: onnxruntime.InferenceSession, pieces: WordPiece, card: Card
    ) -> None:
        self._session = session
        self._pieces = pieces
        self._max_pieces = card.input_size

    @classmethod
    def load(cls) -> Self:
        """Check the weights and make them ready, on one thread.

        Raises:
            UnusableWeights: they are missing or differ from the card.
        """
        card = load_card("minilm")
        path = verify(card)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        assert card.labels is not None  # noqa: S101 - this card has them
        return cls(session, WordPiece(load_lines(card, card.labels)), card)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a vector of length 1 for each text, shape (n_texts, 384).

        The cosine of two texts is the product of their vectors. What is past 64 pieces of a text
        is not read.
        """
        numbers = [self._pieces.numbers(text, self._max_pieces) for text in texts]
        vectors = np.zeros((len(numbers), 384), np.float32)
        for rows in _batches([len(text) for text in numbers]):
            vectors[rows] = self._vectors([numbers[row] for row in rows])
        return vectors

    def pieces(self, text: str) -> int:
        """Return how many pieces of a text are read, its start and end among them; 64 at most."""
        return len(self._pieces.numbers(text, self._max_pieces))

    def _vectors(self, texts: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        longest = max(len(text) for text in texts)
        ids = np.zeros((len(texts), longest), np.int64)
        read = np.zeros((len(texts), longest), np.int64)
        for row, text in enumerate(texts):
            ids[row, : len(text)] = text
            read[row, : len(text)] = 1
        inputs = {"input_ids": ids, "attention_mask": read, "token_type_ids": np.zeros_like(ids)}
        (outputs,) = self._session.run(None, inputs)
        # The mean over what was read, as the network was trained (Reimers and Gurevych 2019).
        sums = (outputs * read[:, :, None]).sum(axis=1)
        vectors: NDArray[np.float32] = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return vectors.astype(np.float32, copy=False)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of texts that are read together: long ones with long ones.

    A short text is filled up to the longest beside it, and what fills it is computed, too.
    """
    batch: list[int] = []
    filled = 0
    for number in sorted(range(len(lengths)), key=lambda number: -lengths[number]):
        more = lengths[batch[0]] - lengths[number] if batch else 0
        if batch and (filled + more > _RUN or len(batch) == _BATCH):
            yield batch
            batch, filled, more = [], 0, 0
        batch.append(number)
        filled += more
    if batch:
        yield batch


@cache
def shared_minilm() -> MiniLM:
    """Return the one of this process."""
    return MiniLM.load()
