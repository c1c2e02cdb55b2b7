"""The two networks that read: where text may stand on a picture, and what a strip of it says."""

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ingest.taggers.visual.sessions import open_session
from models.cards import Card, load_card, load_lines
from models.onnx_runtime import onnxruntime

DETECTION: Final = "ppocr_detection"
RECOGNITION: Final = "ppocr_recognition"

STEP: Final = 32
"""Sides of a picture in which text is looked for are multiples of so many pixels."""

STRIP_HEIGHT: Final = 48
"""Pixels."""

Picture = NDArray[np.uint8]
"""RGB, shape (height, width, 3)."""

TextMap = NDArray[np.float32]
"""Shape (height, width): how likely each pixel lies in the middle of a line of text."""


class RecognizedText(NamedTuple):
    """Text that a strip says.

    Attributes:
        text: may be empty.
        score: mean share, 0.0 to 1.0, of the characters.
    """

    text: str
    score: float


class Networks:
    """The networks, ready to run."""

    def __init__(
        self,
        detection: onnxruntime.InferenceSession,
        recognition: onnxruntime.InferenceSession,
        characters: Sequence[str],
    ) -> None:
        """Take the sessions, and what the outputs of the second stand for from its second on."""
        self._detection = detection
        self._recognition = recognition
        self._characters = ("", *characters, " ")

    @classmethod
    def load(cls) -> Self:
        """Make the weights that come with the package ready.

        Raises:
            CorruptData: weights are missing or are not what their card describes.
        """
        detection, recognition = load_card(DETECTION), load_card(RECOGNITION)
        characters = load_lines(recognition, str(recognition.labels))
        return cls(open_session(detection), open_session(recognition), characters)

    def find(self, picture: Picture) -> TextMap:
        """Return where text may stand on a picture whose sides are multiples of ``STEP``."""
        (maps,) = self._detection.run(None, {"x": _floats(picture, load_card(DETECTION))})
        text_map: TextMap = maps[0, 0]
        return text_map

    def read(self, strip: Picture) -> RecognizedText:
        """Return what a strip of ``STRIP_HEIGHT`` says, from the left to the right."""
        (shares,) = self._recognition.run(None, {"x": _floats(strip, load_card(RECOGNITION))})
        return self._decoded(shares[0])

    def _decoded(self, shares: NDArray[np.float32]) -> RecognizedText:
        """Return the likeliest path without repeats and gaps: greedy decoding of CTC.

        Args:
            shares: shape (n_steps, n_characters).
        """
        best = shares.argmax(axis=1)
        is_emitted = best != 0
        is_emitted[1:] &= best[1:] != best[:-1]
        if not is_emitted.any():
            return RecognizedText("", 0.0)
        text = "".join(self._characters[number] for number in best[is_emitted])
        return RecognizedText(text, float(shares[is_emitted, best[is_emitted]].mean()))


def networks_version() -> str:
    """Return a digest of the weights."""
    cards = [load_card(name) for name in (DETECTION, RECOGNITION)]
    return hashlib.sha256(
        repr([[card.version, card.sha256] for card in cards]).encode()
    ).hexdigest()


def _floats(picture: Picture, card: Card) -> NDArray[np.float32]:
    # They were taught on pictures with blue first.
    planes = picture[..., ::-1].transpose(2, 0, 1)[None].astype(np.float32)
    planes -= np.float32(card.mean[0])
    planes /= np.float32(card.std[0])
    return planes
