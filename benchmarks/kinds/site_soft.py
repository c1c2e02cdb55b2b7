"""Drawings over photographs with no edges to speak of: out of focus, or nothing but colour."""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from support import stills
from support.footage import Picture
from support.stills import Photo, Shape


def petals(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Petals that fall and turn, out of focus the nearer they are."""
    height, width = shape
    n = int(rng.integers(20, 50))
    starts, speeds = rng.random((n, 2)) * (width, height), height * rng.uniform(0.1, 0.35, n)
    sizes, tone = height * rng.uniform(0.02, 0.06, n), tuple(rng.integers(140, 256, 3).tolist())
    still = stills.cropped(photo, shape)
    for number in range(round(seconds * rate)):
        time, picture = number / rate, still.convert("RGBA")
        for near in (False, True):
            layer = Image.new("RGBA", (width, height))
            on = ImageDraw.Draw(layer)
            for which, ((x, y), speed, size) in enumerate(zip(starts, speeds, sizes, strict=True)):
                if (size > height * 0.04) != near:
                    continue
                left = (x + 20 * np.sin(time + which)) % width
                top = (y + speed * time) % (height * 1.1) - height * 0.05
                tall = size * (0.3 + 0.7 * abs(np.sin(2 * time + which)))
                on.ellipse((left, top, left + size, top + tall), (*tone, 210))
            picture.alpha_composite(layer.filter(ImageFilter.GaussianBlur(2.5 if near else 0.6)))
        yield np.asarray(picture.convert("RGB"))


def soft_blobs(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Large half transparent spots of colour that drift, before a cover."""
    height, width = shape
    rows, columns = np.mgrid[:height, :width]
    tones = rng.integers(60, 256, (4, 3))
    phases, speeds = rng.uniform(0, 6, (4, 2)), rng.uniform(0.5, 1.6, (4, 2))
    still = np.asarray(stills.cropped(photo, shape), np.float64)
    for number in range(round(seconds * rate)):
        picture = still
        for tone, phase, speed in zip(tones, phases, speeds, strict=True):
            y, x = 0.5 + 0.4 * np.sin(phase + speed * number / rate)
            far = np.hypot(rows - y * height, columns - x * width) / (0.3 * height)
            share = 0.55 * np.exp(-(far**2))[..., None]
            picture = picture * (1 - share) + tone * share
        yield picture.astype(np.uint8)
