"""Pictures with text on them, and the reading of them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ingest.changes.motion_classifier import MotionClassifier
from ingest.decoding.frames import Second
from ingest.taggers.readers import ReadText, TextReader
from support.footage import Picture, write_video

SHAPE: Final = (180, 320)
"""Rows and columns of small pictures: enough for letters of 16 pixels, and quick to look at."""

SEA: Final = (20, 60, 120)


def plain(shape: tuple[int, int] = SHAPE, colour: tuple[int, int, int] = SEA) -> Picture:
    """Return a picture of one colour."""
    return np.full((*shape, 3), colour, np.uint8)


def written(
    on: Picture,
    text: str,
    *,
    size: float = 24,
    middle: tuple[float, float] | None = None,
    degrees: float = 0,
    colour: tuple[int, int, int] = (255, 255, 255),
) -> Picture:
    """Return a copy of a picture with text on it, turned counterclockwise around its middle."""
    picture = Image.fromarray(on)
    x, y = middle or (picture.width / 2, picture.height / 2)
    mask = Image.new("L", picture.size)
    ImageDraw.Draw(mask).text((x, y), text, 255, ImageFont.load_default(size), anchor="mm")
    if degrees:
        mask = mask.rotate(degrees, Image.Resampling.BICUBIC, center=(x, y))
    picture.paste(Image.new("RGB", picture.size, colour), mask=mask)
    return np.asarray(picture)


def moving(number: int, shape: tuple[int, int] = SHAPE) -> Picture:
    """Return picture ``number`` of soft hills that go by, without an edge in them."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    waves = [
        np.sin(columns / 23 + number * 0.9 + phase) + np.cos(rows / 17 + number * 0.4 + phase)
        for phase in (0, 1, 2)
    ]
    return np.asarray(110 + 30 * np.stack(waves, axis=2), np.uint8)


def read(reader: TextReader, pictures: Sequence[Picture]) -> ReadText:
    """Read a video that shows each picture for a second."""
    classifier, observed = MotionClassifier(), reader.begin()
    for number, picture in enumerate(pictures):
        second = Second(number, float(number), picture, repeated=False)
        observed.read_second(number, picture, classifier.add(second))
    return observed.end(len(pictures))


def write_seconds(path: Path, pictures: Iterable[Picture]) -> Path:
    """Write a video that shows each picture for a second."""
    return write_video(path, (one for picture in pictures for one in [picture] * 5), rate=5)
