"""Subjects of a frame: general and specific words, each the sum of some of a network's classes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from ingest.taggers.base import Confidences
from ingest.taggers.visual.input_size import CELL, fit_area
from ingest.taggers.visual.picture_statistics import picture_statistics
from ingest.taggers.visual.resize import Scaler, Shrinkable
from ingest.taggers.visual.sessions import open_session
from ingest.taggers.visual.specific_tags import load_words, specific_words
from models.cards import Card, load_card, load_json
from models.onnx_runtime import onnxruntime


class ClassifierOutput(NamedTuple):
    """Outputs of the network for one frame.

    Attributes:
        confidences: shape (n_tags,), of each tag the sum of its classes', merged over the crops.
        words: shape (n_words,), likewise of each specific word.
        logits: shape (n_classes,), of the whole frame.
        features: shape (n_features,), likewise: what the logits are sums of.
        statistics: shape (N_STATISTICS,), likewise, of its colours.
    """

    confidences: Confidences
    words: Confidences
    logits: NDArray[np.float32]
    features: NDArray[np.float32]
    statistics: NDArray[np.float32]


class ImageClassifier:
    """EfficientNet-Lite2 with a layer of tags over its classes."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        card: Card,
        classes: Mapping[str, Sequence[int]],
        words: Mapping[str, Sequence[int]],
    ) -> None:
        self._session = session
        self._card = card
        self._scaler = Scaler(Interpolation.BICUBIC)
        self.tags = tuple(classes)
        sets = [*classes.values(), *words.values()]
        sizes = np.array([len(numbers) for numbers in sets])
        self._has_members = sizes > 0
        self._members = np.concatenate([np.array(numbers, np.intp) for numbers in sets])
        self._starts = (np.cumsum(sizes) - sizes)[self._has_members]

    @classmethod
    def load(cls) -> Self:
        """Make the shipped weights ready."""
        card = load_card("efficientnet_lite2")
        assert card.labels is not None  # noqa: S101
        words = {word: one.classes for word, one in specific_words(load_words()).items()}
        return cls(open_session(card), card, load_json(card, card.labels), words)

    def classify(self, frame: Shrinkable) -> ClassifierOutput:
        """Return what the classes say of every tag, and classes and features of the whole frame.

        The frame keeps its shape and is looked at in one pass, whose cells are then averaged over
        the whole and over parts of it. That finds as much as a pass for each part, which costs
        three times as much.
        """
        width, height = fit_area(frame.size, self._card.input_size)
        small = self._scaler.resize(frame, (width, height))
        windows = crop_windows(width // CELL, height // CELL)
        feed = {"frame": small[None], "windows": windows}
        logits, features = self._session.run(None, feed)
        merged = merge_crops(self._sums(softmax(logits / self._card.temperature)))
        n_tags = len(self.tags)
        return ClassifierOutput(
            merged[:n_tags], merged[n_tags:], logits[0], features[0], picture_statistics(small)
        )

    def _sums(self, shares: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the sum of the classes of each tag and word, at most 1.0, shape (n_crops, n_sets).

        A frame shows one class, says the network, so a tag's confidence is the sum of its own.

        Args:
            shares: of each class, shape (n_crops, n_classes).
        """
        sums = np.zeros((len(shares), len(self._has_members)), np.float32)
        members = shares[:, self._members]
        sums[:, self._has_members] = np.add.reduceat(members, self._starts, axis=1)
        return np.minimum(sums, 1.0)


@lru_cache(maxsize=8)
def crop_windows(columns: int, rows: int) -> NDArray[np.float32]:
    """Return how much each cell of a frame counts in each crop of it.

    The crops are the whole and, of a frame that is no square, squares at both ends and in the
    middle of it.

    Returns:
        shape (n_crops, rows * columns), the whole first; the cells of a crop add up to 1.
    """
    side, long = min(columns, rows), max(columns, rows)
    starts = sorted({0, (long - side) // 2, long - side}) if long > side else []
    windows = np.zeros((1 + len(starts), rows, columns), np.float32)
    windows[0] = 1 / (rows * columns)
    for window, start in zip(windows[1:], starts, strict=True):
        part = slice(start, start + side)
        if columns > rows:
            window[:, part] = side**-2
        else:
            window[part] = side**-2
    return windows.reshape(len(windows), -1)


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return confidences that add up to 1.0 along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: NDArray[np.float32] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def merge_crops(confidences: NDArray[np.float32]) -> Confidences:
    """Merge the crops of a frame: the whole, or the two surest crops on average.

    One sure crop alone is not believed: it would find a fifth more tags, and the worst mistakes.

    Args:
        confidences: shape (n_crops, n_tags), the whole frame first.

    Returns:
        shape (n_tags,).
    """
    whole: Confidences = confidences[0]
    if len(confidences) == 1:
        return whole
    surest_two: NDArray[np.float32] = np.sort(confidences, axis=0)[-2:].mean(axis=0)
    merged: Confidences = np.maximum(whole, surest_two)
    return merged
