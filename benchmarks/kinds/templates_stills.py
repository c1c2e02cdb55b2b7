"""Stills and slideshows as templates of motion graphics make them."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageChops
from templates_layers import Layer

from support import stills
from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape


def film_grain(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A photograph under coarse grain that boils, a vignette around it."""
    height, width = shape
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    still = np.asarray(stills.cropped(photo, shape), float)
    still = still * np.clip(1.15 - 0.45 * (rows**2 + columns**2), 0, 1)[..., None]
    grain = rng.normal(0, rng.uniform(5, 14), (9, height, width, 1))
    for _ in range(round(seconds * rate)):
        yield np.clip(still + grain[int(rng.integers(9))][:: rng.choice((-1, 1))], 0, 255).astype(
            np.uint8
        )


def titled(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A cover beside a title on a ground of its colour."""
    height, width = shape
    ground = photo.resize((1, 1)).resize((width, height)).point(lambda value: int(value * 0.6))
    side = round(height * 0.7)
    ground.paste(
        stills.cropped(photo, (side, min(side, width // 2))),
        (round(width * 0.06), round(height * 0.15)),
    )
    layer = Layer(shape)
    layer.text(
        width * 0.77,
        height * 0.45,
        stills.line_of_song(rng)[:16],
        height / 16,
        (255, 255, 255, 255),
    )
    picture = np.asarray(layer.over(ground))
    for _ in range(round(seconds * rate)):
        yield picture


def drifting(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A photograph that is zoomed into or out of, slowly, towards a side."""
    towards, zoom = rng.uniform(-1, 1, 2), rng.uniform(0.06, 0.2)
    inwards = rng.random() < 0.5
    n_frames = round(seconds * rate)
    for number in range(n_frames):
        share = number / n_frames if inwards else 1 - number / n_frames
        yield np.asarray(stills.cropped(photo, shape, 1.02 + zoom * share, towards))


def pushed(
    photos: Sequence[Photo], shape: Shape, each: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Pictures that push each other out within half a second, or flash white in between."""
    height, width = shape
    pictures = [stills.cropped(photo, shape) for photo in photos]
    flashes, n_change = rng.random() < 0.5, max(2, round(rate * 0.5))
    for number, picture in enumerate(pictures):
        for _ in range(round(each * rate) - n_change):
            yield np.asarray(picture)
        after = pictures[(number + 1) % len(pictures)]
        for step in range(n_change if number + 1 < len(pictures) else 0):
            share = step / n_change
            if flashes:
                light = round(255 * (1 - abs(2 * share - 1)))
                shown = picture if share < 0.5 else after
                yield np.asarray(ImageChops.add(shown, Image.new("RGB", shown.size, (light,) * 3)))
            else:
                moved = Image.new("RGB", (width, height))
                moved.paste(picture, (round(-width * share), 0))
                moved.paste(after, (round(width * (1 - share)), 0))
                yield np.asarray(moved)


STILLS: Final[dict[str, LivelyForm]] = {
    "coarse grain": film_grain,
    "a cover and a title": titled,
    "a slow zoom": drifting,
}
SLIDESHOWS: Final = {"pictures pushed, or with a flash": pushed}
