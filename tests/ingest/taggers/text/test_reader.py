"""The reader that comes along."""

import numpy as np
import pytest

from ingest.taggers.readers import TextReader
from ingest.taggers.text.reader import LocalTextReader
from support.conformance.text_reader import TextReaderConformance
from support.writing import moving, plain, read, written


class TestLocalTextReader(TextReaderConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def reader(cls) -> TextReader:
        return LocalTextReader()


@pytest.fixture(scope="module")
def reader() -> LocalTextReader:
    return LocalTextReader()


def texts(reader: TextReader, *pictures: np.ndarray) -> list[str]:
    return [line.text for line in read(reader, pictures).lines]


@pytest.mark.parametrize("degrees", [-30, -12, 8, 40, 90, -90])
def test_text_that_leans_is_read(reader: LocalTextReader, degrees: float) -> None:
    page = written(plain((320, 320)), "Ballroom tonight", size=26, degrees=degrees)
    assert texts(reader, page) == ["Ballroom tonight"]


@pytest.mark.parametrize("words", ["Ballroom tonight", "news", "Pod dips"])
def test_text_upside_down_is_no_rubbish(reader: LocalTextReader, words: str) -> None:
    page = written(plain((320, 320)), words, size=26, degrees=180)
    assert texts(reader, page) in ([], [words])


def test_grey_pictures_and_little_contrast_are_read(reader: LocalTextReader) -> None:
    page = written(plain(colour=(96, 96, 96)), "Grey on grey", colour=(140, 140, 140))
    assert texts(reader, page) == ["Grey on grey"]


def test_lines_come_in_reading_order(reader: LocalTextReader) -> None:
    page = written(plain(), "second line", middle=(160, 100))
    page = written(page, "the right", middle=(240, 50))
    page = written(page, "on the left", middle=(80, 52))
    assert texts(reader, page) == ["on the left", "the right", "second line"]


def test_captions_that_follow_each_other_are_lines_of_their_own(reader: LocalTextReader) -> None:
    pictures = [moving(number) for number in range(8)]
    for second, text in {0: "Where were you?", 2: "At the harbour.", 4: "All night long?"}.items():
        for later in (second, second + 1):
            pictures[later] = written(pictures[later], text, middle=(160, 160), size=22)
    results = [(line.text, line.seconds) for line in read(reader, pictures).lines]
    assert results == [
        ("Where were you?", (0, 2)),
        ("At the harbour.", (2, 4)),
        ("All night long?", (4, 6)),
    ]


def test_a_caption_is_found_beside_a_mark_that_stands(reader: LocalTextReader) -> None:
    pictures = [
        written(moving(number), "Channel Nine", middle=(250, 20), size=16) for number in range(8)
    ]
    for second in range(3, 7):
        pictures[second] = written(pictures[second], "Storm ahead", middle=(160, 150))
    results = {line.text: line.seconds for line in read(reader, pictures).lines}
    assert results == {"Channel Nine": (0, 8), "Storm ahead": (3, 7)}


def test_text_that_moves_is_one_line(reader: LocalTextReader) -> None:
    pictures = [written(plain(), "Slow boat", middle=(80 + 20 * number, 90)) for number in range(8)]
    results = [(line.text, line.seconds) for line in read(reader, pictures).lines]
    assert results == [("Slow boat", (0, 8))]
