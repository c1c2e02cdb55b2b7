"""A sound of any length is written down window by window, where there is speech."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.sources.captions.cues import Cue
from ingest.taggers.speech.base import Recognized
from ingest.taggers.speech.recognition import Recognition, SpeechDetector
from support.sounds import RATE, melody, noise, talk

Samples = NDArray[np.int16]


class Counting:
    """Writes down the sum of a window, and remembers what it was asked."""

    name, version = "counting", "1"

    def __init__(self, certainty: float = 0.9) -> None:
        self.asked: list[tuple[float, str]] = []
        self.certainty = certainty

    def recognize(self, samples: Samples, language: str) -> Recognized:
        self.asked.append((len(samples) / RATE, language))
        cue = Cue(0.0, len(samples) / RATE, str(samples[0]))
        return Recognized([cue], language or "de", self.certainty)


def numbered(n_seconds: int) -> Samples:
    """Samples that say which second they are of."""
    return np.repeat(np.arange(n_seconds, dtype=np.int16), RATE)


def everywhere(_samples: Samples, n_seconds: int) -> NDArray[np.float32]:
    return np.ones(n_seconds, np.float32)


def from_seven_to_nine(samples: Samples, _n_seconds: int) -> NDArray[np.float32]:
    return np.isin(samples[::RATE], [7, 8, 9]).astype(np.float32)


@pytest.mark.parametrize("piece", [1_000, 16_000, 777_777])
def test_windows_follow_on_each_other_however_the_sound_comes(piece: int) -> None:
    recognition = Recognition(Counting(), "", everywhere)
    sound = numbered(100)
    for start in range(0, len(sound), piece):
        recognition.feed(sound[start : start + piece])
    recognition.end()
    # Each begins a second before the speech, where there is one.
    starts = [cue.start for cue in recognition.cues]
    assert [int(cue.text) for cue in recognition.cues] == [round(start) for start in starts]
    ends = [cue.end for cue in recognition.cues]
    assert starts == [0, *ends[:-1]]
    assert ends[-1] == 100
    assert max(end - start for start, end in zip(starts, ends, strict=True)) <= 30


def test_only_where_there_is_speech_anything_is_recognised() -> None:
    counting = Counting()
    recognition = Recognition(counting, "", from_seven_to_nine)
    recognition.feed(numbered(70))
    recognition.end()
    assert recognition.cues == [Cue(6.0, 12.0, "6")]


def test_a_window_ends_after_its_second_with_the_least_speech() -> None:
    def shares(samples: Samples, n_seconds: int) -> NDArray[np.float32]:
        return np.where(samples[::RATE][:n_seconds] == 26, 0.6, 0.9).astype(np.float32)

    recognition = Recognition(Counting(), "", shares)
    recognition.feed(numbered(30))
    assert recognition.cues == [Cue(0.0, 27.0, "0")]


def test_a_language_that_is_told_surely_is_that_of_the_rest() -> None:
    for certainty, expected in ((0.9, ["", "de"]), (0.5, ["", ""])):
        counting = Counting(certainty)
        recognition = Recognition(counting, "", everywhere)
        recognition.feed(numbered(60))
        assert [language for _, language in counting.asked] == expected
    counting = Counting()
    Recognition(counting, "fr", everywhere).feed(numbered(30))
    assert counting.asked[0][1] == "fr"


def test_of_no_sound_nothing_is_recognised() -> None:
    counting = Counting()
    Recognition(counting, "", everywhere).end()
    assert counting.asked == []


def test_a_voice_is_speech_and_music_and_noise_are_none() -> None:
    shares = SpeechDetector()
    assert (shares(talk(6), 6)[1:] > 0.5).all()
    assert (shares(melody(3), 3) < 0.5).all()
    assert (shares(noise(3), 3) < 0.5).all()
