"""Conformance of readers of text: a test class inherits, and gives the fixture ``reader``."""

from pathlib import Path
from typing import Final

import numpy as np
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.lines import MAX_LINE_CHARACTERS
from ingest.pipeline import ingest_file
from ingest.taggers.readers import ReadText, TextReader
from support.footage import Picture
from support.shades import Shades
from support.writing import moving, plain, read, write_seconds, written

_RNG: Final = np.random.default_rng(14)
_FULL: Final = "\n".join("many words stand in a row on this page" for _ in range(12))

PICTURES: Final[dict[str, Picture]] = {
    "one pixel": plain((1, 1)),
    "a column": plain((203, 1)),
    "a row": plain((1, 333)),
    "odd sides": written(plain((97, 211)), "odd sides", size=20),
    "white": plain(colour=(255, 255, 255)),
    "black": plain(colour=(0, 0, 0)),
    "noise": _RNG.integers(0, 256, (180, 320, 3), np.uint8),
    "coarse noise": np.kron(_RNG.integers(0, 256, (45, 80, 3)), np.ones((4, 4, 1))).astype(
        np.uint8
    ),
    "full of text": written(plain((360, 640)), _FULL, size=22),
    "tiny text": written(plain(), "too small to read", size=4),
    "a very long line": written(plain((40, 640)), "a very long line " * 10, size=9),
}


def check(text: ReadText, n_seconds: int) -> None:
    """Check what holds of all that is read."""
    assert text.presence.shape == (n_seconds,)
    assert text.presence.dtype == np.int8
    assert set(text.presence.tolist()) <= {-1, 0, 1}
    starts = []
    for line in text.lines:
        assert line.seconds is not None
        assert 0 <= line.seconds.start < line.seconds.end <= n_seconds
        assert line.text == " ".join(line.text.split())
        assert line.text.isprintable()
        assert 3 <= sum(map(str.isalpha, line.text)) <= MAX_LINE_CHARACTERS
        starts.append(line.seconds.start)
    assert starts == sorted(starts)


class TextReaderConformance:
    """Every reader of text. Inherit as ``TestSomeReader`` with the fixture ``reader``."""

    def test_it_says_who_it_is(self, reader: TextReader) -> None:
        assert isinstance(reader, TextReader)
        assert reader.name
        assert reader.version
        assert reader.source == "text"
        assert not set("@ \n") & set(reader.name + reader.version)

    @pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
    def test_any_picture_can_be_looked_at(self, reader: TextReader, picture: Picture) -> None:
        check(read(reader, [picture]), 1)

    def test_a_picture_may_be_read_only_and_is_left_as_it_was(self, reader: TextReader) -> None:
        picture = written(plain(), "read only").copy()
        picture.setflags(write=False)
        read(reader, [picture] * 2)
        assert np.array_equal(picture, written(plain(), "read only"))

    def test_text_is_read_with_the_seconds_it_is_on(self, reader: TextReader) -> None:
        pictures = [moving(number) for number in range(9)]
        for second in range(3, 7):
            pictures[second] = written(pictures[second], "Fresh bread daily", size=28)
        text = read(reader, pictures)
        check(text, 9)
        assert [(one.text, one.seconds) for one in text.lines] == [("Fresh bread daily", (3, 7))]
        assert text.presence[3:7].tolist() == [1] * 4

    def test_where_there_is_no_text_nothing_is_read(self, reader: TextReader) -> None:
        text = read(reader, [moving(number) for number in range(6)])
        assert text.lines == ()
        assert (text.presence <= 0).all()

    def test_of_no_seconds_nothing_is_read(self, reader: TextReader) -> None:
        text = reader.begin().end(0)
        assert text.lines == ()
        check(text, 0)

    def test_a_second_may_show_nothing(self, reader: TextReader) -> None:
        observed = reader.begin()
        observed.read_nothing(0)
        check(observed.end(1), 1)

    def test_the_size_of_pictures_may_change(self, reader: TextReader) -> None:
        small, large = written(plain(), "here and there"), written(plain((360, 640)), "here")
        check(read(reader, [small, large, small, plain((20, 20))]), 4)

    def test_two_videos_are_read_beside_each_other(self, reader: TextReader) -> None:
        one, other = reader.begin(), reader.begin()
        one.read_nothing(0)
        other.read_nothing(0)
        text = read(reader, [written(plain(), "the third one")])
        assert [line.text for line in text.lines] == ["the third one"]
        assert one.end(1).lines == other.end(1).lines == ()

    def test_a_video_remembers_who_read_it_and_what(
        self, reader: TextReader, catalog: Catalog, tmp_path: Path
    ) -> None:
        pictures = [written(moving(number), "Open on Sundays") for number in range(3)]
        film = write_seconds(tmp_path / "film.mp4", pictures)
        result = ingest_file(film, catalog, Shades(), reader)
        assert (result.status, result.reason, result.seconds) == ("ok", "", 3)
        assert catalog.tracks.taggers(result.video or "")["text"].startswith(f"{reader.name}@")
        (line,) = catalog.tracks.lines(result.video or "")["text"]
        assert (line.text, line.seconds) == ("Open on Sundays", (0, 3))
