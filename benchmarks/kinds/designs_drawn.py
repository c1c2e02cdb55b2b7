"""Drawings over a picture by a fifth set of makers: designs as they stand over songs on the web."""

from collections.abc import Iterator
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape, cropped, line_of_song

Colour = tuple[int, int, int]
_ACCENTS: Final[tuple[Colour, ...]] = (
    (255, 255, 255), (0, 230, 255), (255, 60, 90), (255, 200, 0), (150, 90, 255), (90, 255, 120),
)  # fmt: skip


def _accent(rng: np.random.Generator) -> Colour:
    return _ACCENTS[int(rng.integers(len(_ACCENTS)))]


def _art(photo: Photo, shape: Shape, rng: np.random.Generator, *, soft: bool = True) -> Photo:
    """Artwork behind: dimmed, perhaps blurred and tinted."""
    art = ImageEnhance.Brightness(cropped(photo, shape)).enhance(rng.uniform(0.35, 0.8))
    if soft and rng.random() < 0.6:
        art = art.filter(ImageFilter.GaussianBlur(shape[0] / rng.uniform(25, 80)))
    return ImageEnhance.Color(art).enhance(rng.uniform(0.4, 1.4))


def _spectrum(n: int, rate: int, rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """Bands of a song at 80 to 170 beats a minute: a kick low down, a tune, hats high up."""
    tempo, time = rng.uniform(80, 170) / 60, 0.0
    tune, now = rng.uniform(0.2, 0.8), np.zeros(n)
    bands = np.linspace(0, 1, n)
    while True:
        phase = (time * tempo) % 1
        if rng.random() < tempo / rate:
            tune = rng.uniform(0.15, 0.85)
        kick = np.exp(-6 * phase) * np.exp(-((bands / 0.12) ** 2))
        voice = 0.7 * np.exp(-(((bands - tune) / 0.1) ** 2))
        hats = 0.35 * np.exp(-8 * ((2 * phase) % 1)) * bands
        loudness = (kick + voice + hats) * rng.uniform(0.6, 1.1, n)
        now = np.maximum(loudness, now * 0.75 ** (25 / rate))
        yield now.clip(0.015, 1)
        time += 1 / rate


def _font(size: float) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(max(8.0, size))


def label_bars(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A row of thin bars of one colour above a title and a square cover, as labels have it."""
    height, width = shape
    art, colour, n = _art(photo, shape, rng), _accent(rng), int(rng.choice([48, 63, 80]))
    side, foot, left = height // 5, height * 0.66, width * 0.1
    art.paste(cropped(photo, (side, side)), (int(left), int(foot + height * 0.04)))
    draw = ImageDraw.Draw(art)
    draw.text((left + side * 1.15, foot + height * 0.05), "ARTIST", colour, _font(height / 11))
    pitch = width * 0.8 / n
    bands = _spectrum(n, rate, rng)
    for _ in range(round(seconds * rate)):
        frame = art.copy()
        draw = ImageDraw.Draw(frame)
        for k, level in enumerate(next(bands)):
            x = left + k * pitch
            draw.rectangle((x, foot - level * height * 0.42, x + pitch * 0.6, foot), colour)
        yield np.asarray(frame)


def logo_and_particles(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A logo that beats within a closed spectrum, and particles that fly outwards from it."""
    height, width = shape
    art, colour = _art(photo, shape, rng), _accent(rng)
    middle, radius = np.array([width / 2, height / 2]), height * rng.uniform(0.17, 0.25)
    n, bands = 90, _spectrum(45, rate, rng)
    angles = np.linspace(0, 2 * np.pi, n, endpoint=False) + np.pi / 2
    ways, ages = rng.uniform(0, 2 * np.pi, 70), rng.uniform(0, 1, 70)
    speeds = rng.uniform(0.2, 0.6, 70)
    for _ in range(round(seconds * rate)):
        levels = next(bands)
        both, beat = np.concatenate([levels, levels[::-1]]), 1 + 0.12 * levels[:5].mean()
        frame = art.copy()
        draw = ImageDraw.Draw(frame)
        ages = (ages + speeds / rate) % 1
        for way, age in zip(ways, ages, strict=True):
            x, y = middle + (radius + age * width * 0.5) * np.array([np.cos(way), np.sin(way)])
            r = 0.5 + 2.2 * age * height / 360
            draw.ellipse((x - r, y - r, x + r, y + r), (230, 230, 240))
        reach = radius * beat + both * height * 0.2
        points = [
            (float(middle[0] + r * np.cos(a)), float(middle[1] + r * np.sin(a)))
            for r, a in zip(reach, angles, strict=True)
        ]
        draw.polygon(points, colour)
        r = radius * beat * 0.97
        draw.ellipse((middle[0] - r, middle[1] - r, middle[0] + r, middle[1] + r), (12, 12, 16))
        draw.text(tuple(middle), "MIX", colour, _font(r * 0.7), anchor="mm")
        yield np.asarray(frame)


def vinyl_with_arm(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A black record with a cover for a label, which turns beneath an arm; its light stands."""
    height, width = shape
    art = _art(photo, shape, rng)
    across = int(height * rng.uniform(0.7, 0.9))
    disc = Image.new("RGB", (across, across), (14, 14, 15))
    draw = ImageDraw.Draw(disc)
    for r in range(across // 2, across // 6, -3):
        grey = int(rng.integers(16, 40))
        box = (across / 2 - r, across / 2 - r, across / 2 + r, across / 2 + r)
        draw.ellipse(box, outline=(grey, grey, grey))
    label = across // 3
    round_label = Image.new("L", (label, label))
    ImageDraw.Draw(round_label).ellipse((0, 0, label - 1, label - 1), fill=255)
    disc.paste(cropped(photo, (label, label)), (across // 2 - label // 2,) * 2, round_label)
    mask = Image.new("L", (across, across))
    ImageDraw.Draw(mask).ellipse((0, 0, across - 1, across - 1), fill=255)
    x, y = int((width - across) * rng.uniform(0.2, 0.8)), (height - across) // 2
    turns = float(rng.choice([33.3, 45, 20])) / 60
    for number in range(round(seconds * rate)):
        frame = art.copy()
        turned = disc.rotate(-360 * turns * number / rate, Image.Resampling.BICUBIC)
        frame.paste(turned, (x, y), mask)
        arm = [(x + across * 1.02, y + across * 0.1), (x + across * 0.7, y + across * 0.62)]
        ImageDraw.Draw(frame).line(arm, (200, 200, 205), max(3, height // 60))
        yield np.asarray(frame)


def oscilloscope(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A glowing trace of the sound from side to side, at times almost still."""
    height, width = shape
    art, colour = _art(photo, shape, rng), _accent(rng)
    x = np.arange(0, width, 3)
    bands = _spectrum(12, rate, rng)
    y0 = height * rng.uniform(0.35, 0.75)
    for _ in range(round(seconds * rate)):
        y = sum(
            level * np.sin(2 * np.pi * ((k + 1) * 1.7 * x / width + rng.random()))
            for k, level in enumerate(next(bands))
        )
        layer = Image.new("RGB", (width, height))
        points = list(zip(x.tolist(), (y0 + 0.08 * height * np.asarray(y)).tolist(), strict=True))
        ImageDraw.Draw(layer).line(points, colour, max(2, height // 120))
        glow = layer.filter(ImageFilter.GaussianBlur(height / 60))
        yield np.asarray(ImageChops.screen(art, ImageChops.screen(layer, glow)))


def karaoke_fill(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Two lines of a song with dark rims that fill with a colour from the left, then the next."""
    height, width = shape
    art, colour = _art(photo, shape, rng, soft=False), _accent(rng)
    sung, begun = (colour if colour != (255, 255, 255) else (255, 200, 0)), 0
    while begun < seconds * rate:
        lasts = round(rng.uniform(3, 6) * rate)
        white, filled = art.copy(), art.copy()
        ends = []
        for row in range(2):
            words, size = line_of_song(rng), height / 11
            while _font(size).getlength(words) > 0.9 * width and size > 9:
                size *= 0.9
            at = (width / 2, height * (0.7 + 0.14 * row))
            for sheet, paint in ((white, (255, 255, 255)), (filled, sung)):
                ImageDraw.Draw(sheet).text(
                    at, words, paint, _font(size), anchor="ma", stroke_width=2, stroke_fill="black"
                )
            ends.append((width - _font(size).getlength(words)) / 2)
        for number in range(min(lasts, round(seconds * rate) - begun)):
            frame = white.copy()
            part = 2.2 * number / lasts
            for row in range(2):
                share = min(1.0, max(0.0, part - row))
                right = round(ends[row] + share * (width - 2 * ends[row]))
                box = (0, round(height * (0.68 + 0.14 * row)), max(1, right), height)
                if row == 0:
                    box = (*box[:3], round(height * 0.82))
                frame.paste(filled.crop(box), box[:2])
            yield np.asarray(frame)
        begun += lasts


def podcast(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A cover beside rounded bars that move both ways from a line while somebody speaks."""
    height, width = shape
    back: Colour = tuple(rng.integers(20, 90, 3).tolist())
    card = Image.new("RGB", (width, height), back)
    side = int(min(height, width) * 0.5)
    card.paste(cropped(photo, (side, side)), (int(width * 0.06), (height - side) // 2))
    ImageDraw.Draw(card).text(
        (width * 0.06, height * 0.05), "Episode 12", "white", _font(height / 14)
    )
    n, colour = int(rng.choice([18, 28, 40])), _accent(rng)
    left, pitch = width * 0.1 + side, (width * 0.84 - side) / n
    loudness = np.zeros(n)
    silent = 0
    for _ in range(round(seconds * rate)):
        silent = silent - 1 if silent else (round(0.4 * rate) if rng.random() < 0.3 / rate else 0)
        loud = 0.05 if silent else rng.uniform(0.3, 1)
        loudness = 0.55 * loudness + 0.45 * loud * rng.random(n) * np.hanning(n + 2)[1:-1]
        frame = card.copy()
        draw = ImageDraw.Draw(frame)
        for k, level in enumerate(loudness):
            x, reach = left + k * pitch, 2 + level * height * 0.4
            box = (x, height / 2 - reach, x + max(2.0, pitch * 0.55), height / 2 + reach)
            draw.rounded_rectangle(box, pitch * 0.25, colour)
        yield np.asarray(frame)


def drifting_dust(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A cover at rest, and specks of light that drift over it, near ones large and soft."""
    height, width = shape
    art, n = _art(photo, shape, rng, soft=False), int(rng.integers(40, 120))
    places, sizes = rng.uniform(0, 1, (n, 2)), rng.uniform(0.8, 4, n) * height / 360
    ways = rng.normal(0, 0.035, (n, 2)) + rng.normal(0, 0.03, 2)
    lights, blinks = rng.uniform(60, 220, n), rng.uniform(0, 7, n)
    for number in range(round(seconds * rate)):
        layer = Image.new("RGB", (width, height))
        draw = ImageDraw.Draw(layer)
        now = (places + ways * number / rate) % 1
        for (x, y), r, light, blink in zip(now, sizes, lights, blinks, strict=True):
            grey = int(light * (0.65 + 0.35 * np.sin(blink + 1.3 * number / rate)))
            x, y = x * width, y * height
            draw.ellipse((x - r, y - r, x + r, y + r), (grey, grey, int(grey * 0.85)))
        layer = layer.filter(ImageFilter.GaussianBlur(height / 300))
        yield np.asarray(ImageChops.screen(art, layer))


def rolling_credits(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Roles and names that roll over black, or beside a picture that stands in a corner."""
    height, width = shape
    ground = Image.new("RGB", (width, height))
    if rng.random() < 0.5:
        small = cropped(photo, (height // 3, width // 3))
        ground.paste(small, (width // 20, height // 3))
    left = width * (0.68 if ground.getbbox() else 0.5)
    pitch, speed = height / 14, height * rng.uniform(0.08, 0.3)
    n = int((seconds * speed + height) / pitch) + 2
    sheet = Image.new("L", (width, int(n * pitch)))
    draw = ImageDraw.Draw(sheet)
    for k in range(n):
        role, *names = line_of_song(rng).split()
        draw.text((left - 8, k * pitch), role, 170, _font(pitch * 0.6), anchor="ra")
        draw.text((left + 8, k * pitch), " ".join(names[:2]).upper(), 255, _font(pitch * 0.6))
    white = Image.new("RGB", (width, height), "white")
    for number in range(round(seconds * rate)):
        frame = ground.copy()
        top = speed * number / rate - height * 0.7
        box = (0.0, top, float(width), top + height)
        rolled = sheet.transform(
            (width, height), Image.Transform.EXTENT, box, Image.Resampling.BILINEAR
        )
        frame.paste(white, (0, 0), rolled)
        yield np.asarray(frame)


def news_ticker(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A line of news that runs from right to left in a coloured band under a still picture."""
    height, width = shape
    art = cropped(photo, shape)
    top, tall = int(height * 0.86), int(height * 0.1)
    band: Colour = tuple(rng.choice([[170, 0, 20], [10, 30, 110], [240, 240, 240]]).tolist())
    ink = "black" if band[0] == 240 else "white"
    words = "  +++  ".join(line_of_song(rng) for _ in range(30))
    strip = Image.new("RGB", (int(_font(tall * 0.6).getlength(words)) + 2 * width, tall), band)
    ImageDraw.Draw(strip).text((width // 3, tall * 0.12), words, ink, _font(tall * 0.6))
    badge, speed = int(width * 0.16), width * rng.uniform(0.08, 0.35)
    for number in range(round(seconds * rate)):
        frame = art.copy()
        x = int(speed * number / rate) % (strip.width - width)
        frame.paste(strip.crop((x, 0, x + width, tall)), (0, top))
        ImageDraw.Draw(frame).rectangle((0, top, badge, top + tall), (250, 190, 0))
        yield np.asarray(frame)


def rain_over_it(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """An artwork at rest with a loop of thin streaks of rain laid over it."""
    height, width = shape
    art, loop = _art(photo, shape, rng), []
    lean = rng.uniform(-0.2, 0.2)
    drops = rng.uniform(0, 1, (160, 2)) * (width, height)
    falls = rng.uniform(1.0, 1.8, 160) * height
    for number in range(round(1.5 * rate)):
        layer = Image.new("RGB", (width, height))
        draw = ImageDraw.Draw(layer)
        for (x, y), fall in zip(drops, falls, strict=True):
            foot = (y + fall * number / rate) % (1.1 * height)
            tall = fall * 0.04
            draw.line((x, foot - tall, x + lean * tall, foot), (150, 160, 175), 1)
        loop.append(np.asarray(ImageChops.screen(art, layer)))
    for number in range(round(seconds * rate)):
        yield loop[number % len(loop)]


def rainbow_segments(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Columns of segments in all colours of the rainbow, mirrored beneath as in water."""
    height, width = shape
    art, n, rows = _art(photo, shape, rng), int(rng.choice([20, 32])), 14
    hues = [Image.new("HSV", (1, 1), (int(255 * k / n), 210, 255)).convert("RGB") for k in range(n)]
    colours = [cast("Colour", hue.getpixel((0, 0))) for hue in hues]
    bands, pitch, tall = _spectrum(n, rate, rng), width * 0.9 / n, height * 0.5 / rows
    for _ in range(round(seconds * rate)):
        frame = art.copy()
        draw = ImageDraw.Draw(frame)
        for k, level in enumerate(next(bands)):
            x = width * 0.05 + k * pitch
            for row in range(max(1, round(level * rows))):
                y = height * 0.62 - (row + 1) * tall
                draw.rectangle((x, y + 1, x + pitch * 0.8, y + tall - 1), colours[k])
                if row < rows // 2:
                    y = height * 0.63 + row * tall * 0.6
                    dim = tuple(c // 3 for c in colours[k])
                    draw.rectangle((x, y, x + pitch * 0.8, y + tall * 0.45), dim)
        yield np.asarray(frame)


def kinetic_words(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Single words of a song that grow into their place, each somewhere else, over a picture."""
    height, width = shape
    art, colour = _art(photo, shape, rng), _accent(rng)
    words, left, size, at = "", 0, 0.0, (0.0, 0.0)
    for _ in range(round(seconds * rate)):
        if left == 0:
            lasts = left = round(rng.uniform(0.5, 1.4) * rate)
            words = line_of_song(rng).split()[0].upper()
            size = height / rng.uniform(4, 7)
            at = (width * rng.uniform(0.35, 0.65), height * rng.uniform(0.25, 0.75))
        left -= 1
        grown = min(1.0, 0.5 + 4 * (lasts - left) / rate)
        frame = art.copy()
        ImageDraw.Draw(frame).text(at, words, colour, _font(size * grown), anchor="mm")
        yield np.asarray(frame)


def wobbling_blob(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A ball of dots that swells with the bass and turns in depth, over an artwork."""
    height, width = shape
    art, colour = _art(photo, shape, rng), _accent(rng)
    n = 500
    up = 1 - 2 * (np.arange(n) + 0.5) / n
    way = np.pi * (1 + 5**0.5) * np.arange(n)
    bands, spin = _spectrum(20, rate, rng), rng.uniform(0.1, 0.4)
    for number in range(round(seconds * rate)):
        levels = next(bands)
        turned = way + 2 * np.pi * spin * number / rate
        swell = 0.22 * height * (1 + 0.5 * levels[(np.abs(up) * 19).astype(int)])
        flat = np.sqrt(1 - up**2) * swell
        x, y, depth = width / 2 + flat * np.cos(turned), height / 2 + up * swell, np.sin(turned)
        frame = art.copy()
        draw = ImageDraw.Draw(frame)
        for px, py, near in zip(x.tolist(), y.tolist(), depth.tolist(), strict=True):
            r = height / 360 * (1.2 + 0.6 * near)
            light = 0.65 + 0.35 * near
            paint = tuple(int(c * light) for c in colour)
            draw.ellipse((px - r, py - r, px + r, py + r), paint)
        yield np.asarray(frame)


DRAWN: Final[dict[str, LivelyForm]] = {
    "label bars": label_bars,
    "logo and particles": logo_and_particles,
    "vinyl with an arm": vinyl_with_arm,
    "oscilloscope": oscilloscope,
    "karaoke fill": karaoke_fill,
    "podcast": podcast,
    "drifting dust": drifting_dust,
    "rolling credits": rolling_credits,
    "news ticker": news_ticker,
    "rain over it": rain_over_it,
    "rainbow segments": rainbow_segments,
    "kinetic words": kinetic_words,
    "wobbling blob": wobbling_blob,
}
