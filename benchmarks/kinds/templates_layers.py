"""Layers that are drawn over photographs as templates of motion graphics have them: they glow.

Each layer is drawn twice as large, shrunk, and blended or added; what shines is blurred and added
once more.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from support import stills
from support.stills import Photo, Shape

_TWICE: Final = 2
Colour = tuple[int, int, int]
_PALETTES: Final[tuple[tuple[Colour, Colour], ...]] = (
    ((255, 255, 255), (120, 220, 255)),
    ((255, 90, 160), (255, 200, 90)),
    ((140, 255, 180), (60, 140, 255)),
    ((255, 255, 255), (255, 70, 70)),
    ((190, 130, 255), (90, 240, 240)),
)
WORDS: Final = [
    "tonight",
    "we",
    "are",
    "running",
    "through",
    "neon",
    "and",
    "rain",
    "with",
    "nothing",
    "to",
    "lose",
    "and",
    "a",
    "name",
    "on",
    "the",
    "train",
    "I",
    "count",
    "every",
    "second",
    "you",
    "were",
    "never",
    "alone",
    "and",
    "the",
    "light",
    "in",
    "the",
    "window",
    "is",
    "calling",
    "me",
    "home",
]


class Layer:
    """Picture that is laid over a frame, drawn twice as large."""

    def __init__(self, shape: Shape) -> None:
        self.height, self.width = shape
        self.picture = Image.new("RGBA", (self.width * _TWICE, self.height * _TWICE))
        self.draw = ImageDraw.Draw(self.picture)

    def polygon(self, points: NDArray[np.float64], fill: tuple[int, ...]) -> None:
        """Fill what lies within (x, y) points of the frame."""
        self.draw.polygon([tuple(point) for point in (points * _TWICE).tolist()], fill)

    def line(self, points: NDArray[np.float64], fill: tuple[int, ...], width: float) -> None:
        """Draw a line through (x, y) points of the frame."""
        path = [tuple(point) for point in (points * _TWICE).tolist()]
        self.draw.line(path, fill, max(1, round(width * _TWICE)), joint="curve")

    def disc(self, x: float, y: float, radius: float, fill: tuple[int, ...]) -> None:
        """Fill a disc."""
        box = [(value * _TWICE) for value in (x - radius, y - radius, x + radius, y + radius)]
        self.draw.ellipse(box, fill)

    def box(
        self,
        left: float,
        top: float,
        right: float,
        foot: float,
        fill: tuple[int, ...],
        round_: float,
    ) -> None:
        """Fill a box with round corners."""
        if right - left < 1 or foot - top < 1:
            return
        corners = [value * _TWICE for value in (left, top, right, foot)]
        radius = min(round_ * _TWICE, (corners[2] - corners[0]) / 2, (corners[3] - corners[1]) / 2)
        self.draw.rounded_rectangle(corners, radius, fill)

    def text(
        self, x: float, y: float, words: str, size: float, fill: tuple[int, ...], anchor: str = "mm"
    ) -> None:
        """Write words around a place."""
        font = ImageFont.load_default(size * _TWICE)
        self.draw.text((x * _TWICE, y * _TWICE), words, fill, font, anchor=anchor)

    def over(self, under: Photo, glow: float = 0.0) -> Photo:
        """Lay it over a picture, and what shines as well."""
        small = self.picture.resize((self.width, self.height), Image.Resampling.BOX)
        drawn = under.copy()
        drawn.paste(small, mask=small.getchannel("A"))
        if glow:
            black = Image.new("RGB", drawn.size)
            black.paste(small, mask=small.getchannel("A"))
            quarter = black.resize((self.width // 4, self.height // 4), Image.Resampling.BOX)
            soft = quarter.filter(ImageFilter.GaussianBlur(self.height / 90)).resize(drawn.size)
            drawn = ImageChops.add(drawn, soft.point(lambda value: int(value * glow)))
        return drawn


def dimmed(photo: Photo, shape: Shape, share: float, blur: float = 0.0) -> Photo:
    """Return the photograph cropped to a frame, darker, blurred by a share of its height."""
    picture = stills.cropped(photo, shape)
    if blur:
        picture = picture.filter(ImageFilter.GaussianBlur(blur * shape[0]))
    return picture.point(lambda value: int(value * share))


def round_cover(photo: Photo, side: int) -> Photo:
    """Return a square of the photograph cut to a disc."""
    cover = stills.cropped(photo, (side, side)).convert("RGBA")
    mask = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(mask).ellipse((0, 0, side * 2 - 1, side * 2 - 1), 255)
    cover.putalpha(mask.resize((side, side)))
    return cover


def palette(rng: np.random.Generator) -> tuple[Colour, Colour]:
    """Return two colours that go together."""
    return _PALETTES[int(rng.integers(len(_PALETTES)))]


def between(one: Colour, other: Colour, share: float) -> Colour:
    """Return a colour between two."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def around(
    x: float, y: float, radii: NDArray[np.float64], start: float = -np.pi / 2
) -> NDArray[np.float64]:
    """Return (x, y) points around a place, one for each radius, clockwise from the top."""
    angles = start + np.arange(len(radii)) * 2 * np.pi / len(radii)
    return np.stack([x + radii * np.cos(angles), y + radii * np.sin(angles)], axis=1)


class Specks:
    """Things that fly, each with a place, a way, a size and an age."""

    def __init__(self, n_specks: int, shape: Shape, rng: np.random.Generator) -> None:
        self._shape, self._rng = shape, rng
        self.place = rng.random((n_specks, 2)) * (shape[1], shape[0])
        self.size = shape[0] / 540 * rng.uniform(1.0, 4.5, n_specks)
        self.phase = rng.uniform(0, 2 * np.pi, n_specks)

    def go(self, way: NDArray[np.float64]) -> None:
        """Move all of them; what leaves comes in again on the other side."""
        self.place = (self.place + way) % (self._shape[1], self._shape[0])
