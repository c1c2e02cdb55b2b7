"""A stand-in of faster-whisper: the same interface, and words for any sound, after its length."""

from pathlib import Path
from typing import Final

MODULE: Final = '''
"""Says the same of any sound, and what the real one says when it repeats itself or guesses."""

import json
from collections import namedtuple
from pathlib import Path

Segment = namedtuple("Segment", "start end text compression_ratio avg_logprob")
Info = namedtuple("Info", "language language_probability")


class WhisperModel:
    supported_languages = ["en", "de"]

    def __init__(self, path, *, device, compute_type, cpu_threads, num_workers, local_files_only):
        assert (device, cpu_threads, num_workers, local_files_only) == ("cpu", 1, 1, True)
        self._words = json.loads(Path(path, "config.json").read_text())["words"]

    def transcribe(
        self, audio, language=None, *, beam_size, temperature, condition_on_previous_text
    ):
        assert str(audio.dtype) == "float32" and abs(audio).max(initial=0) <= 1
        assert language in (None, "en", "de")
        length = len(audio) / 16_000
        segments = [
            Segment(0.0, length + 0.5, self._words, 1.2, -0.3),
            Segment(length / 2, length, "again again again", 11.0, -0.2),
            Segment(length / 2, length, "perhaps", 0.8, -1.8),
            Segment(length + 1, length + 2, "beyond the end", 1.0, -0.3),
        ]
        return iter(segments), Info(language or "en", 0.9)
'''


def install_stand_in(folder: Path) -> None:
    """Lay the module out as it is when it is installed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "faster_whisper.py").write_text(MODULE)


def write_model(folder: Path, words: str = "She plays the guitar on the beach.") -> Path:
    """Write a folder that looks like one of a model, which says these words."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(f'{{"words": "{words}"}}')
    for name in ("model.bin", "tokenizer.json", "vocabulary.json"):
        (folder / name).write_bytes(b"{}")
    return folder
