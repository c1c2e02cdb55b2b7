"""Scenes before a camera that stands, put together of photographs."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter, map_coordinates
from templates_layers import Layer, dimmed
from templates_screens import cartoon, chess, conference, screen, typing

from support import stills
from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape

Floats = NDArray[np.float64]


def _noise(shape: Shape, blur: float, rng: np.random.Generator) -> Floats:
    """Return soft noise, 0.0 to 1.0."""
    soft = gaussian_filter(rng.random(shape), blur, mode="wrap")
    return np.asarray((soft - soft.min()) / np.ptp(soft))


def _warped(picture: Floats, down: Floats, across: Floats) -> Floats:
    """Return what a picture shows so many rows and columns further."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    at = np.array([rows + down, columns + across])
    channels = [map_coordinates(picture[..., c], at, order=1, mode="nearest") for c in range(3)]
    return np.stack(channels, axis=2)


def _out(picture: Floats) -> Picture:
    return np.clip(picture, 0, 255).astype(np.uint8)


def _cut_out(photo: Photo, size: Shape, mask: Photo, rng: np.random.Generator) -> Photo:
    """Return a piece of the photograph, of any place in it, in the shape of a mask."""
    left = int(rng.integers(max(1, photo.width - size[1] * 2)))
    top = int(rng.integers(max(1, photo.height - size[0] * 2)))
    piece = photo.crop((left, top, left + size[1] * 2, top + size[0] * 2)).resize(size[::-1])
    piece = piece.convert("RGBA")
    piece.putalpha(mask.resize(size[::-1]))
    return piece


def aquarium(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Fish with a pattern, in water in which light plays; each turns at the glass."""
    height, width = shape
    sea = np.asarray(dimmed(photo, shape, 0.8, 0.004), float) * (0.35, 0.8, 1.0)
    light = _noise((height, width * 2), height / 30, rng)
    mask = Image.new("L", (120, 60))
    draw = ImageDraw.Draw(mask)
    draw.ellipse((0, 8, 92, 52), 255)
    draw.polygon([(80, 30), (118, 4), (112, 30), (118, 56)], 255)
    fish = []
    for _ in range(int(rng.integers(3, 9))):
        long = height * rng.uniform(0.07, 0.22)
        piece = _cut_out(photo, (round(long / 2), round(long)), mask, rng)
        fish.append((piece, rng.random(2), rng.uniform(0.03, 0.12), rng.uniform(0, 6)))
    for number in range(round(seconds * rate)):
        time = number / rate
        shift = int(time * width * 0.03) % width
        lit = sea * (0.85 + 0.35 * light[:, shift : shift + width, None])
        picture = Image.fromarray(_out(lit))
        for piece, start, speed, phase in fish:
            lap = (start[0] + speed * time) % 2
            x = width * (1 - lap if lap < 1 else lap - 1)
            y = height * (0.1 + 0.75 * start[1] + 0.04 * np.sin(time + phase))
            body = piece if lap < 1 else piece.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            wag = body.resize(
                (max(4, round(body.width * (0.94 + 0.06 * np.sin(9 * time + phase)))), body.height)
            )
            picture.paste(wag, (round(x - wag.width / 2), round(y)), wag)
        yield np.asarray(picture)


def fireplace(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Flames that lick upwards over logs, and a room that flickers with them."""
    height, width = shape
    room = np.asarray(dimmed(photo, shape, 0.55), float)
    rows, columns = np.mgrid[:height, :width]
    noise = [_noise((height * 2, width), height / blur, rng) for blur in (18, 40)]
    half, foot = width * rng.uniform(0.12, 0.25), height * 0.9
    hearth = np.exp(-np.square((columns - width / 2) / half)) * (rows < foot)
    up = np.clip((foot - rows) / (height * rng.uniform(0.35, 0.6)), 0, 2)
    logs = (rows > foot - height * 0.05) & (rows < foot) & (abs(columns - width / 2) < half)
    for number in range(round(seconds * rate)):
        time = number / rate
        rise = [int(time * height * speed) % height for speed in (0.7, 1.1)]
        body = sum(part[r : r + height] for part, r in zip(noise, rise, strict=True)) / 2
        heat = np.clip((body * 1.9 - 0.35 - 0.75 * up) * hearth * 2.2, 0, 1)
        flicker = 1 + 0.12 * np.sin(11 * time) * np.sin(7.3 * time)
        picture = room * (0.75 + 0.25 * flicker)
        picture[logs] *= 0.3
        flame = np.stack([heat * 2.2, heat**1.7 * 1.3, heat**4 * 0.8], axis=2) * 255
        yield _out(picture + flame)


def somebody_reads(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A part of the picture that breathes and leans a little, and turns a page now and then."""
    height, width = shape
    room = np.asarray(stills.cropped(photo, shape), float)
    rows, columns = np.mgrid[:height, :width]
    x, y = width * rng.uniform(0.3, 0.7), height * rng.uniform(0.4, 0.6)
    body = np.exp(
        -np.square((columns - x) / (width * 0.1)) - np.square((rows - y) / (height * 0.25))
    )
    phase, every = rng.uniform(0, 6, 3), rng.uniform(3.5, 7)
    for number in range(round(seconds * rate)):
        time = number / rate
        lean = 2.5 * np.sin(0.5 * time + phase[0]) + 1.5 * np.sin(1.3 * time + phase[1])
        breath = 1.2 * np.sin(1.6 * time + phase[2])
        picture = _warped(room, body * breath * height / 270, body * lean * height / 270)
        turn = (time % every) / 0.8
        layer = Layer(shape)
        edge = x + width * 0.06 * np.cos(np.pi * min(1.0, turn))
        page = np.array(
            [
                [x, y + height * 0.12],
                [edge, y + height * 0.09],
                [edge, y + height * 0.2],
                [x, y + height * 0.23],
            ]
        )
        layer.polygon(page, (225, 220, 205, 255))
        yield np.asarray(layer.over(Image.fromarray(_out(picture))))


def _figure(height: int, stride: float, colours: NDArray[np.int64]) -> Photo:
    """Return somebody seen from the side, with legs and arms that swing."""
    scale = 4
    tall = height * scale
    picture = Image.new("RGBA", (tall, tall))
    draw = ImageDraw.Draw(picture)
    skin, coat, legs = (tuple(int(value) for value in colour) for colour in colours)
    middle, swing = tall / 2, np.sin(stride) * tall * 0.14
    for way in (1, -1):
        draw.line(
            (middle, tall * 0.52, middle + way * swing, tall * 0.98), (*legs, 255), tall // 11
        )
        draw.line(
            (middle, tall * 0.25, middle - way * swing * 0.8, tall * 0.52), (*coat, 255), tall // 15
        )
    draw.rounded_rectangle(
        (middle - tall * 0.09, tall * 0.18, middle + tall * 0.09, tall * 0.56),
        tall // 16,
        (*coat, 255),
    )
    draw.ellipse(
        (middle - tall * 0.065, tall * 0.02, middle + tall * 0.065, tall * 0.17), (*skin, 255)
    )
    return picture.resize((height, height), Image.Resampling.BOX)


def walkers_far_off(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """One to three people who walk through a place, far away, each with a shadow."""
    height, width = shape
    place = stills.cropped(photo, shape)
    people = []
    for _ in range(int(rng.integers(1, 4))):
        colours = np.array([[200, 160, 130], rng.integers(20, 230, 3), rng.integers(20, 120, 3)])
        people.append(
            (
                height * rng.uniform(0.05, 0.11),
                rng.random(2),
                rng.uniform(0.02, 0.06) * rng.choice((-1, 1)),
                colours,
            )
        )
    for number in range(round(seconds * rate)):
        time, picture = number / rate, place.copy()
        for tall, start, speed, colours in people:
            x, y = (
                width * ((start[0] + speed * time) % 1.1 - 0.05),
                height * (0.55 + 0.3 * start[1]),
            )
            figure = _figure(round(tall), time * 6, colours)
            shade = Layer(shape)
            shade.box(x - tall * 0.2, y - 1, x + tall * 0.35, y + tall * 0.05, (0, 0, 0, 90), 3)
            picture = shade.over(picture)
            picture.paste(figure, (round(x - tall / 2), round(y - tall)), figure)
        yield np.asarray(picture)


def boat(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A boat that goes along the horizon, under the sky of a photograph, on a sea that glitters."""
    height, width = shape
    picture = np.asarray(dimmed(photo, shape, 0.95, 0.003), float).copy()
    horizon = round(height * rng.uniform(0.45, 0.6))
    sea = picture[:horizon][::-1].mean(axis=0) * (0.5, 0.7, 0.85)
    rows = np.arange(height - horizon)[:, None]
    waves = _noise((height - horizon, width * 2), 1.5, rng)
    start, speed, long = (
        rng.random(),
        width * rng.uniform(0.008, 0.025),
        height * rng.uniform(0.04, 0.08),
    )
    calm = rng.random() < 0.5
    for number in range(round(seconds * rate)):
        time = number / rate
        shift = int(time * 14) % width
        glitter = waves[:, shift : shift + width] * np.sin(rows * 0.9 + 2.2 * time)
        picture[horizon:] = sea * 0.8 + glitter[..., None] * (4 if calm else 60)
        layer, x = Layer(shape), width * start * 0.7 + speed * time
        y = horizon + long * 0.3 + 0.5 * np.sin(1.5 * time)
        hull = np.array([[-1, -0.25], [1, -0.25], [0.75, 0.1], [-0.8, 0.1]]) * long + (x, y)
        layer.polygon(hull, (90, 40, 35, 255))
        sail = np.array([[0, -0.3], [0, -1.6], [0.7, -0.35]]) * long + (x, y)
        layer.polygon(sail, (235, 230, 220, 255))
        yield np.asarray(layer.over(Image.fromarray(_out(picture))))


def flag(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A flag in the wind, in folds with light and shade, before a picture out of focus."""
    height, width = shape
    sky = np.asarray(dimmed(photo, shape, 1.0, 0.015), float)
    tall, long = round(height * rng.uniform(0.25, 0.5)), round(width * rng.uniform(0.3, 0.5))
    rows, columns = np.mgrid[:tall, :long]
    stripes = np.zeros((tall, long, 3))
    for stripe, colour in enumerate(rng.integers(10, 245, (3, 3))):
        stripes[tall * stripe // 3 : tall * (stripe + 1) // 3] = colour
    left, top, speed = round(width * 0.25), round(height * 0.15), rng.uniform(4, 8)
    for number in range(round(seconds * rate)):
        time, picture = number / rate, sky.copy()
        phase = columns / long * 9 - speed * time + 0.4 * np.sin(1.1 * time)
        swing = np.sin(phase) * columns / long
        shaded = stripes * (0.85 + 0.3 * np.cos(phase) * columns / long)[..., None]
        down = np.clip(rows + top + swing * height * 0.04, 0, height - 1).astype(int)
        picture[down, columns + left] = shaded
        picture[top:, left - 4 : left] = (120, 120, 125)
        yield _out(picture)


def traffic_far_off(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Two lanes of small cars with windows and lamps, one behind a tree now and then."""
    height, width = shape
    place = stills.cropped(photo, shape)
    road, slope = height * rng.uniform(0.55, 0.8), rng.uniform(-0.15, 0.15)
    cars = [
        (rng.random() * 1.6, rng.integers(15, 240, 3).tolist(), rng.uniform(0.8, 1.5))
        for _ in range(int(rng.integers(4, 14)))
    ]
    lane, speed = height * rng.uniform(0.018, 0.035), rng.uniform(0.06, 0.2)
    trees = Image.new("L", (width, height))
    for x in rng.uniform(0, width, 2):
        ImageDraw.Draw(trees).ellipse(
            (x - lane * 2, road - lane * 6, x + lane * 2, road + lane * 3), 255
        )
    for number in range(round(seconds * rate)):
        time, layer = number / rate, Layer(shape)
        layer.polygon(
            np.array(
                [
                    [0, road - lane * 1.6],
                    [width, road + slope * height - lane * 1.6],
                    [width, road + slope * height + lane * 2],
                    [0, road + lane * 2],
                ]
            ),
            (88, 88, 92, 255),
        )
        for number_of, (start, colour, long) in enumerate(cars):
            way = 1 if number_of % 2 else -1
            share = (start + way * speed * time) % 1.6 - 0.3
            x, y = width * share, road + slope * height * share + (lane if way > 0 else -lane * 0.6)
            layer.box(
                x - lane * long,
                y - lane * 0.55,
                x + lane * long,
                y + lane * 0.35,
                (*colour, 255),
                lane / 4,
            )
            layer.box(
                x - lane * 0.5,
                y - lane * 0.85,
                x + lane * 0.5,
                y - lane * 0.4,
                (40, 50, 60, 255),
                lane / 5,
            )
            layer.disc(x + way * lane * long, y, lane * 0.16, (255, 250, 210, 255))
        picture = layer.over(place)
        picture.paste(place, mask=trees)
        yield np.asarray(picture)


SCENES: Final[dict[str, LivelyForm]] = {
    "an aquarium": aquarium,
    "a fireplace": fireplace,
    "somebody reads": somebody_reads,
    "people who walk far off": walkers_far_off,
    "a boat far off": boat,
    "a flag in folds": flag,
    "traffic far off": traffic_far_off,
    "a desktop": screen,
    "an editor": typing,
    "a game of chess": chess,
    "flat figures": cartoon,
    "a call with one camera": conference,
}
