"""Interface of a recogniser of speech."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.sources.captions.cues import Cue

WINDOW_SECONDS = 30
"""Longest sound that is recognised at a time."""


class Recognized(NamedTuple):
    """Words of a window of sound.

    Attributes:
        cues: in seconds from the window's beginning, within it, by time.
        language: that is spoken, a code; empty where nothing is known.
        certainty: of the language, 0.0 to 1.0.
    """

    cues: Sequence[Cue]
    language: str = ""
    certainty: float = 0.0


class SpeechRecognizer(Protocol):
    """Writes down what is spoken."""

    @property
    def name(self) -> str:
        """Name of the recogniser; stored with what it wrote down."""

    @property
    def version(self) -> str:
        """Changes whenever the same sound may get other words."""

    def recognize(self, samples: NDArray[np.int16], language: str) -> Recognized:
        """Return the words of a window of sound.

        Args:
            samples: shape (n,), one channel, 16,000 a second, at most ``WINDOW_SECONDS``.
            language: that is spoken, a code; where it is empty, the sound tells.
        """
