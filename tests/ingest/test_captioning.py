"""Captions from a file to the catalog: which are read, at which seconds, and what goes wrong."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from av.stream import Disposition
from numpy.typing import NDArray

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.tags import SPEECH
from engine.domain.videos import VideoRecord
from ingest.captioning import Captioning
from ingest.described import Described
from ingest.pipeline import ingest_file
from ingest.sources.captions.cues import Cue
from ingest.taggers.lines.tagger import LineTagger
from ingest.taggers.speech.base import Recognized
from ingest.taggers.speech.recognition import Recognition
from support.captions import Shown, Text, srt, vtt, write_captioned_film
from support.shades import Shades
from support.sounds import Track, noise, write_film

GUITAR = (2.2, 4.0, "She plays the <i>guitar</i> on the beach.")
DOG = (6.0, 7.5, "[barking] REX: A dog is here.")
HUND = (2.0, 4.0, "Hier ist ein großer Hund.")

Spoken = list[tuple[str, int, int]]


class Ear:
    """Writes down the same of any sound, or fails."""

    name, version = "ear", "1"

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.n_asked = 0

    def recognize(self, samples: NDArray[np.int16], language: str) -> Recognized:  # noqa: ARG002
        self.n_asked += 1
        if self.fails:
            raise ValueError("deaf")
        return Recognized([Cue(1.0, 2.0, "a guitar")], language or "en", 1.0)


def everywhere(_samples: NDArray[np.int16], n_seconds: int) -> NDArray[np.float32]:
    return np.ones(n_seconds, np.float32)


def ingest(
    film: Path, catalog: Catalog, *, language: str = "", ear: Ear | None = None
) -> tuple[Spoken, VideoRecord]:
    """Return what is spoken in a film, and what is stored of it."""
    described = Described("0" * 16, str(film), "film", language=language)
    recognition = Recognition(ear, language, everywhere) if ear else None
    captioning = Captioning(film, LineTagger(SPEECH), language, recognition)
    result = ingest_file(
        film, catalog, Shades(), described=described, captioning=captioning, force=True
    )
    assert result.status == "ok", result.reason
    record = catalog.videos.get(described.id)
    assert record is not None
    lines = catalog.tracks.lines(described.id).get(SPEECH, ())
    return [(line.text, *(line.seconds or ())) for line in lines], record


def seconds_of(catalog: Catalog) -> Mapping[str, list[int]]:
    """Return on which seconds each spoken tag is."""
    (content,) = catalog.content.of(["0" * 16])
    observed = content.of(SPEECH)
    assert observed is not None
    names, track = catalog.tags.vocabulary().names, observed.track
    results: dict[str, list[int]] = {}
    for second in range(track.n_seconds):
        for number in track.tags[track.starts[second] : track.starts[second + 1]]:
            results.setdefault(names[number].removeprefix("speech:"), []).append(second)
    return results


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("film.mp4", "mov_text"),
        ("film.mov", "mov_text"),
        ("film.mkv", "subrip"),
        ("film.mkv", "ass"),
        ("film.mkv", "webvtt"),
    ],
)
def test_text_streams_in_the_file_are_read(
    tmp_path: Path, catalog: Catalog, name: str, codec: str
) -> None:
    film = write_captioned_film(tmp_path / name, 8, Text([GUITAR, DOG], codec, "eng"))
    spoken, record = ingest(film, catalog)
    assert spoken == [("She plays the guitar on the beach.", 2, 4), ("A dog is here.", 6, 8)]
    assert (record.reason, record.language) == ("", "en")
    assert seconds_of(catalog)["guitar"] == [2, 3]


def test_times_count_from_the_first_picture(tmp_path: Path, catalog: Catalog) -> None:
    text = Text([(5.0, 7.0, "a guitar")], "subrip")
    film = write_captioned_film(tmp_path / "film.mkv", 6, text, pictures_at=3.0)
    assert ingest(film, catalog)[0] == [("a guitar", 2, 4)]


WRONG_TIMES = [
    (7.0, 60.0, "ends beyond"),
    (1.0, 4.0, "one"),
    (5.0, 2.0, "ends before it starts"),
    (6.0, 6.0, "no length"),
    (3.0, 5.0, "over the others"),
    (9.0, 10.0, "beyond"),
    (360_000.0, 360_002.0, "far beyond"),
]
MENDED_TIMES = [
    ("one", 1, 4),
    ("over the others", 3, 5),
    ("ends before it starts", 5, 6),
    ("no length", 6, 8),
    ("ends beyond", 7, 8),
]


@pytest.mark.parametrize(("name", "written"), [("film.srt", srt), ("film.vtt", vtt)])
def test_wrong_times_in_a_file_beside_are_mended_or_left_out(
    tmp_path: Path, catalog: Catalog, name: str, written: Callable[[Sequence[Shown]], str]
) -> None:
    film = write_captioned_film(tmp_path / "film.mp4", 8)
    (tmp_path / name).write_text(written(WRONG_TIMES))
    spoken, record = ingest(film, catalog)
    assert (spoken, record.reason) == (MENDED_TIMES, "")


def test_what_is_spoken_before_the_first_picture_is_left_out(
    tmp_path: Path, catalog: Catalog
) -> None:
    text = Text([(0.5, 2.0, "before"), (2.0, 4.5, "from before"), (3.0, 5.0, "after")], "subrip")
    film = write_captioned_film(tmp_path / "film.mkv", 6, text, pictures_at=3.0)
    assert ingest(film, catalog)[0] == [("from before", 0, 2), ("after", 0, 2)]


def test_captions_of_pictures_are_left_out_and_that_is_said(
    tmp_path: Path, catalog: Catalog
) -> None:
    film = write_captioned_film(tmp_path / "film.mkv", 4, Text([GUITAR], "dvd_subtitle"))
    spoken, record = ingest(film, catalog)
    assert spoken == []
    assert record.reason == "its captions are pictures, which are not read"
    assert SPEECH not in catalog.tracks.taggers(record.id)


def test_files_beside_are_read(tmp_path: Path, catalog: Catalog) -> None:
    film = write_captioned_film(tmp_path / "film.mp4", 8)
    (tmp_path / "film.vtt").write_text(vtt([GUITAR, DOG]))
    spoken, record = ingest(film, catalog)
    assert [text for text, _, _ in spoken] == [
        "She plays the guitar on the beach.",
        "A dog is here.",
    ]
    assert record.language == ""


def test_of_several_the_language_that_is_spoken_is_read(tmp_path: Path, catalog: Catalog) -> None:
    film = write_captioned_film(tmp_path / "film.mp4", 8, Text([GUITAR], language="eng"))
    (tmp_path / "film.de.srt").write_text(srt([HUND]), encoding="cp1252")
    for language, expected in (("de-AT", HUND[2]), ("en", "She plays the guitar on the beach.")):
        spoken, record = ingest(film, catalog, language=language)
        assert [text for text, _, _ in spoken] == [expected]
        assert record.language == language
    # Nothing says which of the two it is.
    assert ingest(film, catalog)[1].language == ""


def test_a_translation_is_better_than_nothing_and_whole_captions_than_a_part(
    tmp_path: Path, catalog: Catalog
) -> None:
    part = Text([DOG], "subrip", "jpn", Disposition.forced)
    film = write_captioned_film(tmp_path / "film.mkv", 8, Text([GUITAR], "subrip", "eng"), part)
    spoken, record = ingest(film, catalog, language="ja")
    assert [text for text, _, _ in spoken] == ["She plays the guitar on the beach."]
    assert record.language == "ja"


def test_captions_that_cannot_be_read_are_told_and_the_next_ones_are_read(
    tmp_path: Path, catalog: Catalog
) -> None:
    film = write_captioned_film(tmp_path / "film.mp4", 8)
    (tmp_path / "film.de.srt").write_bytes(b"\x00\xff" * 99)
    spoken, record = ingest(film, catalog)
    assert spoken == []
    assert record.reason == (
        "the captions could not be read: film.de.srt: there is no cue of srt in them"
    )
    assert record.seconds == 8
    (tmp_path / "film.srt").write_text(srt([GUITAR]))
    spoken, record = ingest(film, catalog)
    assert len(spoken) == 1
    assert "film.de.srt" in record.reason


def test_a_fault_of_ours_is_told_and_what_is_seen_goes_in(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("a slip")

    monkeypatch.setattr("ingest.captioning.text_streams", fail)
    _, record = ingest(write_captioned_film(tmp_path / "film.mp4", 4), catalog)
    assert record.reason == "the captions could not be read: a slip"


def test_without_captions_nobody_is_said_to_have_spoken(tmp_path: Path, catalog: Catalog) -> None:
    _, record = ingest(write_captioned_film(tmp_path / "film.mp4", 4), catalog)
    assert SPEECH not in catalog.tracks.taggers(record.id)
    assert record.reason == ""


def test_where_there_are_no_captions_a_recogniser_listens(tmp_path: Path, catalog: Catalog) -> None:
    film, ear = write_film(tmp_path / "film.mp4", 5, Track(noise(5)[None])), Ear()
    spoken, record = ingest(film, catalog, ear=ear)
    assert spoken == [("a guitar", 1, 2)]
    assert seconds_of(catalog)["guitar"] == [1]
    assert record.language == "en"
    assert catalog.tracks.taggers(record.id)[SPEECH].startswith("ear@1+words@")
    (tmp_path / "film.srt").write_text(srt([DOG]))
    spoken, record = ingest(film, catalog, ear=ear)
    assert [text for text, _, _ in spoken] == []  # it is over when the dog comes
    assert ear.n_asked == 1


def test_a_recogniser_that_fails_is_told_and_what_is_seen_goes_in(
    tmp_path: Path, catalog: Catalog
) -> None:
    film = write_film(tmp_path / "film.mp4", 35, Track(noise(35)[None]))
    ear = Ear(fails=True)
    spoken, record = ingest(film, catalog, ear=ear)
    assert spoken == []
    assert record.reason == "the speech was not recognised: deaf"
    assert (ear.n_asked, record.seconds) == (1, 35)
