"""Weather, words, signs and light that templates of motion graphics lay over photographs."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from PIL import Image, ImageChops, ImageFilter
from templates_drawn import (
    audiogram,
    cassette,
    lamps_of_levels,
    list_of_lines,
    mountain,
    ring_of_bars,
    round_spectrum,
    turntable,
    words_that_pop,
)
from templates_layers import WORDS, Layer, Specks, dimmed, palette
from templates_song import Song

from support import stills
from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape


def beating_cover(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A square cover with a shadow that grows with each beat, before a blurred one."""
    height, width = shape
    under, song, grows = dimmed(photo, shape, 0.7, 0.05), Song.random(rng), rng.uniform(0.04, 0.12)
    for number in range(round(seconds * rate)):
        kick = song.kick(number / rate)
        side = round(height * 0.55 * (1 + grows * kick))
        left, top = (width - side) // 2, (height - side) // 2
        layer = Layer(shape)
        layer.box(left + 8, top + 10, left + side + 8, top + side + 10, (0, 0, 0, 120), 6)
        picture = layer.over(under)
        picture.paste(stills.cropped(photo, (side, side)), (left, top))
        yield np.asarray(picture)


def lights_and_flare(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Soft lights that drift and a flare with its row of discs, added to the picture."""
    height, width = shape
    under = dimmed(photo, shape, 0.75)
    specks, (colour, tail) = Specks(26, shape, rng), palette(rng)
    speed = rng.uniform(0.01, 0.04, (26, 2)) * (width, -height)
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        specks.go(speed / rate)
        for (x, y), size, phase in zip(specks.place, specks.size, specks.phase, strict=True):
            layer.disc(x, y, size * 5, (*colour, round(45 + 40 * np.sin(time + phase))))
        sun = np.array([width * (0.1 + 0.5 * time / seconds), height * 0.2])
        for share, radius in ((0.0, 0.12), (0.5, 0.05), (0.9, 0.08), (1.3, 0.03), (1.7, 0.1)):
            place = sun + (np.array([width, height]) / 2 - sun) * share
            layer.disc(place[0], place[1], radius * height, (*tail, 70))
        small = layer.picture.resize((width // 3, height // 3), Image.Resampling.BOX)
        black = Image.new("RGB", small.size)
        black.paste(small, mask=small.getchannel("A"))
        soft = black.filter(ImageFilter.GaussianBlur(height / 200)).resize(under.size)
        yield np.asarray(ImageChops.screen(under, soft))


def tape(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A picture as on old tape: rows apart, colours beside them, a torn band, a counter."""
    height, width = shape
    still = np.asarray(dimmed(photo, shape, 0.9, 0.002)).copy()
    still[..., 0], still[..., 2] = np.roll(still[..., 0], 3, 1), np.roll(still[..., 2], -3, 1)
    still[::3] = still[::3] * 0.8
    speed, start = rng.uniform(0.08, 0.4), rng.integers(3600)
    for number in range(round(seconds * rate)):
        time, picture = number / rate, still.copy()
        top = int((time * speed % 1.2) * height)
        for row in range(top, min(height, top + height // 14)):
            picture[row] = np.roll(picture[row], int(rng.integers(-12, 12)), axis=0)
            if rng.random() < 0.4:
                left = int(rng.integers(width))
                picture[row, left : left + width // 6] = 230
        noise = rng.normal(0, 7, (height, width, 1))
        layer, clock = Layer(shape), int(start + time)
        if int(time * 2) % 2 == 0:
            layer.disc(width * 0.08, height * 0.1, height / 40, (255, 40, 40, 255))
        words = f"PLAY  {clock // 3600:02}:{clock // 60 % 60:02}:{clock % 60:02}"
        layer.text(width * 0.12, height * 0.1, words, height / 15, (255, 255, 255, 255), "lm")
        noisy = Image.fromarray(np.clip(picture + noise, 0, 255).astype(np.uint8))
        yield np.asarray(layer.over(noisy))


def weather(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Rain in streaks, or snow in three depths, over a picture that stays."""
    height = shape[0]
    under, rains = dimmed(photo, shape, 0.8), rng.random() < 0.5
    specks, wind = Specks(170, shape, rng), rng.uniform(-0.15, 0.15) * height
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        fall = height * (1.6 if rains else 0.12) * specks.size[:, None] / specks.size.mean()
        sway = np.sin(time + specks.phase)[:, None] * (0 if rains else height * 0.03)
        specks.go(np.concatenate([wind + sway, fall], axis=1) / rate)
        for (x, y), size in zip(specks.place, specks.size, strict=True):
            if rains:
                points = np.array([[x, y], [x + wind / 22, y + height / 22]])
                layer.line(points, (215, 225, 240, 120), 1.0)
            else:
                layer.disc(x, y, size, (255, 255, 255, 220))
        yield np.asarray(layer.over(under))


def bell(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A button to subscribe with that comes up every few seconds, is pressed, and goes."""
    height, width = shape
    under, every, first = stills.cropped(photo, shape), rng.uniform(5, 8), rng.uniform(0, 3)
    for number in range(round(seconds * rate)):
        layer, age = Layer(shape), (number / rate + first) % every
        shown = min(1.0, age / 0.4, max(0.0, (3.5 - age) / 0.4))
        if shown > 0:
            x, y = width * 0.5, height * (1.1 - 0.22 * shown)
            pressed = age > 1.8
            colour = (110, 110, 110, 255) if pressed else (224, 20, 20, 255)
            half = width * (0.13 if abs(age - 1.8) > 0.12 else 0.12)
            layer.box(x - half, y - height * 0.05, x + half, y + height * 0.05, colour, height / 50)
            words = "SUBSCRIBED" if pressed else "SUBSCRIBE"
            layer.text(x, y, words, height / 22, (255, 255, 255, 255))
            if 0.7 < age < 2.4:
                cursor = np.array([[0, 0], [0, 16], [4, 12], [11, 11]]) * height / 300
                from_ = max(0.0, 1.7 - age) * height * 0.4
                place = np.array([x + half * 0.4 + from_, y + from_ * 0.6])
                layer.polygon(place + cursor, (250, 250, 250, 255))
        yield np.asarray(layer.over(under))


def news(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A headline in a box, a ticker under it, a clock that counts."""
    height, width = shape
    under, speed = stills.cropped(photo, shape), width * rng.uniform(0.05, 0.35)
    words = "   +++   ".join(stills.line_of_song(rng).capitalize() for _ in range(30))
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        layer.box(0, height * 0.76, width * 0.7, height * 0.86, (170, 15, 25, 255), 0)
        layer.text(
            width * 0.03,
            height * 0.81,
            "BREAKING  " + WORDS[3],
            height / 20,
            (255, 255, 255, 255),
            "lm",
        )
        layer.box(0, height * 0.86, width, height * 0.95, (245, 245, 245, 255), 0)
        layer.text(
            width - speed * time, height * 0.905, words, height / 22, (20, 20, 20, 255), "lm"
        )
        layer.box(width * 0.88, height * 0.86, width, height * 0.95, (20, 40, 110, 255), 0)
        clock = f"20:{15 + int(time) // 60}:{int(time) % 60:02}"
        layer.text(width * 0.94, height * 0.905, clock, height / 28, (255, 255, 255, 255))
        yield np.asarray(layer.over(under))


def countdown(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A large number that counts down in a ring that closes every second, or in all the time."""
    height, width = shape
    under, (colour, _) = dimmed(photo, shape, 0.55, 0.01), palette(rng)
    laps = bool(rng.random() < 0.5)
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        box = [
            2 * v
            for v in (
                width / 2 - height * 0.3,
                height * 0.2,
                width / 2 + height * 0.3,
                height * 0.8,
            )
        ]
        layer.draw.ellipse(box, outline=(255, 255, 255, 60), width=height // 15)
        share = time % 1 if laps else time / seconds
        layer.draw.arc(box, -90, -90 + 360 * share, (*colour, 255), height // 15)
        left = str(int(seconds - time) + 1)
        layer.text(width / 2, height / 2, left, height * 0.26, (255, 255, 255, 255))
        yield np.asarray(layer.over(under))


def sung_along(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Karaoke: two lines that fill from the left, a ball that hops from word to word."""
    height, width = shape
    under, each, (_, colour) = dimmed(photo, shape, 0.85), rng.uniform(2.5, 4.5), palette(rng)
    lines = [stills.line_of_song(rng) for _ in range(30)]
    size = height / 14
    for number in range(round(seconds * rate)):
        time = number / rate
        verse, part = int(time / (2 * each)), (time / each) % 2
        plain, filled = Layer(shape), Layer(shape)
        for row in range(2):
            y = height * (0.72 + 0.13 * row)
            for layer, fill in ((plain, (255, 255, 255, 255)), (filled, (*colour, 255))):
                layer.text(width / 2, y, lines[verse * 2 + row], size, fill)
            share = float(np.clip(part - row, 0, 1))
            edge = round(width * (0.1 + 0.8 * share)) * 2
            box = (0, round((y - size) * 2), edge, round((y + size) * 2))
            plain.picture.paste(filled.picture.crop(box), box[:2], filled.picture.crop(box))
        x, hop = width * (0.1 + 0.8 * (part % 1)), abs(np.sin(part * 5 * np.pi))
        row_y = height * (0.72 + 0.13 * int(part))
        plain.disc(x, row_y - size * (0.9 + hop), size / 4, (255, 230, 60, 255))
        yield np.asarray(plain.over(under))


def embers(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Sparks that rise, waver and go out."""
    height, width = shape
    under, specks = dimmed(photo, shape, 0.6), Specks(90, shape, rng)
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        sway = np.sin(2 * time + specks.phase)[:, None] * width * 0.04
        specks.go(np.concatenate([sway, -height * 0.09 * specks.size[:, None]], axis=1) / rate)
        for (x, y), size, phase in zip(specks.place, specks.size, specks.phase, strict=True):
            clear = round(255 * (y / height) * (0.6 + 0.4 * np.sin(9 * time + phase)))
            layer.disc(x, y, size * 0.7, (255, 150 + int(phase * 12), 50, max(0, clear)))
        yield np.asarray(layer.over(under, glow=1.0))


def traces(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Three thin traces of the sound across the frame, in neon colours."""
    height, width = shape
    under, song, colours = dimmed(photo, shape, 0.5), Song.random(rng), palette(rng)
    y, high = height * rng.uniform(0.4, 0.75), height * rng.uniform(0.1, 0.25)
    across = np.linspace(0, width, 160)
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        for trace, colour in enumerate((*colours, (255, 255, 255))):
            wave = song.wave(time + 0.07 * trace, 160) * np.sin(np.linspace(0, np.pi, 160))
            points = np.stack([across, y + high * song.loudness(time) * wave], axis=1)
            layer.line(points, (*colour, 255), height / 220)
        yield np.asarray(layer.over(under, glow=1.2))


def film_burns(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Warm light that leaks in from the edges, and scratches and dust for a frame each."""
    height, width = shape
    under, phase = dimmed(photo, shape, 0.85), rng.uniform(0, 6)
    rows, columns = np.mgrid[0 : 1 : (height // 8) * 1j, 0 : 1 : (width // 8) * 1j]
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        leak = np.zeros((*rows.shape, 3))
        for part, tone in enumerate(((255, 110, 40), (255, 60, 90), (255, 190, 80))):
            x = 0.5 + 0.6 * np.sin(0.6 * time + phase + 2 * part)
            y = 0.5 + 0.5 * np.cos(0.4 * time + phase * part)
            far = np.square(columns - x) / 0.06 + np.square(rows - y) / 0.25
            leak += np.exp(-far)[..., None] * np.array(tone) * 0.6
        light = Image.fromarray(np.clip(leak, 0, 255).astype(np.uint8)).resize(under.size)
        for _ in range(int(rng.integers(0, 4))):
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            layer.disc(x, y, rng.uniform(0.5, 2.5), (20, 20, 20, 200))
        if rng.random() < 0.3:
            x = rng.uniform(0, width)
            layer.line(np.array([[x, 0], [x + 2, height]]), (235, 235, 235, 120), 0.8)
        yield np.asarray(layer.over(ImageChops.screen(under, light)))


DRAWN: Final[dict[str, LivelyForm]] = {
    "a spectrum around a cover that beats": round_spectrum,
    "a ring of bars": ring_of_bars,
    "a filled spectrum": mountain,
    "an audiogram": audiogram,
    "large words that pop": words_that_pop,
    "a list of lines": list_of_lines,
    "a turntable": turntable,
    "a cassette": cassette,
    "lamps with peaks": lamps_of_levels,
    "a cover that beats": beating_cover,
    "lights and a flare": lights_and_flare,
    "tape with a torn band": tape,
    "rain or snow": weather,
    "a button that comes up": bell,
    "a headline and a ticker": news,
    "a countdown": countdown,
    "words that fill": sung_along,
    "embers": embers,
    "neon traces": traces,
    "film burns": film_burns,
}
