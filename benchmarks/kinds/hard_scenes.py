"""Scenes that are easily taken for drawings: what waves, flickers, swims, turns, is on a screen."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from scipy.ndimage import gaussian_filter, map_coordinates, zoom

from support import stills
from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape

Floats = NDArray[np.float64]


def _still(photo: Photo, shape: Shape, nearer: float = 1.0) -> Floats:
    return np.asarray(stills.cropped(photo, shape, nearer), np.float64)


def _byte(picture: Floats) -> Picture:
    return np.clip(picture, 0, 255).astype(np.uint8)


def _noisy(picture: Floats, rng: np.random.Generator, levels: float = 1.5) -> Picture:
    """Return a picture as a sensor takes it."""
    return _byte(picture + rng.normal(0, levels, picture.shape[:2])[..., None])


def _moved(picture: Floats, down: Floats | float, across: Floats | float) -> Floats:
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    return np.stack(
        [
            map_coordinates(
                picture[..., c], [rows + down, columns + across], order=1, mode="mirror"
            )
            for c in range(3)
        ],
        axis=2,
    )


def _rough(shape: Shape, cells: int, rng: np.random.Generator) -> Floats:
    """Return smooth noise, 0.0 to 1.0."""
    grid = rng.random((cells, cells))
    return np.asarray(zoom(grid, (shape[0] / cells, shape[1] / cells), order=1, grid_mode=True,
                           mode="nearest"))  # fmt: skip


def flag(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A striped flag on a pole that waves, with folds that shade it."""
    height, width = shape
    still, tall, wide = _still(photo, shape), round(height * 0.35), round(width * 0.4)
    tones = rng.integers(0, 256, (3, 3)).astype(float)
    cloth = np.repeat(tones, -(-tall // 3), axis=0)[:tall, None] * np.ones((1, wide, 1))
    top, left = round(height * rng.uniform(0.05, 0.3)), round(width * rng.uniform(0.1, 0.5))
    rows, columns = np.mgrid[:height, :width]
    for number in range(round(seconds * rate)):
        time, share = number / rate, np.clip((columns - left) / wide, 0, 1)
        fold = np.sin(9 * share - 6 * time) + 0.5 * np.sin(17 * share - 9.5 * time + rows / 30)
        y, x = rows - top - share * 0.08 * height * fold, columns - left + 4 * share * fold
        inside = (y >= 0) & (y < tall) & (x >= 0) & (x < wide)
        picture = still.copy()
        picture[:, left - 4 : left] = (90, 90, 96)
        shown = cloth[y[inside].astype(int), x[inside].astype(int)]
        picture[inside] = shown * (0.8 + 0.18 * fold[inside])[:, None]
        yield _noisy(picture, rng)


def crowd(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Sixty people far off, each with clothes of their own, who walk to both sides."""
    height, width = shape
    still, n = stills.cropped(photo, shape), 60
    xs, ys = rng.random(n) * width * 1.2, height * (0.55 + 0.4 * np.sort(rng.random(n)))
    speeds = width * rng.uniform(0.02, 0.1, n) * rng.choice((-1, 1), n)
    tones = rng.integers(10, 230, (n, 2, 3)).tolist()
    for number in range(round(seconds * rate)):
        time, picture = number / rate, still.copy()
        on = ImageDraw.Draw(picture)
        for x, y, speed, (coat, legs) in zip(xs, ys, speeds, tones, strict=True):
            tall = 0.06 * height * (0.4 + y / height)
            left = (x + speed * time) % (width * 1.2) - width * 0.1
            stride = tall * 0.25 * np.sin(8 * time + x)
            on.line((left, y, left + stride, y + tall), tuple(legs), 2)
            on.line((left, y, left - stride, y + tall), tuple(legs), 2)
            on.rectangle((left - tall / 4, y - tall, left + tall / 4, y), tuple(coat))
            on.ellipse((left - 2, y - tall * 1.4, left + 2, y - tall), (190, 150, 120))
        yield _noisy(np.asarray(picture.filter(ImageFilter.GaussianBlur(0.5)), np.float64), rng)


def candle(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Three candles whose flames lean and flicker, and light what is around them."""
    height, width = shape
    still, rows, columns = _still(photo, shape) * 0.35, *np.mgrid[:height, :width]
    places = [(height * rng.uniform(0.4, 0.7), width * share) for share in (0.25, 0.5, 0.72)]
    sway = np.cumsum(rng.normal(0, 0.35, (round(seconds * rate) + 1, 3)), axis=0)
    for lean in sway - gaussian_filter(sway, (rate, 0)):
        picture, light = still.copy(), np.zeros(shape)
        for (y, x), way in zip(places, lean, strict=True):
            strong = 1 + 0.12 * way
            far = np.hypot(rows - y, columns - x) / height
            light += strong * np.exp(-6 * far)
            up = (y - rows) / (0.09 * height * strong)
            half = (columns - x - way * 3 * np.clip(up, 0, 1)) / (0.018 * height)
            flame = np.clip(
                1.3 - np.abs(half) / np.clip(1.2 - up, 0.05, 2) - 3 * ((up < 0) | (up > 1.15)), 0, 1
            )
            picture += flame[..., None] * np.array([255, 190, 90])
        yield _noisy(picture * (1 + 1.6 * light[..., None] * np.array([1.0, 0.75, 0.45])), rng)


def rain_outside(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Rain in the street: streaks out of focus, drops that splash, leaves that are hit."""
    height, width = shape
    still, leaf = _still(photo, shape), (_rough(shape, 9, rng) > 0.62).astype(np.float64)
    for number in range(round(seconds * rate)):
        time = number / rate
        bent = _moved(still, 2.5 * leaf * np.sin(5 * time + _rough(shape, 5, rng) * 3), 0.0)
        layer = Image.new("L", (width, height))
        on = ImageDraw.Draw(layer)
        for x, y, tall in rng.random((120, 3)) * (width, height, height * 0.1):
            on.line((x, y, x - tall / 8, y + tall), 70)
        for x, y in rng.random((25, 2)) * (width, height * 0.3):
            on.ellipse((x - 3, height - y - 1, x + 3, height - y + 1), outline=110)
        wet = np.asarray(layer.filter(ImageFilter.GaussianBlur(0.8)), np.float64)[..., None]
        yield _noisy(bent * 0.85 + wet, rng)


def fish_tank(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Striped fish that swim to and fro, bubbles that rise, light that ripples."""
    height, width = shape
    still = _still(photo, shape) * (0.4, 0.75, 0.9)
    rows, columns = np.mgrid[:height, :width]
    fish = rng.uniform(0, 1, (7, 6))
    tones = rng.integers(60, 256, (7, 3)).astype(float)
    for number in range(round(seconds * rate)):
        time = number / rate
        ripple = np.sin(columns / 14 + 2 * time + 2 * np.sin(rows / 19 + time))
        picture = still * (1 + 0.12 * ripple[..., None])
        for (a, b, c, d, e, f), tone in zip(fish, tones, strict=True):
            way = 0.3 + c * 0.6
            x = width * (0.5 + 0.45 * np.sin(way * time + 6 * a))
            y = height * (0.15 + 0.7 * b + 0.06 * np.sin(2 * time * d + e * 6))
            long = height * (0.06 + 0.07 * f)
            ahead = np.sign(np.cos(way * time + 6 * a))
            along, over = ahead * (columns - x) / long, (rows - y) / (0.45 * long)
            over = over + 0.3 * np.sin(9 * time + 3 * along) * (along < 0)
            tail = (along < -0.8) & (along > -1.5) & (np.abs(over) < -along - 0.6)
            body = (along**2 + over**2 < 1) | tail
            stripes = 0.7 + 0.3 * np.sin(7 * along)
            picture[body] = tone * stripes[body][:, None] * (1 - 0.3 * over[body])[:, None]
        yield _noisy(picture, rng)


def time_lapse(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A place by day in a few seconds: shadows of clouds, and people who are there for a moment."""
    height, width = shape
    still = _still(photo, shape)
    clouds = gaussian_filter(rng.random((height, width * 4)), height / 14)
    clouds = (clouds - clouds.min()) / np.ptp(clouds)
    for number in range(round(seconds * rate)):
        start = round(number / rate * width * 0.13)
        shade = np.clip(clouds[:, start : start + width] * 2 - 0.6, 0, 1)
        day = 0.85 + 0.15 * np.sin(number / rate / 3) + rng.normal(0, 0.012)
        drawn = Image.fromarray(_byte(still * ((1 - 0.55 * shade) * day)[..., None]))
        on = ImageDraw.Draw(drawn, "RGBA")
        for x, y in rng.random((9, 2)) * (width, height * 0.35):
            tone = tuple(rng.integers(0, 160, 3).tolist())
            on.rectangle((x, height - y - height * 0.06, x + 4, height - y), (*tone, 200))
        yield _noisy(np.asarray(drawn, np.float64), rng)


def filmed_screen(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A screen with bars on it, filmed by hand: all of it shakes, and it flickers."""
    height, width = shape
    still = stills.cropped(photo, (height + 40, width + 40))
    shake = gaussian_filter(rng.normal(0, 1, (round(seconds * rate) + 1, 2)), (rate / 4, 0)) * 14
    for number, (down, across) in enumerate(shake):
        time, picture = number / rate, still.copy()
        on = ImageDraw.Draw(picture)
        left, top, wide, tall = width * 0.3, height * 0.3, width * 0.5, height * 0.5
        on.rectangle((left - 6, top - 6, left + wide + 6, top + tall + 6), (14, 14, 16))
        for bar in range(16):
            level = abs(np.sin(2.7 * time + bar) * np.sin(1.3 * time * (1 + bar % 3)))
            x = left + wide * bar / 16
            on.rectangle((x, top + tall * (1 - level), x + wide / 22, top + tall), (60, 210, 240))
        bright = 1 + 0.05 * np.sin(time * 31)
        shown = _moved(np.asarray(picture, np.float64), down, across)
        yield _noisy(shown[20 : 20 + height, 20 : 20 + width] * bright, rng, 2)


def cartoon(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A flat figure that walks before flat hills that go by, over a sky that stands."""
    height, width = shape
    sky = np.asarray(photo.resize((1, 1))).reshape(3).tolist()
    hills, coat, skin = (tuple(rng.integers(40, 230, 3).tolist()) for _ in range(3))
    waves, speed = rng.uniform(0.5, 2, 3), width * rng.uniform(0.1, 0.3)
    for number in range(round(seconds * rate)):
        time, picture = number / rate, Image.new("RGB", (width, height), tuple(sky))
        on, xs = ImageDraw.Draw(picture), np.arange(0, width + 8, 8)
        for near in (1, 2):
            far = (xs + near * speed * time) / width * 6
            tops = height * (0.35 + 0.17 * near + 0.05 * sum(np.sin(w * far) for w in waves))
            points = [(int(x), float(y)) for x, y in zip(xs, tops, strict=True)]
            tone = tuple(int(v * (1.2 - 0.3 * near)) for v in hills)
            on.polygon([(0, height), *points, (width, height)], tone)
        x, y, tall = width / 2, height * 0.6 + 4 * np.sin(8 * time), height * 0.16
        for way in (-1, 1):
            swing = way * np.sin(8 * time) * tall * 0.6
            on.line((x, y + tall, x + swing, y + 2 * tall), coat, round(tall / 4))
            on.line((x, y + tall * 0.2, x - swing, y + tall * 0.9), skin, round(tall / 5))
        on.rounded_rectangle((x - tall / 2, y, x + tall / 2, y + tall * 1.1), 8, coat)
        on.ellipse((x - tall / 2, y - tall, x + tall / 2, y), skin)
        yield np.asarray(picture)


def headlights(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Cars by night: white lights that come nearer and red ones that go, each with a glow."""
    height, width = shape
    still, n = _still(photo, shape) * 0.22, 14
    offsets, speeds = rng.random(n), rng.uniform(0.1, 0.3, n)
    for number in range(round(seconds * rate)):
        layer = Image.new("RGB", (width, height))
        on = ImageDraw.Draw(layer)
        for car in range(n):
            far = (offsets[car] + speeds[car] * number / rate) % 1
            near = far**2 if car % 2 else (1 - far) ** 2
            side, tone = (1, (255, 240, 210)) if car % 2 else (-1, (230, 30, 20))
            x, y = width * (0.5 + side * (0.04 + 0.4 * near)), height * (0.5 + 0.42 * near)
            r, gap = 1 + 6 * near, 2 + 22 * near
            for lamp in (-gap, gap):
                on.ellipse((x + lamp - r, y - r, x + lamp + r, y + r), tone)
        light = np.asarray(layer.filter(ImageFilter.GaussianBlur(1)), np.float64)
        glow = np.asarray(layer.filter(ImageFilter.GaussianBlur(height / 25)), np.float64)
        yield _noisy(still + light + 1.5 * glow, rng, 2.5)


def hands(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Two hands over a table that knead, seen from above, with their shadows."""
    height, width = shape
    still, rows, columns = _still(photo, shape), *np.mgrid[:height, :width]
    skin, texture = np.array([200, 150, 120]) * rng.uniform(0.6, 1.1), _rough(shape, 60, rng)
    for number in range(round(seconds * rate)):
        time, picture = number / rate, still.copy()
        for side in (-1, 1):
            x = width * (0.5 + side * (0.14 + 0.05 * np.sin(4.1 * time + side)))
            y = height * (0.55 + 0.09 * np.sin(4.1 * time + 1.5 * side))
            size = 0.13 * height
            palm = np.hypot((columns - x) / size, (rows - y) / size)
            arm = (np.abs(columns - x - side * (rows - y) * 0.3) < size * 0.5) & (rows > y)
            finger = [
                np.hypot((columns - x - f * size * 0.45) / (size * 0.2), (rows - y + size) / size)
                for f in (-1.6, -0.5, 0.5, 1.6)
            ]
            shape_of = (palm < 1) | arm | (np.min(finger, axis=0) < 1)
            soft = gaussian_filter(shape_of.astype(float), 1.2)[..., None]
            shadow = np.roll(gaussian_filter(shape_of.astype(float), 6), (6, 6), (0, 1))
            picture *= 1 - 0.4 * shadow[..., None]
            shaded = skin * (0.75 + 0.25 * np.clip(1 - palm, -1, 1) + 0.12 * texture)[..., None]
            picture = picture * (1 - soft) + shaded * soft
        yield _noisy(picture, rng)


def big_wheel(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A Ferris wheel that turns before the sky, its cabins hanging down."""
    height, width = shape
    still = stills.cropped(photo, shape)
    x, y, r = width * rng.uniform(0.35, 0.65), height * 0.5, height * 0.38
    tones, speed = rng.integers(40, 240, (12, 3)).tolist(), rng.uniform(0.1, 0.5)
    for number in range(round(seconds * rate)):
        picture = still.copy()
        on = ImageDraw.Draw(picture)
        on.ellipse((x - r, y - r, x + r, y + r), outline=(90, 92, 100), width=3)
        on.polygon(((x, y), (x - r / 2, height), (x + r / 2, height)), outline=(70, 70, 80))
        for cabin, tone in enumerate(tones):
            way = 2 * np.pi * cabin / 12 + speed * number / rate
            cx, cy = x + r * np.cos(way), y + r * np.sin(way)
            on.line((x, y, cx, cy), (110, 112, 120))
            on.rectangle((cx - 6, cy, cx + 6, cy + 11), tuple(tone))
        yield _noisy(np.asarray(picture.filter(ImageFilter.GaussianBlur(0.7)), np.float64), rng)


def wheat(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A field below that the wind goes through, wave after wave, the sky above at rest."""
    height, width = shape
    still, sky = _still(photo, shape), round(height * rng.uniform(0.3, 0.5))
    rows, columns = np.mgrid[:height, :width]
    blades = rng.normal(0, 26, (1, width, 1)) + rng.normal(0, 9, (height, width, 1))
    still[sky:] = (still[sky:].mean((0, 1)) + np.array([150, 120, 30])) / 2 + blades[sky:]
    near = np.clip((rows - sky) / (height - sky), 0, 1)
    for number in range(round(seconds * rate)):
        wave = np.sin(columns / width * 9 + near * 4 - 2.6 * number / rate)
        lit = 1 + 0.12 * (wave * near)[..., None]
        yield _noisy(_moved(still, 0.0, 5 * wave * near) * lit, rng)


def fire_place(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Flames in a dark opening, made of noise that rises, and sparks."""
    height, width = shape
    still, rows, columns = _still(photo, shape) * 0.5, *np.mgrid[:height, :width]
    tall = gaussian_filter(rng.random((height * 4, width)), (height / 22, height / 40), mode="wrap")
    tall = (tall - tall.mean()) / tall.std()
    hearth = np.clip(1.2 - np.abs(columns - width / 2) / (width * 0.22), 0, 1)
    for number in range(round(seconds * rate)):
        flow = np.roll(tall, -round(number / rate * height * 0.9), axis=0)[:height]
        heat = np.clip((rows / height - 0.45) * 2.2 * hearth + 0.16 * flow * hearth, 0, 1)
        heat *= rows / height > 0.35
        colours = np.stack([heat * 2, heat**2 * 1.5, heat**4], axis=2).clip(0, 1) * 255
        flicker = 1 + 0.06 * np.sin(number * 0.9)
        yield _noisy(np.maximum(still * flicker, colours), rng)


def dancer(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Somebody who dances on the spot in textured clothes, and a shadow on the floor."""
    height, width = shape
    still, x0 = stills.cropped(photo, shape), width * rng.uniform(0.35, 0.65)
    cloth = Image.fromarray(_byte(_still(photo, shape)[::-1] * rng.uniform(0.4, 1.2, 3)))
    pace = rng.uniform(3, 7)
    for number in range(round(seconds * rate)):
        time, figure = number / rate, Image.new("L", (width, height))
        on, s = ImageDraw.Draw(figure), height * 0.13
        x, y = x0 + s * 0.7 * np.sin(pace / 2 * time), height * 0.42 + s * 0.2 * np.sin(pace * time)
        for way in (-1, 1):
            knee = x + way * s * (0.5 + 0.3 * np.sin(pace * time)), y + 2.1 * s
            on.line((x, y + s, *knee, x0 + way * s * 0.6, height * 0.9), 255, round(s / 2), "curve")
            elbow = x + way * s, y + s * 0.3 * np.sin(pace * time + way)
            hand = (
                elbow[0] + way * s * np.cos(pace * time),
                elbow[1] - s * np.sin(pace * time + way),
            )
            on.line((x, y - s * 0.4, *elbow, *hand), 255, round(s / 3), "curve")
        on.rounded_rectangle((x - s * 0.55, y - s * 0.7, x + s * 0.55, y + s * 1.3), 8, 255)
        on.ellipse((x - s * 0.4, y - s * 1.6, x + s * 0.4, y - s * 0.8), 255)
        picture = still.copy()
        shadow = figure.resize((width, height // 8)).filter(ImageFilter.GaussianBlur(4))
        dark = Image.new("L", (width, height))
        dark.paste(shadow.point(lambda level: level // 2), (0, round(height * 0.86)))
        picture.paste((0, 0, 0), mask=dark)
        picture.paste(cloth, mask=figure.filter(ImageFilter.GaussianBlur(0.8)))
        yield _noisy(np.asarray(picture, np.float64), rng)


SCENES: Final[dict[str, LivelyForm]] = {
    "a flag in the wind": flag,
    "a crowd far off": crowd,
    "candles": candle,
    "rain in the street": rain_outside,
    "a fish tank": fish_tank,
    "a day in a few seconds": time_lapse,
    "a screen filmed by hand": filmed_screen,
    "a figure that walks, flat": cartoon,
    "cars by night": headlights,
    "hands that knead": hands,
    "a big wheel": big_wheel,
    "wheat in the wind": wheat,
    "a fireplace": fire_place,
    "somebody who dances": dancer,
}
