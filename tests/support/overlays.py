"""Videos of one photograph with something drawn over it that never stops: records, visualisers,
bars, particles, and text that scrolls at any speed.

The functions are ``support.stills.LivelyForm``; what chance decides is told by the generator.
"""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from support.footage import Picture
from support.stills import Photo, Shape, cropped, line_of_song, write_line

_SMOOTHING: Final = 2
"""Factor by which drawings are larger before they are shrunk: without jagged edges."""

_CONTRAST: Final = 60
"""Grey levels between what is drawn and what is behind it, at least."""


def record(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A round cut of the photograph that turns, before the same photograph, blurred."""
    height, width = shape
    backdrop = _blurred(photo, shape)
    across = int(min(height, width) * rng.uniform(0.5, 0.92))
    turns = rng.choice([0.1, 0.25, 0.5, 33 / 60, 45 / 60, 1.0, 78 / 60]) * rng.choice([-1, 1])
    label = cropped(photo, (across, across))
    mask = disc(across)
    left = int((width - across) * rng.choice([0.5, 0.5, 0.1, 0.9]))
    top = (height - across) // 2
    for number in range(round(seconds * rate)):
        drawn = backdrop.copy()
        turned = label.rotate(360 * turns * number / rate, Image.Resampling.BILINEAR)
        drawn.paste(turned, (left, top), mask)
        yield np.asarray(drawn)


def ring(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A round cover in the middle, and rays around it that follow the music."""
    height, width = shape
    across = int(min(height, width) * rng.uniform(0.35, 0.55))
    backdrop = _blurred(photo, shape)
    backdrop.paste(
        cropped(photo, (across, across)),
        ((width - across) // 2, (height - across) // 2),
        disc(across),
    )
    n_rays, colour = int(rng.choice([36, 60, 90])), _colour(rng, backdrop)
    longest = (min(height, width) * 0.97 - across) / 2
    levels = _Levels(n_rays, rng)
    angles = np.arange(n_rays) * 2 * np.pi / n_rays
    for _ in range(round(seconds * rate)):
        inner, outer = across / 2 + 2, across / 2 + 2 + longest * levels.next()
        x, y = np.cos(angles), np.sin(angles)
        lines = [
            [
                (width / 2 + inner * a, height / 2 + inner * b),
                (width / 2 + r * a, height / 2 + r * b),
            ]
            for a, b, r in zip(x, y, outer, strict=True)
        ]
        yield _drawn(
            backdrop,
            lambda draw, to, lines=lines: [
                draw.line([to(p) for p in line], colour, 3 * _SMOOTHING) for line in lines
            ],
        )


def spectrum(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Bars over the whole width: from the foot up, or both ways from the middle."""
    height, width = shape
    backdrop = cropped(photo, shape)
    n_bars, colour = int(rng.choice([12, 24, 48, 80])), _colour(rng, backdrop)
    tall, mirrored = rng.uniform(0.3, 0.95), rng.random() < 0.4
    foot = height / 2 if mirrored else height * rng.uniform(0.85, 1.0)
    levels = _Levels(n_bars, rng)
    for _ in range(round(seconds * rate)):
        boxes = [
            (
                width * (number + 0.15) / n_bars,
                foot - size,
                width * (number + 0.85) / n_bars,
                foot + (size if mirrored else 0),
            )
            for number, size in enumerate(
                levels.next() * height * tall * (0.5 if mirrored else 0.9)
            )
        ]
        yield _drawn(
            backdrop,
            lambda draw, to, boxes=boxes: [
                draw.rectangle([*to(box[:2]), *to(box[2:])], colour) for box in boxes
            ],
        )


def equaliser(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Columns of small blocks that light up, somewhere over a part of the picture."""
    height, width = shape
    backdrop = cropped(photo, shape)
    n_bars, n_blocks = int(rng.integers(8, 20)), int(rng.integers(6, 12))
    wide, tall = width * rng.uniform(0.25, 0.7), height * rng.uniform(0.2, 0.5)
    left, top = rng.uniform(0, width - wide), rng.uniform(0, height - tall)
    colour = _colour(rng, backdrop)
    levels = _Levels(n_bars, rng)
    for _ in range(round(seconds * rate)):
        boxes = [
            (left + wide * bar / n_bars, top + tall * (1 - (block + 1) / n_blocks))
            for bar, level in enumerate(levels.next())
            for block in range(round(level * n_blocks))
        ]
        size = (wide / n_bars * 0.7, tall / n_blocks * 0.6)
        yield _drawn(
            backdrop,
            lambda draw, to, boxes=boxes, size=size: [
                draw.rectangle([*to(box), *to((box[0] + size[0], box[1] + size[1]))], colour)
                for box in boxes
            ],
        )


def tall_wave(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The sound's wave as a line over half the height or all of it."""
    height, width = shape
    backdrop = cropped(photo, shape)
    x, colour, thick = (
        np.linspace(0, 1, 300),
        _colour(rng, backdrop),
        max(2, int(height * rng.uniform(0.006, 0.02))),
    )
    swing = rng.uniform(0.3, 1.0) / 2
    for _ in range(round(seconds * rate)):
        waves = [
            rng.normal() * np.sin(2 * np.pi * (tones * x + rng.random()))
            for tones in (2, 5, 11, 23)
        ]
        y = np.sum(waves, axis=0)
        y = 0.5 + swing * y / max(1.0, float(np.abs(y).max()))
        points = list(zip(x * width, y * height, strict=True))
        yield _drawn(
            backdrop,
            lambda draw, to, points=points: draw.line(
                [to(point) for point in points], colour, thick * _SMOOTHING
            ),
        )


def progress(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A bar at the foot that fills once from left to right, and a clock beside it."""
    height, width = shape
    backdrop = cropped(photo, shape)
    y, thick, colour = (
        height * rng.uniform(0.85, 0.95),
        height * rng.uniform(0.01, 0.03),
        _colour(rng, backdrop),
    )
    n_frames = round(seconds * rate)
    for number in range(n_frames):
        drawn = backdrop.copy()
        draw = ImageDraw.Draw(drawn)
        right = width * (0.05 + 0.8 * number / n_frames)
        draw.rectangle((width * 0.05, y, width * 0.85, y + thick), (90, 90, 90))
        draw.rectangle((width * 0.05, y, right, y + thick), colour)
        clock = f"{number // rate // 60}:{number // rate % 60:02}"
        draw.text((width * 0.87, y), clock, "white", ImageFont.load_default(height * 0.05), "lm")
        yield np.asarray(drawn)


def particles(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Snow, or dust that rises: some hundred soft dots, all over the photograph."""
    height, width = shape
    backdrop = cropped(photo, shape)
    n = int(rng.integers(40, 200))
    x, y = rng.uniform(0, width, n), rng.uniform(0, height, n)
    radius = rng.uniform(0.004, 0.012, n) * height
    speed = (
        np.stack([rng.normal(0, 0.04, n), rng.uniform(0.05, 0.4, n) * rng.choice([-1, 1])]) * height
    )
    for number in range(round(seconds * rate)):
        at = [
            ((a + u * number / rate) % width, (b + v * number / rate) % height, r)
            for a, b, u, v, r in zip(x, y, *speed, radius, strict=True)
        ]
        yield _drawn(
            backdrop,
            lambda draw, to, at=at: [
                draw.ellipse([*to((a - r, b - r)), *to((a + r, b + r))], (245, 248, 255))
                for a, b, r in at
            ],
        )


def karaoke(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Two to four lines whose letters get another colour one by one, then the next lines."""
    height, width = shape
    backdrop = cropped(photo, shape)
    n_lines, colour = int(rng.integers(2, 5)), _colour(rng, backdrop)
    top, letters = rng.uniform(0.1, 0.85 - 0.12 * n_lines), rng.uniform(0.06, 0.09)
    left = sung = 0
    for _ in range(round(seconds * rate)):
        if left == 0:
            left = lasts = round(rng.uniform(3, 6) * rate)
            sung = 0
            plain, lit = backdrop.copy(), backdrop.copy()
            for number in range(n_lines):
                line, y = line_of_song(rng), height * (top + 0.12 * number)
                write_line(plain, line, width / 2, y, letters)
                write_line(lit, line, width / 2, y, letters, colour=colour)
        sung += 1
        done = sung / lasts * n_lines
        drawn = plain.copy()
        for number in range(n_lines):
            share = min(1.0, max(0.0, done - number))
            y = round(height * (top + 0.12 * number))
            box = (0, y, round(width * share), y + round(height * 0.12))
            if share > 0:
                drawn.paste(lit.crop(box), box[:2])
        left -= 1
        yield np.asarray(drawn)


def credits_at(
    pixels_a_second: float, *, sideways: bool = False, repeating: float | None = None
) -> Callable[..., Iterator[Picture]]:
    """Make a form: text that climbs, or that goes to the left on one line.

    Args:
        pixels_a_second: how fast.
        sideways: a ticker.
        repeating: every line is the same, and they lie so many pixels apart.
    """

    def form(
        photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
    ) -> Iterator[Picture]:
        height, width = shape
        backdrop = cropped(photo, shape)
        if rng.random() < 0.3:
            backdrop = Image.new("RGB", (width, height), tuple(rng.integers(0, 50, 3).tolist()))
        draw_sheet = _ticker if sideways else _sheet
        sheet = draw_sheet(shape, rng, repeating)
        white = Image.new("RGB", (width, height), (250, 250, 250))
        started = rng.uniform(0, 1) * (sheet.width if sideways else sheet.height)
        for number in range(round(seconds * rate)):
            moved = started + pixels_a_second * number / rate
            visible = _rolled(sheet, moved, shape, sideways=sideways)
            drawn = backdrop.copy()
            drawn.paste(white, (0, 0), visible)
            yield np.asarray(drawn)

    return form


def _sheet(shape: Shape, rng: np.random.Generator, repeating: float | None) -> Photo:
    height, width = shape
    letters = rng.uniform(0.06, 0.09)
    pitch = letters * height * rng.uniform(1.3, 2.0) if repeating is None else repeating
    n_lines = max(2, round(height * (2.5 if repeating is None else 1.5) / pitch))
    sheet = Image.new("L", (width, round(n_lines * pitch)))
    same = line_of_song(rng)
    for number in range(n_lines):
        if repeating is not None or rng.random() < 0.85:
            line = same if repeating is not None else line_of_song(rng)
            write_line(sheet, line, width / 2, number * pitch, min(letters, pitch / height * 0.8))
    return sheet


def _ticker(shape: Shape, rng: np.random.Generator, repeating: float | None) -> Photo:
    height, _ = shape
    font = ImageFont.load_default(height * rng.uniform(0.06, 0.12))
    text = " * ".join(line_of_song(rng) for _ in range(8))
    long = int(font.getlength(text)) + 20 if repeating is None else int(repeating)
    sheet = Image.new("L", (max(long, 8), height))
    y = height * rng.uniform(0.1, 0.9)
    ImageDraw.Draw(sheet).text((0, y), text if repeating is None else "la", 255, font, "lm")
    return sheet


def _rolled(sheet: Photo, moved: float, shape: Shape, *, sideways: bool) -> Photo:
    """The part of an endless sheet that is in view."""
    height, width = shape
    pixels = np.asarray(sheet)
    axis, size = (1, width) if sideways else (0, height)
    whole = int(np.floor(moved))
    positions = np.arange(whole, whole + size + 1) % pixels.shape[axis]
    observed = np.take(pixels, positions, axis=axis).astype(np.float32)
    part = moved - whole
    first, second = (
        np.take(observed, range(size), axis),
        np.take(observed, range(1, size + 1), axis),
    )
    return Image.fromarray((first * (1 - part) + second * part).astype(np.uint8))


class _Levels:
    """Yield the height of each bar by frame: up at once, down slowly, low tones higher."""

    def __init__(self, n: int, rng: np.random.Generator) -> None:
        self._n, self._rng, self._now = n, rng, np.zeros(n)
        self._shape = np.linspace(1, 0.5, n)

    def next(self) -> np.ndarray:
        beat = self._rng.random() ** 0.5
        aimed = np.clip(self._shape * beat * self._rng.random(self._n) * 1.3, 0.02, 1)
        self._now = np.maximum(aimed, self._now * 0.75)
        return self._now


def _drawn(backdrop: Photo, paint: Callable[..., object]) -> Picture:
    """Paint over a picture, smoothly."""
    width, height = backdrop.size
    size = (width * _SMOOTHING, height * _SMOOTHING)
    large = backdrop.resize(size, Image.Resampling.NEAREST)
    paint(ImageDraw.Draw(large), lambda at: (at[0] * _SMOOTHING, at[1] * _SMOOTHING))
    return np.asarray(large.reduce(_SMOOTHING))


def _blurred(photo: Photo, shape: Shape) -> Photo:
    blurred = cropped(photo, shape).filter(ImageFilter.GaussianBlur(shape[0] / 20))
    return Image.eval(blurred, lambda level: round(level * 0.7))


def disc(across: int) -> Photo:
    """A round mask."""
    mask = Image.new("L", (across * _SMOOTHING, across * _SMOOTHING))
    ImageDraw.Draw(mask).ellipse((0, 0, mask.width - 1, mask.height - 1), 255)
    return mask.reduce(_SMOOTHING)


def _colour(rng: np.random.Generator, before: Photo) -> tuple[int, int, int]:
    """A colour that can be seen before a picture."""
    colours = [(250, 250, 250), (255, 220, 60), (80, 220, 255), (255, 80, 120), (20, 20, 24)]
    behind = np.asarray(before).mean(axis=(0, 1))
    observed = [colour for colour in colours if np.abs(colour - behind).mean() > _CONTRAST]
    return observed[int(rng.integers(len(observed)))]
