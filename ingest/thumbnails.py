"""Pictures of a video: the frame most like the whole, and a strip along the timeline."""

from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.domain.videos import Pictures
from ingest.changes.new_content import every_nth
from ingest.taggers.base import Confidences, Frame

POSTER_SIDE: Final = 320
"""Longer side of the poster, in pixels."""

TILE_HEIGHT: Final = 54
"""Height of a picture of the strip, in pixels; its width follows the video's shape."""

MAX_TILES: Final = 48
"""Pictures of a strip; a longer video has them further apart."""

_WIDEST_TILE: Final = 128
_QUALITY: Final = 70
# The fastest way: two thirds of the time of the usual one, and a fifth more bytes.
_METHOD: Final = 0


class Gallery:
    """Collects pictures while a video is analyzed; never keeps more than ``MAX_TILES``.

    When it is full, every second one goes and those to come are taken half as often, so what is
    kept is always spread evenly.
    """

    def __init__(self) -> None:
        self._stored: list[tuple[int, Image.Image, Confidences]] = []
        self._made: tuple[Frame, Image.Image] | None = None
        self._every = 1
        self._sum: NDArray[np.float64] = np.zeros(0)

    def offer(self, second: int, frame: Frame, confidences: Confidences) -> None:
        """Take in one second."""
        # A tagger that names anything has more tags from time to time, behind those it had.
        if len(confidences) > len(self._sum):
            self._sum = np.pad(self._sum, (0, len(confidences) - len(self._sum)))
        self._sum[: len(confidences)] += confidences
        if second % self._every:
            return
        if len(self._stored) == MAX_TILES:
            self._stored = self._stored[::2]
            self._every *= 2
            if second % self._every:
                return
        if self._made is None or self._made[0] is not frame:
            self._made = frame, _small(frame)
        self._stored.append((second, self._made[1], confidences.copy()))

    def pictures(self) -> Pictures:
        """Make the files; the poster stays under 100 kB and the strip under 300 kB.

        Raises:
            ValueError: when nothing was seen.
        """
        if not self._stored:
            raise ValueError("no second was seen")
        return Pictures(
            poster=_webp(self._nearest_to_mean(self._sum)),
            strip=_webp(self._strip()),
            strip_seconds=tuple(second for second, _, _ in self._stored),
        )

    def _nearest_to_mean(self, total: NDArray[np.float64]) -> Image.Image:
        """Return the picture whose confidences have the highest cosine with the video's sum."""

        def likeness(stored: tuple[int, Image.Image, Confidences]) -> float:
            length = float(np.linalg.norm(stored[2]))
            return float(stored[2] @ total[: len(stored[2])]) / length if length else 0.0

        return max(self._stored, key=likeness)[1]

    def _strip(self) -> Image.Image:
        first = self._stored[0][1]
        width = min(_WIDEST_TILE, max(1, round(first.width * TILE_HEIGHT / first.height)))
        strip = Image.new("RGB", (width * len(self._stored), TILE_HEIGHT))
        for column, (_, picture, _) in enumerate(self._stored):
            tile = picture.resize((width, TILE_HEIGHT), Image.Resampling.BILINEAR, reducing_gap=1.0)
            strip.paste(tile, (column * width, 0))
        return strip


def _small(frame: Frame) -> Image.Image:
    """Return a frame as large as a poster."""
    # Every second row and column first: a quarter of the work, and no eye tells.
    step = 2 if max(frame.shape[:2]) >= 2 * POSTER_SIDE else 1
    picture = Image.fromarray(every_nth(frame, step))
    picture.thumbnail((POSTER_SIDE, POSTER_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return picture


def _webp(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "WEBP", quality=_QUALITY, method=_METHOD)
    return file.getvalue()
