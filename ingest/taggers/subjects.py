"""What is on a frame, as 119 general words: each word stands for some of a network's classes."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from ingest.taggers.base import Confidences
from ingest.taggers.sessions import open_session
from models.cards import Card, load_card, load_json

LONG_ASPECT: Final = 1.2
"""Longer side over shorter, from which on parts of a frame are looked at as well as the whole."""

SURE: Final = 0.6
"""Confidence of one class from which on the whole frame is believed to show that one thing."""

IN_DOUBT: Final = 0.45
"""A tag that some view gives at least this, and all together less than ``DECIDED``."""

DECIDED: Final = 0.7

_LONGEST_ASPECT: Final = 4.0  # a longer frame is squashed to this before its parts are cut out


# Shrinks by whole numbers first where the rest is still at least 2 to 1: exact enough, and a
# frame of 4096 pixels costs little more than one of 1280.
_REDUCING_GAP: Final = 2.0


class Subjects(NamedTuple):
    """What the network says of one frame.

    Attributes:
        confidences: shape (n_tags,), of each tag the sum of its classes', merged over the views.
        logits: shape (n_classes,), of the whole frame.
    """

    confidences: Confidences
    logits: NDArray[np.float32]


class SubjectTagger:
    """EfficientNet-Lite2 with a layer of tags over its classes."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        card: Card,
        classes: Mapping[str, Sequence[int]],
    ) -> None:
        self._session = session
        self._card = card
        self.tags = tuple(classes)
        self._members = _membership(classes, n_classes=session.get_outputs()[0].shape[1])

    @classmethod
    def load(cls) -> Self:
        """Make the weights on the shelf ready."""
        card = load_card("efficientnet_lite2")
        assert card.labels is not None  # noqa: S101
        return cls(open_session(card), card, load_json(card, card.labels))

    def look(self, picture: Image.Image) -> Subjects:
        """Return what the classes say of every tag, and the classes of the whole frame.

        Parts of a frame cost as much as the whole, so they are looked at only where they can
        matter: none when the whole is one thing for sure, and the ends only when the whole and
        the middle leave a tag in doubt. Of 294 tags over 0.7 on 404 frames, three were lost by it.
        """
        views = cut_views(picture, self._card.input_size)
        whole = self._logits(views[:1])
        return Subjects(self._confidences(views, whole), whole[0])

    def _confidences(self, views: NDArray[np.uint8], whole: NDArray[np.float32]) -> Confidences:
        seen = self._read(whole)
        if len(views) == 1 or seen.surest >= SURE:
            return np.asarray(seen.tags[0], np.float32)
        middle = self._read(self._logits(views[2:3]))
        two = np.concatenate([seen.tags, middle.tags])
        merged = merge_views(two)
        if not ((two.max(axis=0) >= IN_DOUBT) & (merged < DECIDED)).any():
            return merged
        ends = self._read(self._logits(views[[1, 3]]))
        return merge_views(np.concatenate([two, ends.tags]))

    def _logits(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        logits: NDArray[np.float32] = self._session.run(None, {"frames": views})[0]
        return logits

    def _read(self, logits: NDArray[np.float32]) -> "_Seen":
        classes = softmax(logits / self._card.temperature)
        return _Seen(np.minimum(classes @ self._members, 1.0), float(classes.max()))


class _Seen(NamedTuple):
    tags: NDArray[np.float32]  # shape (n_views, n_tags)
    surest: float  # of all classes


def _membership(classes: Mapping[str, Sequence[int]], *, n_classes: int) -> NDArray[np.float32]:
    """Return shape (n_classes, n_tags): 1.0 where a class belongs to a tag.

    A frame shows one class, says the network, so a tag's confidence is the sum of its classes'.
    """
    members = np.zeros((n_classes, len(classes)), np.float32)
    for tag, numbers in enumerate(classes.values()):
        members[numbers, tag] = 1.0
    return members


def cut_views(picture: Image.Image, side: int) -> NDArray[np.uint8]:
    """Return the whole frame squashed to a square and, of a long frame, three squares of it.

    The squares are the two ends and the middle. They are cut from the frame shrunk to ``side``,
    and the whole is squashed from that too, so that a large frame is read once.

    Returns:
        shape (1 or 4, side, side, 3).
    """
    aspect = max(picture.size) / min(picture.size)
    if aspect <= LONG_ASPECT:
        return np.asarray(_resized(picture, (side, side)))[None]
    long = round(side * min(aspect, _LONGEST_ASPECT))
    is_wide = picture.width > picture.height
    strip = _resized(picture, (long, side) if is_wide else (side, long))
    views = [np.asarray(_resized(strip, (side, side)))]
    pixels = np.asarray(strip)
    for start in (0, (long - side) // 2, long - side):
        part = slice(start, start + side)
        views.append(pixels[:, part] if is_wide else pixels[part])
    return np.stack(views)


def _resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    return picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=_REDUCING_GAP)


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return confidences that add up to 1.0 along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: NDArray[np.float32] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def merge_views(confidences: NDArray[np.float32]) -> Confidences:
    """Merge the views of a frame: the whole, or the two surest views on average.

    One sure view alone is not believed: it would find a fifth more tags, and the worst mistakes.

    Args:
        confidences: shape (n_views, n_tags), the whole frame first.

    Returns:
        shape (n_tags,).
    """
    whole: Confidences = confidences[0]
    if len(confidences) == 1:
        return whole
    surest_two: NDArray[np.float32] = np.sort(confidences, axis=0)[-2:].mean(axis=0)
    merged: Confidences = np.maximum(whole, surest_two)
    return merged
