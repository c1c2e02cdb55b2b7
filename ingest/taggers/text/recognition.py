"""Text of the places of a picture."""

import math
import unicodedata
from typing import Final

import numpy as np
from PIL import Image

from engine.domain.text import cleaned_line
from ingest.taggers.base import Frame
from ingest.taggers.text.components import Box
from ingest.taggers.text.networks import STRIP_HEIGHT, Networks, Picture, RecognizedText
from ingest.taggers.visual.resize import image_of

MIN_SCORE: Final = 0.8
"""Score from which on what is read counts."""

MIN_LETTERS: Final = 3
"""Fewer letters are no words: numbers of a scoreboard, and what is seen in leaves."""

_MAX_WIDTH: Final = 1_600  # of a strip, in pixels
_STANDING: Final = 1.5  # a box so many times as high as wide is text that stands on its side
_SURE: Final = 0.95
_STEEP: Final = math.pi / 4
_MIN_LETTER_SHARE: Final = 0.5  # of the characters that are no spaces


def recognize_box(networks: Networks, frame: Frame, box: Box) -> RecognizedText:
    """Return what stands in a box; a strip that stands, or is unsure, is read from both ends."""
    if box.height >= _STANDING * box.width:
        box = box._replace(width=box.height, height=box.width, angle=box.angle - math.pi / 2)
    strip = strip_of(frame, box)
    recognized = networks.read(strip)
    # Some words upside down look like others, though never surely.
    if abs(box.angle) <= _STEEP and (recognized.score >= _SURE or not is_line(recognized)):
        return recognized
    other = networks.read(np.ascontiguousarray(strip[::-1, ::-1]))
    return max(recognized, other, key=lambda one: one.score)


def strip_of(frame: Frame, box: Box) -> Picture:
    """Return a box as a strip of ``STRIP_HEIGHT``, turned so that its text lies."""
    shrunk = max(1, int(box.height // STRIP_HEIGHT))
    height = STRIP_HEIGHT * shrunk
    width = shrunk * min(_MAX_WIDTH, max(8, math.ceil(STRIP_HEIGHT * box.width / box.height)))
    (right_x, right_y), (down_x, down_y) = box.axes
    step_x, step_y = box.width / width, box.height / height
    left = box.x - right_x * box.width / 2 - down_x * box.height / 2
    top = box.y - right_y * box.width / 2 - down_y * box.height / 2
    made = image_of(frame).transform(
        (width, height),
        Image.Transform.AFFINE,
        (right_x * step_x, down_x * step_y, left, right_y * step_x, down_y * step_y, top),
        Image.Resampling.BICUBIC,
    )
    return np.asarray(made.reduce(shrunk) if shrunk > 1 else made)


def tidy(text: str) -> str:
    """Return text as it is stored: compatible forms of characters are one, spaces are single."""
    return " ".join(cleaned_line(unicodedata.normalize("NFKC", text), "").split())


def is_line(recognized: RecognizedText) -> bool:
    """Tell whether what was read is a line of text: sure enough, of letters, not one repeated."""
    letters = [sign for sign in recognized.text.casefold() if sign.isalpha()]
    characters = [sign for sign in recognized.text if not sign.isspace()]
    return (
        recognized.score > MIN_SCORE
        and len(letters) >= MIN_LETTERS
        and len(letters) >= _MIN_LETTER_SHARE * len(characters)
        and len(set(letters)) > 1
    )
