"""Drawings over a photograph by a fourth set of makers: as distances to shapes."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from others_drawn import Mask, blended, pixels_of
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter, gaussian_filter1d, rotate

from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape, cropped, line_of_song

_COLOURS: Final = (
    (248, 248, 244),
    (255, 205, 60),
    (80, 210, 255),
    (255, 110, 150),
    (170, 255, 190),
)


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    return _COLOURS[int(rng.integers(len(_COLOURS)))]


def grid(shape: Shape) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return each pixel's row and column, in two arrays of the shape."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    return rows, columns


def _inside(distance: NDArray[np.floating]) -> Mask:
    """Return what lies inside a shape, of the distance in pixels to its edge: below 0 inside."""
    return np.asarray(np.clip(0.5 - distance, 0, 1), np.float32)


def _loudness(n: int, rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """Loudness of each of n bands, 0 to 1, frame by frame: neighbours sound alike, beats decay."""
    now = np.zeros(n)
    slope = np.linspace(1, 0.5, n)
    while True:
        beat = rng.random() < 0.2
        now = np.maximum(
            0.82 * now, slope * gaussian_filter1d(rng.random(n), 0.8) ** (1 if beat else 3)
        )
        yield now.clip(0.02, 1)


def _words(text: str, size: float) -> Mask:
    """Letters, as high as ``size`` tells, with nothing around them."""
    font = ImageFont.load_default(size)
    left, top, right, foot = font.getbbox(text)
    sheet = Image.new("L", (int(right - left) + 2, int(foot - top) + 2))
    ImageDraw.Draw(sheet).text((1 - left, 1 - top), text, 255, font)
    return np.asarray(sheet).astype(np.float32) / 255


def _fitting(text: str, size: float, width: int) -> Mask:
    while (mask := _words(text, size)).shape[1] > 0.94 * width:
        size *= 0.9
    return mask


def _placed(shape: Shape, mask: Mask, centre: float, middle: float) -> Mask:
    """Lay a small mask on one of the frame, its middle there; what is beyond the edge is lost."""
    whole = np.zeros(shape, np.float32)
    top, left = round(middle - mask.shape[0] / 2), round(centre - mask.shape[1] / 2)
    rows = slice(max(0, top), min(shape[0], top + mask.shape[0]))
    columns = slice(max(0, left), min(shape[1], left + mask.shape[1]))
    if rows.start < rows.stop and columns.start < columns.stop:
        part = np.s_[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        whole[rows, columns] = mask[part]
    return whole


def curve(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The spectrum as a smooth curve with a glow, paler below."""
    (rows, _), backdrop, colour = grid(shape), pixels_of(photo, shape), _colour(rng)
    foot, tall = shape[0] * rng.uniform(0.8, 0.98), shape[0] * rng.uniform(0.25, 0.5)
    bands = _loudness(24, rng)
    for _ in range(round(seconds * rate)):
        levels = np.interp(np.linspace(0, 23, shape[1]), np.arange(24), next(bands))
        top = foot - tall * gaussian_filter1d(levels, shape[1] / 60)
        line = np.exp(-np.abs(rows - top) / (shape[0] / 70))
        below = 0.3 * ((rows > top) & (rows < foot))
        yield blended(backdrop, colour, np.maximum(line, below).astype(np.float32) * 0.95)


def stacked_dots(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Columns of round dots, as many as it is loud."""
    (rows, columns), backdrop, colour = grid(shape), pixels_of(photo, shape), _colour(rng)
    n = int(rng.integers(14, 30))
    pitch, bands = 0.9 * shape[1] / n, _loudness(n, rng)
    across = (columns - 0.05 * shape[1]) / pitch
    up = (0.94 * shape[0] - rows) / pitch
    far = np.hypot(across % 1 - 0.5, up % 1 - 0.5) * pitch
    dots = _inside(far - 0.36 * pitch) * (up > 0)
    column, tall = np.clip(across.astype(int), 0, n - 1), 0.45 * shape[0] / pitch
    framed = (across >= 0) & (across < n)
    for _ in range(round(seconds * rate)):
        lit = framed & (np.floor(up) < np.ceil(next(bands) * tall)[column])
        yield blended(backdrop, colour, (dots * lit).astype(np.float32))


def rays_of_a_cover(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Rays around a round cover in the middle, out into the blurred picture."""
    (rows, columns), plain = grid(shape), pixels_of(photo, shape)
    y, x = rows - shape[0] / 2, columns - shape[1] / 2
    far, side = np.hypot(y, x), min(shape)
    backdrop = blended(gaussian_filter(plain, (side / 25, side / 25, 0)) * 0.7, plain,
                       _inside(far - 0.24 * side)).astype(np.float32)  # fmt: skip
    n, colour = int(rng.integers(40, 90)), _colour(rng)
    angle = (np.arctan2(y, x) / (2 * np.pi) % 1) * n
    band, bands = angle.astype(int) % n, _loudness(n, rng)
    thin = _inside((np.abs(angle % 1 - 0.5) - 0.3) * 2 * np.pi * far / n)
    for _ in range(round(seconds * rate)):
        out = 0.25 * side + 0.2 * side * next(bands)[band]
        yield blended(backdrop, colour, thin * _inside(far - out) * (far > 0.25 * side))


def round_scope(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The sound's wave as a thin line that closes to a circle."""
    (rows, columns), backdrop, colour = grid(shape), pixels_of(photo, shape), _colour(rng)
    y, x = rows - shape[0] / 2, columns - shape[1] / 2
    far, turn = np.hypot(y, x) / min(shape), np.arctan2(y, x)
    radius, thick = rng.uniform(0.2, 0.34), rng.uniform(0.006, 0.014)
    for _ in range(round(seconds * rate)):
        loud = rng.gamma(2, 0.012)
        swing = sum(loud * np.cos(k * turn + rng.uniform(0, 6)) / k**0.5 for k in (3, 7, 15, 24))
        share = np.exp(-np.square((far - radius - swing) / thick))
        yield blended(backdrop, colour, share.astype(np.float32))


def out_of_its_sleeve(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A black record with a label that turns, half behind a square cover."""
    height, width = shape
    side = int(0.6 * min(shape))
    cover = np.asarray(cropped(photo, (side, side))).astype(np.float32)
    backdrop = gaussian_filter(pixels_of(photo, shape), (side / 12, side / 12, 0)) * 0.8
    (y, x) = grid((side, side))
    far = np.hypot(y - side / 2, x - side / 2) / (side / 2)
    disc = np.full((side, side, 3), 24, np.float32) + 16 * np.sin(60 * far)[..., None]
    disc[far < 0.42] = cover[far < 0.42]
    # Light lies on the grooves in two sectors; they turn with the record.
    shine = np.clip(np.cos(2 * np.arctan2(y - side / 2, x - side / 2)), 0, 1) ** 6 * (far > 0.42)
    disc += 60 * shine[..., None]
    top, left = (height - side) // 2, int(width / 2 - side * 0.8)
    turns = rng.choice([0.2, 0.55, 0.75])
    for number in range(round(seconds * rate)):
        frame = backdrop.copy()
        turned = rotate(disc, -360 * turns * number / rate, reshape=False, order=1, mode="nearest")
        at = np.s_[top : top + side, left + side * 3 // 5 : left + side * 8 // 5]
        room = frame[at].shape[1]
        frame[at] = blended(frame[at], turned[:, :room], _inside((far - 1) * side / 2)[:, :room])
        frame[top : top + side, max(0, left) : left + side] = cover[:, max(0, -left) :]
        yield frame.clip(0, 255).astype(np.uint8)


def dial(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A round dark dial in the middle, with a bright hand that swings, and a lamp that blinks."""
    (rows, columns), colour = grid(shape), _colour(rng)
    y, x = rows - 0.62 * shape[0], columns - shape[1] / 2
    side, level = min(shape) * rng.uniform(0.3, 0.45), 0.0
    face = _inside(np.hypot(y, x) - side)
    backdrop = blended(pixels_of(photo, shape), (22, 26, 34), face).astype(np.float32)
    for _ in range(round(seconds * rate)):
        level = 0.7 * level + 0.3 * rng.random()
        angle = np.pi * (1.15 - 1.3 * level)
        along, beside = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
        hand = _inside(np.abs(beside) - side / 30) * (along > 0) * (along < 0.85 * side)
        lamp = _inside(np.hypot(y - 0.5 * side, x) - side / 9) * (level > 0.6)
        yield blended(backdrop, colour, np.maximum(hand, lamp).astype(np.float32))


def player(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The panel of a player: a bar that fills, the time, and five small bars that jump."""
    height, width = shape
    (rows, columns), colour = grid(shape), _colour(rng)
    backdrop, bands = pixels_of(photo, shape), _loudness(5, rng)
    backdrop[int(0.72 * height) :] *= 0.35
    rail = (np.abs(rows - 0.9 * height) < max(1, height / 120)) & (columns > 0.08 * width)
    for number in range(round(seconds * rate)):
        share = (rail & (columns < width * (0.08 + 0.84 * number / rate / seconds))) * 1.0
        now = f"{int(number / rate) // 60}:{int(number / rate) % 60:02}"
        share = np.maximum(
            share, _placed(shape, _words(now, height * 0.07), 0.15 * width, 0.8 * height)
        )
        for k, level in enumerate(next(bands)):
            left = width * (0.7 + 0.05 * k)
            bar = (columns > left) & (columns < left + 0.035 * width) & (rows < 0.86 * height)
            share = np.maximum(share, bar & (rows > height * (0.86 - 0.11 * level)))
        yield blended(backdrop, colour, share.astype(np.float32))


def list_of_lines(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The lines of a song, dim but for the one that is sung; they move up by one as it goes on."""
    height, width = shape
    backdrop, lasts = pixels_of(photo, shape) * 0.6, rng.uniform(1.8, 3.5)
    size, pitch = height * 0.08, height * 0.15
    lines = [_fitting(line_of_song(rng), size, width) for _ in range(int(seconds / lasts) + 8)]
    for number in range(round(seconds * rate)):
        sung, part = divmod(number / rate / lasts, 1)
        moved = sung + np.clip((part * lasts - lasts + 0.4) / 0.4, 0, 1)
        share = np.zeros(shape, np.float32)
        for k, line in enumerate(lines):
            bright = 1.0 if k == round(moved) + 2 else 0.35
            middle = height / 2 + (k - 2 - moved) * pitch
            share = np.maximum(share, bright * _placed(shape, line, width / 2, middle))
        yield blended(backdrop, (255, 255, 255), share)


def typed(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A caption in a dark box whose letters are typed one by one."""
    height, width = shape
    backdrop, colour, size = pixels_of(photo, shape), _colour(rng), height * rng.uniform(0.08, 0.12)
    backdrop[int(0.74 * height) : int(0.94 * height), int(0.05 * width) : int(0.95 * width)] *= 0.3
    pace, text, since = rng.uniform(9, 20), line_of_song(rng), 0.0
    for number in range(round(seconds * rate)):
        if (number / rate - since) * pace > len(text) + 1.2 * pace:
            text, since = line_of_song(rng), number / rate
        n_typed = max(1, int((number / rate - since) * pace))
        while _words(text, size).shape[1] > 0.86 * width:
            text = text.rsplit(" ", 1)[0]
        mask = _words(text[:n_typed], size)
        yield blended(
            backdrop, colour, _placed(shape, mask, 0.08 * width + mask.shape[1] / 2, 0.84 * height)
        )


def swept(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Two lines, white with a dark glow, that a second colour sweeps through as they are sung."""
    height, width = shape
    (_, columns), backdrop, colour = grid(shape), pixels_of(photo, shape), _colour(rng)[::-1]
    lasts, verse, lines = rng.uniform(3, 5), -1.0, []
    for number in range(round(seconds * rate)):
        now, part = divmod(number / rate / lasts, 1)
        if now != verse:
            verse = now
            lines = [
                _placed(
                    shape,
                    _fitting(line_of_song(rng), height * 0.1, width),
                    width / 2,
                    middle * height,
                )
                for middle in (0.72, 0.87)
            ]
        dark = np.clip(3 * gaussian_filter(np.maximum(*lines), height / 90), 0, 0.85)
        picture = blended(backdrop, (10, 10, 20), dark).astype(np.float32)
        for k, line in enumerate(lines):
            sung = columns < width * np.clip(2 * part - k, 0, 1)
            picture = blended(picture, (250, 250, 250), line * ~sung).astype(np.float32)
            picture = blended(picture, colour, line * sung).astype(np.float32)
        yield picture.astype(np.uint8)


def popping(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """One large word at a time in the middle, which swells as it comes and fades as it goes."""
    backdrop, colour, lasts = pixels_of(photo, shape), _colour(rng), rng.uniform(0.35, 0.9)
    words = line_of_song(rng).split() + line_of_song(rng).split()
    for number in range(round(seconds * rate)):
        count, part = divmod(number / rate / lasts, 1)
        size = shape[0] * 0.22 * min(1.0, 0.6 + 2 * part)
        mask = _fitting(words[int(count) % len(words)], size, shape[1])
        faint = min(1.0, 4 * (1 - part))
        share = faint * _placed(shape, mask, shape[1] / 2, shape[0] * 0.55)
        yield blended(backdrop, colour, share)


def floating_lights(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Soft round lights that float upwards and twinkle."""
    (rows, columns), backdrop, colour = grid(shape), pixels_of(photo, shape), _colour(rng)
    n = int(rng.integers(15, 45))
    x, y, size, speed, pace = (rng.uniform(0, 1, n) for _ in range(5))
    for number in range(round(seconds * rate)):
        now, share = number / rate, np.zeros(shape, np.float32)
        for a, b, r, v, p in zip(x, y, size, speed, pace, strict=True):
            middle = (b - (0.04 + 0.1 * v) * now) % 1.1 * shape[0]
            wide = shape[0] * (0.015 + 0.045 * r)
            lit = 0.35 + 0.3 * np.sin(2 + 5 * p * now + 9 * a)
            far = np.hypot(rows - middle, columns - shape[1] * a)
            share += lit * np.clip(1.4 - far / wide, 0, 1).astype(np.float32)
        yield blended(backdrop, colour, share.clip(0, 0.95))


def beating_sign(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A heart in the middle that swells with each beat, with two rings that run away from it."""
    (rows, columns), backdrop, colour = grid(shape), pixels_of(photo, shape), _colour(rng)
    y, x = (0.5 * shape[0] - rows) / min(shape), (columns - shape[1] / 2) / min(shape)
    beats, far = rng.uniform(1.3, 2.3), np.hypot(x, y)
    for number in range(round(seconds * rate)):
        part = number / rate * beats % 1
        size = 0.16 * (1 + 0.35 * np.exp(-5 * part))
        u, v = x / size, y / size
        heart = 1.0 * ((u * u + v * v - 0.6) ** 3 - u * u * v**3 < 0)
        ring = (1 - part) * np.exp(-np.square((far - 0.2 - 0.3 * part) / 0.02))
        yield blended(backdrop, colour, np.maximum(heart, ring).astype(np.float32) * 0.95)


def two_tickers(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A line of words along the head and one along the foot, which run in opposite directions."""
    height, width = shape
    backdrop, colour, speed = pixels_of(photo, shape), _colour(rng), rng.uniform(40, 160)
    ribbons = [
        _words(" * ".join(line_of_song(rng) for _ in range(30)), height * 0.1) for _ in range(2)
    ]
    backdrop[: height // 6] *= 0.5
    backdrop[-(height // 6) :] *= 0.5
    for number in range(round(seconds * rate)):
        share = np.zeros(shape, np.float32)
        for ribbon, middle, way in zip(ribbons, (1 / 12, 11 / 12), (1, -1), strict=True):
            first = int(way * speed * number / rate) % (ribbon.shape[1] - width)
            share = np.maximum(
                share, _placed(shape, ribbon[:, first : first + width], width / 2, middle * height)
            )
        yield blended(backdrop, colour, share)


def two_columns(pixels_a_second: float) -> LivelyForm:
    """Make a form: parts and names in two columns, in two colours, that climb."""

    def form(
        photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
    ) -> Iterator[Picture]:
        height, width = shape
        backdrop, colour, size = pixels_of(photo, shape) * 0.75, _colour(rng), height * 0.055
        n = int((pixels_a_second * seconds + height) / (1.7 * size)) + 3
        lines = [
            [_fitting(line_of_song(rng).title(), size, width // 2) for _ in range(2)]
            for _ in range(n)
        ]
        for number in range(round(seconds * rate)):
            moved = pixels_a_second * number / rate - height / 2
            left, right = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
            for k, (part, name) in enumerate(lines):
                middle = 1.7 * size * k - moved
                if -size < middle < height + size:
                    left = np.maximum(
                        left, _placed(shape, part, width * 0.48 - part.shape[1] / 2, middle)
                    )
                    right = np.maximum(
                        right, _placed(shape, name, width * 0.52 + name.shape[1] / 2, middle)
                    )
            picture = blended(backdrop, (200, 200, 200), left).astype(np.float32)
            yield blended(picture, colour, right)

    return form


DRAWN: Final[dict[str, LivelyForm]] = {
    "curve": curve,
    "stacked dots": stacked_dots,
    "rays of a cover": rays_of_a_cover,
    "round scope": round_scope,
    "out of its sleeve": out_of_its_sleeve,
    "dial": dial,
    "player": player,
    "list of lines": list_of_lines,
    "typed": typed,
    "swept": swept,
    "popping": popping,
    "floating lights": floating_lights,
    "beating sign": beating_sign,
    "two tickers": two_tickers,
    **{f"two columns, {speed} px/s": two_columns(speed) for speed in (18, 70, 200)},
}
