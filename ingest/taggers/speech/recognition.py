"""Recognition of the speech in one sound, window by window as it comes, in bounded memory."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ingest.sources.captions.cues import Cue
from ingest.taggers.audio.spectra import RATE
from ingest.taggers.speech.base import WINDOW_SECONDS, SpeechRecognizer

if TYPE_CHECKING:
    from ingest.taggers.audio.networks import Networks

_SPEECH_FROM: Final = 0.5
"""Share of a second from which on it is recognised; less than what says ``audio:speech``."""

_CUT_SECONDS: Final = 6
"""A window ends in so many of its last seconds, after the one with the least speech."""

_BEFORE_SECONDS, _AFTER_SECONDS = 1, 2

_CERTAIN: Final = 0.8
"""A language that is told as surely is that of the rest, too."""

_MAX_CUES: Final = 100_000

Samples = NDArray[np.int16]
SpeechShares = Callable[[Samples, int], NDArray[np.float32]]
"""Given samples, returns the share of speech on each of so many seconds, shape (n_seconds,)."""


class Recognition:
    """Writes down what is spoken in a sound.

    Args:
        recognizer: who writes it down.
        language: that is spoken, a code; where it is empty, the first window that tells it
            surely decides.
        shares: tells where there is speech; only there anything is written down.

    Attributes:
        cues: so far, in seconds of the sound.
        language: as given, or as it was told.
    """

    def __init__(self, recognizer: SpeechRecognizer, language: str, shares: SpeechShares) -> None:
        self._recognizer = recognizer
        self._shares = shares
        self._waiting: list[Samples] = []
        self._n_waiting = 0
        self._start = 0  # the second of the sound with which what waits begins
        self.language = language
        self.cues: list[Cue] = []

    @property
    def recognizer_name(self) -> str:
        """Name and version of who writes it down."""
        return f"{self._recognizer.name}@{self._recognizer.version}"

    def feed(self, samples: Samples) -> None:
        """Take the next samples, as many as there are."""
        self._waiting.append(samples)
        self._n_waiting += len(samples)
        while self._n_waiting >= WINDOW_SECONDS * RATE:
            self._recognize(WINDOW_SECONDS)

    def end(self) -> None:
        """Recognise what is left, once no samples come any more."""
        if self._n_waiting:
            self._recognize(-(-self._n_waiting // RATE))

    def _recognize(self, n_seconds: int) -> None:
        sound = np.concatenate(self._waiting)
        shares = self._shares(sound[: n_seconds * RATE], n_seconds)
        if n_seconds == WINDOW_SECONDS:
            n_seconds -= _CUT_SECONDS - 1 - int(np.argmin(shares[-_CUT_SECONDS:]))
        window, rest = np.split(sound, [n_seconds * RATE])
        speaking = np.flatnonzero(shares[:n_seconds] >= _SPEECH_FROM)
        if len(speaking) and len(self.cues) < _MAX_CUES:
            # A little before and after, where words begin and end softly.
            first = max(0, int(speaking[0]) - _BEFORE_SECONDS)
            end = int(speaking[-1]) + 1 + _AFTER_SECONDS
            self._write_down(window[first * RATE : end * RATE], self._start + first)
        self._waiting, self._n_waiting = [rest.copy()], len(rest)
        self._start += n_seconds

    def _write_down(self, samples: Samples, start: int) -> None:
        transcript = self._recognizer.recognize(samples, self.language)
        if not self.language and transcript.certainty >= _CERTAIN:
            self.language = transcript.language
        self.cues += [Cue(start + cue.start, start + cue.end, cue.text) for cue in transcript.cues]


class SpeechDetector:
    """Share of speech, the lesser of two networks'. Loads nothing until it is asked."""

    @cached_property
    def _networks(self) -> "Networks":
        from ingest.taggers.audio.networks import Networks

        return Networks.load()

    def __call__(self, samples: Samples, n_seconds: int) -> NDArray[np.float32]:
        """Return the share of speech on each second, shape (n_seconds,).

        Raises:
            CorruptData: weights are missing or are not what their card describes.
        """
        events = self._networks.events(samples, 0, n_seconds)
        return np.minimum(events.speech, events.spoken)
