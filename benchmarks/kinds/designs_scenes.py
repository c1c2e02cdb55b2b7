"""Scenes by a fifth set of makers: what a camera shows, or an animator."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from scipy.ndimage import gaussian_filter, map_coordinates, zoom

from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape, cropped, line_of_song

Pixels = NDArray[np.float32]


def pixels_of(photo: Photo, shape: Shape) -> Pixels:
    """A photograph that fills the frame, as floats."""
    return np.asarray(cropped(photo, shape)).astype(np.float32)


def exposed(pixels: NDArray[np.floating], noise: float, rng: np.random.Generator) -> Picture:
    """Likeness a sensor makes: so many grey levels of noise, each colour its own."""
    return np.clip(pixels + rng.normal(0, noise, pixels.shape), 0, 255).astype(np.uint8)


def _warped(pixels: NDArray[np.floating], down: Pixels, right: Pixels) -> Pixels:
    rows, columns = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]].astype(np.float32)
    at = [rows - down, columns - right]
    return np.stack(
        [map_coordinates(pixels[..., c], at, order=1, mode="nearest") for c in range(3)], axis=2
    ).astype(np.float32)


def _wander(n: int, seconds: float, rate: int, rng: np.random.Generator) -> Pixels:
    """Smooth paths around 0, so many of them, by about 1, changing their mind every ``seconds``."""
    return np.asarray(
        gaussian_filter(rng.normal(0, 1, (n, 3000)), (0, seconds * rate))
        * np.sqrt(4 * seconds * rate),
        np.float32,
    )


def far_pedestrians(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """One to three people, far away, who walk over the ground, legs apart and together."""
    height, width = shape
    ground = pixels_of(photo, shape)
    n = int(rng.integers(1, 4))
    tall = height * rng.uniform(0.06, 0.13, n)
    y = height * rng.uniform(0.55, 0.9, n)
    x, speed = rng.uniform(0, 1, n), rng.choice([-1, 1], n) * rng.uniform(0.03, 0.08, n)
    coats, trousers = rng.integers(20, 220, (n, 3)), rng.integers(15, 110, (n, 3))
    for number in range(round(seconds * rate)):
        frame = Image.fromarray(ground.astype(np.uint8))
        draw = ImageDraw.Draw(frame)
        for k in range(n):
            h, step = tall[k], np.sin(2 * np.pi * 0.9 * number / rate + k)
            left = ((x[k] + speed[k] * number / rate) % 1.2 - 0.1) * width
            for side in (-1, 1):
                foot = (left + side * step * h * 0.2, y[k])
                hip = (left, y[k] - h * 0.45)
                draw.line([hip, foot], tuple(trousers[k].tolist()), max(1, int(h * 0.13)))
            box = (left - h * 0.13, y[k] - h * 0.85, left + h * 0.13, y[k] - h * 0.4)
            draw.rectangle(box, tuple(coats[k].tolist()))
            head = (left - h * 0.08, y[k] - h, left + h * 0.08, y[k] - h * 0.84)
            draw.ellipse(head, (205, 160, 130))
        yield exposed(np.asarray(frame), 1.5, rng)


def aerial_pan(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Land that passes slowly under a drone, cars on a road in it, with a breath of sway."""
    height, width = shape
    land = pixels_of(photo, (int(height * 1.7), int(width * 1.7)))
    sway = _wander(2, 0.8, rate, rng) * 2
    n = int(rng.integers(2, 6))
    cars, drive = rng.uniform(0, 1, n), rng.uniform(0.03, 0.1, n) * rng.choice([-1, 1], n)
    paints, size = rng.integers(20, 250, (n, 3)), max(3, height // 50)
    room = np.array([0.6 * height, 0.6 * width])
    angle = rng.uniform(0, 2 * np.pi)
    for number in range(round(seconds * rate)):
        now, here = land.copy(), number / rate
        for k in range(n):
            x = int((cars[k] + drive[k] * here) % 1 * land.shape[1])
            y = int(land.shape[0] * (0.45 + 0.03 * (k % 2)))
            now[y : y + size, x : x + 2 * size] = paints[k]
        part = 0.5 + 0.5 * np.array([np.sin(angle), np.cos(angle)]) * min(1, here * 0.05)
        top, left = (part * room + 5 + sway[:, number] * height / 360).clip(0, room)
        view = now[int(top) : int(top) + height, int(left) : int(left) + width]
        yield exposed(view, 1.2, rng)


def cartoon(
    _: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A flat drawn landscape in which a figure hops along and clouds pass; drawn on twos."""
    height, width = shape
    sky, grass, coat = (tuple(rng.integers(60, 250, 3).tolist()) for _ in range(3))
    clouds = rng.uniform(0, 1, (4, 2))
    frame = Image.new("RGB", (width, height))
    for number in range(round(seconds * rate)):
        if number % 2 == 0:
            here = number / rate
            frame = Image.new("RGB", (width, height), sky)
            draw = ImageDraw.Draw(frame)
            for x, y in clouds:
                left, top = ((x + 0.02 * here) % 1.2 - 0.2) * width, y * height * 0.35
                for bump in range(3):
                    box = (left + bump * 0.05 * width, top - (bump == 1) * 0.03 * height,
                           left + (0.09 + bump * 0.05) * width, top + 0.1 * height)  # fmt: skip
                    draw.ellipse(box, "white")
            draw.ellipse((-0.2 * width, 0.65 * height, 1.2 * width, 1.6 * height), grass)
            x = (0.15 * here % 1.3 - 0.15) * width
            y = height * (0.68 - 0.16 * abs(np.sin(2.4 * np.pi * here)))
            r = 0.09 * height
            draw.ellipse((x - r, y - r, x + r, y + r), coat, "black", 3)
            for place in (-0.3, 0.3):
                box = (x + place * r - 0.2 * r, y - 0.4 * r, x + place * r + 0.2 * r, y)
                draw.ellipse(box, "white", "black")
            draw.arc((x - 0.5 * r, y, x + 0.5 * r, y + 0.5 * r), 0, 180, "black", 3)
        yield np.asarray(frame)


def screen_recording(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A page that is read: scrolled in jerks, a cursor that wanders, a window that comes up."""
    height, width = shape
    page = Image.new("RGB", (width, 4 * height), "white")
    draw = ImageDraw.Draw(page)
    y, size = height // 12, max(9.0, height / 28)
    while y < 4 * height:
        if rng.random() < 0.12:
            page.paste(cropped(photo, (height // 4, width // 3)), (width // 4, y))
            y += height // 4
        words = f"{line_of_song(rng)} {line_of_song(rng)}"
        draw.text((width // 8, y), words, (40, 40, 50), ImageFont.load_default(size))
        y += int(size * 1.5)
    scrolled, goal, cursor, aim = 0.0, 0.0, np.array([0.5, 0.5]), np.array([0.5, 0.5])
    opened = rng.uniform(0.3, 0.8) * seconds
    for number in range(round(seconds * rate)):
        if rng.random() < 0.6 / rate:
            goal = min(3.0 * height, goal + height * rng.uniform(0.15, 0.5))
        if rng.random() < 0.8 / rate:
            aim = rng.uniform(0.1, 0.9, 2)
        scrolled += (goal - scrolled) * min(1, 8 / rate)
        cursor += (aim - cursor) * min(1, 4 / rate)
        frame = page.crop((0, int(scrolled), width, int(scrolled) + height))
        draw = ImageDraw.Draw(frame)
        draw.rectangle((0, 0, width, height // 14), (222, 225, 230))
        if 0 < number / rate - opened < 4:
            box = (width * 0.25, height * 0.3, width * 0.75, height * 0.65)
            draw.rectangle(box, (245, 245, 248), (120, 120, 130))
        x, y0 = cursor * (width, height)
        draw.polygon([(x, y0), (x, y0 + 14), (x + 9, y0 + 10)], "black")
        yield np.asarray(frame)


def time_lapse(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Clouds that hurry over a land whose light flickers and turns to evening."""
    height, width = shape
    land = pixels_of(photo, shape)
    noise = sum(
        zoom(rng.normal(0, 1, (height // s + 2, 4 * width // s + 2)), s, order=1)[
            :height, : 4 * width
        ]
        * s
        for s in (8, 20, 50)
    )
    cloud = np.clip(np.asarray(noise) / np.std(noise), 0, 2)[..., None] / 2
    speed = width * rng.uniform(0.05, 0.2)
    sky = np.clip(1.6 - np.arange(height) / height * 2.6, 0, 1)[:, None, None]
    n_frames = round(seconds * rate)
    for number in range(n_frames):
        left = int(speed * number / rate) % (3 * width)
        share = cloud[:, left : left + width] * sky
        late = number / n_frames
        light = (
            (1 - 0.4 * late) * rng.normal(1, 0.02) * np.array([1, 1 - 0.15 * late, 1 - 0.3 * late])
        )
        shadow = 1 - 0.35 * np.roll(cloud[:, left : left + width], height // 3, axis=0) * (1 - sky)
        yield exposed((land * (1 - share) + 240 * share) * shadow * light, 1.5, rng)


def night_camera(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A yard by infrared: grey, dark at the rim, noisy; a cat or a person goes through it once."""
    height, width = shape
    grey = pixels_of(photo, shape).mean(axis=2)
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    grey = grey * 0.6 * np.exp(-(rows**2 + columns**2))
    begun, tall = rng.uniform(0.05, 0.4) * seconds, height * rng.uniform(0.12, 0.3)
    wide = tall * float(rng.choice([0.4, 1.6]))
    for number in range(round(seconds * rate)):
        now = grey.copy()
        part = (number / rate - begun) / (0.5 * seconds)
        y, x = 0.6 + 0.03 * np.sin(5 * number / rate), 1.3 * part - 0.15
        far = ((rows / 2 + 0.5 - y) * height / tall) ** 2 + (
            (columns / 2 + 0.5 - x) * width / wide
        ) ** 2
        coat = 150 + 40 * np.sin(9 * columns + 4 * rows)
        share = np.clip(1.5 - 4 * far, 0, 1)
        now = now * (1 - share) + coat * share
        noisy = now + gaussian_filter(rng.normal(0, 12, shape), 0.6)
        frame = Image.fromarray(np.repeat(noisy.clip(0, 255)[..., None], 3, 2).astype(np.uint8))
        draw = ImageDraw.Draw(frame)
        draw.text(
            (8, 6),
            f"CAM 03  02:14:{int(number / rate) % 60:02}",
            "white",
            ImageFont.load_default(12),
        )
        yield np.asarray(frame)


def burning_candle(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A flame that licks and bends, and lights what is around it unsteadily."""
    height, width = shape
    room = pixels_of(photo, shape) * 0.3
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    x0, y0 = width * rng.uniform(0.3, 0.7), height * rng.uniform(0.55, 0.7)
    tall = height * rng.uniform(0.12, 0.25)
    bend, lick, light = _wander(3, 0.12, rate, rng)
    for number in range(round(seconds * rate)):
        up = (y0 - rows) / (tall * (1 + 0.15 * lick[number]))
        middle = x0 + 0.25 * tall * bend[number] * up.clip(0) ** 2
        slim = 0.2 * tall * np.sqrt(np.clip(up * (1 - up), 0, 1)) * 2
        core = np.clip((slim - np.abs(columns - middle)) / 2, 0, 1)[..., None]
        lit = 1 + 0.12 * light[number]
        halo = 2.2 * lit * np.exp(-np.hypot(columns - x0, rows - y0 + tall / 2) / (0.4 * height))
        wax = ((np.abs(columns - x0) < 0.2 * tall) & (rows > y0))[..., None]
        scene = np.where(wax, (190, 170, 140), room) * (0.5 + halo[..., None])
        yield exposed(scene * (1 - core) + np.array([255, 225, 140]) * core, 2.0, rng)


def snowfall(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Snow before a locked camera: flakes of all sizes in gusts, and branches that sway in it."""
    height, width = shape
    land = pixels_of(photo, shape) * 0.8 + 30
    n = 260
    x, y, near = rng.uniform(0, width, n), rng.uniform(0, height, n), rng.uniform(0.2, 1, n) ** 2
    gust = _wander(1, 1.0, rate, rng)[0]
    sway = gaussian_filter(rng.normal(0, 1, shape), height / 12).astype(np.float32)
    sway /= sway.std()
    for number in range(round(seconds * rate)):
        x = (x + (4 + 5 * gust[number]) * near * height / 60 * 24 / rate) % width
        y = (y + near * height * 0.9 / rate) % height
        layer = Image.new("L", (width, height))
        draw = ImageDraw.Draw(layer)
        for px, py, r in zip(x, y, 0.6 + 2.6 * near * height / 360, strict=True):
            draw.ellipse((px - r, py - r, px + r, py + r), int(130 + 60 * r / 3))
        flakes = np.asarray(layer.filter(ImageFilter.GaussianBlur(0.8)))[..., None] / 255
        moved = _warped(land, sway * 0.4 * gust[number], sway * gust[number] * 1.5)
        yield exposed(moved * (1 - flakes) + 245 * flakes, 1.8, rng)


def talking_head(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Somebody before a blurred room who nods, turns a little, blinks and speaks; locked camera."""
    height, width = shape
    room = np.asarray(cropped(photo, shape).filter(ImageFilter.GaussianBlur(height / 30)))
    x0, y0, r = width * rng.uniform(0.4, 0.6), height * 0.42, height * 0.2
    skin = rng.uniform(0.5, 1.1) * np.array([215, 165, 135])
    coat = rng.integers(20, 200, 3)
    move = _wander(3, 0.5, rate, rng)
    mouth = np.abs(_wander(1, 0.06, rate, rng)[0])
    for number in range(round(seconds * rate)):
        frame = Image.fromarray(room)
        draw = ImageDraw.Draw(frame)
        dx, dy = 0.15 * r * move[0, number], 0.1 * r * move[1, number]
        x, y = x0 + dx, y0 + dy
        shoulders = (x0 - 2.2 * r + dx / 3, y0 + 1.3 * r, x0 + 2.2 * r + dx / 3, y0 + 5 * r)
        draw.ellipse(shoulders, tuple(coat.tolist()))
        draw.rectangle(
            (x - 0.35 * r, y + 0.7 * r, x + 0.35 * r, y + 1.6 * r), tuple((skin * 0.8).astype(int))
        )
        draw.ellipse(
            (x - 0.8 * r, y - 1.05 * r, x + 0.8 * r, y + 1.05 * r), tuple(skin.astype(int))
        )
        draw.pieslice(
            (x - 0.88 * r, y - 1.2 * r, x + 0.88 * r, y + 0.6 * r), 190, 350, (50, 35, 25)
        )
        is_shut = rng.random() < 0.3 / rate * 3
        for place in (-0.32, 0.32):
            at = x + place * r + 0.05 * r * move[2, number]
            low = 0.02 if is_shut else 0.09
            draw.ellipse((at - 0.1 * r, y - low * r, at + 0.1 * r, y + low * r), (30, 25, 25))
        opened = (0.05 + 0.18 * mouth[number]) * r
        draw.ellipse(
            (x - 0.25 * r, y + 0.5 * r - opened, x + 0.25 * r, y + 0.5 * r + opened), (110, 40, 45)
        )
        shaded = np.asarray(frame.filter(ImageFilter.GaussianBlur(height / 200))).astype(np.float32)
        yield exposed(shaded, 2.0, rng)


def aquarium(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Fish that swim before plants, and light that plays on all of it."""
    height, width = shape
    tank = pixels_of(photo, shape) * np.array([0.5, 0.85, 1.0])
    n = 5
    coats = rng.integers(60, 255, (n, 3))
    x, y, speed = (
        rng.uniform(0, 1, n),
        rng.uniform(0.2, 0.9, n),
        rng.choice([-1, 1], n) * rng.uniform(0.05, 0.2, n),
    )
    tall = height * rng.uniform(0.04, 0.09, n)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    for number in range(round(seconds * rate)):
        here = number / rate
        play = 1 + 0.05 * np.sin(columns / 23 + 1.7 * here) * np.sin(rows / 17 - 1.3 * here)
        now = tank * play[..., None]
        for k in range(n):
            px, py = (x[k] + speed[k] * here) % 1.2 - 0.1, y[k] + 0.03 * np.sin(here + k)
            across, down = columns - px * width, rows - py * height
            beat = (
                0.3
                * tall[k]
                * np.sin(9 * here + k)
                * np.clip(-across * np.sign(speed[k]) / tall[k], 0, 2)
            )
            far = (across / (2 * tall[k])) ** 2 + ((down - beat) / tall[k]) ** 2
            share = np.clip((1 - far) * 3, 0, 1)[..., None]
            stripes = 0.75 + 0.25 * np.sin(across / tall[k] * 5)
            now = now * (1 - share) + coats[k] * stripes[..., None] * share
        yield exposed(now, 1.5, rng)


SCENES: Final[dict[str, LivelyForm]] = {
    "far pedestrians": far_pedestrians,
    "aerial pan": aerial_pan,
    "cartoon": cartoon,
    "screen recording": screen_recording,
    "time lapse": time_lapse,
    "night camera": night_camera,
    "burning candle": burning_candle,
    "snowfall": snowfall,
    "talking head": talking_head,
    "aquarium": aquarium,
}
