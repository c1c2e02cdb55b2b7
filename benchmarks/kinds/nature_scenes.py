"""Scenes of nature before a camera that stands, by simulation over photographs."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import convolve, gaussian_filter, map_coordinates, zoom
from street_scenes import (
    belt,
    lecture,
    pendulum,
    pixels_that_jump,
    street_through_a_window,
    train,
    watched_yard,
)

from support import stills
from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape

Floats = NDArray[np.float64]
_SPREAD: Final = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]])


def _still(photo: Photo, shape: Shape) -> Floats:
    return np.asarray(stills.cropped(photo, shape), np.float64)


def _byte(picture: Floats) -> Picture:
    return np.clip(picture, 0, 255).astype(np.uint8)


def _cloudy(shape: Shape, coarse: int, rng: np.random.Generator) -> Floats:
    """Return noise of several sizes, about 0.0 to 1.0."""
    total = np.zeros(shape)
    for octave in range(4):
        cells = coarse * 2**octave
        grid = rng.random((cells + 1, cells + 1))
        total += (
            zoom(grid, (shape[0] / (cells + 1), shape[1] / (cells + 1)), order=1)[
                : shape[0], : shape[1]
            ]
            / 2**octave
        )
    return total / 1.875


def _bent(picture: Floats, down: Floats, across: Floats) -> Floats:
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    bent = np.empty_like(picture)
    for channel in range(3):
        map_coordinates(
            picture[..., channel],
            [rows + down, columns + across],
            bent[..., channel],
            order=1,
            mode="nearest",
        )
    return bent


def pond(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A pond that mirrors a picture, and rings where drops fall, by the wave equation."""
    height, width = shape
    still, small = _still(photo, shape), (height // 3, width // 3)
    shore = round(height * rng.uniform(0.2, 0.6))
    now, last = np.zeros(small), np.zeros(small)
    every = max(1, round(rate * rng.uniform(0.15, 0.7)))
    for number in range(round(seconds * rate)):
        if number % every == 0:
            row, column = (int(rng.integers(3, side - 3)) for side in small)
            now[row - 1 : row + 2, column - 1 : column + 2] += rng.uniform(3, 7)
        for _ in range(max(1, 30 // rate)):
            now, last = (2 * convolve(now, _SPREAD, mode="nearest") - last) * 0.985, now
        down, across = (
            zoom(g, (height / small[0], width / small[1]), order=1) for g in np.gradient(now)
        )
        picture = still.copy()
        bent = _bent(still, down * 14, across * 14) + across[..., None] * 70
        picture[shore:] = bent[shore:]
        yield _byte(picture)


def leaves_in_the_wind(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A tree of textured leaves before the picture, its twigs moving in gusts."""
    height, width = shape
    still = _still(photo, shape)
    crown = _cloudy(shape, 6, rng) > 0.5
    rows, columns = np.mgrid[:height, :width]
    x, y = width * rng.uniform(0.2, 0.8), height * 0.35
    mask = crown & (
        np.hypot((columns - x) / width * 1.5, (rows - y) / height) < rng.uniform(0.25, 0.45)
    )
    green = np.array([70, 105, 45]) * (0.5 + _cloudy(shape, 20, rng))[..., None]
    tree = np.where(mask[..., None], green, 0)
    alpha = np.repeat(mask[..., None] * 1.0, 3, axis=2)
    phase = _cloudy(shape, 3, rng) * 9
    for number in range(round(seconds * rate)):
        time = number / rate
        gust = 1 + 0.8 * np.sin(0.5 * time) * np.sin(0.31 * time + 1)
        sway = (
            gust
            * (2.2 * np.sin(1.7 * time + phase) + 1.1 * np.sin(4.1 * time + 2 * phase))
            * height
            / 300
        )
        moved, cover = _bent(tree, sway * 0.5, sway), _bent(alpha, sway * 0.5, sway)
        yield _byte(still * (1 - cover) + moved)


def clouds_go_by(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Clouds over a roof line, far faster than they are, and their shadow."""
    height, width = shape
    still, sky_foot = _still(photo, shape), round(height * rng.uniform(0.35, 0.6))
    layers = [_cloudy((height, width * 2), coarse, rng) for coarse in (3, 5)]
    blue = np.array([105, 150, 215])
    speed = width * rng.uniform(0.02, 0.1)
    for number in range(round(seconds * rate)):
        time, picture = number / rate, still.copy()
        parts = [
            layer[:sky_foot, (first := int(time * speed * (1 + n)) % width) : first + width]
            for n, layer in enumerate(layers)
        ]
        white = np.clip((sum(parts) / 2 - 0.45) * 4, 0, 1)[..., None]
        picture[:sky_foot] = blue * (1 - white) + (235 - 40 * (1 - white)) * white
        picture[sky_foot:] *= 1 - 0.25 * float(white.mean())
        yield _byte(picture)


def waterfall(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Water that falls in strands between the rocks of a picture, and spray at its foot."""
    height, width = shape
    still = _still(photo, shape)
    strands = gaussian_filter(rng.random((height * 3, width)), (height / 16, 1.2), mode="wrap")
    strands = (strands - strands.min()) / np.ptp(strands)
    rows, columns = np.mgrid[:height, :width]
    middle = width * rng.uniform(0.3, 0.7) + 6 * np.sin(rows / 25)
    half = width * rng.uniform(0.05, 0.15) * (0.7 + 0.6 * rows / height)
    fall = np.clip((half - abs(columns - middle)) / 5, 0, 1)[..., None]
    for number in range(round(seconds * rate)):
        first = height * 2 - int(number / rate * height * 0.9) % (height * 2)
        water = 130 + 160 * (strands[first : first + height] - 0.35)[..., None] * np.ones(3)
        spray = rng.normal(0, 14, (height, width, 1)) * (rows > height * 0.85)[..., None] * fall
        yield _byte(still * (1 - 0.85 * fall) + 0.85 * fall * water + spray)


def birds(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A loose flock that crosses, beating its wings; shaded, not flat."""
    height, width = shape
    still = Image.fromarray(_byte(_still(photo, shape)))
    n_birds = int(rng.integers(5, 18))
    places, phases = rng.normal(0, 0.12, (n_birds, 2)), rng.uniform(0, 6, n_birds)
    size, speed = height * rng.uniform(0.012, 0.03), rng.uniform(0.05, 0.12)
    for number in range(round(seconds * rate)):
        time, picture = number / rate, still.copy()
        draw = ImageDraw.Draw(picture, "RGBA")
        middle = np.array([(0.1 + speed * time) % 1.3 - 0.1, 0.35 + 0.1 * np.sin(0.7 * time)])
        for place, phase in zip(places, phases, strict=True):
            x, y = (middle + place + 0.02 * np.sin(time + phase)) * (width, height)
            beat = np.sin(11 * time + phase) * size * 0.8
            for way in (-1, 1):
                tone = 55 if way < 0 else 85
                draw.polygon(
                    (
                        (x, y - size * 0.15),
                        (x + way * size, y - beat),
                        (x + way * size * 0.4, y + size * 0.25),
                    ),
                    (tone, tone, tone + 8, 235),
                )
            draw.ellipse(
                (x - size * 0.3, y - size * 0.15, x + size * 0.3, y + size * 0.25),
                (70, 66, 64, 255),
            )
        yield np.asarray(picture)


def sleeping_cat(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Something furry that breathes, and a tail that twitches at times; all else rests."""
    height, width = shape
    still = _still(photo, shape)
    rows, columns = np.mgrid[:height, :width]
    x, y = width * rng.uniform(0.35, 0.65), height * rng.uniform(0.6, 0.75)
    long, tall = width * rng.uniform(0.1, 0.18), height * rng.uniform(0.12, 0.18)
    tone = rng.uniform(60, 170, 3)
    fur = tone + gaussian_filter(rng.normal(0, 60, shape), (0.6, 2.5))[..., None] * 2
    for number in range(round(seconds * rate)):
        time = number / rate
        breath = 1 + 0.045 * np.sin(1.9 * time)
        far = np.hypot((columns - x) / long, (rows - y) / (tall * breath))
        body = np.clip((1 - far) * 12, 0, 1)[..., None]
        light = (1.15 - 0.5 * (rows - y + tall) / (2 * tall))[..., None]
        picture = (
            still * (1 - body) + body * _bent(fur, (rows - y) * (1 - breath), columns * 0.0) * light
        )
        twitch = 0.5 * np.exp(-2 * (time % 3.7)) * np.sin(9 * time)
        drawn = Image.fromarray(_byte(picture))
        tail = [
            (x + long * (0.9 + s), y + tall * (0.7 - 1.1 * s * (0.3 + twitch)))
            for s in np.linspace(0, 0.9, 12)
        ]
        ImageDraw.Draw(drawn).line(tail, tuple(int(v) for v in tone), round(tall / 5), "curve")
        yield np.asarray(drawn)


SCENES: Final[dict[str, LivelyForm]] = {
    "rings on a pond": pond,
    "leaves in the wind": leaves_in_the_wind,
    "clouds that go by": clouds_go_by,
    "a waterfall": waterfall,
    "birds": birds,
    "a train far off": train,
    "a belt": belt,
    "a lamp that swings": pendulum,
    "a cat that sleeps": sleeping_cat,
    "a yard by night": watched_yard,
    "a talk": lecture,
    "a street through a window": street_through_a_window,
    "a game of large pixels": pixels_that_jump,
}
