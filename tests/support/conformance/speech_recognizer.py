"""Duties of every recogniser of speech: a class inherits, and gives ``recognizer``."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.words.languages import is_code
from ingest.taggers.speech.base import WINDOW_SECONDS, Recognized, SpeechRecognizer
from support.sounds import RATE, noise, talk

SOUNDS: dict[str, NDArray[np.int16]] = {
    "talk": talk(6),
    "noise": noise(2, 1.0),
    "silence": np.zeros(2 * RATE, np.int16),
    "loudest": np.tile(np.array([32767, -32768], np.int16), RATE),
    "offset": np.full(RATE, -32768, np.int16),
    "one sample": np.ones(1, np.int16),
    "a whole window": np.zeros(WINDOW_SECONDS * RATE, np.int16),
}


class SpeechRecognizerConformance:
    """Every recogniser. Inherit as ``TestSomeRecognizer`` with the fixture ``recognizer``."""

    def test_it_says_who_it_is(self, recognizer: SpeechRecognizer) -> None:
        assert recognizer.name
        assert recognizer.version
        assert not set("@ \n") & set(recognizer.name + recognizer.version)

    @pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS)
    def test_any_sound_gives_words_within_it(
        self, recognizer: SpeechRecognizer, sound: NDArray[np.int16]
    ) -> None:
        self.check(sound, recognizer.recognize(sound, ""))

    @pytest.mark.parametrize("language", ["en", "de-AT", "tlh", "nonsense"])
    def test_any_language_may_be_expected(
        self, recognizer: SpeechRecognizer, language: str
    ) -> None:
        self.check(SOUNDS["talk"], recognizer.recognize(SOUNDS["talk"], language))

    def check(self, sound: NDArray[np.int16], recognized: Recognized) -> None:
        for cue in recognized.cues:
            assert 0 <= cue.start <= cue.end <= len(sound) / RATE
            assert isinstance(cue.text, str)
        assert [cue.start for cue in recognized.cues] == sorted(
            cue.start for cue in recognized.cues
        )
        assert not recognized.language or is_code(recognized.language)
        assert 0 <= recognized.certainty <= 1

    def test_the_same_sound_gives_the_same_words(self, recognizer: SpeechRecognizer) -> None:
        first = recognizer.recognize(talk(6), "en")
        recognizer.recognize(noise(2), "")
        assert recognizer.recognize(talk(6), "en") == first

    def test_samples_may_be_read_only_and_are_left_as_they_were(
        self, recognizer: SpeechRecognizer
    ) -> None:
        sound = talk(2)
        sound.setflags(write=False)
        recognizer.recognize(sound, "")
        assert np.array_equal(sound, talk(2))
