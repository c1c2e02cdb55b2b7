"""Vectors of tags are made once, whichever process asks, and never mixed up."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.keywords.tag_vectors import TagVectors


class Counting:
    """Embeds a text as its length and its first letter; remembers what it was asked."""

    def __init__(self) -> None:
        self.requested: list[str] = []

    def pieces(self, text: str) -> int:
        return len(text)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.requested += texts
        return np.array([[len(text), ord(text[0])] for text in texts], np.float32)


def vectors(path: Path, stamp: str = "1") -> tuple[TagVectors, Counting]:
    embedder = Counting()
    return TagVectors(embedder, path, stamp), embedder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tag-vectors.npz"


def test_another_process_embeds_only_what_is_new(path: Path) -> None:
    first, embedder = vectors(path)
    made = first.embed(["cat", "dog"])
    assert embedder.requested == ["cat", "dog"]
    second, embedder = vectors(path)
    assert second.embed(["dog", "größe", "cat"])[[2, 0]].tolist() == made.tolist()
    assert embedder.requested == ["größe"]
    third, embedder = vectors(path)
    third.embed(["größe", "cat"])
    assert embedder.requested == []


def test_vectors_of_other_weights_are_made_anew(path: Path) -> None:
    vectors(path)[0].embed(["cat"])
    other, embedder = vectors(path, stamp="2")
    other.embed(["cat"])
    assert embedder.requested == ["cat"]


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 cut off", bytes(100)], ids=["empty", "cut off", "zeros"]
)
def test_a_damaged_file_is_made_anew(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    known, embedder = vectors(path)
    assert known.embed(["cat"]).tolist() == [[3, ord("c")]]
    assert embedder.requested == ["cat"]
    again, embedder = vectors(path)
    again.embed(["cat"])
    assert embedder.requested == []


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    known, _ = vectors(tmp_path / "gone" / "tag-vectors.npz")
    assert known.embed(["cat"]).shape == (1, 2)
    assert known.embed(["cat", "dog"]).shape == (2, 2)
