"""Sound to calibrate with, from files of a folder."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from ingest.taggers.audio.networks import MUSIC_SAMPLES
from ingest.taggers.audio.spectra import MUSIC, RATE, Samples

_START_SECONDS = 20
_PIECE_SECONDS = 8


def music_bands(folder: Path) -> Iterator[NDArray[np.float32]]:
    """Yield the bands of three seconds of each sound that is long enough, in order of names."""
    for file in sorted(folder.rglob("*.ogg")):
        samples = _samples(file)[_START_SECONDS * RATE :][:MUSIC_SAMPLES]
        if len(samples) == MUSIC_SAMPLES:
            yield MUSIC.bands(np.pad(samples, MUSIC.frames.length // 2))[:187]


def pieces(folder: Path) -> Iterator[Samples]:
    """Yield the first seconds of each sound, in order of names, and a second of silence."""
    yield np.zeros(RATE, np.int16)
    for file in sorted((*folder.rglob("*.ogg"), *folder.rglob("*.wav"))):
        samples = _samples(file)[: _PIECE_SECONDS * RATE]
        if len(samples) >= RATE:
            yield samples


def _samples(file: Path) -> Samples:
    resampler = AudioResampler("s16", "mono", RATE)
    pieces, n_samples = [np.zeros(0, np.int16)], 0
    with av.open(str(file)) as container:
        for frame in container.decode(audio=0):
            for made in resampler.resample(frame):
                pieces.append(made.to_ndarray()[0])
                n_samples += len(pieces[-1])
            if n_samples >= (_START_SECONDS + 4) * RATE:
                break
    return np.concatenate(pieces)
