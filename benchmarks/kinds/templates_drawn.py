"""Drawings that follow a song, over photographs, as templates of motion graphics make them."""

from collections.abc import Iterator

import numpy as np
from PIL import Image
from templates_layers import (
    WORDS,
    Layer,
    Specks,
    around,
    between,
    dimmed,
    palette,
    round_cover,
)
from templates_song import Song

from support import stills
from support.footage import Picture
from support.stills import Photo, Shape


def round_spectrum(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A round cover that beats, a filled spectrum around it, dust that flies outwards."""
    height, width = shape
    under, song = dimmed(photo, shape, 0.45, 0.02), Song.random(rng)
    specks, colours = Specks(70, shape, rng), palette(rng)
    x, y, radius = width / 2, height * 0.47, height * rng.uniform(0.17, 0.23)
    for number in range(round(seconds * rate)):
        time = number / rate
        kick, levels = song.kick(time), song.levels(time, 60)
        specks.go((specks.place - (x, y)) * (0.1 + 0.5 * kick) / rate)
        layer, size = Layer(shape), radius * (1 + 0.08 * kick)
        for (left, top), speck in zip(specks.place, specks.size, strict=True):
            layer.disc(left, top, speck / 2, (255, 255, 255, 150))
        rings = np.concatenate([levels, levels[::-1]])
        for share, colour in ((0.75, colours[1]), (0.55, colours[0])):
            layer.polygon(around(x, y, size * (1.06 + share * rings)), (*colour, 255))
        picture = layer.over(under, glow=0.5)
        side = round(size * 2)
        cover = round_cover(photo, side)
        picture.paste(cover, (round(x - side / 2), round(y - side / 2)), cover)
        yield np.asarray(picture)


def ring_of_bars(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Bars that stand around a ring, in two colours, and glow."""
    height, width = shape
    under, song, (first, second) = dimmed(photo, shape, 0.8), Song.random(rng), palette(rng)
    n_bars, spin = int(rng.choice((48, 72, 96))), rng.uniform(-0.2, 0.2)
    x, y, radius = width * rng.uniform(0.35, 0.65), height / 2, height * rng.uniform(0.18, 0.24)
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        levels = song.levels(time, n_bars // 2)
        levels = np.concatenate([levels, levels[::-1]])
        inner = around(x, y, np.full(n_bars, radius), time * spin)
        outer = around(x, y, radius * (1.05 + 0.8 * levels), time * spin)
        for bar, (one, other) in enumerate(zip(inner, outer, strict=True)):
            colour = between(first, second, abs(2 * bar / n_bars - 1))
            layer.line(np.array([one, other]), (*colour, 255), 2.2 * height / 360)
        yield np.asarray(layer.over(under, glow=0.9))


def mountain(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A smooth spectrum filled half transparently along the foot, its outline bright; a title."""
    height, width = shape
    under, song, (first, second) = dimmed(photo, shape, 0.9), Song.random(rng), palette(rng)
    high, foot = height * rng.uniform(0.2, 0.4), height * rng.uniform(0.9, 1.0)
    last = np.zeros(28)
    for number in range(round(seconds * rate)):
        layer = Layer(shape)
        last = np.maximum(song.levels(number / rate, 28), last * 0.85)
        across = np.linspace(0, width, 140)
        tops = foot - high * np.interp(across, np.linspace(0, width, 28), last)
        tops = np.convolve(np.pad(tops, 4, "edge"), np.ones(9) / 9, "valid")
        outline = np.stack([across, tops], axis=1)
        layer.polygon(np.concatenate([outline, [[width, foot], [0, foot]]]), (*second, 130))
        layer.line(outline, (*first, 255), height / 180)
        layer.text(width / 2, height * 0.15, "MIDNIGHT DRIVE", height / 12, (255, 255, 255, 255))
        yield np.asarray(layer.over(under, glow=0.4))


def audiogram(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A podcast: a cover, captions that come in turn, a wave of round bars, how far it has got."""
    height, width = shape
    _, colour = palette(rng)
    ground = Image.new("RGB", (width, height), tuple(int(v) for v in rng.integers(15, 90, 3)))
    side = round(min(height, width) * 0.42)
    ground.paste(stills.cropped(photo, (side, side)), (round(width * 0.07), round(height * 0.1)))
    n_bars, phrases = int(rng.integers(25, 50)), rng.uniform(1.8, 3.5)
    voice = np.repeat(rng.random(60) > 0.25, 6)
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        for bar in range(n_bars):
            when = time + bar * 0.11
            loud = voice[int(when * 5) % len(voice)] * (
                0.2 + 0.8 * abs(np.sin(when * 9.1) * np.sin(when * 3.7))
            )
            x, half = width * (0.08 + 0.84 * bar / n_bars), height * (0.012 + 0.11 * loud)
            layer.box(
                x,
                height * 0.74 - half,
                x + width * 0.5 / n_bars,
                height * 0.74 + half,
                (*colour, 255),
                9,
            )
        layer.box(width * 0.08, height * 0.92, width * 0.92, height * 0.935, (255, 255, 255, 70), 4)
        reach = width * (0.08 + 0.84 * (0.2 + time / 300))
        layer.box(width * 0.08, height * 0.92, reach, height * 0.935, (*colour, 255), 4)
        first = int(time / phrases) * 5
        for row in range(2):
            words = " ".join((WORDS * 9)[first + row * 3 : first + row * 3 + 3])
            at = (width * 0.54, height * (0.2 + 0.1 * row))
            layer.text(*at, words, height / 18, (255, 255, 255, 255), "lm")
        clock = f"{int(time) // 60}:{int(time) % 60:02}"
        layer.text(width * 0.92, height * 0.88, clock, height / 26, (255, 255, 255, 220), "rm")
        yield np.asarray(layer.over(ground))


def words_that_pop(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A lyric video: a few large words at a time, that grow as they come, here and there."""
    height, width = shape
    under, song, colours = dimmed(photo, shape, 0.6, 0.008), Song.random(rng), palette(rng)
    each = song.beat * int(rng.choice((2, 3, 4)))
    places = rng.uniform(0.3, 0.7, (200, 2))
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        phrase, age = int(time / each), time % each
        for row in range(2):
            place, words = places[phrase], " ".join((WORDS * 9)[phrase * 3 + row * 2 :][:2]).upper()
            grown = min(1.0, 0.5 + 4 * max(0.0, age - 0.15 * row)) if age > 0.15 * row else 0
            if grown:
                size = height * 0.13 * grown * (1 + 0.03 * song.kick(time))
                at = (width * place[0], height * (place[1] + 0.16 * (row - 0.5)))
                layer.text(*at, words, size, (*colours[row], 255))
        yield np.asarray(layer.over(under, glow=0.3))


def list_of_lines(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Lyrics as players show them: lines that move up by one, the one that is sung bright."""
    height, width = shape
    under, each = dimmed(photo, shape, 0.4, 0.06), rng.uniform(1.3, 3.2)
    lines = [stills.line_of_song(rng) for _ in range(40)]
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        sung, part = int(time / each), (time % each) / 0.45
        place = sung - 1 + (1 - (1 - min(1.0, part)) ** 3)
        for row in range(max(0, sung - 3), sung + 6):
            y = height * (0.4 + 0.13 * (row - place))
            clear = 255 if row == sung else 90
            layer.text(width * 0.08, y, lines[row], height / 15, (255, 255, 255, clear), "lm")
        yield np.asarray(layer.over(under))


def turntable(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A record that turns under an arm that goes inwards, with light that stays on its grooves."""
    height, width = shape
    under, turns = dimmed(photo, shape, 0.55, 0.015), float(rng.choice((33.3, 45, 12))) / 60
    x, y, radius = width * rng.uniform(0.4, 0.6), height / 2, height * rng.uniform(0.36, 0.44)
    side = round(radius * 2)
    rows, columns = np.mgrid[:side, :side] - side / 2
    far, angle = np.hypot(rows, columns), np.arctan2(rows, columns)
    shine = 26 + 10 * np.sin(far * 1.7) + 60 * np.abs(np.cos(angle - 0.7)) ** 14
    disc = Image.fromarray(np.repeat(shine.astype(np.uint8)[..., None], 3, axis=2))
    edge = Image.fromarray(((far < radius - 1) * 255).astype(np.uint8))
    under.paste(disc, (round(x - radius), round(y - radius)), edge)
    label = round_cover(photo, round(radius * 0.8))
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        turned = label.rotate(-360 * turns * time, Image.Resampling.BICUBIC)
        picture = under.copy()
        picture.paste(turned, (round(x - label.width / 2), round(y - label.width / 2)), turned)
        layer.disc(x, y, radius * 0.03, (230, 230, 230, 255))
        base = np.array([x + radius * 1.2, y - radius * 0.8])
        tip = np.array([x, y]) + radius * (0.85 - 0.1 * time / seconds) * np.array([0.86, 0.5])
        layer.line(np.array([base, tip]), (205, 205, 210, 255), height / 70)
        layer.disc(base[0], base[1], radius * 0.12, (120, 120, 125, 255))
        yield np.asarray(layer.over(picture))


def cassette(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A cassette with two reels of six teeth that turn, before a blurred picture."""
    height, width = shape
    under, turns = dimmed(photo, shape, 0.7, 0.03), rng.uniform(0.25, 0.8)
    case = Layer(shape)
    left, right, top, foot = width * 0.24, width * 0.76, height * 0.25, height * 0.77
    case.box(left, top, right, foot, (40, 40, 46, 255), height / 30)
    case.box(
        left + width * 0.03,
        top + height * 0.04,
        right - width * 0.03,
        foot - height * 0.14,
        (235, 225, 200, 255),
        8,
    )
    case.box(
        width * 0.36, height * 0.42, width * 0.64, height * 0.56, (30, 26, 24, 255), height / 14
    )
    case.text(width / 2, height * 0.345, "MIXTAPE vol. 3", height / 20, (60, 40, 120, 255))
    under = case.over(under)
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        for x, way in ((width * 0.41, 1.0), (width * 0.59, 1.15)):
            radius, y = height * 0.055, height * 0.49
            layer.disc(x, y, radius, (240, 240, 240, 255))
            teeth = np.where(np.arange(60) % 10 < 5, radius * 0.75, radius * 0.5)
            layer.polygon(around(x, y, teeth, -2 * np.pi * turns * way * time), (30, 26, 24, 255))
        yield np.asarray(layer.over(under))


def lamps_of_levels(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Segments that light up green, yellow and red, with a peak that falls slowly."""
    height, width = shape
    under, song = dimmed(photo, shape, 0.75), Song.random(rng)
    n_bands, n_lamps = int(rng.integers(10, 24)), int(rng.integers(9, 16))
    left, step = width * 0.08, width * 0.84 / n_bands
    foot, high = height * 0.95, height * rng.uniform(0.25, 0.5) / n_lamps
    peaks = np.zeros(n_bands)
    for number in range(round(seconds * rate)):
        layer, levels = Layer(shape), song.levels(number / rate, n_bands)
        peaks = np.maximum(peaks - 0.5 / rate, levels)
        for band in range(n_bands):
            for lamp in range(n_lamps):
                share = lamp / n_lamps
                lit = share < levels[band] or lamp == int(peaks[band] * n_lamps)
                colour = (
                    (60, 230, 80)
                    if share < 0.6
                    else (250, 220, 60)
                    if share < 0.8
                    else (250, 60, 50)
                )
                x, y = left + band * step, foot - lamp * high
                layer.box(x, y - high * 0.75, x + step * 0.8, y, (*colour, 255 if lit else 30), 2)
        yield np.asarray(layer.over(under, glow=0.35))
