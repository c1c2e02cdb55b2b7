"""The recogniser ``whisper``: a model of OpenAI's Whisper for CTranslate2, in a folder."""

import hashlib
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import CorruptData, InvalidInput, MissingPart
from ingest.sources.captions.cues import Cue
from ingest.taggers.audio.spectra import RATE
from ingest.taggers.registry import TaggerContext
from ingest.taggers.speech.base import Recognized

WEIGHTS: Final = "model.bin"
CONFIG: Final = "config.json"
# Without it the library would look for one on the internet.
TOKENIZER: Final = "tokenizer.json"
VOCABULARIES: Final = ("vocabulary.json", "vocabulary.txt")

_METHOD: Final = 1
"""Raised when sound is given to the model, or its words are taken, in another way."""

# Beyond these Whisper repeats itself or guesses; they are those of its paper, table 7.
_MAX_COMPRESSION: Final = 2.4
_MIN_LOG_PROBABILITY: Final = -1.0
_BEAM: Final = 5
_END_BYTES: Final = 1 << 20


class WhisperRecognizer:
    """Speech recogniser by a Whisper model. Loads nothing until samples come.

    Args:
        folder: with the model, as ``check_folder`` returned it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = f"whisper/{folder.name}"
        self.version = _version(folder)

    @cached_property
    def model(self) -> Any:
        """The model, which is loaded when it is first needed.

        Raises:
            CorruptData: it is no model that can run here.
        """
        from faster_whisper import WhisperModel

        try:
            # Videos are analyzed side by side, one core each.
            return WhisperModel(
                str(self._folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=1,
                num_workers=1,
                local_files_only=True,
            )
        except Exception as error:
            first_line = str(error).partition("\n")[0]
            raise CorruptData(f"{self._folder} cannot be run: {first_line}") from error

    def recognize(self, samples: NDArray[np.int16], language: str) -> Recognized:
        """Return the words of a window of sound; repetitions and guesses are left out."""
        segments, info = self.model.transcribe(
            samples.astype(np.float32) / 32_768,
            language=self._known(language),
            beam_size=_BEAM,
            temperature=0.0,  # the same words for the same sound
            condition_on_previous_text=False,
        )
        n_seconds = len(samples) / RATE
        cues = [
            Cue(max(0.0, one.start), min(one.end, n_seconds), one.text)
            for one in segments
            if one.start < n_seconds
            and one.compression_ratio <= _MAX_COMPRESSION
            and one.avg_logprob >= _MIN_LOG_PROBABILITY
        ]
        return Recognized(cues, info.language or "", float(info.language_probability))

    def _known(self, language: str) -> str | None:
        """Return a language as the model calls it; None where it does not know it."""
        code = language.partition("-")[0].lower()
        return code if code in self.model.supported_languages else None


class _WhisperFactory:
    """Makes recognisers; the argument is the folder of a model."""

    def check(self, argument: str, context: TaggerContext) -> str:  # noqa: ARG002 - of the port
        """Look whether the library is installed and the files of a model are there."""
        if find_spec("faster_whisper") is None:
            raise MissingPart("the recogniser 'whisper'", "pip install 'reelmatch[speech]'")
        return str(check_folder(argument))

    def make(self, argument: str, context: TaggerContext) -> WhisperRecognizer:  # noqa: ARG002
        """Make the recogniser."""
        return WhisperRecognizer(check_folder(argument))


WHISPER: Final = _WhisperFactory()


def check_folder(argument: str) -> Path:
    """Return the folder of a model, if its files are there.

    Raises:
        InvalidInput: there is none, or a file is missing.
    """
    if not argument:
        raise InvalidInput("the recogniser 'whisper' needs the folder of a model: whisper:FOLDER")
    folder = Path(argument).expanduser().absolute()
    missing = [name for name in (WEIGHTS, CONFIG, TOKENIZER) if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in VOCABULARIES):
        missing.append(" or ".join(VOCABULARIES))
    if missing:
        raise InvalidInput(
            f"{folder} is no Whisper model for CTranslate2: {', '.join(missing)} missing"
        )
    return folder


def _version(folder: Path) -> str:
    """Return a digest of what decides the words; of the weights, both ends."""
    digest = hashlib.sha256(repr([_METHOD, _BEAM]).encode())
    with (folder / WEIGHTS).open("rb") as file:
        size = file.seek(0, 2)
        digest.update(size.to_bytes(8))
        for start in (0, max(0, size - _END_BYTES)):
            file.seek(start)
            digest.update(file.read(_END_BYTES))
    digest.update((folder / CONFIG).read_bytes()[:_END_BYTES])
    return digest.hexdigest()[:12]
