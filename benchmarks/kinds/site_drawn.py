"""Drawings over photographs as a video site has them: drawn twice as large, made small."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from site_soft import petals, soft_blobs

from support import stills
from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape

_TIMES: Final = 2
_Colour = tuple[int, ...]
_Layer = Callable[[ImageDraw.ImageDraw, float], None]


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(8, _TIMES * size))


def _tone(rng: np.random.Generator, least: int = 0) -> _Colour:
    red, green, blue = rng.integers(least, 256, 3).tolist()
    return red, green, blue


def _point(x: float, y: float) -> tuple[float, float]:
    return _TIMES * x, _TIMES * y


def _points(*points: tuple[float, float]) -> list[tuple[float, float]]:
    return [_point(x, y) for x, y in points]


def _blank(shape: Shape) -> Image.Image:
    return Image.new("RGBA", (_TIMES * shape[1], _TIMES * shape[0]))


def _over(
    still: Photo, shape: Shape, seconds: float, rate: int, draw: _Layer, shadow: float = 0.0
) -> Iterator[Picture]:
    """Lay what is drawn over a picture, with a shadow of so many pixels around it."""
    for number in range(round(seconds * rate)):
        layer = _blank(shape)
        draw(ImageDraw.Draw(layer), number / rate)
        small = layer.resize((shape[1], shape[0]), Image.Resampling.BOX)
        picture = still.convert("RGBA")
        if shadow:
            dark = small.getchannel("A").filter(ImageFilter.GaussianBlur(shadow))
            picture.paste((0, 0, 0, 255), mask=dark)
        picture.alpha_composite(small)
        yield np.asarray(picture.convert("RGB"))


def _beat(time: float, number: float) -> float:
    """Return a level of a band of sound, 0.0 to 1.0."""
    kick = np.exp(-5 * (time * 2.1 % 1)) / (1 + 0.2 * number)
    return float(min(1, kick + 0.6 * abs(np.sin(2.3 * time + 0.9 * number) * np.sin(7 * time))))


def big_words(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Words of a song one by one, each in another place and size, with a soft shadow."""
    height, width = shape
    words = [word for _ in range(12) for word in stills.line_of_song(rng).split()]
    places, sizes = rng.uniform(0.08, 0.6, (200, 2)), rng.uniform(0.1, 0.22, 200)
    pace, tone = rng.uniform(1.2, 2.6), _tone(rng, 160)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        number = int(time * pace)
        x, y = places[number % 200]
        size = height * sizes[number % 200]
        on.text(_point(x * width, y * height), words[number % len(words)], tone, _font(size))

    yield from _over(stills.cropped(photo, shape), shape, seconds, rate, draw, height / 60)


def ring_of_bars(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Bars around a circle in which the cover is, going from one colour to another."""
    height, width = shape
    middle, radius = np.array([width / 2, height * rng.uniform(0.42, 0.58)]), height * 0.2
    one, other, n_bars = np.array(_tone(rng, 90)), np.array(_tone(rng, 90)), rng.integers(36, 90)
    backdrop = stills.cropped(photo, shape).filter(ImageFilter.GaussianBlur(height / 50))

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        for bar in range(n_bars):
            way = 2 * np.pi * bar / n_bars
            step = np.array([np.cos(way), np.sin(way)])
            ends = [middle + step * radius]
            ends.append(ends[0] + step * height * 0.22 * _beat(time, abs(bar - n_bars / 2) / 4))
            share = abs(2 * bar / n_bars - 1)
            tone = tuple((one * share + other * (1 - share)).astype(int).tolist())
            thick = round(_TIMES * 3.4 * radius / n_bars)
            on.line(_points(*[(float(x), float(y)) for x, y in ends]), tone, thick)

    yield from _over(backdrop, shape, seconds, rate, draw)


def how_far(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A cover on a card, a bar that fills with a knob, the time, and four small bars that hop."""
    height, width = shape
    tone, left, top = _tone(rng, 120), width * 0.12, height * rng.uniform(0.7, 0.84)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        at = left + 0.76 * width * (0.2 + 0.6 * time / seconds)
        on.line(_points((left, top), (left + 0.76 * width, top)), (255, 255, 255, 110), 8)
        on.line(_points((left, top), (at, top)), tone, 8)
        on.ellipse(_points((at - 6, top - 6), (at + 6, top + 6)), (255, 255, 255))
        clock = f"{int(time) // 60}:{int(time) % 60:02}"
        on.text(_point(left, top + 9), clock, (255, 255, 255), _font(height * 0.045))
        for bar in range(4):
            x, tall = width * 0.8 + 9 * bar, height * 0.12 * _beat(time, bar)
            on.rectangle(_points((x, top - 18 - tall), (x + 6, top - 18)), tone)

    yield from _over(stills.cropped(photo, shape), shape, seconds, rate, draw)


def news(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A red strip with a clock, and a line that runs through a pale one below."""
    height, width = shape
    line = "   +++   ".join(stills.line_of_song(rng) for _ in range(14))
    speed, band = width * rng.uniform(0.12, 0.4), height * rng.uniform(0.08, 0.13)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        top = height - band
        on.rectangle(_points((0, top), (width, height)), (236, 236, 230))
        at = _point(width - speed * time, top + band * 0.15)
        on.text(at, line, (20, 20, 26), _font(band * 0.62))
        on.rectangle(_points((0, top), (width * 0.16, height)), (190, 16, 30))
        clock = f"12:{int(time):02}"
        on.text(_point(4, top + band * 0.2), clock, (255, 255, 255), _font(band * 0.5))

    yield from _over(stills.cropped(photo, shape), shape, seconds, rate, draw)


def stickers(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Faces and stars that jump between a few poses, as animated stickers do."""
    height, width = shape
    n = int(rng.integers(3, 7))
    places, sizes = rng.uniform(0.12, 0.88, (n, 2)) * (width, height), height * 0.12
    tones, pace = [_tone(rng, 120) for _ in range(n)], rng.uniform(2.5, 6)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        for number, ((x, y), tone) in enumerate(zip(places, tones, strict=True)):
            pose = (int(time * pace) + number) % 4
            up = y + (0, -0.08, 0, 0.05)[pose] * height
            r = sizes * (1, 1.15, 1, 0.9)[pose]
            on.ellipse(_points((x - r, up - r), (x + r, up + r)), tone, (255, 255, 255), 6)
            for side in (-0.4, 0.4):
                tall = r * (0.18, 0.18, 0.05, 0.18)[pose]
                box = (
                    x + side * r - r * 0.14,
                    up - tall - r / 4,
                    x + side * r + r * 0.14,
                    up + tall,
                )
                on.ellipse(_points(box[:2], box[2:]), (30, 20, 20))
            on.arc(
                _points((x - r / 2, up - r / 3), (x + r / 2, up + r / 2)), 20, 160, (30, 20, 20), 8
            )

    yield from _over(stills.cropped(photo, shape), shape, seconds, rate, draw)


def countdown(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Seconds that are left, in a ring that gets shorter."""
    height, width = shape
    x, y = width * rng.uniform(0.35, 0.65), height * rng.uniform(0.4, 0.6)
    tone, r = _tone(rng, 130), height * rng.uniform(0.16, 0.28)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        box = _points((x - r, y - r), (x + r, y + r))
        on.ellipse(box, (0, 0, 0, 90))
        on.arc(box, -90, -90 + 360 * (1 - time % 1 * 0.98), tone, round(r / 3))
        left = f"{max(0, round(seconds - time)):02}"
        on.text(_point(x, y), left, (255, 255, 255), _font(r), anchor="mm")

    yield from _over(stills.cropped(photo, shape), shape, seconds, rate, draw)


def subtitles(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Two lines at the foot, others every two seconds, in a half transparent box."""
    height, width = shape
    lines = [stills.line_of_song(rng) for _ in range(40)]
    pace = rng.uniform(1.1, 2.4)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        verse = int(time / pace)
        if time % pace > 0.85 * pace:
            return
        box = _points((width * 0.1, height * 0.76), (width * 0.9, height * 0.95))
        on.rectangle(box, (0, 0, 0, 130))
        for row in range(2):
            at = _point(width / 2, height * (0.81 + 0.085 * row))
            words = lines[(2 * verse + row) % 40]
            on.text(at, words, (255, 240, 120), _font(height * 0.055), anchor="mm")

    yield from _over(stills.cropped(photo, shape), shape, seconds, rate, draw)


def turning_sign(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A sign in a corner or the middle that turns about its upright axis."""
    height, width = shape
    x, y, r = *(rng.uniform(0.25, 0.75, 2) * (width, height)), height * rng.uniform(0.14, 0.26)
    one, other, speed = _tone(rng), _tone(rng, 150), rng.uniform(1.2, 3.7)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        wide = np.cos(speed * time)
        half = max(2.0, r * abs(wide))
        on.ellipse(_points((x - half, y - r), (x + half, y + r)), one, other, 10)
        star = [
            (x + wide * s * r * np.cos(way), y + s * r * np.sin(way))
            for number, way in enumerate(np.linspace(0, 2 * np.pi, 11) - np.pi / 2)
            for s in [0.75 if number % 2 == 0 else 0.32]
        ]
        on.polygon(_points(*star), other)

    yield from _over(stills.cropped(photo, shape), shape, seconds, rate, draw)


def line_of_sound(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A curve of sound that glows, and its mirror image."""
    height, width = shape
    tone, y, n = _tone(rng, 140), height * rng.uniform(0.35, 0.75), 90
    phases, waves = rng.uniform(0, 6, 6), rng.uniform(4, 40, 6)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        shares = np.linspace(0, 1, n)
        bent = sum(
            _beat(time, number) * np.sin(wave * shares + phase + (3 + wave) * time)
            for number, (wave, phase) in enumerate(zip(waves, phases, strict=True))
        )
        bent = bent * np.sin(np.pi * shares) * height * 0.08
        for way, solid in ((1, 255), (-1, 120)):
            curve = [
                (float(s * width), float(y + way * b)) for s, b in zip(shares, bent, strict=True)
            ]
            on.line(_points(*curve), (*tone, solid), 6, "curve")

    still = stills.cropped(photo, shape)
    for layer in _over(Image.new("RGB", (width, height)), shape, seconds, rate, draw):
        light = Image.fromarray(layer)
        glow = light.filter(ImageFilter.GaussianBlur(height / 40))
        yield np.asarray(ImageChops.add(ImageChops.screen(still, light), glow))


def subscribe(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A red button that comes up from below, is pressed and goes, and a bell that rings."""
    height, width = shape
    x, period = width * rng.uniform(0.3, 0.7), rng.uniform(2.5, 4)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        phase = time % period / period
        rise = float(np.clip(min(phase, 1 - phase) * 6, 0, 1))
        y, half, tall = height * (1.1 - 0.3 * rise), width * 0.17, height * 0.07
        tone = (200, 20, 20) if phase < 0.5 else (130, 130, 130)
        on.rounded_rectangle(_points((x - half, y - tall), (x + half, y + tall)), 12, tone)
        words = "SUBSCRIBE" if phase < 0.5 else "SUBSCRIBED"
        on.text(_point(x, y), words, (255, 255, 255), _font(height * 0.055), anchor="mm")
        bell, swing = x + half * 1.5, 0.4 * np.sin(25 * time) * rise
        top = _points(
            (bell + tall * np.sin(swing), y - tall),
            (bell - tall, y + tall * (0.6 + np.sin(swing))),
            (bell + tall, y + tall * (0.6 - np.sin(swing))),
        )
        on.polygon(top, (250, 200, 40))

    yield from _over(stills.cropped(photo, shape), shape, seconds, rate, draw, 2.0)


def two_needles(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Two pale meters side by side, with needles that follow the sound."""
    height, width = shape
    top, tone = height * rng.uniform(0.35, 0.6), _tone(rng, 190)
    tall, wide = height * 0.3, width * 0.3

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        for side in range(2):
            left = width * (0.15 + 0.4 * side)
            on.rounded_rectangle(_points((left, top), (left + wide, top + tall)), 16, tone)
            foot = left + wide / 2, top + tall * 0.95
            for mark in np.linspace(-0.9, 0.9, 13):
                ends = [
                    (foot[0] + s * tall * np.sin(mark), foot[1] - s * tall * np.cos(mark))
                    for s in (0.72, 0.8)
                ]
                on.line(_points(*ends), (60, 50, 40), 2)
            way = -0.9 + 1.8 * _beat(time, side)
            tip = foot[0] + 0.75 * tall * np.sin(way), foot[1] - 0.75 * tall * np.cos(way)
            on.line(_points(foot, tip), (170, 20, 20), 4)

    yield from _over(stills.cropped(photo, shape), shape, seconds, rate, draw, 3.0)


def camcorder(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A photograph as a tape would show it: a dot that blinks, a counter, a frame, torn lines."""
    height, width = shape
    still = stills.cropped(photo, shape)
    chance = np.random.default_rng(rng.integers(1 << 30))

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        if time % 1 < 0.5:
            on.ellipse(_points((16, 14), (28, 26)), (230, 20, 20))
        clock = f"REC 00:{int(time):02}:{int(time * 100) % 100:02}"
        on.text(_point(34, 10), clock, (255, 255, 255), _font(height * 0.065))
        for _ in range(int(chance.integers(0, 9))):
            y, x = chance.random(2) * (height, width)
            on.line(_points((x, y), (x + width * 0.3, y)), (255, 255, 255, 150), 3)

    yield from _over(still, shape, seconds, rate, draw)


def chat(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Bubbles of a chat, each with a round face, that push the others up."""
    height, width = shape
    lines, tones = [stills.line_of_song(rng) for _ in range(60)], [_tone(rng, 80) for _ in range(9)]
    pace, tall = rng.uniform(0.6, 1.5), height * 0.1

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        newest, moved = int(time / pace), min(1.0, time % pace / 0.2)
        for back in range(7):
            y = height * 0.92 - tall * 1.15 * (back + moved - 1)
            words = lines[(newest - back) % 60]
            box = _points((width * 0.09, y - tall), (width * (0.14 + 0.012 * len(words)), y))
            on.rounded_rectangle(box, 14, (250, 250, 250, 225))
            at = _point(width * 0.11, y - tall / 2)
            on.text(at, words, (20, 20, 30), _font(tall * 0.4), anchor="lm")
            face = _points((width * 0.02, y - tall), (width * 0.02 + tall, y))
            on.ellipse(face, tones[(newest - back) % 9])

    yield from _over(stills.cropped(photo, shape), shape, seconds, rate, draw)


def captions_in_a_box(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Three words in the middle, the one that is sung in a rounded box."""
    height, width = shape
    words = [word for _ in range(20) for word in stills.line_of_song(rng).split()]
    pace, tone, y = rng.uniform(1.5, 3.2), _tone(rng), height * rng.uniform(0.45, 0.75)

    def draw(on: ImageDraw.ImageDraw, time: float) -> None:
        number = int(time * pace)
        for place in range(3):
            x, word = width * (0.2 + 0.3 * place), words[(number // 3 * 3 + place) % len(words)]
            font = _font(height * 0.08)
            if number % 3 == place:
                left, top, right, bottom = on.textbbox(_point(x, y), word, font, "mm")
                on.rounded_rectangle((left - 14, top - 10, right + 14, bottom + 10), 14, tone)
            on.text(_point(x, y), word, (255, 255, 255), font, "mm", stroke_width=3,
                    stroke_fill=(0, 0, 0))  # fmt: skip

    yield from _over(stills.cropped(photo, shape), shape, seconds, rate, draw)


DRAWN: Final[dict[str, LivelyForm]] = {
    "large words here and there": big_words,
    "a ring of bars around a cover": ring_of_bars,
    "how far a song has got, with bars": how_far,
    "news with a line that runs": news,
    "stickers": stickers,
    "a countdown": countdown,
    "subtitles": subtitles,
    "a sign that turns": turning_sign,
    "a curve of sound that glows": line_of_sound,
    "petals": petals,
    "a button and a bell": subscribe,
    "two meters": two_needles,
    "spots of colour that drift": soft_blobs,
    "a tape": camcorder,
    "a chat": chat,
    "captions in a box": captions_in_a_box,
}
