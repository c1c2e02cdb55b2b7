"""Captions beside a video: which names mean them, and what is not read."""

import os
from pathlib import Path

import pytest

from ingest.sources.captions import beside
from ingest.sources.captions.beside import captions_beside
from ingest.sources.captions.cues import UnreadableCaptions
from ingest.sources.captions.limits import MAX_CUES

SRT = "1\n00:00:01,000 --> 00:00:02,000\nüben\n"


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "holiday.2024.mp4"
    path.write_bytes(b"video")
    return path


@pytest.mark.parametrize(
    ("name", "language", "is_forced"),
    [
        ("holiday.2024.srt", "", False),
        ("holiday.2024.SRT", "", False),
        ("holiday.2024.en.vtt", "en", False),
        ("holiday.2024.pt_BR.srt", "pt-BR", False),
        ("holiday.2024.en-orig.vtt", "en-orig", False),
        ("holiday.2024.ger.sdh.ass", "ger", False),
        ("holiday.2024.de.forced.srt", "de", True),
        ("holiday.2024.default.srt", "", False),
        ("holiday.2024.new.srt", "", False),
    ],
)
def test_a_name_says_which_language_it_is(
    video: Path,
    name: str,
    language: str,
    is_forced: bool,  # noqa: FBT001
) -> None:
    video.with_name(name).write_text(SRT)
    (results,) = captions_beside(video)
    assert (results.path.name, results.language, results.is_forced) == (name, language, is_forced)


@pytest.mark.parametrize(
    "name",
    [
        *("holiday.srt", "holiday.2024x.srt", "holiday.2024 (copy).srt", "other.srt"),
        *("holiday.2024.director.srt", "holiday.2024.txt", "holiday.2024.mp4.srt", ".srt"),
    ],
)
def test_other_names_are_not_taken(video: Path, name: str) -> None:
    video.with_name(name).write_text(SRT)
    assert captions_beside(video) == []


def test_links_and_what_is_no_file_are_not_read(video: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SRT)
    video.with_name("holiday.2024.en.srt").symlink_to(secret)
    video.with_name("holiday.2024.de.srt").mkdir()
    os.mkfifo(video.with_name("holiday.2024.fr.srt"))
    assert captions_beside(video) == []


def test_a_file_that_became_a_link_or_a_pipe_is_refused(video: Path) -> None:
    path = video.with_name("holiday.2024.srt")
    path.write_text(SRT)
    (results,) = captions_beside(video)
    path.unlink()
    path.symlink_to(video)
    with pytest.raises(UnreadableCaptions, match="cannot be opened"):
        results.cues()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(UnreadableCaptions, match="no file"):
        results.cues()


def test_cues_are_read_in_the_encoding_they_have(video: Path) -> None:
    path = video.with_name("holiday.2024.de.srt")
    for encoding in ("utf-8", "cp1252", "utf-16"):
        path.write_bytes(SRT.encode(encoding))
        (results,) = captions_beside(video)
        (cue,), is_cut = results.cues()
        assert (cue.text, is_cut) == ("üben", False)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"\x00\xff\xfe" * 500, "no cue"), (b"a" * (17 << 20), "no cue")],
    ids=["empty", "binary", "long"],
)
def test_what_cannot_be_read_says_why(video: Path, content: bytes, reason: str) -> None:
    video.with_name("holiday.2024.srt").write_bytes(content)
    (results,) = captions_beside(video)
    with pytest.raises(UnreadableCaptions, match=reason):
        results.cues()


def test_a_file_that_is_too_large_is_read_to_its_last_whole_line(
    video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = SRT.replace("01,", "05,").replace("02,", "06,")
    video.with_name("holiday.2024.srt").write_text(f"{SRT}\n{second}", "utf-8")
    (results,) = captions_beside(video)
    assert (len(results.cues()[0]), results.cues()[1]) == (2, False)
    for limit in range(len(SRT) + 6, len(SRT) + 30):
        monkeypatch.setattr(beside, "MAX_BYTES", limit)
        cues, is_cut = results.cues()
        # The number of the next cue may come along.
        assert [cue.text.split("\\N")[0] for cue in cues] == ["üben"]
        assert is_cut


@pytest.mark.slow
def test_of_a_million_lines_the_first_cues_are_read(video: Path) -> None:
    with video.with_name("holiday.2024.srt").open("w") as file:
        for number in range(250_000):
            at = f"{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}"
            file.write(f"{number}\n{at},000 --> {at},900\nline {number}\n\n")
    (results,) = captions_beside(video)
    cues, is_cut = results.cues()
    assert (len(cues), is_cut) == (MAX_CUES, True)
    assert cues[-1].text == f"line {MAX_CUES - 1}"


def test_only_so_many_entries_of_a_folder_are_looked_through(
    video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video.with_name("holiday.2024.srt").write_text(SRT)
    monkeypatch.setattr(beside, "MAX_ENTRIES", 0)
    assert captions_beside(video) == []
