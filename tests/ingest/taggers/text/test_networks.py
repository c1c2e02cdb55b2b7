"""The networks that read."""

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from ingest.taggers.text.networks import STRIP_HEIGHT, Networks
from models.cards import load_card, load_lines
from support.writing import plain, written


class Session:
    """Gives one answer, whatever it is asked."""

    def __init__(self, answer: NDArray[np.float32]) -> None:
        self.answer = answer

    def run(self, _names: None, _feed: object) -> list[NDArray[np.float32]]:
        return [self.answer]


def decoded(shares: NDArray[np.float32]) -> tuple[str, float]:
    networks = Networks(Session(shares[None]), Session(shares[None]), "ab")
    return networks.read(plain((STRIP_HEIGHT, 8)))


@given(
    st.integers(1, 12).flatmap(
        lambda n: arrays(np.float32, (n, 4), elements=st.floats(0, 1, width=32))
    )
)
def test_decoding_is_that_of_the_textbook(shares: NDArray[np.float32]) -> None:
    steps = [(int(row.argmax()), float(row.max())) for row in shares]
    firsts = [next(group) for _, group in groupby(steps, key=lambda step: step[0])]
    spoken = [(" ab "[number], share) for number, share in firsts if number]
    text, score = decoded(shares)
    assert text == "".join(sign for sign, _ in spoken)
    assert score == pytest.approx(np.mean([share for _, share in spoken]) if spoken else 0)


def test_a_gap_parts_two_of_the_same() -> None:
    path = [1, 1, 0, 1, 2, 3, 3]
    assert decoded(np.eye(4, dtype=np.float32)[path]) == ("aab ", 1.0)


def test_each_output_has_its_character() -> None:
    signs = load_lines(load_card("ppocr_recognition"), "characters.txt")
    assert len(signs) == len(set(signs)) == 18_708
    assert all(len(sign) == 1 for sign in signs)


def test_a_strip_is_read() -> None:
    strip = written(plain((STRIP_HEIGHT, 300)), "Lighthouse 47", size=34)
    text, score = Networks.load().read(strip)
    assert text == "Lighthouse 47"
    assert score > 0.95


def test_letters_light_up_where_they_stand() -> None:
    picture = written(plain((192, 320)), "Lighthouse", size=30, middle=(160, 60))
    text_map = Networks.load().find(picture)
    assert text_map.shape == (192, 320)
    assert text_map[55:66, 110:210].mean() > 0.5
    assert text_map[110:].max() < 0.1
