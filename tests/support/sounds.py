"""Sounds made by arithmetic, the same on every machine, and films with them."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from numpy.typing import NDArray

RATE = 16_000


def tone(hertz: float, seconds: float, volume: float = 0.3) -> NDArray[np.int16]:
    """A sine."""
    t = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(volume * 32767 * np.sin(2 * np.pi * hertz * t), np.int16)


def noise(seconds: float, volume: float = 0.1) -> NDArray[np.int16]:
    """White noise, the same for the same length."""
    random = np.random.default_rng(round(seconds * RATE))
    return np.asarray(volume * 32767 * random.uniform(-1, 1, round(seconds * RATE)), np.int16)


def melody(seconds: float) -> NDArray[np.int16]:
    """Chords of decaying notes, four a second, over a bass: to the networks it is music."""
    n = round(seconds * RATE)
    t = np.arange(n) / RATE
    sound = np.zeros(n)
    for i in range(int(np.ceil(seconds * 4))):
        note = slice(i * RATE // 4, i * RATE // 4 + RATE)
        since = t[note] - i / 4
        for step in ((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7))[i // 8 % 4][: 1 + i % 3]:
            pitch = 220 * 2 ** (step / 12)
            for overtone in (1, 2, 3, 4):
                wave = np.sin(2 * np.pi * pitch * overtone * since) / overtone**1.5
                sound[note] += wave * np.exp(-4 * since)
    sound += 0.5 * np.sin(2 * np.pi * 110 * t)
    return np.asarray(0.5 * 32767 * sound / np.abs(sound).max(), np.int16)


@dataclass(frozen=True, slots=True)
class Track:
    """Sound of a film.

    Attributes:
        samples: shape (n_channels, n), 16 bits.
        rate: samples a second.
        layout: as FFmpeg calls it.
        codec: likewise.
        at: the second of the film with which it begins.
    """

    samples: NDArray[np.int16]
    rate: int = RATE
    layout: str = "mono"
    codec: str = "aac"
    at: float = 0.0


_FORMATS = {"aac": "fltp", "ac3": "fltp", "libopus": "flt", "libmp3lame": "s16p", "flac": "s16"}


def write_film(path: Path, seconds: int, *tracks: Track, pictures_at: float = 0.0) -> Path:
    """Write a film of a grey picture, four a second, with sound."""
    pictures = np.random.default_rng(3).integers(90, 110, (48, 64, 3)).astype(np.uint8)
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=4)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        streams = [_sound_stream(container, track) for track in tracks]
        packets = []
        for k in range(4 * seconds):
            frame = VideoFrame.from_ndarray(pictures, "rgb24")
            frame.pts, frame.time_base = k + round(4 * pictures_at), Fraction(1, 4)
            packets += video.encode(frame)
        packets += video.encode(None)
        for stream, track in zip(streams, tracks, strict=True):
            packets += _encoded(stream, track)
        for packet in sorted(packets, key=lambda one: float((one.dts or 0) * one.time_base)):
            container.mux(packet)
    return path


def _sound_stream(container: OutputContainer, track: Track) -> AudioStream:
    stream = cast("AudioStream", container.add_stream(track.codec, rate=track.rate))
    stream.layout = track.layout
    stream.format = _FORMATS.get(track.codec, "s16")
    return stream


def _encoded(stream: AudioStream, track: Track) -> "list[Packet[AudioStream]]":
    packed = np.ascontiguousarray(track.samples.T).reshape(1, -1)
    frame = AudioFrame.from_ndarray(packed, "s16", track.layout)
    frame.rate, frame.time_base = track.rate, Fraction(1, track.rate)
    frame.pts = round(track.at * track.rate)
    size = stream.codec_context.frame_size or track.rate // 10
    resampler = AudioResampler(stream.format, track.layout, track.rate, size)
    frames = [*resampler.resample(frame), *resampler.resample(None)]
    return [packet for one in [*frames, None] for packet in stream.encode(one)]


def talk(seconds: float) -> NDArray[np.int16]:
    """Vowels and hisses of a voice of 110 Hz without any words: to the networks it is speech."""
    random = np.random.default_rng(1)
    n = round(seconds * RATE)
    t = np.arange(n) / RATE
    loudness, hiss = np.zeros(n), np.zeros(n)
    at: list[int] = []
    vowels: list[tuple[int, ...]] = []
    start = 0
    while start < n:
        length = int(random.uniform(0.12, 0.28) * RATE)
        rise = np.sqrt(np.sin(np.pi * np.linspace(0, 1, length)))[: n - start]
        loudness[start : start + length] = rise * random.uniform(0.6, 1)
        at.append(start + length // 2)
        vowels.append(_VOWELS[random.integers(len(_VOWELS))])
        start += length
        if random.random() < 0.5 and start < n:
            length = int(random.uniform(0.05, 0.1) * RATE)
            rise = np.sin(np.pi * np.linspace(0, 1, length))[: n - start]
            hiss[start : start + length] = 0.25 * rise
            start += length
        if len(at) % 5 == 0:  # a pause between words
            start += int(random.uniform(0.1, 0.3) * RATE)
    pitch = 110 * (1 + 0.12 * np.sin(0.8 * np.pi * t) + 0.06 * np.sin(2.6 * np.pi * t))
    pulses = np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0)
    voice = pulses + 0.02 * random.standard_normal(n)
    for damping in (0.9, 0.7):
        voice = _filtered((1 - damping) * voice, np.full(n, damping), np.zeros(n))
    for k, width in enumerate((80, 110, 160)):
        formant = np.interp(np.arange(n), at, [vowel[k] for vowel in vowels])
        radius = np.exp(-np.pi * width / RATE)
        first = 2 * radius * np.cos(2 * np.pi * formant / RATE)
        voice = _filtered((1 - first + radius**2) * voice, first, np.full(n, -(radius**2)))
    hisses = np.diff(random.standard_normal(n), n=2, prepend=[0, 0])
    sound = voice / np.abs(voice).max() * loudness + hiss * hisses / np.abs(hisses).max()
    return np.asarray(0.6 * 32767 * sound / np.abs(sound).max(), np.int16)


_VOWELS = (
    *((700, 1200, 2600), (300, 2300, 3000), (450, 800, 2500)),
    *((350, 900, 2400), (550, 1800, 2600), (640, 1190, 2400)),
)
"""Their first three formants, in Hz."""


def _filtered(
    sound: NDArray[np.float64], first: NDArray[np.float64], second: NDArray[np.float64]
) -> NDArray[np.float64]:
    """A filter of two poles, which may change from sample to sample."""
    output = np.zeros(len(sound) + 2)
    for i in range(len(sound)):
        output[i + 2] = sound[i] + first[i] * output[i + 1] + second[i] * output[i]
    return output[2:]
