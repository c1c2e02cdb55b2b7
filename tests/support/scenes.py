"""Scenes before a locked camera, made of a photograph: something small or far moves for real.

The functions are ``support.stills.LivelyForm``. What moves has shades, goes its way by itself and
hides what is behind it; unlike what is drawn over a still, it is where things are in the world.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import map_coordinates

from support.footage import Picture
from support.stills import Photo, Shape, cropped

_SMOOTHING: Final = 2


def crossing(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Cars on two to four lanes, seen from afar or above; at times none is there."""
    height, width = shape
    backdrop = cropped(photo, shape)
    size = rng.uniform(0.025, 0.08) * height
    foot, spread = rng.uniform(0.4, 0.9), rng.uniform(0.05, 0.3)
    cars = []
    for lane in range(int(rng.integers(2, 5))):
        y = height * min(0.97, max(0.03, foot + spread * (lane / 3 - 0.5)))
        speed = rng.uniform(0.08, 0.4) * width * (1 if lane % 2 else -1)
        at = rng.uniform(0, 2)
        while at < seconds + 12:
            cars.append(
                (at - 10, y, speed * rng.uniform(0.9, 1.1), _paint(rng), rng.uniform(0.8, 1.5))
            )
            at += rng.exponential(2.0) + 0.8
    for number in range(round(seconds * rate)):
        now = number / rate
        things = []
        for begins, y, speed, paint, long in cars:
            gone = (now - begins) * abs(speed) - 3 * size
            x = gone if speed > 0 else width - gone
            if now >= begins and -3 * size < x < width + 3 * size:
                things.append((x, y, 2 * size * long, size, paint))
        yield _with_boxes(backdrop, things)


def rare_crossing(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A car every five to ten seconds, and nothing in between."""
    height, width = shape
    backdrop = cropped(photo, shape)
    size, y = rng.uniform(0.04, 0.12) * height, rng.uniform(0.4, 0.9) * height
    begins, cars = rng.uniform(0, 3), []
    while begins < seconds:
        cars.append((begins, _paint(rng), rng.uniform(0.3, 0.8) * width * rng.choice([-1, 1])))
        begins += rng.uniform(5, 10)
    for number in range(round(seconds * rate)):
        things = []
        for begins, paint, speed in cars:
            gone = (number / rate - begins) * abs(speed) - 2 * size
            x = gone if speed > 0 else width - gone
            if -2 * size <= gone <= width + 2 * size:
                things.append((x, y, 2.2 * size, size, paint))
        yield _with_boxes(backdrop, things)


def crowd(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A square from high above: dozens of people, each on a way of their own."""
    height, width = shape
    backdrop = cropped(photo, shape)
    n, size = int(rng.integers(10, 60)), rng.uniform(0.015, 0.035) * height
    x, y = rng.uniform(0, width, n), rng.uniform(0, height, n)
    way, speed = rng.uniform(0, 2 * np.pi, n), rng.uniform(0.02, 0.08, n) * height
    paints = [_paint(rng) for _ in range(n)]
    for _ in range(round(seconds * rate)):
        way += rng.normal(0, 0.3, n) / np.sqrt(rate)
        x, y = (x + np.cos(way) * speed / rate) % width, (y + np.sin(way) * speed / rate) % height
        things = [(a, b, size, size * 1.3, p) for a, b, p in zip(x, y, paints, strict=True)]
        yield _with_boxes(backdrop, things)


def walker(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """One person far away who walks, stops and turns."""
    height, width = shape
    backdrop = cropped(photo, shape)
    tall = rng.uniform(0.06, 0.2) * height
    x, y = rng.uniform(0.2, 0.8) * width, rng.uniform(0.4, 0.85) * height
    speed = rng.choice([-1, 1]) * rng.uniform(0.3, 0.8) * tall
    coat, trousers, skin = _paint(rng), _paint(rng), (200, 160, 135)
    for number in range(round(seconds * rate)):
        if rng.random() < 0.1 / rate or not 0.1 * width < x < 0.9 * width:
            speed = abs(speed) if x < width / 2 else -abs(speed)
        x += speed / rate
        step = np.sin(2 * np.pi * 1.8 * number / rate) * tall * 0.15
        yield _with_boxes(
            backdrop,
            [
                (x - step, y + tall * 0.25, tall * 0.12, tall * 0.45, trousers),
                (x + step, y + tall * 0.25, tall * 0.12, tall * 0.45, trousers),
                (x, y - tall * 0.1, tall * 0.25, tall * 0.4, coat),
                (x, y - tall * 0.4, tall * 0.14, tall * 0.16, skin),
            ],
        )


def water(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The lower part of the photograph ripples and glitters, as a lake does."""
    height, width = shape
    pixels = np.asarray(cropped(photo, shape)).astype(np.float32)
    shore = rng.uniform(0.4, 0.75) * height
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    depth = np.clip((rows - shore) / (height - shore), 0, 1)
    tones = [
        (rng.uniform(6, 30), rng.uniform(-4, 4), rng.uniform(0.5, 1.6), rng.uniform(0, 6))
        for _ in range(5)
    ]
    for number in range(round(seconds * rate)):
        now = number / rate
        swell = sum(
            np.sin(2 * np.pi * (a * rows / height + b * columns / width - c * now) + d)
            for a, b, c, d in tones
        )
        down = rows + depth * swell * height * 0.012
        across = columns + depth * swell * width * 0.006
        moved = np.stack(
            [
                map_coordinates(pixels[..., c], (down, across), order=1, mode="nearest")
                for c in range(3)
            ],
            axis=2,
        )
        light = 1 + 0.12 * depth * swell / 2
        yield np.clip(moved * light[..., None], 0, 255).astype(np.uint8)


def candle(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A flame that flickers before the darkened photograph, and lights it a little."""
    height, width = shape
    dark = np.asarray(cropped(photo, shape)).astype(np.float32) * 0.45
    x, y, tall = (
        rng.uniform(0.3, 0.7) * width,
        rng.uniform(0.4, 0.7) * height,
        rng.uniform(0.1, 0.25) * height,
    )
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    lean, size = 0.0, 1.0
    glow_of = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * (1.5 * tall) ** 2))
    for _ in range(round(seconds * rate)):
        lean = 0.8 * lean + rng.normal(0, 0.12)
        size = 1 + 0.8 * (size - 1) + rng.normal(0, 0.05)
        high = np.clip((y + tall / 2 - rows) / (tall * size), 0, 1)
        wide = tall * 0.22 * np.sin(np.pi * high**0.7)
        middle = x + lean * tall * high**2
        flame = (
            1
            / (1 + np.exp(np.clip((np.abs(columns - middle) - wide) / 1.2, -30, 30)))
            * (high > 0)
            * (high < 1)
        )
        lit = dark * (1 + 0.25 * size * glow_of[..., None])
        yield np.clip(
            lit + flame[..., None] * np.array([255, 210, 120]) * (1 - 0.3 * high[..., None]), 0, 255
        ).astype(np.uint8)


def talking_head(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The middle of the photograph nods and sways as a head does, and a mouth opens and closes."""
    height, width = shape
    pixels = np.asarray(cropped(photo, shape)).astype(np.float32)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = rng.uniform(0.35, 0.65) * width, rng.uniform(0.35, 0.55) * height
    radius = rng.uniform(0.15, 0.28) * height
    near = np.exp(-(((columns - x) / radius) ** 4 + ((rows - y) / (1.3 * radius)) ** 4) / 2)
    mouth_near = ((columns - x) / (0.35 * radius)) ** 2
    at = np.zeros(2)
    aimed, mouth = np.zeros(2), 0.0
    for _ in range(round(seconds * rate)):
        if rng.random() < 1.5 / rate:
            aimed = rng.normal(0, 0.12, 2) * radius
        at += (aimed - at) * min(1.0, 4 / rate)
        mouth = 0.5 * mouth + 0.5 * rng.random()
        where = (rows - near * at[0], columns - near * at[1])
        moved = np.stack(
            [map_coordinates(pixels[..., c], where, order=1, mode="nearest") for c in range(3)],
            axis=2,
        )
        opened = (
            mouth_near + ((rows - y - 0.55 * radius - at[0]) / (0.05 + 0.2 * radius * mouth)) ** 2
        )
        dark = 0.8 / (1 + np.exp(np.clip((opened - 1) * 4, -30, 30)))
        yield (moved * (1 - dark[..., None])).astype(np.uint8)


def in_a_window(
    photo: Photo, shape: Shape, shown: Iterator[Picture], rng: np.random.Generator
) -> Iterator[Picture]:
    """Footage that plays on a part of the photograph, as on a screen far away."""
    backdrop = np.asarray(cropped(photo, shape))
    position = rng.uniform(0, 1, 2)
    for picture in shown:
        high, wide = picture.shape[:2]
        top, left = (position * (shape[0] - high, shape[1] - wide)).astype(int)
        frame = backdrop.copy()
        frame[top : top + high, left : left + wide] = picture
        yield frame


def grained(
    pictures: Iterator[Picture], level: float, rng: np.random.Generator
) -> Iterator[Picture]:
    """Noise of a sensor over each picture, with so many grey levels of spread."""
    for picture in pictures:
        if level == 0:
            yield picture
        else:
            grain = rng.standard_normal((*picture.shape[:2], 1), np.float32) * np.float32(level)
            yield np.clip(picture + grain, 0, 255).astype(np.uint8)


_Thing = tuple[float, float, float, float, tuple[int, int, int]]


def _with_boxes(backdrop: Photo, things: list[_Thing]) -> Picture:
    """Things with a lit upper part and a shadow below, each (x, y, wide, high, colour)."""
    width, height = backdrop.size
    large = backdrop.resize((width * _SMOOTHING, height * _SMOOTHING), Image.Resampling.NEAREST)
    draw = ImageDraw.Draw(large)
    for x, y, wide, high, colour in things:
        left, right = (x - wide / 2) * _SMOOTHING, (x + wide / 2) * _SMOOTHING
        top, foot = (y - high / 2) * _SMOOTHING, (y + high / 2) * _SMOOTHING
        draw.ellipse((left, foot - high * 0.3, right, foot + high * 0.4), (40, 40, 40))
        draw.rounded_rectangle((left, top, right, foot), high * 0.4, colour)
        lit = tuple(min(255, level + 40) for level in colour)
        draw.rectangle((left + wide * 0.4, top, right - wide * 0.4, (top + foot) / 2), lit)
    return np.asarray(large.reduce(_SMOOTHING))


def _paint(rng: np.random.Generator) -> tuple[int, int, int]:
    grey = int(rng.choice([20, 45, 90, 140, 190, 235]))
    tint = rng.integers(-15, 16, 3)
    red, green, blue = np.clip(grey + tint, 0, 255).tolist()
    return red, green, blue
