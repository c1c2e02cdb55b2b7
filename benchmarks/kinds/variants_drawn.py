"""Drawings over a photograph by other makers than those the rules were fitted to."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from scipy.ndimage import gaussian_filter

from support.footage import Picture
from support.overlays import disc
from support.stills import LivelyForm, Photo, Shape, cropped, line_of_song

_COLOURS: Final = ("white", "yellow", "#ff5577", "#66ddff", "#aaff66", "#ffaa33", "#111111")
Paint = Callable[[ImageDraw.ImageDraw, float], None]


def drawn_over(backdrop: Photo, seconds: float, rate: int, paint: Paint) -> Iterator[Picture]:
    """Paint over a photograph what is told by the time, in seconds."""
    for number in range(round(seconds * rate)):
        drawn = backdrop.copy()
        paint(ImageDraw.Draw(drawn), number / rate)
        yield np.asarray(drawn)


def _colour(rng: np.random.Generator, backdrop: Photo) -> str:
    behind = np.asarray(backdrop).mean()
    light = [c for c in _COLOURS if (c == "#111111") == (behind > 170)]
    return light[int(rng.integers(len(light)))]


def _levels(n: int, rng: np.random.Generator) -> Callable[[], np.ndarray]:
    now = np.zeros(n)

    def following() -> np.ndarray:
        nonlocal now
        beat = 0.3 + 0.7 * rng.random()
        now = 0.4 * now + 0.6 * np.clip(beat * rng.beta(1.2, 1.8, n), 0.03, 1)
        return now

    return following


def vinyl(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A black record with a picture for a label and light on its grooves, which turns."""
    height, width = shape
    across = int(min(shape) * rng.uniform(0.6, 0.95))
    record = Image.new("RGB", (across, across), (18, 18, 20))
    draw = ImageDraw.Draw(record)
    for start in (20, 200):
        draw.pieslice((0, 0, across, across), start, start + 35, (70, 70, 76))
    inner = across // 2
    label = cropped(photo, (inner, inner))
    record.paste(label, ((across - inner) // 2,) * 2, disc(inner))
    backdrop = cropped(photo, shape).filter(ImageFilter.GaussianBlur(8))
    turns, mask = rng.choice([0.3, 33.3 / 60, 0.75, 1.0]), disc(across)
    at = (int((width - across) * rng.uniform(0.2, 0.8)), (height - across) // 2)
    for number in range(round(seconds * rate)):
        drawn = backdrop.copy()
        turned = record.rotate(-360 * turns * number / rate, Image.Resampling.BICUBIC)
        drawn.paste(turned, at, mask)
        yield np.asarray(drawn)


def round_wave(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A closed line around the middle that bulges with the music."""
    height, width = shape
    backdrop = cropped(photo, shape)
    colour, radius = _colour(rng, backdrop), min(shape) * rng.uniform(0.2, 0.33)
    angles, thick = np.linspace(0, 2 * np.pi, 240), max(2, min(shape) // 60)

    def paint(draw: ImageDraw.ImageDraw, _: float) -> None:
        bulge = sum(
            rng.normal(0, 0.12) * np.sin(tones * angles + rng.uniform(0, 6))
            for tones in (3, 5, 8, 13, 21)
        )
        r = radius * (1 + np.clip(bulge, -0.5, 0.45))
        points = zip(width / 2 + r * np.cos(angles), height / 2 + r * np.sin(angles), strict=True)
        draw.line(list(points), colour, thick)

    return drawn_over(backdrop, seconds, rate, paint)


def round_bars(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Wedges around the middle, each as long as its tone is loud."""
    height, width = shape
    backdrop = cropped(photo, shape)
    colour, n_bars = _colour(rng, backdrop), int(rng.integers(24, 72))
    inner, following = min(shape) * rng.uniform(0.15, 0.25), _levels(n_bars, rng)

    def paint(draw: ImageDraw.ImageDraw, _: float) -> None:
        for number, level in enumerate(following()):
            r = inner + level * (min(shape) * 0.48 - inner)
            box = (width / 2 - r, height / 2 - r, width / 2 + r, height / 2 + r)
            begins = 360 * number / n_bars
            draw.pieslice(box, begins, begins + 250 / n_bars, colour)
        box = (width / 2 - inner, height / 2 - inner, width / 2 + inner, height / 2 + inner)
        draw.ellipse(box, "black")

    return drawn_over(backdrop, seconds, rate, paint)


def bars_at_an_edge(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Bars that hang from the top, stand at the foot, or come from the left."""
    height, width = shape
    backdrop = cropped(photo, shape)
    colour, n_bars = _colour(rng, backdrop), int(rng.integers(10, 60))
    edge, tall, following = rng.integers(3), rng.uniform(0.25, 0.7), _levels(n_bars, rng)

    def paint(draw: ImageDraw.ImageDraw, _: float) -> None:
        for number, level in enumerate(following()):
            first, last, long = (number + 0.1) / n_bars, (number + 0.8) / n_bars, level * tall
            box = [(first, 0, last, long), (first, 1 - long, last, 1), (0, first, long, last)][edge]
            x0, y0, x1, y1 = box
            draw.rectangle((x0 * width, y0 * height, x1 * width, y1 * height), colour)

    return drawn_over(backdrop, seconds, rate, paint)


def glowing_wave(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """An oscilloscope: a line over the whole width, with a glow."""
    height, width = shape
    backdrop = cropped(photo, shape)
    light = np.array(rng.choice([(255, 255, 255), (90, 255, 160), (255, 210, 80)]), np.float32)
    x, middle, swing = np.arange(0, width, 3), rng.uniform(0.35, 0.65), rng.uniform(0.15, 0.4)
    pixels = np.asarray(backdrop).astype(np.float32)
    for _ in range(round(seconds * rate)):
        y = np.sum([rng.normal() * np.sin(x * f + rng.uniform(0, 6)) for f in (0.02, 0.07, 0.2)], 0)
        line = Image.new("L", (width, height))
        points = zip(x.tolist(), (height * (middle + swing * y / 4)).tolist(), strict=True)
        ImageDraw.Draw(line).line(list(points), 255, max(2, height // 70))
        sharp = np.asarray(line).astype(np.float32) / 255
        share = np.clip(sharp + 1.5 * gaussian_filter(sharp, height / 90), 0, 1)[..., None]
        yield (pixels * (1 - share) + light * share).astype(np.uint8)


def level_meters(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Two wide bars that lie above each other, one for each channel."""
    height, width = shape
    backdrop = cropped(photo, shape)
    colour, following, top = _colour(rng, backdrop), _levels(2, rng), rng.uniform(0.6, 0.8)

    def paint(draw: ImageDraw.ImageDraw, _: float) -> None:
        for number, level in enumerate(following()):
            y = height * (top + 0.09 * number)
            draw.rectangle((width * 0.1, y, width * (0.1 + 0.8 * level), y + height * 0.06), colour)

    return drawn_over(backdrop, seconds, rate, paint)


def text_that_moves(
    pixels_a_second: float, *, across: bool = False, boxed: bool = False
) -> LivelyForm:
    """Make a form: lines that climb or sink, or one that goes to either side, perhaps on a bar."""

    def form(
        photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
    ) -> Iterator[Picture]:
        height, width = shape
        backdrop = cropped(photo, shape)
        size, colour = height * rng.uniform(0.06, 0.1), _colour(rng, backdrop)
        rim = "white" if colour == "#111111" else "black"
        font, way = ImageFont.load_default(size), rng.choice([-1, 1])
        lines = [line_of_song(rng) for _ in range(40)]
        ribbon, y = " - ".join(lines), height * rng.uniform(0.05, 0.85)
        if boxed:
            box = (0, y - size * 0.2, width, y + size * 1.4)
            ImageDraw.Draw(backdrop).rectangle(box, "#203050")
        long = font.getlength(ribbon) if across else len(lines) * size * 1.5

        def paint(draw: ImageDraw.ImageDraw, now: float) -> None:
            moved = (way * pixels_a_second * now + long / 3) % long
            if across:
                for start in (moved - long, moved):
                    draw.text((start, y), ribbon, "white" if boxed else colour, font)
                return
            for number, line in enumerate(lines):
                at = (number * size * 1.5 + moved) % long - size * 1.5
                if at < height:
                    draw.text((width / 2, at), line, colour, font, "ma", 4, "center",
                              stroke_width=1, stroke_fill=rim)  # fmt: skip

        return drawn_over(backdrop, seconds, rate, paint)

    return form


def wiped_karaoke(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """One or two lines; a colour goes over each evenly, and the next ones come."""
    height, width = shape
    backdrop = cropped(photo, shape)
    font, n_lines = ImageFont.load_default(height * rng.uniform(0.07, 0.1)), int(rng.integers(1, 3))
    top, colour = height * rng.uniform(0.55, 0.7), str(rng.choice(_COLOURS[1:6]))
    verse = rng.uniform(2.5, 5)
    verses = [
        [line_of_song(rng) for _ in range(n_lines)] for _ in range(round(seconds / verse) + 1)
    ]

    def written(lines: list[str], fill: str) -> Photo:
        picture = backdrop.copy()
        draw = ImageDraw.Draw(picture)
        for number, line in enumerate(lines):
            at = (width / 2, top + number * height * 0.13)
            draw.text(at, line, fill, font, "ma", stroke_width=2, stroke_fill="#202020")
        return picture

    for number in range(round(seconds * rate)):
        verse_number, sung = divmod(number / rate / verse, 1)
        lines = verses[int(verse_number)]
        picture, lit = written(lines, "white"), written(lines, colour)
        for line in range(n_lines):
            share = float(np.clip(sung * n_lines - line, 0, 1))
            y = int(top + line * height * 0.13)
            box = (0, y, max(1, int(width * share)), int(y + height * 0.13))
            picture.paste(lit.crop(box), box[:2])
        yield np.asarray(picture)


def pages_that_fade(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Three lines in the middle for some seconds, faded in and out."""
    height, width = shape
    backdrop = cropped(photo, shape)
    font, lasts = ImageFont.load_default(height * 0.08), rng.uniform(3, 5)
    pages = []
    for _ in range(round(seconds / lasts) + 1):
        page = backdrop.copy()
        for number in range(3):
            at = (width / 2, height * (0.35 + 0.12 * number))
            ImageDraw.Draw(page).text(at, line_of_song(rng), "white", font, "ma", stroke_width=2,
                                      stroke_fill="black")  # fmt: skip
        pages.append(page)
    for number in range(round(seconds * rate)):
        page_number, share = divmod(number / rate / lasts, 1)
        observed = min(1.0, 2.5 * lasts * min(share, 1 - share))
        yield np.asarray(Image.blend(backdrop, pages[int(page_number)], observed))


def rising_bubbles(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Soft lights of one colour that rise and sway, half seen through."""
    height, width = shape
    backdrop = np.asarray(cropped(photo, shape)).astype(np.float32)
    n = int(rng.integers(25, 90))
    x, y, speed = rng.uniform(0, width, n), rng.uniform(0, height, n), rng.uniform(10, 60, n)
    radius, light = rng.uniform(0.01, 0.025) * height, np.array((255, 250, 235), np.float32)
    for number in range(round(seconds * rate)):
        dots = Image.new("L", (width, height))
        draw = ImageDraw.Draw(dots)
        for a, b, v in zip(x, y, speed, strict=True):
            u = a + 6 * np.sin(number / rate + a)
            w = (b - v * number / rate) % height
            draw.ellipse((u - radius, w - radius, u + radius, w + radius), 255)
        share = gaussian_filter(np.asarray(dots).astype(np.float32) / 255, radius / 4)[..., None]
        yield (backdrop * (1 - 0.7 * share) + light * 0.7 * share).astype(np.uint8)


DRAWN: Final[dict[str, LivelyForm]] = {
    "vinyl": vinyl,
    "round wave": round_wave,
    "round bars": round_bars,
    "bars at an edge": bars_at_an_edge,
    "glowing wave": glowing_wave,
    "level meters": level_meters,
    "text, 7 px/s": text_that_moves(7),
    "text, 45 px/s": text_that_moves(45),
    "text, 110 px/s": text_that_moves(110),
    "text, 450 px/s": text_that_moves(450),
    "ticker, 70 px/s": text_that_moves(70, across=True),
    "ticker on a bar, 120 px/s": text_that_moves(120, across=True, boxed=True),
    "karaoke, wiped": wiped_karaoke,
    "pages that fade": pages_that_fade,
    "bubbles": rising_bubbles,
}
