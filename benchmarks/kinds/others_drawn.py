"""Drawings over a photograph by a third set of makers: blended as floats, soft and in gradients."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from scipy.ndimage import gaussian_filter

from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape, cropped, line_of_song

Mask = NDArray[np.floating]
"""Share of a drawing that each pixel shows, 0.0 to 1.0; shape (height, width)."""

_BRIGHT: Final = (
    (255, 255, 255),
    (255, 236, 140),
    (120, 230, 255),
    (255, 150, 190),
    (190, 255, 150),
)


def blended(backdrop: NDArray[np.float32], colour: object, share: Mask) -> Picture:
    """Lay a colour, or a picture of colours, over a backdrop."""
    part = share[..., None]
    mixed = backdrop * (1 - part) + np.asarray(colour, np.float32) * part
    return np.asarray(np.clip(mixed + 0.5, 0, 255), np.uint8)


def pixels_of(photo: Photo, shape: Shape) -> NDArray[np.float32]:
    """Cut a photograph to a shape; return its colours, 0 to 255, shape (height, width, 3)."""
    return np.asarray(cropped(photo, shape)).astype(np.float32)


def _bright(rng: np.random.Generator) -> tuple[int, int, int]:
    return _BRIGHT[int(rng.integers(len(_BRIGHT)))]


def _gradient(shape: Shape, rng: np.random.Generator) -> NDArray[np.float32]:
    """Two colours that pass into each other from the top to the foot, shape (height, 1, 3)."""
    one, other = (np.array(_bright(rng), np.float32) for _ in range(2))
    part = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None, None]
    return np.asarray(one * (1 - part) + other * part, np.float32)


def _painted(shape: Shape, paint: Callable[[ImageDraw.ImageDraw], object]) -> Mask:
    """Paint in white on black at twice the size, so that edges are smooth."""
    sheet = Image.new("L", (2 * shape[1], 2 * shape[0]))
    paint(ImageDraw.Draw(sheet))
    small = sheet.resize((shape[1], shape[0]), Image.Resampling.BOX)
    return np.asarray(small).astype(np.float32) / 255


def shining_disc(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A photograph cut to a disc that turns, with a rim and a hole, before itself out of focus."""
    height, width = shape
    across = int(min(shape) * rng.uniform(0.5, 0.8))
    soft = cropped(photo, shape).filter(ImageFilter.GaussianBlur(height / 15))
    y, x = np.mgrid[0:across, 0:across] - (across - 1) / 2
    far = np.hypot(x, y) / (across / 2)
    share = np.clip((1 - far) * across / 2, 0, 1).astype(np.float32)
    face = np.asarray(cropped(photo, (across, across))).astype(np.float32)
    face[(far > 0.93) | (far < 0.1)] = 235
    pattern, turns = Image.fromarray(face.astype(np.uint8)), rng.choice([0.1, 0.25, 0.45, 0.9])
    top, left = (height - across) // 2, int((width - across) * rng.uniform(0.1, 0.9))
    for number in range(round(seconds * rate)):
        frame = np.asarray(soft).copy()
        turned = pattern.rotate(360 * turns * number / rate, Image.Resampling.BILINEAR)
        at = np.s_[top : top + across, left : left + across]
        frame[at] = blended(frame[at].astype(np.float32), np.asarray(turned), share)
        yield frame


def mirrored_bars(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Bars that grow up and down from a line in the middle, in a gradient of two colours."""
    height, width = shape
    backdrop, colours = pixels_of(photo, shape), _gradient(shape, rng)
    n, middle, tall = int(rng.integers(16, 48)), rng.uniform(0.4, 0.7), rng.uniform(0.1, 0.28)
    now = np.zeros(n)
    for _ in range(round(seconds * rate)):
        now = np.maximum(now * 0.8, rng.gamma(2, 0.2, n).clip(0.03, 1))

        def paint(draw: ImageDraw.ImageDraw, levels: NDArray[np.float64] = now) -> None:
            for k, level in enumerate(levels):
                left, high = 2 * width * (0.05 + 0.9 * k / n), 2 * height * tall * level
                box = (left, 2 * height * middle - high, left + 1.2 * width / n,
                       2 * height * middle + high)  # fmt: skip
                draw.rounded_rectangle(box, width / n / 2, 255)

        yield blended(backdrop, colours, 0.92 * _painted(shape, paint))


def lights_of_levels(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Columns of small lamps, green below, yellow and red above, as on an amplifier."""
    height, width = shape
    backdrop, n, n_lamps = pixels_of(photo, shape), int(rng.integers(6, 20)), 10
    now, tall = np.zeros(n), rng.uniform(0.3, 0.6)
    lamp = np.array([(60, 220, 80)] * 6 + [(240, 220, 60)] * 2 + [(240, 60, 50)] * 2, np.uint8)
    for _ in range(round(seconds * rate)):
        now = 0.5 * now + 0.5 * rng.beta(2, 2, n)
        picture = Image.fromarray(backdrop.astype(np.uint8))
        draw = ImageDraw.Draw(picture)
        for k, level in enumerate(now):
            for step in range(int(level * n_lamps) + 1):
                left = width * (0.1 + 0.8 * k / n)
                foot = height * (0.95 - tall * step / n_lamps)
                box = (left, foot - height * tall * 0.7 / n_lamps, left + width * 0.6 / n, foot)
                draw.rectangle(box, tuple(lamp[min(step, n_lamps - 1)].tolist()))
        yield np.asarray(picture)


def beating_ring(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A soft ring that swells with the beat and throws spikes."""
    height, width = shape
    backdrop, colour = pixels_of(photo, shape), _bright(rng)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    y, x = rows - height / 2, columns - width / 2
    far, angle = np.hypot(x, y) / min(shape), np.arctan2(y, x)
    for _ in range(round(seconds * rate)):
        swing = sum(rng.normal(0, 0.02) * np.cos(k * angle + rng.uniform(0, 6)) for k in (4, 9, 16))
        rim = 0.25 + 0.08 * rng.random() + swing
        share = np.exp(-np.square((far - rim) / 0.018)) + 0.5 * np.exp(-np.abs(far - rim) / 0.05)
        yield blended(backdrop, colour, np.clip(share, 0, 0.95).astype(np.float32))


def filled_wave(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A wave from side to side, filled down to the foot, half seen through."""
    height, width = shape
    backdrop, colour = pixels_of(photo, shape), _bright(rng)
    x, rows = np.linspace(0, 1, width), np.arange(height)[:, None]
    top, opaque = rng.uniform(0.6, 0.8), rng.uniform(0.5, 0.9)
    for _ in range(round(seconds * rate)):
        swing = sum(rng.normal(0, 0.05) * np.sin(k * x + rng.uniform(0, 6)) for k in (5, 12, 31))
        share = np.clip(rows - height * (top + swing), 0, 1)
        yield blended(backdrop, colour, (opaque * share).astype(np.float32))


def snow(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """White flakes of several sizes that fall and drift, drawn over."""
    height, width = shape
    backdrop, n = pixels_of(photo, shape), int(rng.integers(60, 220))
    x, y, far = rng.uniform(0, width, n), rng.uniform(0, height, n), rng.uniform(0.4, 1, n)
    for number in range(round(seconds * rate)):
        now = number / rate

        def paint(draw: ImageDraw.ImageDraw, time: float = now) -> None:
            for a, b, near in zip(x, y, far, strict=True):
                u = (a + 12 * near * np.sin(time + b)) % width * 2
                v = (b + 0.25 * height * near * time) % height * 2
                r = near * height / 45
                draw.ellipse((u - r, v - r, u + r, v + r), 255)

        yield blended(backdrop, (255, 255, 255), 0.9 * gaussian_filter(_painted(shape, paint), 0.7))


def needles(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Two pale dials whose needles swing with the sound."""
    height, width = shape
    plain = cropped(photo, shape)
    size, y, levels = height * rng.uniform(0.3, 0.45), height * rng.uniform(0.5, 0.85), np.zeros(2)
    for _ in range(round(seconds * rate)):
        levels = 0.6 * levels + 0.4 * rng.random(2)
        picture = plain.copy()
        draw = ImageDraw.Draw(picture)
        for k, level in enumerate(levels):
            x, angle = width * (0.3 + 0.4 * k), np.pi * (0.8 - 0.6 * level)
            draw.rectangle((x - size * 0.7, y - size, x + size * 0.7, y + 4), "#f2e6c4")
            tip = (x + 0.9 * size * np.cos(angle), y - 0.9 * size * np.sin(angle))
            draw.line(((x, y), tip), "#201010", max(2, height // 60))
        yield np.asarray(picture)


def shadowed_credits(pixels_a_second: float, *, panel: bool = False) -> LivelyForm:
    """Make a form: lines set to the left with a soft shadow that climb, perhaps on a dark panel."""

    def form(
        photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
    ) -> Iterator[Picture]:
        height, width = shape
        backdrop, colour = pixels_of(photo, shape), _gradient(shape, rng)
        size = height * rng.uniform(0.045, 0.085)
        font, pitch = ImageFont.load_default(size), size * rng.uniform(1.4, 2.2)
        tall = int(seconds * pixels_a_second + 2 * height)
        sheet = Image.new("L", (width, tall))
        for k in range(int(tall / pitch)):
            ImageDraw.Draw(sheet).text((width * 0.12, k * pitch), line_of_song(rng), 255, font)
        words = np.asarray(sheet).astype(np.float32) / 255
        shadow = np.clip(2 * gaussian_filter(words, height / 120), 0, 0.8)
        if panel:
            backdrop[:, int(width * 0.08) : int(width * 0.92)] *= 0.4
        for number in range(round(seconds * rate)):
            first = round(pixels_a_second * number / rate + height / 2)
            observed = np.s_[first : first + height]
            dark = blended(backdrop, (0, 0, 0), shadow[observed]).astype(np.float32)
            yield blended(dark, colour, words[observed])

    return form


def news_line(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A line of words with a shadow that runs to the left over a half dark band."""
    height, width = shape
    backdrop, speed = pixels_of(photo, shape), rng.choice([50, 90, 170, 320])
    high, y = int(height * rng.uniform(0.1, 0.15)), int(height * rng.uniform(0.05, 0.8))
    backdrop[y : y + high] *= 0.45
    ribbon = "   +++   ".join(line_of_song(rng) for _ in range(60))
    font = ImageFont.load_default(high * 0.7)
    sheet = Image.new("L", (int(speed * seconds) + 2 * width, high))
    ImageDraw.Draw(sheet).text((0, 0), ribbon, 255, font)
    words = np.asarray(sheet).astype(np.float32) / 255
    for number in range(round(seconds * rate)):
        first, share = round(speed * number / rate), np.zeros(shape, np.float32)
        share[y : y + high] = words[:, first : first + width]
        yield blended(backdrop, (250, 250, 245), share)


def words_in_turn(*, marked: bool) -> LivelyForm:
    """Make a form: a line whose words come up one by one, or are marked with a box one by one."""

    def form(
        photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
    ) -> Iterator[Picture]:
        height, width = shape
        plain = cropped(photo, shape)
        font, y = ImageFont.load_default(height * rng.uniform(0.08, 0.12)), height * 0.7
        word_seconds, colour = rng.uniform(0.3, 0.6), _bright(rng)
        line, shown = line_of_song(rng).split()[:5], 0
        for number in range(round(seconds * rate)):
            if number >= (shown + 1) * word_seconds * rate:
                shown += 1
                if shown % 6 == 5:
                    line = line_of_song(rng).split()[:5]
            picture, k = plain.copy(), shown % 6
            draw = ImageDraw.Draw(picture)
            x = (width - font.getlength(" ".join(line))) / 2
            for place, word in enumerate(line if marked else line[: k + 1]):
                long = font.getlength(word + " ")
                if marked and place == k:
                    draw.rounded_rectangle((x - 4, y, x + long, y + height * 0.13), 6, "#c02050")
                draw.text((x, y), word, colour, font, stroke_width=1, stroke_fill="black")
                x += long
            yield np.asarray(picture)

    return form


def verses_that_cross(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Two lines with a shadow, each two shown through the next for a second or two."""
    height, width = shape
    backdrop, lasts = pixels_of(photo, shape), rng.uniform(3.5, 6)
    font, cross = ImageFont.load_default(height * 0.085), rng.uniform(1, 2)
    masks = []
    for _ in range(int(seconds / lasts) + 2):
        sheet = Image.new("L", (width, height))
        for k in range(2):
            at = (width / 2, height * (0.4 + 0.14 * k))
            ImageDraw.Draw(sheet).text(at, line_of_song(rng), 255, font, "ma")
        masks.append(np.asarray(sheet).astype(np.float32) / 255)
    for number in range(round(seconds * rate)):
        verse, part = divmod(number / rate / lasts, 1)
        observed = np.clip((part * lasts - lasts + cross) / cross, 0, 1)
        share = masks[int(verse)] * (1 - observed) + masks[int(verse) + 1] * observed
        dark = blended(backdrop, (0, 0, 0), np.clip(2 * gaussian_filter(share, 2), 0, 0.7))
        yield blended(dark.astype(np.float32), (255, 255, 250), share)


def lines_that_come_in(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A line that slides in from the left in half a second, stays, and leaves to the right."""
    height, width = shape
    plain, colour = cropped(photo, shape), _bright(rng)
    font, lasts = ImageFont.load_default(height * 0.1), rng.uniform(2.2, 4)
    y, lines = height * rng.uniform(0.3, 0.75), [line_of_song(rng) for _ in range(30)]
    for number in range(round(seconds * rate)):
        line, part = divmod(number / rate / lasts, 1)
        away = max(0.0, 1 - part * lasts / 0.5) - max(0.0, 1 - (1 - part) * lasts / 0.5)
        picture = plain.copy()
        at = (width * (0.5 - away), y)
        ImageDraw.Draw(picture).text(at, lines[int(line)], colour, font, "ma", stroke_width=2,
                                     stroke_fill="#101020")  # fmt: skip
        yield np.asarray(picture)


DRAWN: Final[dict[str, LivelyForm]] = {
    "shining disc": shining_disc,
    "mirrored bars": mirrored_bars,
    "lights of levels": lights_of_levels,
    "beating ring": beating_ring,
    "filled wave": filled_wave,
    "snow": snow,
    "needles": needles,
    "shadowed credits, 10 px/s": shadowed_credits(10),
    "shadowed credits, 32 px/s": shadowed_credits(32),
    "shadowed credits, 85 px/s": shadowed_credits(85),
    "shadowed credits, 240 px/s": shadowed_credits(240),
    "credits on a panel, 55 px/s": shadowed_credits(55, panel=True),
    "news line": news_line,
    "words come up in turn": words_in_turn(marked=False),
    "words marked in turn": words_in_turn(marked=True),
    "verses that cross": verses_that_cross,
    "lines that come in": lines_that_come_in,
}
