"""Scenes of streets, rooms and screens before a camera that stands, over photographs."""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from support import stills
from support.footage import Picture, bikes, carphone
from support.stills import Photo, Shape


def train(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A long train far away that passes behind the lower half of a picture, and is gone."""
    height, width = shape
    still = stills.cropped(photo, shape)
    long, tall = round(width * rng.uniform(0.6, 1.6)), round(height * rng.uniform(0.04, 0.08))
    body = Image.new("RGB", (long, tall), tuple(int(v) for v in rng.integers(40, 220, 3)))
    draw = ImageDraw.Draw(body)
    for left in range(4, long, max(6, tall)):
        shade = int(rng.integers(25, 110))
        draw.rectangle(
            (left, tall * 0.2, left + tall * 0.55, tall * 0.5), (shade, shade, shade + 15)
        )
    body = body.filter(ImageFilter.GaussianBlur(0.6))
    top, speed = (
        round(height * rng.uniform(0.35, 0.6)),
        (width + long) / seconds * rng.uniform(0.8, 1.6),
    )
    for number in range(round(seconds * rate)):
        picture = still.copy()
        picture.paste(body, (round(speed * number / rate - long), top))
        yield np.asarray(picture)


def belt(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Parcels, pieces of the photograph with a shadow, on a belt that runs and halts."""
    height, width = shape
    still = stills.cropped(photo, shape).filter(ImageFilter.GaussianBlur(height / 90))
    top, tall = round(height * rng.uniform(0.35, 0.6)), round(height * rng.uniform(0.15, 0.3))
    parcels = []
    for _ in range(30):
        size = (round(tall * rng.uniform(0.5, 0.9)), round(tall * rng.uniform(0.5, 1.3)))
        parcels.append(stills.cropped(photo, size, 3.0, rng.uniform(-1, 1, 2)))
    gaps, speed = np.cumsum(rng.uniform(1.4, 3.2, 30)) * tall, width * rng.uniform(0.08, 0.25)
    gone = 0.0
    for number in range(round(seconds * rate)):
        gone += speed / rate * (1 if (number / rate) % 5 < 4 else 0)
        picture = still.copy()
        draw = ImageDraw.Draw(picture, "RGBA")
        draw.rectangle((0, top, width, top + tall), (62, 62, 66, 255))
        for left in range(-(int(gone) % 24), width, 24):
            draw.line((left, top, left, top + tall), (50, 50, 54, 255), 2)
        for parcel, start in zip(parcels, gaps, strict=True):
            x = round(start - gone)
            if -2 * tall < x < width:
                draw.rectangle(
                    (x + 4, top + 12, x + parcel.width + 5, top + parcel.height + 14), (0, 0, 0, 90)
                )
                picture.paste(parcel, (x, top + 8))
        yield np.asarray(picture)


def pendulum(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A lamp that swings on its cord and lights the wall beside it."""
    height, width = shape
    still = np.asarray(stills.cropped(photo, shape), np.float64) * 0.6
    rows, columns = np.mgrid[:height, :width]
    hook, long = width * rng.uniform(0.35, 0.65), height * rng.uniform(0.4, 0.7)
    lasts, radius = rng.uniform(1.3, 3.1), height * rng.uniform(0.05, 0.1)
    for number in range(round(seconds * rate)):
        angle = 0.45 * np.sin(2 * np.pi * number / rate / lasts)
        x, y = hook + long * np.sin(angle), long * np.cos(angle)
        far = np.hypot(columns - x, rows - y)
        lit = still * (1 + 0.9 * np.exp(-np.square(far / height * 2.2)))[..., None]
        shade = np.clip(radius - far, 0, 1)[..., None]
        ball = (
            np.array([205, 170, 120])
            * (
                1.1 - 0.6 * np.hypot(columns - x + radius / 3, rows - y + radius / 3) / radius / 1.5
            )[..., None]
        )
        picture = Image.fromarray((lit * (1 - shade) + ball * shade).clip(0, 255).astype(np.uint8))
        ImageDraw.Draw(picture).line((hook, 0, x, y - radius), (40, 36, 34), 2)
        yield np.asarray(picture)


def watched_yard(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A camera by night, grey and noisy, with a time in the corner; somebody goes through."""
    height, width = shape
    still = np.asarray(stills.cropped(photo, shape), np.float64).mean(axis=2) * 0.45 + 12
    tall, start = height * rng.uniform(0.1, 0.25), rng.uniform(0, 0.5)
    speed, y = rng.uniform(0.05, 0.12), height * rng.uniform(0.55, 0.85)
    rows, columns = np.mgrid[:height, :width]
    clock = int(rng.integers(80000))
    for number in range(round(seconds * rate)):
        time = number / rate
        x = width * (start + speed * time)
        sway = tall * 0.06 * np.sin(7 * time)
        body = np.hypot(
            (columns - x - sway * (rows - y) / tall) / (tall * 0.16), (rows - y) / (tall * 0.42)
        )
        head = np.hypot(columns - x, (rows - y + tall * 0.5)) / (tall * 0.1)
        person = np.clip((1 - np.minimum(body, head)) * 6, 0, 1)
        lit = 120 + 40 * np.cos((columns - x) / tall * 7) + 20 * np.sin(rows / 4)
        picture = still * (1 - person) + lit * person + rng.normal(0, 4, shape)
        drawn = Image.fromarray(
            np.repeat(picture.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
        )
        shown = clock + int(time)
        ImageDraw.Draw(drawn).text(
            (8, 6),
            f"CAM 2  {shown // 3600:02}:{shown // 60 % 60:02}:{shown % 60:02}",
            (230, 230, 230),
        )
        yield np.asarray(drawn)


def lecture(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A page of a talk that fills the frame, and whoever gives it, small, in a corner."""
    height, width = shape
    page = Image.new("RGB", (width, height), (252, 252, 250))
    draw = ImageDraw.Draw(page)
    for row in range(5):
        draw.text(
            (width * 0.07, height * (0.15 + 0.12 * row)),
            f"{row + 1}. " + stills.line_of_song(rng),
            (35, 40, 60),
        )
    page.paste(
        stills.cropped(photo, (height // 3, width // 3)),
        (round(width * 0.62), round(height * 0.12)),
    )
    size = (round(height * rng.uniform(0.18, 0.28)), round(width * rng.uniform(0.15, 0.22)))
    place = (width - size[1] - 6, height - size[0] - 6)
    pieces = list(stills.clip(carphone(), size, rate))
    for piece in stills.to_and_fro(pieces, round(seconds * rate)):
        picture = page.copy()
        picture.paste(Image.fromarray(piece), place)
        yield np.asarray(picture)


def street_through_a_window(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A dark room; through its window, a sixth of the picture or less, a real street."""
    height, width = shape
    room = stills.cropped(photo, shape).point(lambda value: int(value * 0.5))
    size = (round(height * rng.uniform(0.25, 0.4)), round(width * rng.uniform(0.25, 0.4)))
    place = (round(rng.uniform(0.1, 0.5) * width), round(height * rng.uniform(0.1, 0.4)))
    pieces = list(stills.clip(bikes(), size, rate))
    for piece in stills.to_and_fro(pieces, round(seconds * rate)):
        picture = room.copy()
        picture.paste(Image.fromarray(piece), place)
        draw = ImageDraw.Draw(picture)
        draw.line(
            (place[0] + size[1] / 2, place[1], place[0] + size[1] / 2, place[1] + size[0]),
            (30, 26, 24),
            5,
        )
        yield np.asarray(picture)


def pixels_that_jump(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A game of large pixels: a figure that runs and jumps, foes, ground that scrolls at times."""
    height, width = shape
    pixel = max(2, height // 120)
    small = (height // pixel, width // pixel)
    place = stills.cropped(photo, small).quantize(24).convert("RGB")
    tiles, figure = rng.integers(40, 200, (2, 3)).tolist(), rng.integers(60, 255, (3, 3)).tolist()
    gone, jumps = 0.0, rng.uniform(0.7, 1.6)
    for number in range(round(seconds * rate)):
        time, picture = number / rate, place.copy()
        runs = (time % 6) < 3.5
        gone += 38 / rate if runs else 0
        draw = ImageDraw.Draw(picture)
        ground = small[0] - 16
        for left in range(-(int(gone) % 16), small[1], 16):
            draw.rectangle((left, ground, left + 14, small[0]), tuple(tiles[(left // 16) % 2]))
        hop = 26 * max(0.0, np.sin(np.pi * time / jumps)) if runs else 0
        x, y, step = small[1] // 3, ground - 14 - hop, int(time * 8) % 2
        draw.rectangle((x, y, x + 8, y + 6), tuple(figure[0]))
        draw.rectangle((x, y + 6, x + 8, y + 11), tuple(figure[1]))
        draw.rectangle((x + step * 4, y + 11, x + 3 + step * 4, y + 14), tuple(figure[2]))
        for foe in range(3):
            fx = (foe * 90 + 70 - int(gone) + int(12 * np.sin(2 * time + foe))) % (
                small[1] + 40
            ) - 20
            draw.ellipse((fx, ground - 9, fx + 10, ground), tuple(figure[(foe + 1) % 3]))
        yield np.asarray(picture.resize((width, height), Image.Resampling.NEAREST))
