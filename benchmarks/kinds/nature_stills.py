"""Stills and slideshows beside the scenes by simulation."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from support import stills
from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape


def scanned_page(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A page of print, with a picture on it."""
    height, width = shape
    page = Image.new("RGB", (width, height), (244, 240, 230))
    draw = ImageDraw.Draw(page)
    for row in range(12):
        draw.text(
            (width * 0.05, height * (0.05 + 0.075 * row)),
            " ".join(stills.line_of_song(rng) for _ in range(2)),
            (40, 36, 30),
        )
    page.paste(
        stills.cropped(photo, (height // 2, width // 2)), (round(width * 0.46), round(height * 0.3))
    )
    for _ in range(round(seconds * rate)):
        yield np.asarray(page)


def marked(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A photograph between black bars, marked in a corner, its light unsteady by a level."""
    height, width = shape
    picture = Image.new("RGB", (width, height))
    front = photo.copy()
    front.thumbnail((width, round(height * 0.76)))
    picture.paste(front, ((width - front.width) // 2, (height - front.height) // 2))
    ImageDraw.Draw(picture).text(
        (width * 0.8, height * 0.91), f"@somebody{rng.integers(99)}", (200, 200, 200)
    )
    still = np.asarray(picture, np.float64)
    for number in range(round(seconds * rate)):
        yield (still * (1 + 0.006 * np.sin(number * 0.9))).clip(0, 255).astype(np.uint8)


def slow_pan(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A photograph over which the view goes slowly, from one side to the other."""
    ways = rng.uniform(-1, 1, (2, 2))
    n_frames = round(seconds * rate)
    for number in range(n_frames):
        share = number / n_frames
        yield np.asarray(stills.cropped(photo, shape, 1.25, ways[0] + (ways[1] - ways[0]) * share))


def blinds(
    photos: Sequence[Photo], shape: Shape, each: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Pictures that replace each other in stripes, or through a circle that opens."""
    height, width = shape
    pictures = [np.asarray(stills.cropped(photo, shape)) for photo in photos]
    rows, columns = np.mgrid[:height, :width]
    far = np.hypot(rows - height / 2, columns - width / 2)
    order = (columns % (width // 8)) / (width // 8) if rng.random() < 0.5 else far / far.max()
    n_change = max(2, round(rate * 0.8))
    for number, picture in enumerate(pictures):
        for _ in range(round(each * rate) - n_change):
            yield picture
        for step in range(n_change if number + 1 < len(pictures) else 0):
            yield np.where((order < step / n_change)[..., None], pictures[number + 1], picture)


STILLS: Final[dict[str, LivelyForm]] = {
    "a page": scanned_page,
    "between bars": marked,
    "a slow pan": slow_pan,
}
SLIDESHOWS: Final = {"blinds or a circle": blinds}
