"""Whether a frame shows nudity."""

from functools import cached_property
from io import BytesIO
from typing import Final, Self

import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray
from PIL import Image

from ingest.taggers.visual.resize import Scaler, Shrinkable
from ingest.taggers.visual.sessions import check_weights, open_session
from models.cards import Card, load_card
from models.onnx_runtime import onnxruntime

NUDITY: Final = "nudity"
"""The tag that this network answers."""

SUSPECTED: Final = 0.1
"""From this answer of the rounded network on, the exact one is asked.

Of 2022 frames and parts of them, the exact network gave 29 over 0.5, and to none of these the
rounded one less than 0.20. In log-odds, 0.1 is five times as far from 0.5 as the two differ as a
rule, and an eighth further than they differ at most.
"""

_SHRUNK_TO: Final = 256
"""Side of the squashed frame, out of which the network sees the middle."""


class NudityDetector:
    """Yahoo's open_nsfw, fed as it was when it was trained.

    It is here twice: rounded to 8 bits, for every frame, and exact, at three times the cost, for
    the few that the other suspects. So what is flagged, or blocked, is always the exact answer.
    """

    def __init__(self, screen: onnxruntime.InferenceSession, exact: Card) -> None:
        self._screen = screen
        self._card = exact
        self._scaler = Scaler(Interpolation.BILINEAR, bytes_a_pixel=4)

    @classmethod
    def load(cls) -> Self:
        """Make the shipped rounded weights ready; those of the package when they are needed.

        Raises:
            CorruptData: either are missing or are not what their card describes.
        """
        exact = load_card("opennsfw")
        check_weights(exact)
        return cls(open_session(load_card("opennsfw_screen")), exact)

    def load_exact_network(self) -> None:
        """Make the weights of the package ready before they are needed.

        Raises:
            CorruptData: they are missing or are not what their card describes.
        """
        self._exact  # noqa: B018 - loaded when it is first asked for

    def confidence(self, frame: Shrinkable) -> float:
        """Return the confidence, 0.0 to 1.0, that a frame shows nudity or pornography."""
        screened = self.screened(frame)
        return screened if screened < SUSPECTED else self.exact(frame)

    def screened(self, frame: Shrinkable) -> float:
        """Return what the rounded network says, 0.0 to 1.0."""
        size = (_SHRUNK_TO, _SHRUNK_TO)
        # Four bytes a pixel are as pictures keep them: they need not be copied.
        squashed = Image.frombuffer(
            "RGBX", size, self._scaler.resize(frame, size), "raw", "RGBX", 0, 1
        )
        ((_, nudity),) = self._screen.run(None, {"frame": self._middle(squashed)})[0]
        return float(nudity)

    def exact(self, frame: Shrinkable) -> float:
        """Return what the exact network says, 0.0 to 1.0, at three times the cost."""
        # To the pixel what the network's own preparation makes of a frame.
        squashed = frame.picture.resize((_SHRUNK_TO, _SHRUNK_TO), Image.Resampling.BILINEAR)
        colours = self._middle(squashed)[..., :3] - np.array(self._card.mean, np.float32)
        blue_first = np.ascontiguousarray(colours[..., ::-1])
        name = self._exact.get_inputs()[0].name
        ((_, nudity),) = self._exact.run(None, {name: blue_first})[0]
        return float(nudity)

    def _middle(self, squashed: Image.Image) -> NDArray[np.uint8]:
        """Return what a network sees of a squashed frame, shape (1, side, side, 4), RGB first."""
        margin = (_SHRUNK_TO - self._card.input_size) // 2
        edges = (margin, margin, _SHRUNK_TO - margin, _SHRUNK_TO - margin)
        middle = _through_jpeg(squashed.crop(edges))
        return np.frombuffer(middle.tobytes("raw", "RGBX"), np.uint8).reshape(1, *middle.size, 4)

    @cached_property
    def _exact(self) -> onnxruntime.InferenceSession:
        return open_session(self._card)


def _through_jpeg(picture: Image.Image) -> Image.Image:
    """Return what JPEG leaves of a picture: the network learnt from such, and notices."""
    with BytesIO() as file:
        picture.save(file, format="JPEG")
        return Image.open(BytesIO(file.getvalue()))
