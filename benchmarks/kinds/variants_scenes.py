"""Scenes, stills and slideshows by other makers than those the rules were fitted to."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from others_scenes import Slideshow
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter, map_coordinates
from variants_drawn import drawn_over

from support.footage import Picture
from support.stills import (
    LivelyForm,
    Photo,
    Shape,
    cropped,
    ken_burns,
    line_of_song,
    slideshow,
    still,
)


def things_that_cross(n_things: int) -> LivelyForm:
    """Make a form: pieces of the photograph, shaded, that go their ways straight."""

    def form(
        photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
    ) -> Iterator[Picture]:
        height, width = shape
        backdrop = np.asarray(cropped(photo, shape))
        flipped = np.asarray(cropped(photo.rotate(180), shape))
        things = []
        for _ in range(n_things):
            high, wide = (rng.uniform(0.04, 0.1, 2) * height).astype(int) + 3
            top, left = rng.integers(height - high), rng.integers(width - wide)
            shade = np.linspace(1.3, 0.5, high)[:, None, None]
            piece = np.clip(shade * flipped[top : top + high, left : left + wide], 0, 255)
            way, speed = rng.uniform(0, 2 * np.pi), rng.uniform(0.08, 0.3) * height
            start = rng.uniform(0, 1, 2) * (height, width)
            things.append((piece.astype(np.uint8), start, way, speed))
        for number in range(round(seconds * rate)):
            frame = backdrop.copy()
            for piece, start, way, speed in things:
                high, wide = piece.shape[:2]
                gone = start + speed * number / rate * np.array([np.sin(way) * 0.4, np.cos(way)])
                top, left = (gone % (height - high, width - wide)).astype(int)
                frame[top : top + high, left : left + wide] = piece
            yield frame

    return form


def ripples(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Rings that go out from where drops fall into the lower part of the photograph."""
    height, width = shape
    pixels = np.asarray(cropped(photo, shape)).astype(np.float32)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    drops = [
        (rng.uniform(0, seconds), rng.uniform(0.4, 1) * height, rng.uniform(0, 1) * width)
        for _ in range(int(seconds * rng.uniform(1, 4)))
    ]
    for number in range(round(seconds * rate)):
        swell = np.zeros(shape, np.float32)
        for begins, y, x in drops:
            age = number / rate - begins
            if 0 < age < 3:
                far = np.hypot((rows - y) * 2, columns - x) - age * 0.25 * height
                near = np.exp(-np.square(far / (0.04 * height)))
                swell += near * np.sin(far / (0.012 * height)) * (1 - age / 3)
        at = (rows + swell * 0.02 * height, columns + swell * 0.02 * height)
        moved = [map_coordinates(pixels[..., c], at, order=1, mode="nearest") for c in range(3)]
        lit = np.stack(moved, axis=2) * (1 + 0.25 * swell[..., None])
        yield np.clip(lit, 0, 255).astype(np.uint8)


def swaying(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A part of the photograph that sways in the wind, gust by gust."""
    height, width = shape
    pixels = np.asarray(cropped(photo, shape)).astype(np.float32)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    y, x = rng.uniform(0.3, 0.6) * height, rng.uniform(0.2, 0.8) * width
    near = np.exp(-(np.square((rows - y) / (0.3 * height)) + np.square((columns - x) / 90)))
    gust = 0.0
    for number in range(round(seconds * rate)):
        gust = 0.95 * gust + rng.normal(0, 0.3)
        now = number / rate
        sway = near * (2 + abs(gust)) * np.sin(3 * now + rows / 15 + columns / 25) * height / 180
        at = (rows + 0.4 * sway, columns + sway)
        moved = [map_coordinates(pixels[..., c], at, order=1, mode="nearest") for c in range(3)]
        yield np.stack(moved, axis=2).astype(np.uint8)


def smoke(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Smoke that rises from one place, of all greys, and hides what is behind in part."""
    height, width = shape
    pixels = np.asarray(cropped(photo, shape)).astype(np.float32)
    puff = gaussian_filter(rng.normal(0, 1, (3 * height, width)), height / 25)
    puff = np.clip(puff / puff.std() * 0.5 + 0.4, 0, 1)
    shade = gaussian_filter(rng.normal(0, 1, (3 * height, width)), height / 18)
    shade = np.clip(150 + 60 * shade / shade.std(), 30, 250)
    x = rng.uniform(0.3, 0.7) * width
    column = np.exp(-np.square((np.arange(width) - x) / (0.13 * width)))
    for number in range(round(seconds * rate)):
        first = int(number / rate * 0.2 * height) % (2 * height)
        share = (puff[first : first + height] * column)[..., None]
        grey = shade[first : first + height][..., None]
        yield (pixels * (1 - share) + grey * share).astype(np.uint8)


def birds(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A few dark birds that beat their wings as they pass."""
    height, width = shape
    backdrop = cropped(photo, shape)
    n = int(rng.integers(1, 7))
    x, y = rng.uniform(0, 1, n), rng.uniform(0.1, 0.6, n)
    speed, size = rng.uniform(0.03, 0.15, n), rng.uniform(0.015, 0.04, n) * height

    def paint(draw: ImageDraw.ImageDraw, now: float) -> None:
        for a, b, v, wing in zip(x, y, speed, size, strict=True):
            u, w = (a + v * now) % 1 * width, b * height
            tip = w - wing * np.sin(9 * now + a * 20)
            draw.line([(u - wing, tip), (u, w), (u + wing, tip)], (35, 30, 28), 2)
            draw.ellipse((u - wing / 3, w - 2, u + wing / 3, w + 2), (70, 60, 55))

    return drawn_over(backdrop, seconds, rate, paint)


def panned(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The photograph, larger than the frame, which goes over it slowly."""
    height, width = shape
    large = cropped(photo, (round(height * 1.25), round(width * 1.25)))
    begin, end = rng.uniform(0, 0.25, 2), rng.uniform(0, 0.25, 2)
    n_frames = round(seconds * rate)
    for number in range(n_frames):
        top, left = (begin + (end - begin) * number / n_frames) * (height, width)
        box = (left, top, left + width, top + height)
        yield np.asarray(large.resize((width, height), Image.Resampling.BILINEAR, box))


def framed(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The photograph with a title and a frame around it."""
    picture = cropped(photo, shape)
    draw = ImageDraw.Draw(picture)
    height, width = shape
    draw.rectangle((4, 4, width - 5, height - 5), outline="white", width=3)
    font = ImageFont.load_default(height * 0.08)
    draw.text((width / 2, height * 0.8), line_of_song(rng), "white", font, "ma")
    return still(picture, shape, seconds, rate)


def pushed(
    photos: Sequence[Photo], shape: Shape, each: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Photographs of which each pushes the one before out of the frame, in half a second."""
    shown = [np.asarray(cropped(photo, shape)) for photo in photos]
    for number, picture in enumerate(shown):
        for frame in range(round(0.5 * rate) if number else 0):
            columns = round(shape[1] * frame / (0.5 * rate))
            yield np.concatenate([shown[number - 1], picture], 1)[:, columns : columns + shape[1]]
        yield from (picture for _ in range(round(each * rate * rng.uniform(0.8, 1.2))))


SCENES: Final[dict[str, LivelyForm]] = {
    "two things cross": things_that_cross(2),
    "a dozen things cross": things_that_cross(12),
    "ripples": ripples,
    "swaying": swaying,
    "smoke": smoke,
    "birds": birds,
}
STILLS: Final[dict[str, LivelyForm]] = {
    "panned": panned,
    "zoomed": ken_burns,
    "framed": framed,
}


def cut_or_faded(
    photos: Sequence[Photo], shape: Shape, each: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Photographs one after the other, cut, or shown through the next for up to 1.5 seconds."""
    fade = float(rng.choice([0.0, 0.5, 1.5]))
    return slideshow(photos, shape, each, rate, fade_seconds=fade)


SLIDESHOWS: Final[dict[str, Slideshow]] = {"cut or faded": cut_or_faded, "pushed": pushed}
