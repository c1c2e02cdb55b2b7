"""Drawings over photographs as scripts of web pages make them: flat colours, hard edges."""

import colorsys
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from filters_drawn import FILTERS, record_of_light
from PIL import Image, ImageDraw, ImageFont

from support import stills
from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape

_Draw = Callable[[ImageDraw.ImageDraw, float], None]
_CHATTER: Final = [
    "first! hello from Lisbon",
    "this part gives me chills",
    "who else is here in 2026",
    "volume up",
    "lol",
    "the drop at 1:04 though",
    "can you play it again please",
    "greetings to everybody",
    "what a voice",
    "saw them live last year",
    "underrated",
    "my dog likes it too",
    "goosebumps",
    "on repeat all day",
]


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(6, size))


def _hue(share: float, light: float = 1.0) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(share % 1, 0.85, light)
    return round(255 * red), round(255 * green), round(255 * blue)


def _frames(still: Photo, seconds: float, rate: int, draw: _Draw) -> Iterator[Picture]:
    for number in range(round(seconds * rate)):
        picture = still.copy()
        draw(ImageDraw.Draw(picture, "RGBA"), number / rate)
        yield np.asarray(picture)


def _pulse(time: float, number: float) -> float:
    """Return a level that hops as an analyser's does, 0.0 to 1.0."""
    hop = abs(np.sin(3.1 * time + number * 1.7) * np.sin(1.9 * time - number * 0.6))
    return float(hop * (0.4 + 0.6 * abs(np.cos(6.5 * time + number * number))))


def rainbow_bars(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Bars to both sides of a line, each of another hue that wanders."""
    height, width = shape
    n_bars, middle = int(rng.integers(24, 90)), height * rng.uniform(0.4, 0.8)
    high, wander = height * rng.uniform(0.12, 0.3), rng.choice((0.0, 0.1))

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        step = width / n_bars
        for bar in range(n_bars):
            tall = max(1.0, high * _pulse(time, bar))
            box = (bar * step, middle - tall, (bar + 0.7) * step, middle + tall * 0.6)
            on.rectangle(box, _hue(bar / n_bars + wander * time))

    yield from _frames(stills.cropped(photo, shape), seconds, rate, draw)


def bubbles(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Half transparent circles that swell with the sound, each in its place."""
    height, width = shape
    places, tones = rng.random((14, 2)) * (width, height), rng.random(14)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        for number, ((x, y), tone) in enumerate(zip(places, tones, strict=True)):
            radius = height * (0.02 + 0.12 * _pulse(time, number))
            box = (x - radius, y - radius, x + radius, y + radius)
            on.ellipse(box, (*_hue(tone), 120), outline=(255, 255, 255, 200))

    yield from _frames(stills.cropped(photo, shape), seconds, rate, draw)


def confetti(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Scraps of paper in all colours that tumble down."""
    height, width = shape
    starts, tones = rng.random((110, 2)) * (width, height), rng.random(110)
    speeds, phases = height * rng.uniform(0.15, 0.4, 110), rng.uniform(0, 6, 110)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        for (x, y), tone, speed, phase in zip(starts, tones, speeds, phases, strict=True):
            left = x + 14 * np.sin(2 * time + phase)
            top = (y + speed * time) % (height + 20) - 10
            flat = max(0.5, abs(np.cos(5 * time + phase)) * height / 60)
            on.rectangle((left, top, left + height / 60, top + flat), _hue(tone))

    yield from _frames(stills.cropped(photo, shape), seconds, rate, draw)


def terminal(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Lyrics that a block writes letter by letter, in green, on a dark pane."""
    height, width = shape
    still = stills.cropped(photo, shape)
    pane = Image.new("RGB", (round(width * 0.56), round(height * 0.62)), (8, 14, 10))
    still.paste(pane, (round(width * 0.06), round(height * 0.2)))
    text = [stills.line_of_song(rng) for _ in range(40)]
    per_second, size = rng.uniform(8, 18), height / 17
    ends = np.cumsum([len(line) + 6 for line in text])

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        typed = per_second * time
        now = int(np.searchsorted(ends, typed, side="right"))
        page = now // 7 * 7
        for row in range(page, now + 1):
            begun = ends[row - 1] if row else 0
            line = text[row] if row < now else text[row][: max(0, int(typed - begun))]
            caret = "_" if row == now and int(time * 2) % 2 else ""
            place = (width * 0.09, height * (0.24 + 0.078 * (row - page)))
            on.text(place, f"> {line}{caret}", (70, 255, 120), _font(size))

    yield from _frames(still, seconds, rate, draw)


def dot_board(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A board of lamps over which words run, a column at a time."""
    height, width = shape
    words = Image.new("L", (3000, 14))
    line = "  *  ".join(stills.line_of_song(rng) for _ in range(12))
    ImageDraw.Draw(words).text((0, -2), line, 255, _font(13))
    lamps = np.asarray(words) > 110
    n_across = int(rng.integers(60, 110))
    pitch, top, speed = width / n_across, height * rng.uniform(0.1, 0.7), rng.uniform(8, 40)
    still = stills.cropped(photo, shape)
    on_still = ImageDraw.Draw(still)
    on_still.rectangle((0, top - pitch, width, top + 15 * pitch), (10, 10, 12))

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        first = int(time * speed)
        for row, column in np.argwhere(lamps[:, first : first + n_across]):
            x, y = column * pitch, top + row * pitch
            on.ellipse((x, y, x + pitch * 0.75, y + pitch * 0.75), (255, 150, 20))

    yield from _frames(still, seconds, rate, draw)


def hearts(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Hearts that rise along one side and fade, as viewers send them."""
    height, width = shape
    tones, phases = rng.random(40), rng.uniform(0, 6, 40)
    starts, swings = rng.random(40) * 4, width * rng.uniform(0.01, 0.05, 40)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        for tone, phase, start, swing in zip(tones, phases, starts, swings, strict=True):
            share = ((time + start) % 4) / 4
            x, y = width * 0.85 + swing * np.sin(9 * share + phase), height * (1 - 0.8 * share)
            size, fill = (
                height * 0.02 * (1 + share),
                (*_hue(tone * 0.2 - 0.1), round(230 * (1 - share))),
            )
            on.ellipse((x - size, y - size, x, y), fill)
            on.ellipse((x, y - size, x + size, y), fill)
            on.polygon(
                ((x - size, y - size * 0.4), (x + size, y - size * 0.4), (x, y + size)), fill
            )

    yield from _frames(stills.cropped(photo, shape), seconds, rate, draw)


def subtitles(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """One or two lines with a rim at the foot, exchanged at once, at times none."""
    height, width = shape
    ends = np.cumsum(rng.uniform(1.2, 4.0, 40))
    lines = [stills.line_of_song(rng) if rng.random() < 0.85 else "" for _ in range(80)]
    colour = (255, 235, 80) if rng.random() < 0.5 else (255, 255, 255)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        now = int(np.searchsorted(ends, time, side="right"))
        for row, line in enumerate(lines[2 * now : 2 * now + 1 + now % 2]):
            place = (width / 2, height * (0.8 + 0.08 * row))
            on.text(
                place, line, colour, _font(height / 15), "mm", stroke_width=2, stroke_fill="black"
            )

    yield from _frames(stills.cropped(photo, shape), seconds, rate, draw)


def bouncing_sign(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A sign that goes straight on and bounces off the edges, each time in another colour."""
    height, width = shape
    wide, tall = width * 0.2, height * 0.13
    start, speed = rng.random(2) * (width, height), height * rng.uniform(0.15, 0.4, 2)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        laps = (start + speed * time) / (width - wide, height - tall)
        x, y = (1 - abs(1 - laps % 2)) * (width - wide, height - tall)
        tone = _hue(0.17 * int(laps.sum()))
        on.ellipse((x, y + tall * 0.6, x + wide, y + tall), tone)
        on.text((x + wide / 2, y + tall * 0.3), "VIDEO", tone, _font(tall * 0.7), "mm")

    yield from _frames(stills.cropped(photo, shape), seconds, rate, draw)


def stopwatch(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Minutes, seconds and hundredths in a box in a corner."""
    height, width = shape
    x, y = width * rng.choice((0.17, 0.83)), height * rng.choice((0.1, 0.9))

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        half = (width * 0.13, height * 0.055)
        on.rectangle((x - half[0], y - half[1], x + half[0], y + half[1]), (0, 0, 0, 170))
        shown = f"{int(time) // 60:02}:{int(time) % 60:02}.{int(time * 100) % 100:02}"
        on.text((x, y), shown, (255, 255, 255), _font(height / 13), "mm")

    yield from _frames(stills.cropped(photo, shape), seconds, rate, draw)


def torn_title(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A large title whose red and blue jump apart, and slices of it sideways."""
    height, width = shape
    title = stills.line_of_song(rng).split()[0].upper()
    jumps = rng.normal(0, 1, (4000, 2)) * (rng.random((4000, 1)) < 0.4) * height / 40

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        jump = jumps[int(time * 12)]
        for way, tone in (
            (-1, (255, 0, 60, 200)),
            (1, (0, 220, 255, 200)),
            (0, (255, 255, 255, 255)),
        ):
            place = (width / 2 + way * jump[0], height / 2 + way * jump[1] * 0.4)
            on.text(place, title, tone, _font(height / 4), "mm")
        if abs(jump[0]) > height / 50:
            top = height * 0.4 + abs(jump[1]) * 3
            on.rectangle((width * 0.2, top, width * 0.8, top + height / 60), (255, 255, 255, 190))

    yield from _frames(stills.cropped(photo, shape), seconds, rate, draw)


def mesh(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Points that drift, with lines between those that are near."""
    height, width = shape
    starts, speeds = rng.random((46, 2)), rng.uniform(-0.05, 0.05, (46, 2))

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        points = (1 - abs(1 - (starts + speeds * time) % 2)) * (width, height)
        gaps = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)) / (height * 0.3)
        for one, other in np.argwhere(np.triu(gaps < 1, 1)):
            fill = (255, 255, 255, round(200 * (1 - gaps[one, other])))
            on.line((*points[one], *points[other]), fill, 1)
        for x, y in points:
            on.ellipse((x - 2, y - 2, x + 2, y + 2), (255, 255, 255, 230))

    yield from _frames(stills.cropped(photo, shape), seconds, rate, draw)


def falling_signs(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Columns of green signs that run down, bright at their ends, over a dark picture."""
    height, width = shape
    still = stills.cropped(photo, shape).point(lambda value: int(value * 0.45))
    n_columns, tall = width // 12, height // 12
    starts, speeds = rng.random(n_columns) * tall * 2, rng.uniform(5, 16, n_columns)
    signs = rng.integers(33, 90, (n_columns, tall + 20))

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        for column in range(n_columns):
            end = int(starts[column] + speeds[column] * time) % (tall * 2)
            for back in range(11):
                row = end - back
                if 0 <= row < tall:
                    tone = (200, 255, 210, 255) if not back else (30, 220, 70, 240 - 21 * back)
                    on.text((column * 12, row * 12), chr(signs[column, row]), tone, _font(11))

    yield from _frames(still, seconds, rate, draw)


def chat(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Messages of viewers that come in at the foot of a column and push the others up."""
    height, width = shape
    times = np.cumsum(rng.exponential(rng.uniform(0.5, 1.4), 90))
    says, tones = rng.integers(0, len(_CHATTER), 90), rng.random(90)
    left, size = width * rng.choice((0.03, 0.62)), height / 21

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        now = int(np.searchsorted(times, time))
        for row in range(max(0, now - 9), now):
            y = height * 0.93 - (now - row) * size * 1.6
            on.text((left, y), f"user{int(tones[row] * 900)}", _hue(tones[row]), _font(size))
            on.text((left + size * 4, y), _CHATTER[says[row]], (255, 255, 255), _font(size))

    yield from _frames(stills.cropped(photo, shape), seconds, rate, draw)


def fireworks(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Bursts of sparks that spread, sink and fade."""
    height, width = shape
    starts = np.cumsum(rng.uniform(0.3, 1.0, 90)) - 1
    places, tones = rng.uniform(0.15, 0.7, (90, 2)) * (width * 1.2, height), rng.random(90)
    ways = rng.uniform(0, 2 * np.pi, 44)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        for start, (x, y), tone in zip(starts, places, tones, strict=True):
            age = time - start
            if 0 < age < 1.6:
                far, fill = (
                    height * 0.3 * (1 - np.exp(-2 * age)),
                    (*_hue(tone), round(255 * (1 - age / 1.6))),
                )
                for number, way in enumerate(ways):
                    reach = far * (0.6 + 0.4 * (number % 3) / 2)
                    left, top = x + reach * np.cos(way), y + reach * np.sin(way) + 40 * age * age
                    on.rectangle((left, top, left + height / 130, top + height / 130), fill)

    yield from _frames(stills.cropped(photo, shape), seconds, rate, draw)


DRAWN: Final[dict[str, LivelyForm]] = {
    **FILTERS,
    "a compact disc": record_of_light,
    "bars of all hues": rainbow_bars,
    "bubbles": bubbles,
    "confetti": confetti,
    "a terminal": terminal,
    "a board of lamps": dot_board,
    "hearts": hearts,
    "subtitles": subtitles,
    "a sign that bounces": bouncing_sign,
    "a stopwatch": stopwatch,
    "a torn title": torn_title,
    "a mesh of points": mesh,
    "falling signs": falling_signs,
    "messages": chat,
    "fireworks": fireworks,
}
