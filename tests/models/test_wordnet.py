"""Nouns of WordNet: which meaning of a word is the commonest, which words a phrase means."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray

from models.convert.compounds import figurative_words, set_phrases
from models.convert.shares import Shares
from models.convert.wordnet import Nouns

GLOSSES = {
    "animal": (None, 'a living thing; "an animal"'),
    "bear": ("animal", "a large animal with fur"),
    "hug": (None, "a tight embrace"),
    "bear_hug": ("hug", 'a tight embrace; "a bear hug"'),
    "bear_cub": ("bear", "one that is young"),
    "bear_trap": (None, "a trap for bears"),
}


@pytest.fixture
def nouns() -> Nouns:
    places: dict[str, int] = {}
    data, index = "", ""
    for noun, (broader, gloss) in GLOSSES.items():
        places[noun] = len(data)
        pointer = "000" if broader is None else f"001 @ {places[broader]:08d} n 0000"
        data += f"{len(data):08d} 05 n 01 {noun} 0 {pointer} | {gloss}\n"
        index += f"{noun} n 1 0 1 0 {places[noun]:08d}\n"
    return Nouns(index + "jazz n 2 0 2 0 00000000 00000001\n", BytesIO(data.encode()))


def test_a_gloss_has_no_examples(nouns: Nouns) -> None:
    assert nouns.sense(nouns.offset("bear hug", 1)).gloss == "a tight embrace"
    assert "bear hug" in nouns
    assert "hugging" not in nouns


def test_words_are_figurative_that_no_gloss_and_nothing_broader_names(nouns: Nouns) -> None:
    words = {"bear": ["bear"]}
    leading = {nouns.offset("bear", 1)}
    assert figurative_words(nouns, words, leading, lambda word: [word.removesuffix("s")]) == {
        "bear hug": ["bear"]
    }
    assert set_phrases(nouns, {"bear", "bear cub"}) == ["bear hug", "bear trap"]


class Near:
    """An embedder that puts any word near the second gloss."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.eye(2, dtype=np.float32)[[0, *([1] * (len(texts) - 2)), 0]]

    def pieces(self, text: str) -> int:
        raise NotImplementedError


def test_counts_and_nearness_have_half_a_say_each() -> None:
    words = Nouns(
        "bat n 2 0 2 0 00000000 00000050\n",
        BytesIO(
            b"00000000 05 n 01 bat 0 000 | an animal          \n".ljust(50, b" ")
            + b"00000050 06 n 01 bat 0 000 | a club\n"
        ),
    )
    shares = Shares(words, "bat%1:05:00:: 1 9\nbat%1:06:00:: 2 0\n", Near()).typed("bat")
    assert shares[0] == pytest.approx((10 / 10.5 + 1 / (1 + np.exp(10))) / 2)
    assert sum(shares.values()) == pytest.approx(1)
