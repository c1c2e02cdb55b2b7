"""Text that is read in a place, and the part of it that counts."""

import numpy as np
import pytest

from ingest.taggers.text.components import Box
from ingest.taggers.text.networks import STRIP_HEIGHT, RecognizedText
from ingest.taggers.text.recognition import is_line, strip_of, tidy

RNG = np.random.default_rng(5)


def test_a_strip_of_its_own_height_is_the_picture() -> None:
    frame = RNG.integers(0, 256, (100, 200, 3), np.uint8)
    strip = strip_of(frame, Box(100, 40, 120, STRIP_HEIGHT))
    assert np.array_equal(strip, frame[16:64, 40:160])


def test_a_strip_that_leans_is_turned() -> None:
    frame = RNG.integers(0, 256, (200, 200, 3), np.uint8)
    strip = strip_of(frame, Box(100, 100, 120, STRIP_HEIGHT, np.pi / 2))
    turned = np.rot90(frame[40:160, 76:124]).astype(int)
    assert np.abs(strip - turned).max() <= 1


@pytest.mark.parametrize(("width", "height"), [(300, 40), (40, 300), (9, 9), (640, 400), (640, 3)])
def test_strips_are_as_high_as_they_are_read(width: float, height: float) -> None:
    frame = RNG.integers(0, 256, (360, 640, 3), np.uint8)
    strip = strip_of(frame, Box(320, 180, width, height))
    assert strip.shape[0] == STRIP_HEIGHT
    assert 8 <= strip.shape[1] <= 1600


@pytest.mark.parametrize(
    ("text", "score", "counts"),
    [
        ("sale", 0.9, True),
        ("sale", 0.8, False),
        ("OK", 1.0, False),
        ("12:45", 1.0, False),
        ("20 for $10", 1.0, False),
        ("iii", 1.0, False),
        ("IlI", 1.0, True),
        ("a-b-c-d", 1.0, True),
        ("a.,b;,c:!", 1.0, False),
        ("港区と", 0.9, True),
        ("ΑΘΗΝΑ", 0.9, True),
        ("", 1.0, False),
    ],
)
def test_lines_are_sure_and_of_letters(text: str, score: float, *, counts: bool) -> None:
    assert is_line(RecognizedText(text, score)) is counts


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("  two   words ", "two words"),
        ("\uff21\uff42\uff43\uff1a\uff11", "Abc:1"),
        ("\ufb01ne", "fine"),
        ("a\u202eb\x07c", "abc"),
    ],
)
def test_text_is_tidy(text: str, tidied: str) -> None:
    assert tidy(text) == tidied
