"""Sound tagger that comes along: which sound it is, by three small networks."""

import hashlib
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.tags import AUDIO
from ingest.taggers.audio.kinds import KIND_SHARES
from ingest.taggers.audio.levels import SILENT_DBFS
from ingest.taggers.audio.networks import Networks, networks_version
from ingest.taggers.audio.scoring import SoundScorer
from ingest.taggers.audio.words import EVENT_SHARES, TAGS, confidences
from models.cards import load_card, load_json

_METHOD: Final = 3
"""Raised when sound is scored, or its scores are weighed, in another way."""


class LocalSoundTagger:
    """Names what sounds; see ``docs/sound.md``. Loads nothing until samples come."""

    name = "sound"
    source = AUDIO
    tags = TAGS

    def __init__(self) -> None:
        self.version = current_version()

    @cached_property
    def networks(self) -> Networks:
        """The networks, which are loaded when they are first needed.

        Raises:
            CorruptData: weights are missing or are not what their card describes.
        """
        return Networks.load()

    def start_session(self) -> "_Session":
        """Begin a sound."""
        return _Session(self)


class _Session:
    """One sound, from its first samples to the words for its seconds."""

    def __init__(self, tagger: LocalSoundTagger) -> None:
        self._tagger = tagger
        self._scorer: SoundScorer | None = None

    def feed(self, samples: NDArray[np.int16]) -> None:
        """Take the next samples."""
        if self._scorer is None:
            self._scorer = SoundScorer(self._tagger.networks)
        self._scorer.feed(samples)

    def end(self, n_seconds: int) -> NDArray[np.float32]:
        """Return the confidence of every tag on each second; where nothing came, of none."""
        if self._scorer is None:
            return np.zeros((n_seconds, len(TAGS)), np.float32)
        tags = load_json(load_card("musicnn"), "tags.json")
        return confidences(self._scorer.end(n_seconds), tags)


def current_version() -> str:
    """Return a digest of everything that decides what a sound is said to be."""
    parts = [_METHOD, networks_version(), dict(EVENT_SHARES), dict(KIND_SHARES), SILENT_DBFS]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
