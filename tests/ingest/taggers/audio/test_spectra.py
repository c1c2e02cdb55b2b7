"""The spectra against their definitions, written out as sums over samples and frequencies."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.taggers.audio.spectra import EVENTS, MUSIC, PATCHES, Spectrum
from support.sounds import melody, noise

RATE, N_FFT = 16_000, 512
HERTZ = [k * RATE / N_FFT for k in range(N_FFT // 2 + 1)]


def power(frame: list[float], window: Callable[[int], float]) -> list[float]:
    """Return the squares of the DFT of a windowed frame, by its definition."""
    windowed = np.array([value * window(i) for i, value in enumerate(frame)])
    i = np.arange(len(frame))
    return [
        float(abs((windowed * np.exp(-2j * np.pi * k * i / N_FFT)).sum()) ** 2)
        for k in range(N_FFT // 2 + 1)
    ]


def hann(length: int) -> Callable[[int], float]:
    return lambda i: 0.5 - 0.5 * math.cos(2 * math.pi * i / length)


def emphasised(frame: list[float]) -> list[float]:
    return [frame[i] - 0.97 * frame[max(i - 1, 0)] for i in range(len(frame))]


def triangle(at: float, low: float, middle: float, high: float) -> float:
    if low < at <= middle:
        return (at - low) / (middle - low)
    return (high - at) / (high - middle) if middle < at < high else 0.0


def povey(frame: list[float]) -> list[float]:
    mean = sum(frame) / 400
    return power(emphasised([value - mean for value in frame]), lambda i: hann(399)(i) ** 0.85)


def kaldi(frame: list[float]) -> list[float]:
    def mel(hertz: float) -> float:
        return 1127 * math.log(1 + hertz / 700)

    shares = povey(frame)
    step = (mel(8000) - mel(20)) / 81
    bands = []
    for m in range(80):
        low = mel(20) + m * step
        inside = [triangle(mel(f), low, low + step, low + 2 * step) for f in HERTZ[:256]]
        energy = sum(a * b for a, b in zip(inside, shares, strict=False))
        bands.append(math.log(max(energy, 1.1920929e-07)))
    return bands


def htk(frame: list[float]) -> list[float]:
    shares = povey(frame)
    mels = [
        2595 * math.log10(1 + 100 / 700) * (1 - m / 25) + 2595 * math.log10(1 + 8000 / 700) * m / 25
        for m in range(26)
    ]
    edges = [700 * (10 ** (m / 2595) - 1) for m in mels]
    bands = []
    for low, middle, high in zip(edges[:21], edges[1:22], edges[2:23], strict=True):
        last = math.floor(high * N_FFT / RATE)
        inside = [triangle(f, low, middle, high) if k != last else 0 for k, f in enumerate(HERTZ)]
        energy = sum(a * b for a, b in zip(inside, shares, strict=True)) * 2 / (high - low)
        bands.append(math.log(max(energy, 0.1)))
    return bands


def slaney(frame: list[float]) -> list[float]:
    def hertz(mel: float) -> float:
        return mel * 200 / 3 if mel < 15 else 1000 * math.exp((mel - 15) * math.log(6.4) / 27)

    highest = 15 + 27 * math.log(8) / math.log(6.4)
    edges = [hertz(highest * m / 97) for m in range(98)]
    shares = power([value / 32768 for value in frame], hann(512))
    bands = []
    for low, middle, high in zip(edges[:96], edges[1:97], edges[2:], strict=True):
        inside = [triangle(f, low, middle, high) for f in HERTZ]
        energy = sum(a * b for a, b in zip(inside, shares, strict=True)) * 2 / (high - low)
        bands.append(math.log10(10_000 * energy + 1))
    return bands


CASES = [(EVENTS, kaldi), (PATCHES, htk), (MUSIC, slaney)]
SOUNDS = {
    "melody": melody(0.3),
    "noise": noise(0.2),
    "quiet": noise(0.2, 0.001),
    "offset": (noise(0.2) + np.int16(9000)).astype(np.int16),
    "silence": np.zeros(3000, np.int16),
}


@pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS)
@pytest.mark.parametrize(("spectrum", "definition"), CASES, ids=["events", "patches", "music"])
def test_bands_are_what_the_definition_says(
    spectrum: Spectrum, definition: Callable[[list[float]], list[float]], sound: NDArray[np.int16]
) -> None:
    bands = spectrum.bands(sound)
    assert bands.dtype == np.float32
    for number in (0, 3):
        start = number * spectrum.frames.hop
        frame = [float(value) for value in sound[start : start + spectrum.frames.length]]
        assert bands[number] == pytest.approx(definition(frame), abs=2e-3)


@pytest.mark.parametrize("spectrum", [EVENTS, PATCHES, MUSIC], ids=["events", "patches", "music"])
def test_a_piece_has_the_frames_that_the_whole_has(spectrum: Spectrum) -> None:
    sound = melody(1)
    whole = spectrum.bands(sound)
    part = spectrum.bands(sound[10 * spectrum.frames.hop :])
    assert len(part) == len(whole) - 10
    assert np.allclose(part, whole[10:], atol=1e-3)


@pytest.mark.parametrize("spectrum", [EVENTS, PATCHES, MUSIC], ids=["events", "patches", "music"])
@pytest.mark.parametrize("n_samples", [0, 1, 399])
def test_what_is_shorter_than_a_frame_has_none(spectrum: Spectrum, n_samples: int) -> None:
    assert spectrum.bands(np.ones(n_samples, np.int16)).shape == (0, spectrum.n_bands)
