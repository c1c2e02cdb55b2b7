"""Whisper models: which folders are some, what is taken of their words."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import CorruptData, InvalidInput, MissingPart
from ingest.taggers.registry import TaggerContext
from ingest.taggers.speech import whisper
from ingest.taggers.speech.base import SpeechRecognizer
from ingest.taggers.speech.registry import check_recognizer, make_recognizer
from support.conformance.speech_recognizer import SpeechRecognizerConformance
from support.sounds import talk
from support.whisper import install_stand_in, write_model

CONTEXT = TaggerContext()


@pytest.fixture(autouse=True)
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The library's interface, without the library."""
    install_stand_in(tmp_path / "site")
    monkeypatch.delitem(sys.modules, "faster_whisper", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    yield
    sys.modules.pop("faster_whisper", None)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "tiny")


class TestWhisperRecognizer(SpeechRecognizerConformance):
    @pytest.fixture
    def recognizer(self, model: Path) -> SpeechRecognizer:
        return make_recognizer(f"whisper:{model}", CONTEXT)


def test_repetitions_guesses_and_words_beyond_the_end_are_left_out(model: Path) -> None:
    results = make_recognizer(f"whisper:{model}", CONTEXT).recognize(talk(4), "")
    assert [(cue.start, cue.end, cue.text) for cue in results.cues] == [
        (0.0, 4.0, "She plays the guitar on the beach.")
    ]
    assert (results.language, results.certainty) == ("en", 0.9)


def test_a_folder_is_named_by_its_absolute_path(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(model.parent)
    assert check_recognizer("whisper:tiny", CONTEXT) == f"whisper:{model}"


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_what_a_folder_lacks_is_named(model: Path, name: str) -> None:
    (model / name).unlink()
    with pytest.raises(InvalidInput, match=f"no Whisper model for CTranslate2: .*{name}.* missing"):
        check_recognizer(f"whisper:{model}", CONTEXT)


def test_a_recogniser_needs_a_folder_and_a_name_that_is_known() -> None:
    with pytest.raises(InvalidInput, match="whisper:FOLDER"):
        check_recognizer("whisper", CONTEXT)
    with pytest.raises(InvalidInput, match="no recogniser 'ear': choose from whisper"):
        check_recognizer("ear:x", CONTEXT)


def test_other_packages_bring_recognisers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "other" / "ears-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ears\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[reelmatch.recognizers]\near = ingest.taggers.speech.whisper:WHISPER\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "other"))
    model = write_model(tmp_path / "small")
    assert check_recognizer(f"ear:{model}", CONTEXT) == f"ear:{model}"


def test_without_the_library_it_is_said_how_to_get_it(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whisper, "find_spec", lambda _: None)
    with pytest.raises(MissingPart, match=r"pip install 'reelmatch\[speech\]'"):
        check_recognizer(f"whisper:{model}", CONTEXT)


def test_a_damaged_model_is_said_to_be_damaged(model: Path) -> None:
    (model / "config.json").write_text("[")
    with pytest.raises(CorruptData, match="tiny cannot be run"):
        make_recognizer(f"whisper:{model}", CONTEXT).recognize(talk(1), "")


def test_its_version_changes_with_its_weights(model: Path) -> None:
    before = make_recognizer(f"whisper:{model}", CONTEXT).version
    (model / "model.bin").write_bytes(b"other")
    assert make_recognizer(f"whisper:{model}", CONTEXT).version != before
