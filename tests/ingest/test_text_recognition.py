"""Text beside pictures: what goes wrong with the one leaves the other as it is."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.lines import Line
from engine.domain.tags import VISUAL
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import FULL_SCALE
from ingest.changes.change_track import FrameChange
from ingest.pipeline import ingest_file
from ingest.taggers.base import Confidences, Frame
from ingest.taggers.readers import ReadText
from support.shades import Shades
from support.writing import moving, write_seconds

LINE = Line("two words", TimeRange(0, 2))


class Spectacles:
    """Reads the same on whatever is shown: text on the first second, none on the last."""

    name, version, source = "spectacles", "1", "text"

    def __init__(self, breaks_at: str = "") -> None:
        self.breaks_at = breaks_at
        self.n_seen = 0

    def begin(self) -> "Spectacles":
        self._may_break("begin")
        return self

    def read_second(self, second: int, frame: Frame, change: FrameChange) -> None:
        self._may_break("read_second")
        assert second == self.n_seen
        assert change.new or second
        assert frame.ndim == 3
        self.n_seen += 1

    def read_nothing(self, second: int) -> None:
        assert second == self.n_seen
        self.n_seen += 1

    def end(self, n_seconds: int) -> ReadText:
        self._may_break("end")
        presence = np.zeros(n_seconds, np.int8)
        presence[0], presence[-1] = 1, -1
        return ReadText((LINE,), presence)

    def _may_break(self, at: str) -> None:
        if self.breaks_at == at:
            raise ValueError("a broken glass")


class Guesses(Shades):
    """Says ``text`` of every second, not very surely."""

    tags = ("dog", "text")

    def tag(self, frame: Frame) -> Confidences:
        super().tag(frame)
        return np.array([0.8, 0.8], np.float32)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_seconds(tmp_path / "film.mp4", [moving(7 * number) for number in range(3)])


def test_what_is_read_lies_beside_what_is_seen(catalog: Catalog, film: Path) -> None:
    spectacles = Spectacles()
    result = ingest_file(film, catalog, Shades(), spectacles)
    video = result.video or ""
    assert (result.status, result.reason, spectacles.n_seen) == ("ok", "", 3)
    assert catalog.tracks.taggers(video)["text"] == "spectacles@1"
    assert catalog.tracks.lines(video)["text"] == (LINE,)


def test_text_that_is_seen_is_confirmed_or_denied(catalog: Catalog, film: Path) -> None:
    video = ingest_file(film, catalog, Guesses(), Spectacles()).video or ""
    (content,) = catalog.content.of([video])
    observed = content.of(VISUAL)
    assert observed is not None
    dog, text = (int(number) for number in catalog.tags.number(("dog", "text")))
    track = observed.track
    seconds = [
        dict(zip(track.tags[start:end], track.confidences[start:end] / FULL_SCALE, strict=True))
        for start, end in pairwise(track.starts)
    ]
    assert [second.get(text, 0) for second in seconds] == pytest.approx([0.95, 0.8, 0], abs=1e-4)
    assert [second[dog] for second in seconds] == pytest.approx([0.8] * 3, abs=1e-4)


def test_text_alone_is_added_to_what_was_seen(catalog: Catalog, film: Path) -> None:
    shades = Shades()
    ingest_file(film, catalog, shades)
    requested = shades.n_tagged
    result = ingest_file(film, catalog, shades, Spectacles())
    assert shades.n_tagged == requested
    assert catalog.tracks.lines(result.video or "")["text"] == (LINE,)


@pytest.mark.parametrize("breaks_at", ["begin", "read_second", "end"])
def test_a_reader_that_fails_is_told_and_the_pictures_go_in(
    catalog: Catalog, film: Path, breaks_at: str
) -> None:
    result = ingest_file(film, catalog, Guesses(), Spectacles(breaks_at))
    assert (result.status, result.seconds) == ("ok", 3)
    assert result.reason == "the text on the picture was not read: a broken glass"
    assert "text" not in catalog.tracks.taggers(result.video or "")
