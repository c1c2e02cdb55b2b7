"""Scenes, stills and slideshows by a third set of makers."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from others_drawn import blended, pixels_of
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter, map_coordinates, shift

from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape, cropped, ken_burns, line_of_song, still

Slideshow = Callable[[Sequence[Photo], Shape, float, int, np.random.Generator], Iterator[Picture]]
"""Makes frames of photographs, a shape, seconds of each, frames a second, and chance."""


def _cloud(shape: Shape, rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise of several sizes, mean 0 and deviation 1."""
    sizes = (shape[0] / 8, shape[0] / 20, shape[0] / 50)
    layers = [gaussian_filter(rng.normal(0, 1, shape), size) for size in sizes]
    weighted = zip(layers, (1, 0.6, 0.3), strict=True)
    cloud = np.sum([layer / layer.std() * weight for layer, weight in weighted], axis=0)
    return np.asarray(cloud / cloud.std(), np.float32)


def _bent(
    pixels: NDArray[np.float32], down: NDArray[np.floating], across: NDArray[np.floating]
) -> Picture:
    rows, columns = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]]
    at = (rows + down, columns + across)
    bent = [map_coordinates(pixels[..., c], at, order=1, mode="nearest") for c in range(3)]
    return np.stack(bent, axis=2).astype(np.uint8)


def drifting_fog(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Fog in two layers that drift past each other, thick and thin, shaded."""
    height, width = shape
    pixels = pixels_of(photo, shape)
    near, far = (_cloud((height, 2 * width), rng) for _ in range(2))
    speed, grey = rng.uniform(0.05, 0.2, 2) * width, rng.uniform(150, 220)
    low = np.linspace(0.2, 1, height, dtype=np.float32)[:, None]
    for number in range(round(seconds * rate)):
        one, two = (np.roll(layer, -int(v * number / rate), axis=1)[:, :width]
                    for layer, v in zip((near, far), speed, strict=True))  # fmt: skip
        share = np.clip(0.35 + 0.25 * one + 0.2 * two, 0, 0.9) * low
        shade = grey + 20 * two
        yield blended(pixels, shade[..., None], share.astype(np.float32))


def rising_smoke(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A column of smoke that widens, curls and thins out as it rises."""
    height, width = shape
    pixels, cloud = pixels_of(photo, shape), _cloud((2 * height, 2 * width), rng)
    x, speed = rng.uniform(0.25, 0.75) * width, rng.uniform(0.12, 0.3) * height
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    up = 1 - rows / height
    for number in range(round(seconds * rate)):
        now = number / rate
        sway = 0.06 * width * up * np.sin(4 * up - 1.3 * now)
        wide = (0.04 + 0.16 * up) * width
        column = np.exp(-np.square((columns - x - sway) / wide))
        at = (
            (rows / (0.5 + up) + speed * now * 1.2) % (2 * height - 1),
            columns + sway + width / 2,
        )
        thick = map_coordinates(cloud, at, order=1, mode="wrap")
        share = np.clip(column * (0.5 + 0.4 * thick) * (1.1 - 0.6 * up), 0, 0.95)
        yield blended(pixels, (170 + 25 * thick)[..., None], share.astype(np.float32))


def flag(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A part of the photograph that flaps as cloth does, waves running to its free end."""
    height, width = shape
    pixels = pixels_of(photo, shape)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    top, left = rng.uniform(0.1, 0.4) * height, rng.uniform(0.1, 0.4) * width
    along = np.clip((columns - left) / (0.45 * width), 0, 1)
    inside = (
        (rows > top)
        & (rows < top + 0.4 * height)
        & (columns > left)
        & (columns < left + 0.45 * width)
    )
    soft = gaussian_filter(inside.astype(np.float32), 3) * along
    for number in range(round(seconds * rate)):
        phase = 14 * along - 7.3 * number / rate
        down = soft * 0.035 * height * (np.sin(phase) + 0.4 * np.sin(2.3 * phase))
        lit = pixels * (1 + 0.25 * soft * np.cos(phase))[..., None]
        yield _bent(np.clip(lit, 0, 255).astype(np.float32), down, 0.3 * down)


def leaves(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The upper part of the photograph, which trembles as leaves in the wind, each by itself."""
    height = shape[0]
    pixels = pixels_of(photo, shape)
    fields = [_cloud(shape, rng) for _ in range(4)]
    upper = np.clip(1.4 - 2 * np.linspace(0, 1, height), 0, 1)[:, None] * height / 90
    pace = rng.uniform(2, 6, 4)
    for number in range(round(seconds * rate)):
        waves = [
            f * np.sin(p * number / rate + i)
            for i, (f, p) in enumerate(zip(fields, pace, strict=True))
        ]
        yield _bent(pixels, upper * (waves[0] + waves[1]), upper * (waves[2] + waves[3]))


def fire(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Flames at one place, yellow within and red without, that lick upwards."""
    height, width = shape
    pixels, cloud = pixels_of(photo, shape), _cloud((3 * height, width), rng)
    x, size = rng.uniform(0.25, 0.75) * width, rng.uniform(0.12, 0.25) * height
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    for number in range(round(seconds * rate)):
        first = int(1.1 * height * number / rate) % (2 * height)
        up = (0.9 * height - rows) / (2.2 * size)
        heat = (
            1.1
            - np.square((columns - x) / (0.8 * size))
            - up
            + 0.45 * cloud[first : first + height]
        )
        heat = np.where(up > -0.05, np.clip(heat, 0, 1.6), 0)
        colour = np.stack(
            [np.full(shape, 255), 255 * np.clip(heat - 0.2, 0, 1), 200 * np.clip(heat - 1, 0, 1)], 2
        )
        yield blended(pixels, colour, np.clip(2 * heat, 0, 1).astype(np.float32))


def swell(
    photo: Photo, shape: Shape, seconds: float, rate: int, _: np.random.Generator
) -> Iterator[Picture]:
    """Waves of the sea that come nearer over the lower half, larger at the foot."""
    height, width = shape
    pixels = pixels_of(photo, shape)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    depth = np.clip((rows / height - 0.45) / 0.55, 0, 1)
    for number in range(round(seconds * rate)):
        phase = 30 * np.sqrt(depth + 0.01) - 2.1 * number / rate + 0.7 * np.sin(columns / width * 9)
        down = depth * 0.03 * height * np.sin(phase)
        lit = pixels * (1 + 0.3 * depth * np.cos(phase))[..., None]
        yield _bent(np.clip(lit, 0, 255).astype(np.float32), down, 0.2 * down)


def passers_by(n_people: int) -> LivelyForm:
    """Make a form: people on foot, of two colours, whose legs go, at their own pace both ways."""

    def form(
        photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
    ) -> Iterator[Picture]:
        height, width = shape
        plain = cropped(photo, shape)
        people = [
            (rng.uniform(0, 1), rng.uniform(0.5, 0.95),
             rng.choice([-1, 1]) * rng.uniform(0.04, 0.12), rng.uniform(0.1, 0.25) * height,
             [tuple(rng.integers(20, 230, 3).tolist()) for _ in range(3)])
            for _ in range(n_people)
        ]  # fmt: skip
        for number in range(round(seconds * rate)):
            picture = plain.copy()
            draw = ImageDraw.Draw(picture)
            for start, foot, speed, tall, (skin, coat, legs) in people:
                x, y = (start + speed * number / rate) % 1.2 * width - 0.1 * width, foot * height
                step = 0.2 * tall * np.sin(8 * number / rate + 9 * start)
                for side in (-step, step):
                    draw.line(((x, y - 0.45 * tall), (x + side, y)), legs, max(2, int(tall / 10)))
                draw.ellipse((x - tall / 7, y - 0.85 * tall, x + tall / 7, y - 0.4 * tall), coat)
                draw.ellipse((x - tall / 14, y - tall, x + tall / 14, y - 0.83 * tall), skin)
            yield np.asarray(picture)

    return form


def hanging_lamp(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A lamp that swings from the ceiling, and its light with it."""
    height, width = shape
    pixels, x = pixels_of(photo, shape) * 0.7, rng.uniform(0.3, 0.7) * width
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    long, swing, pace = rng.uniform(0.2, 0.5) * height, rng.uniform(0.2, 0.6), rng.uniform(1.5, 3.5)
    for number in range(round(seconds * rate)):
        angle = swing * np.sin(pace * number / rate)
        a, b = x + long * np.sin(angle), long * np.cos(angle)
        light = np.exp(-(np.square(columns - a) + np.square(rows - b)) / np.square(0.25 * height))
        picture = Image.fromarray(
            np.clip(pixels * (1 + 0.6 * light)[..., None], 0, 255).astype(np.uint8)
        )
        draw, r = ImageDraw.Draw(picture), height * 0.05
        draw.line(((x, 0), (a, b)), (40, 38, 35), 2)
        draw.pieslice((a - r, b - r, a + r, b + r), 180, 360, (150, 60, 40))
        draw.ellipse((a - r / 2, b - r / 2, a + r / 2, b + r / 2), (255, 245, 210))
        yield np.asarray(picture)


def wavering_light(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The photograph with a vignette, film grain and light that wavers a little."""
    height, width = shape
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    pixels = pixels_of(photo, shape) * (1 - 0.25 * (rows**2 + columns**2))[..., None]
    for _ in range(round(seconds * rate)):
        lit = pixels * rng.uniform(0.97, 1.0) + rng.normal(0, 4, shape)[..., None]
        yield np.clip(lit, 0, 255).astype(np.uint8)


def eased_zoom(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A zoom that begins and ends gently, shown to fractions of a pixel."""
    height, width = shape
    large = cropped(photo, (height * 2, width * 2))
    grown, x, y = rng.uniform(0.08, 0.3), rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.8)
    n_frames, inwards = round(seconds * rate), rng.random() < 0.5
    for number in range(n_frames):
        part = (1 - np.cos(np.pi * number / n_frames)) / 2
        side = 1 - grown * (part if inwards else 1 - part)
        left, top = 2 * width * x * (1 - side), 2 * height * y * (1 - side)
        box = (left, top, left + 2 * width * side, top + 2 * height * side)
        yield np.asarray(large.resize((width, height), Image.Resampling.BICUBIC, box))


def titled_grey(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The photograph without its colours, a title over it."""
    picture = cropped(photo, shape).convert("L").convert("RGB")
    font = ImageFont.load_default(shape[0] * 0.12)
    at = (shape[1] / 2, shape[0] * 0.3)
    ImageDraw.Draw(picture).text(at, line_of_song(rng), "#e03030", font, "ma")
    return still(picture, shape, seconds, rate)


def wiped(
    photos: Sequence[Photo], shape: Shape, each: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Photographs of which each is drawn over the one before from the side, with a soft edge."""
    columns, lasts = np.arange(shape[1]) / shape[1], rng.uniform(0.4, 1.2)
    before = pixels_of(photos[0], shape)
    for photo in photos:
        after = pixels_of(photo, shape)
        for number in range(round(each * rate)):
            edge = np.clip((number / rate / lasts * 1.2 - columns) / 0.1, 0, 1)
            yield blended(before, after, np.broadcast_to(edge, shape).astype(np.float32))
        before = after


def through_black(
    photos: Sequence[Photo], shape: Shape, each: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Photographs, zoomed slowly, that each come out of the black and go into it."""
    lasts = rng.uniform(0.3, 0.8)
    for photo in photos:
        n_frames = round(each * rate)
        for number, picture in enumerate(ken_burns(photo, shape, each, rate, rng)):
            lit = min(1.0, number / rate / lasts, (n_frames - number) / rate / lasts)
            yield (picture * lit).astype(np.uint8)


def shaken(pictures: Iterator[Picture], rng: np.random.Generator) -> Iterator[Picture]:
    """Footage without its colours, held by a hand that is not quite still."""
    at = np.zeros(2)
    for picture in pictures:
        at = 0.9 * at + rng.normal(0, 0.5, 2)
        grey = shift(picture.mean(axis=2), at, order=1, mode="nearest")
        yield np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


SCENES: Final[dict[str, LivelyForm]] = {
    "drifting fog": drifting_fog,
    "rising smoke": rising_smoke,
    "flag": flag,
    "leaves": leaves,
    "fire": fire,
    "swell": swell,
    "one passes by": passers_by(1),
    "eight pass by": passers_by(8),
    "hanging lamp": hanging_lamp,
}
STILLS: Final[dict[str, LivelyForm]] = {
    "wavering light": wavering_light,
    "eased zoom": eased_zoom,
    "titled, grey": titled_grey,
}
SLIDESHOWS: Final[dict[str, Slideshow]] = {"wiped": wiped, "through black": through_black}
