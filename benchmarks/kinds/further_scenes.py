"""Scenes, stills and slideshows by a fourth set of makers; what moves in scenes has texture."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from further_drawn import grid
from numpy.typing import NDArray
from others_drawn import blended, pixels_of
from others_scenes import Slideshow
from PIL import Image, ImageFilter
from scipy.ndimage import gaussian_filter, map_coordinates, rotate

from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape, cropped, ken_burns, still


def _sensor(pixels: NDArray[np.floating | np.integer], rng: np.random.Generator) -> Picture:
    """Add what a sensor adds: noise that grows with the light, and light that wavers a little."""
    lit = pixels * rng.normal(1, 0.002)
    noise = rng.normal(0, 1, pixels.shape[:2])[..., None] * np.sqrt(0.5 + lit.clip(0) / 60)
    return np.asarray(np.clip(lit + noise, 0, 255), np.uint8)


def _piece(photo: Photo, size: Shape, rng: np.random.Generator) -> NDArray[np.float32]:
    """A piece of the photograph with all its shades, in other light: the coat of what moves."""
    height, width = size
    x = int(rng.integers(0, max(1, photo.width - 2 * width)))
    y = int(rng.integers(0, max(1, photo.height - 2 * height)))
    piece = photo.crop((x, y, x + 2 * width, y + 2 * height)).resize((width, height))
    shade = np.linspace(1.2, 0.6, width, dtype=np.float32)[None, :, None]
    return (
        np.asarray(piece).astype(np.float32) * shade * rng.uniform(0.5, 1.3, 3).astype(np.float32)
    )


def crossing(n: int, tall: float) -> LivelyForm:
    """Make a form: textured things, rounded and with a shadow, that cross at their own pace."""

    def form(
        photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
    ) -> Iterator[Picture]:
        height, width = shape
        plain = pixels_of(photo, shape)
        sizes = [(int(tall * height * s) + 4, int(tall * height * s * 1.6) + 4)
                 for s in rng.uniform(0.7, 1.3, n)]  # fmt: skip
        things = [_piece(photo, size, rng) for size in sizes]
        places = rng.uniform(0, 1, (n, 2))
        speeds = rng.choice([-1, 1], n) * rng.uniform(0.05, 0.2, n)
        for number in range(round(seconds * rate)):
            picture = plain.copy()
            for (h, w), thing, (x, y), speed in zip(sizes, things, places, speeds, strict=True):
                left = int(((x + speed * number / rate) % 1.3 - 0.15) * width)
                top = int((0.3 + 0.6 * y) * height - h / 2)
                rows, columns = grid((h, w))
                far = np.maximum(np.abs(rows / h - 0.5), np.abs(columns / w - 0.5) ** 1.3)
                share = np.clip((0.5 - far) * 12, 0, 1)
                a, b = max(0, left), min(width, left + w)
                c, d = max(0, top), min(height, top + h)
                if a < b and c < d:
                    own = np.s_[c - top : d - top, a - left : b - left]
                    picture[c:d, a:b] = blended(picture[c:d, a:b], thing[own], share[own])
            yield _sensor(picture, rng)

    return form


def ceiling_fan(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A fan of three shaded blades, seen aslant, that turns."""
    side, plain = int(0.55 * min(shape)), pixels_of(photo, shape)
    rows, columns = grid((side, side))
    y, x = rows / side - 0.5, columns / side - 0.5
    turn, far = np.arctan2(y, x), np.hypot(y, x)
    blade = np.clip((np.cos(3 * turn) - 0.5) * 6, 0, 1) * (far < 0.48) * (far > 0.05)
    coat = np.dstack([_piece(photo, (side, side), rng), 255 * blade])
    speed, top = rng.uniform(0.3, 1.4), int(0.05 * shape[0])
    left = int((shape[1] - side) * rng.uniform(0.2, 0.8))
    for number in range(round(seconds * rate)):
        turned = rotate(coat, 360 * speed * number / rate, reshape=False, order=1)
        flat = np.asarray(turned[::2])
        picture = plain.copy()
        at = np.s_[top : top + len(flat), left : left + side]
        picture[at] = blended(picture[at], flat[..., :3], flat[..., 3] / 255)
        yield _sensor(picture, rng)


def curtain(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A part of the picture from the top to the foot in folds that sway in a draught."""
    plain, (rows, columns) = pixels_of(photo, shape), grid(shape)
    left, wide = rng.uniform(0.1, 0.5) * shape[1], rng.uniform(0.25, 0.4) * shape[1]
    soft = np.clip(8 * (0.5 - np.abs((columns - left) / wide - 0.5)), 0, 1) * rows / shape[0]
    pace = rng.uniform(1, 3)
    for number in range(round(seconds * rate)):
        now = number / rate
        swing = soft * 0.05 * shape[1] * (np.sin(pace * now) + 0.5 * np.sin(2.7 * pace * now + 1))
        folds = 1 + 0.2 * soft * np.sin(40 * (columns + swing) / wide)
        moved = [map_coordinates(plain[..., c], (rows, columns + swing), order=1, mode="nearest")
                 for c in range(3)]  # fmt: skip
        yield _sensor(np.stack(moved, axis=2) * folds[..., None], rng)


def birds(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A dozen birds far away that beat their wings and wheel over the upper half."""
    plain, (rows, columns), n = pixels_of(photo, shape), grid(shape), 12
    x, y, pace = rng.uniform(0, 1, n), rng.uniform(0.05, 0.45, n), rng.uniform(4, 9, n)
    speed, size, dark = (
        rng.uniform(0.04, 0.12, n),
        shape[0] * rng.uniform(0.02, 0.05, n),
        rng.uniform(10, 70, n),
    )
    for number in range(round(seconds * rate)):
        now, picture = number / rate, plain.copy()
        for k in range(n):
            a = ((x[k] + speed[k] * now) % 1.1) * shape[1]
            b = (y[k] + 0.04 * np.sin(now * speed[k] * 9 + k)) * shape[0]
            lift = 0.7 * np.sin(pace[k] * now)
            wing = np.abs(rows - b + lift * np.abs(columns - a)) - size[k] / 6
            share = np.clip(0.5 - wing, 0, 1) * (np.abs(columns - a) < size[k])
            picture = blended(picture, (dark[k], dark[k], dark[k] + 8), share).astype(np.float32)
        yield _sensor(picture, rng)


def speaker(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A head and shoulders of textures that nod and sway a little; the mouth opens and shuts."""
    plain, (rows, columns) = pixels_of(photo, shape), grid(shape)
    soft = gaussian_filter(plain, (4, 4, 0))
    head, coat = _piece(photo, shape, rng) * 0.5 + (105, 75, 60), _piece(photo, shape, rng)
    middle, at = rng.uniform(0.35, 0.65) * shape[1], np.zeros(2)
    for number in range(round(seconds * rate)):
        at = 0.94 * at + rng.normal(0, 0.004 * shape[0], 2)
        y, x = rows - 0.42 * shape[0] - at[0], columns - middle - at[1]
        body = np.clip(
            6 - 6 * np.hypot((y / shape[0] - 0.75) / 0.5, 1.4 * x / shape[0] / 0.5), 0, 1
        )
        face = np.clip(8 - 8 * np.hypot(y / 0.24, x / 0.18) / shape[0], 0, 1)
        opened = 0.02 * abs(np.sin(5.1 * number / rate) * np.sin(1.3 * number / rate))
        mouth = np.clip(
            3 - 3 * np.hypot((y / shape[0] - 0.1) / (0.006 + opened), x / shape[0] / 0.05), 0, 1
        )
        picture = blended(soft, coat, body).astype(np.float32)
        picture = blended(picture, head.astype(np.float32), face).astype(np.float32)
        yield _sensor(blended(picture, (70, 25, 25), mouth), rng)


def headlights(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A street by night: pairs of lights that come nearer, and light the road before them."""
    plain, (rows, columns) = pixels_of(photo, shape) * 0.25, grid(shape)
    starts, lanes, pace = (
        rng.uniform(0, 1, 4),
        rng.uniform(-0.4, 0.4, 4),
        rng.uniform(0.08, 0.25, 4),
    )
    for number in range(round(seconds * rate)):
        picture = plain.copy()
        for start, lane, speed in zip(starts, lanes, pace, strict=True):
            near = (start + speed * number / rate) % 1
            y, x = (0.35 + 0.6 * near**2) * shape[0], (0.5 + lane * (0.1 + near)) * shape[1]
            for side in (-1, 1):
                apart = side * (0.01 + 0.05 * near**2) * shape[1]
                far = np.hypot(rows - y, columns - x - apart) / shape[0]
                lit = np.exp(-far / (0.006 + 0.03 * near**2))
                picture += (lit + 0.15 * np.exp(-far / 0.1))[..., None] * (230, 220, 170)
        yield _sensor(picture, rng)


def steam(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Thin steam from one place, in wisps that bend and fade."""
    plain, (rows, columns) = pixels_of(photo, shape), grid(shape)
    x, foot = rng.uniform(0.3, 0.7) * shape[1], rng.uniform(0.6, 0.9) * shape[0]
    phases, pace = rng.uniform(0, 6, 5), rng.uniform(1.5, 3)
    up = np.clip((foot - rows) / foot, 0, 1)
    for number in range(round(seconds * rate)):
        now, share = number / rate, np.zeros(shape)
        for k, phase in enumerate(phases):
            sway = 0.1 * up * np.sin(7 * up - pace * now + phase) + 0.03 * (k - 2)
            beside = (columns - x - sway * shape[1]) / shape[1] / (0.008 + 0.05 * up)
            lit = 0.5 + 0.5 * np.sin(9 * up - 2 * pace * now + 2 * phase)
            share += 0.4 * lit * np.exp(-np.square(beside)) * (up > 0) * (1 - up) ** 1.5
        shade = 190 + 40 * np.sin(5 * up - now)[..., None]
        yield _sensor(blended(plain, shade, share.clip(0, 0.8).astype(np.float32)), rng)


def ripples(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Water in the lower half that mirrors the upper, where drops make rings."""
    plain, (rows, columns) = pixels_of(photo, shape), grid(shape)
    half = shape[0] // 2
    below = rows >= half
    mirror = np.where(below, 2 * half - rows, rows)
    drops = rng.uniform(0, 1, (6, 3))
    for number in range(round(seconds * rate)):
        now, down = number / rate, 0.01 * shape[0] * np.sin(rows / 4 - 3 * number / rate)
        for a, b, c in drops:
            age = (now * 0.4 + c) % 1
            far = np.hypot((rows - half * (1 + b)) * 2, columns - a * shape[1])
            down += 4 * (1 - age) * np.sin(far / 5 - 12 * age) * (far < 0.5 * age * shape[1])
        at = (np.where(below, mirror + down, rows), columns)
        moved = [map_coordinates(plain[..., c], at, order=1, mode="nearest") for c in range(3)]
        yield _sensor(np.stack(moved, axis=2) * np.where(below, 0.8, 1)[..., None], rng)


def breathing(
    photo: Photo, shape: Shape, seconds: float, rate: int, _: np.random.Generator
) -> Iterator[Picture]:
    """The photograph, soft and bright around its middle, whose light swells and sinks slowly."""
    picture = pixels_of(photo, shape)
    for number in range(round(seconds * rate)):
        light = 0.9 + 0.07 * np.sin(2 * np.pi * number / rate / 7)
        yield np.clip(picture * light, 0, 255).astype(np.uint8)


def slow_pan(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The photograph panned from one side to the other, sharpened."""
    height, width = shape
    large = cropped(photo, (height * 5 // 4, width * 5 // 4)).filter(ImageFilter.SHARPEN)
    n_frames, up = max(2, round(seconds * rate)), rng.random() < 0.3
    for number in range(n_frames):
        part = number / (n_frames - 1)
        right, down = large.width - width, large.height - height
        left, top = (0, part * down) if up else (part * right, down / 2)
        box = (left, top, left + width, top + height)
        yield np.asarray(large.resize((width, height), Image.Resampling.BILINEAR, box))


def old_film(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The photograph in brown, with coarse grain."""
    brown = pixels_of(photo, shape).mean(axis=2)[..., None] * (1.05, 0.9, 0.7)
    for _ in range(round(seconds * rate)):
        grain = gaussian_filter(rng.normal(0, 12, shape), 0.8)[..., None]
        yield np.clip(brown + grain, 0, 255).astype(np.uint8)


def pushed(
    photos: Sequence[Photo], shape: Shape, each: float, rate: int, _: np.random.Generator
) -> Iterator[Picture]:
    """Photographs of which each pushes the one before out to the left in half a second."""
    before = np.asarray(cropped(photos[0], shape))
    for photo in photos:
        after = np.asarray(cropped(photo, shape))
        both = np.concatenate([before, after], axis=1)
        for number in range(round(each * rate)):
            left = round(min(1.0, number / rate / 0.5) * shape[1])
            yield both[:, left : left + shape[1]].copy()
        before = after


def in_blocks(
    photos: Sequence[Photo], shape: Shape, each: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Photographs that come up block by block, each in a white frame."""
    size = shape[0] // 8
    when = np.kron(rng.random((9, shape[1] // size + 1)), np.ones((size, size)))[
        : shape[0], : shape[1]
    ]
    before = np.zeros((*shape, 3), np.uint8)
    for photo in photos:
        after = np.asarray(cropped(photo, shape)).copy()
        after[:6], after[-6:], after[:, :6], after[:, -6:] = 255, 255, 255, 255
        for number in range(round(each * rate)):
            yield np.where((when < number / rate / 0.8)[..., None], after, before)
        before = after


def shorter_and_shorter(
    photos: Sequence[Photo], shape: Shape, each: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Photographs, half of them zoomed, each shown a little shorter than the one before."""
    for k, photo in enumerate(photos):
        lasts = max(2.0, each * 1.3 - 0.5 * k)
        form = still(photo, shape, lasts, rate)
        yield from ken_burns(photo, shape, lasts, rate, rng) if k % 2 else form


SCENES: Final[dict[str, LivelyForm]] = {
    "one thing crosses": crossing(1, 0.15),
    "four things cross": crossing(4, 0.12),
    "twenty small things cross": crossing(20, 0.05),
    "ceiling fan": ceiling_fan,
    "curtain": curtain,
    "birds": birds,
    "speaker": speaker,
    "headlights": headlights,
    "steam": steam,
    "ripples": ripples,
}
STILLS: Final[dict[str, LivelyForm]] = {
    "breathing": breathing,
    "slow pan": slow_pan,
    "old film": old_film,
}
SLIDESHOWS: Final[dict[str, Slideshow]] = {
    "pushed": pushed,
    "in blocks": in_blocks,
    "shorter and shorter": shorter_and_shorter,
}
