"""Answers of the networks to a sound, taken piece by piece as it comes, in bounded memory."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.taggers.audio.levels import levels, silence
from ingest.taggers.audio.networks import EVENT_CONTEXT, MUSIC_SAMPLES, Events, Networks
from ingest.taggers.audio.slots import MusicSlots
from ingest.taggers.audio.spectra import RATE, SPEECH_FRAMES, Samples

SLOT_SECONDS: Final = 12
"""The kind of music is told once in so many seconds, by the three in their middle. What is left at
the end and is less than half of that belongs to the slot before."""

_BLOCK_SECONDS: Final = 36  # a multiple of a slot's
_CONTEXT: Final = EVENT_CONTEXT * SPEECH_FRAMES.hop + SPEECH_FRAMES.length
_IS_SILENT: Final = 0.5
_MUSIC_FROM: Final = 0.4
"""Mean share of music in a slot from which on it is asked which music it is."""


@dataclass(frozen=True, slots=True)
class SoundScores:
    """All that the networks said of a sound.

    Attributes:
        levels: dB below full scale, shape (n_seconds,).
        events: of each second; nothing where it is silent.
        slots: shares of musicnn's tags, shape (n_slots, 50); NaN where there is no music.
    """

    levels: NDArray[np.float64]
    events: Events
    slots: NDArray[np.float32]


class SoundScorer:
    """Scores one sound as it comes.

    At most half a minute waits to be scored together, with a little before and after.
    """

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        self._waiting: list[Samples] = []
        self._n_waiting = 0
        self._start = 0  # the sample of the sound with which what waits begins
        self._done = 0  # seconds
        self._levels: list[NDArray[np.float64]] = []
        self._events: list[Events] = []
        self._slots = MusicSlots(networks.music)

    @property
    def n_samples(self) -> int:
        """Number of those that came so far."""
        return self._start + self._n_waiting

    def feed(self, samples: Samples) -> None:
        """Take the next samples, as many as there are."""
        self._waiting.append(samples)
        self._n_waiting += len(samples)
        while self.n_samples >= (self._done + _BLOCK_SECONDS) * RATE + _CONTEXT:
            self._score_block(_BLOCK_SECONDS)

    def end(self, n_seconds: int) -> SoundScores:
        """Return the scores of so many seconds; those beyond the sound's end are silent."""
        while self._done < n_seconds:
            self._score_block(min(_BLOCK_SECONDS, n_seconds - self._done))
        silent = np.zeros(0, np.float32)
        parts = zip(Events(*[silent] * len(Events._fields)), *self._events, strict=True)
        return SoundScores(
            np.concatenate([np.zeros(0), *self._levels])[:n_seconds],
            Events(*(np.concatenate(part)[:n_seconds] for part in parts)),
            self._slots.end(),
        )

    def _score_block(self, n_seconds: int) -> None:
        sound = np.concatenate([np.zeros(0, np.int16), *self._waiting])
        begin = self._done * RATE - self._start  # of the block, in what waits
        own = sound[begin : begin + n_seconds * RATE]
        piece = sound[: begin + n_seconds * RATE + _CONTEXT]
        loud = levels(own, n_seconds)
        is_silent = silence(loud) >= _IS_SILENT
        if is_silent.all():
            events = Events(*[np.zeros(n_seconds, np.float32)] * len(Events._fields))
        else:
            outputs = self._networks.events(piece, begin // SPEECH_FRAMES.hop, n_seconds)
            events = Events(*(np.where(is_silent, 0, part).astype(np.float32) for part in outputs))
        self._add_slots(own, events)
        self._levels.append(loud)
        self._events.append(events)
        self._done += n_seconds
        keep = min(max(0, self._done * RATE - self._start - _CONTEXT), len(sound))
        keep -= keep % SPEECH_FRAMES.hop
        self._waiting, self._n_waiting = [sound[keep:].copy()], len(sound) - keep
        self._start += keep

    def _add_slots(self, own: Samples, events: Events) -> None:
        """Take the slots of a block."""
        n_seconds = len(events.music)
        n_slots = (n_seconds + SLOT_SECONDS // 2) // SLOT_SECONDS
        if not self._levels:
            n_slots = max(n_slots, 1)
        for slot in range(n_slots):
            first = slot * SLOT_SECONDS
            last = n_seconds if slot == n_slots - 1 else first + SLOT_SECONDS
            is_music = events.music[first:last].mean() >= _MUSIC_FROM
            self._slots.add(_middle(own[first * RATE : last * RATE]) if is_music else None)


def _middle(samples: Samples) -> Samples:
    """Return as many samples of the middle as musicnn takes; too few are repeated."""
    if len(samples) < MUSIC_SAMPLES:
        return np.resize(samples, MUSIC_SAMPLES)
    start = (len(samples) - MUSIC_SAMPLES) // 2
    return samples[start : start + MUSIC_SAMPLES]
