import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.cards import load_card, load_lines
from models.minilm.embedder import MiniLM, shared_minilm
from models.minilm.wordpiece import WordPiece

DATA = Path(__file__).parents[1] / "data" / "keywords"


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return shared_minilm()


def test_texts_are_cut_as_the_networks_own_tokenizer_cuts_them() -> None:
    # pieces.json is written by the package tokenizers: models/convert/minilm.py.
    expected = json.loads((DATA / "pieces.json").read_text("utf-8"))
    pieces = WordPiece(load_lines(load_card("minilm"), "pieces.txt"))
    assert {text: pieces.numbers(text, 64) for text in expected} == expected


def test_vectors_have_length_1(minilm: MiniLM) -> None:
    vectors = minilm.embed(["car", "", "ä" * 500, "a rather long phrase about mountain bikes"])
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_no_texts_have_no_vectors(minilm: MiniLM) -> None:
    assert minilm.embed([]).shape == (0, 384)


def test_a_text_means_the_same_alone_and_beside_longer_ones(minilm: MiniLM) -> None:
    texts = [f"{'very ' * (number % 7)}fast car" for number in range(70)]
    separate = np.concatenate([minilm.embed([text]) for text in texts])
    assert minilm.embed(texts) == pytest.approx(separate, abs=1e-5)


def test_a_text_costs_the_pieces_that_are_read_of_it(minilm: MiniLM) -> None:
    assert minilm.pieces("car") == 3
    assert minilm.pieces("live music festival") == 5
    assert minilm.pieces("qzjv " * 100) == minilm.pieces("\u72d0" * 199) == 64


def test_a_long_text_does_not_fill_up_the_short_ones_beside_it(
    minilm: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    vectors = MiniLM._vectors

    def counting(self: MiniLM, texts: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        read.append(len(texts) * max(map(len, texts)))
        return vectors(self, texts)

    monkeypatch.setattr(MiniLM, "_vectors", counting)
    texts = ["car", "qzjv " * 8, *(f"car {number}" for number in range(9)), "bicycle"]
    minilm.embed(texts)
    assert sum(read) <= sum(map(minilm.pieces, texts)) + 8 * len(read)


@pytest.mark.parametrize(
    ("text", "near", "cosine"),
    # Measured with the package's own code: the pooling, too, is as it should be.
    [("automobile", "car", 0.86), ("puppy", "dog", 0.80), ("attorney", "office", 0.41)],
)
def test_cosines_are_those_that_were_measured(
    minilm: MiniLM, text: str, near: str, cosine: float
) -> None:
    one, other = minilm.embed([text, near])
    assert float(one @ other) == pytest.approx(cosine, abs=0.006)


def test_there_is_one_session_a_process() -> None:
    assert shared_minilm() is shared_minilm()
