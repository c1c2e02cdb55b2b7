"""Scenes on screens, on a table and in a call, put together of photographs."""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw
from templates_layers import Layer, dimmed

from support import stills
from support.footage import Picture, carphone
from support.stills import Photo, Shape


def screen(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A desktop: a cursor that goes about, a page that scrolls in jumps, menus that open."""
    height, width = shape
    desktop = stills.cropped(photo, shape)
    page = Image.new("RGB", (round(width * 0.6), height * 4), (250, 250, 250))
    draw = ImageDraw.Draw(page)
    for row in range(10, page.height, max(6, height // 32)):
        tone = tuple(int(v) for v in rng.integers(20, 130, 3))
        draw.rectangle(
            (12, row, 12 + rng.uniform(0.3, 0.92) * page.width, row + max(2, height // 80)), tone
        )
    for _ in range(6):
        side = round(page.width * 0.4)
        page.paste(
            photo.resize((side, side * 2 // 3)),
            (int(rng.integers(page.width // 2)), int(rng.integers(page.height - side))),
        )
    targets, scrolls = rng.random((60, 2)), rng.random(60) < 0.45
    opens, depth = rng.random(60) < 0.3, 0.0
    for number in range(round(seconds * rate)):
        time = number / rate
        step, part = int(time / 1.4), min(1.0, (time % 1.4) / 0.7)
        ease = part * part * (3 - 2 * part)
        if scrolls[step] and part < 1:
            depth += height * 1.1 / rate
        picture = desktop.copy()
        top = int(depth) % (page.height - height)
        picture.paste(
            page.crop((0, top, page.width, top + round(height * 0.8))),
            (round(width * 0.2), round(height * 0.1)),
        )
        layer = Layer(shape)
        layer.box(width * 0.2, height * 0.06, width * 0.8, height * 0.1, (60, 64, 72, 255), 2)
        place = (targets[step] + (targets[step + 1] - targets[step]) * ease) * (width, height)
        if opens[step] and part == 1:
            right, foot = place[0] + width * 0.18, place[1] + height * 0.25
            layer.box(place[0], place[1], right, foot, (240, 240, 244, 255), 3)
            for line in range(5):
                y = place[1] + height * (0.03 + 0.045 * line)
                layer.box(
                    place[0] + 6,
                    y,
                    place[0] + width * 0.12,
                    y + height * 0.015,
                    (70, 70, 80, 255),
                    1,
                )
        layer.polygon(
            place + np.array([[0, 0], [0, 17], [4, 13], [12, 12]]) * height / 300, (20, 20, 20, 255)
        )
        yield np.asarray(layer.over(picture))


def typing(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """An editor in which lines of code in colours are typed, and move up; a picture beside it."""
    height, width = shape
    ground = Image.new("RGB", (width, height), (30, 32, 40))
    ground.paste(
        stills.cropped(photo, (height // 3, width // 4)),
        (round(width * 0.74), round(height * 0.06)),
    )
    row_height = height / rng.integers(14, 22)
    lines = [stills.line_of_song(rng)[:34] for _ in range(90)]
    tones = rng.integers(120, 255, (90, 3))
    per_second, rows = rng.uniform(7, 14), int(height * 0.9 / row_height)
    ends = np.cumsum([len(line) + 4 for line in lines])
    begun = int(rng.integers(3, rows))
    for number in range(round(seconds * rate)):
        typed = ends[begun] + per_second * number / rate
        now = int(np.searchsorted(ends, typed, side="right"))
        layer, first = Layer(shape), max(0, now - rows + 1)
        for row in range(first, now + 1):
            text = lines[row] if row < now else lines[row][: max(0, int(typed - ends[row - 1]))]
            y = row_height * (row - first + 1)
            layer.text(width * 0.08, y, text, row_height * 0.7, (*tones[row].tolist(), 255), "lm")
            layer.text(width * 0.05, y, str(row), row_height * 0.6, (110, 110, 120, 255), "rm")
        yield np.asarray(layer.over(ground))


def chess(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A board from above; a hand comes in from an edge every few seconds and moves a piece."""
    height, width = shape
    table = np.asarray(dimmed(photo, shape, 0.7, 0.01)).copy()
    side = round(height * 0.9 / 8)
    left, top = (width - 8 * side) // 2, (height - 8 * side) // 2
    wood = [np.array(tone) for tone in ((222, 190, 145), (120, 78, 48))]
    for square in range(64):
        row, column = divmod(square, 8)
        grain = rng.normal(0, 6, (side, side, 1))
        tile = np.clip(wood[(row + column) % 2] + grain, 0, 255)
        table[
            top + row * side : top + (row + 1) * side,
            left + column * side : left + (column + 1) * side,
        ] = tile
    pieces = rng.permutation(64)[: int(rng.integers(12, 28))].tolist()
    moves = [(int(rng.integers(len(pieces))), int(rng.integers(64))) for _ in range(20)]
    every = rng.uniform(2.2, 4.5)
    for number in range(round(seconds * rate)):
        time = number / rate
        move, part = int(time / every), (time % every) / 1.8
        which, to = moves[move]
        if part >= 1:
            pieces[which] = to
        layer = Layer(shape)
        places = [
            np.array([left + (p % 8 + 0.5) * side, top + (p // 8 + 0.5) * side]) for p in pieces
        ]
        goal = np.array([left + (to % 8 + 0.5) * side, top + (to // 8 + 0.5) * side])
        if part < 1:
            carried = np.clip((part - 0.3) / 0.4, 0, 1)
            places[which] = places[which] + (goal - places[which]) * carried
        for piece, (x, y) in enumerate(places):
            tone = (235, 228, 210) if piece % 2 else (38, 34, 34)
            layer.disc(x + side * 0.06, y + side * 0.06, side * 0.34, (0, 0, 0, 70))
            layer.disc(x, y, side * 0.33, (*tone, 255))
            light = [min(255, value + 22) for value in tone]
            layer.disc(x - side * 0.08, y - side * 0.08, side * 0.13, (*light, 255))
        if part < 1:
            out = max(0.0, 1 - part / 0.3, (part - 0.7) / 0.3)
            way = 1 if move % 2 else -1
            hand = places[which] + (0, way * height * out)
            sleeve = np.array(
                [
                    hand + np.array([side * 0.6, way * side]),
                    hand + np.array([side * 2, way * height]),
                    hand + np.array([-side * 0.6, way * height]),
                    hand + np.array([-side * 0.5, way * side]),
                ]
            )
            layer.polygon(sleeve, (60, 80, 120, 255))
            layer.disc(hand[0], hand[1] + way * side * 0.6, side * 0.65, (214, 170, 140, 255))
            layer.line(
                np.array([hand + np.array([0, way * side * 0.5]), hand]),
                (205, 158, 128, 255),
                side * 0.3,
            )
        yield np.asarray(layer.over(Image.fromarray(table)))


def cartoon(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Flat figures that walk and talk before a painted place; drawn every other frame."""
    height, width = shape
    place = dimmed(photo, shape, 1.0, 0.006).quantize(14).convert("RGB")
    figures = [
        (
            rng.integers(40, 250, (3, 3)),
            rng.random(),
            rng.uniform(-0.12, 0.12),
            rng.uniform(0.25, 0.5),
        )
        for _ in range(int(rng.integers(1, 3)))
    ]
    for number in range(round(seconds * rate)):
        time, layer = (number // 2) * 2 / rate, Layer(shape)
        for (skin, coat, legs), start, speed, tall in figures:
            lap = (start + abs(speed) * time) % 2
            x, y, size = width * (lap if lap < 1 else 2 - lap), height * 0.92, height * tall
            bounce, swing = abs(np.sin(5 * time)) * size * 0.04, np.sin(5 * time) * size * 0.15
            for way in (1, -1):
                layer.line(
                    np.array([[x, y - size * 0.4], [x + way * swing, y]]), (*legs, 255), size * 0.09
                )
                layer.line(
                    np.array(
                        [[x, y - size * 0.62], [x - way * swing * 1.3, y - size * 0.4 - abs(swing)]]
                    ),
                    (*skin, 255),
                    size * 0.06,
                )
            layer.box(
                x - size * 0.14,
                y - size * 0.7 - bounce,
                x + size * 0.14,
                y - size * 0.35,
                (*coat, 255),
                size * 0.07,
            )
            head = y - size * 0.82 - bounce
            layer.disc(x, head, size * 0.17, (*skin, 255))
            for side in (-1, 1):
                layer.disc(
                    x + side * size * 0.06, head - size * 0.03, size * 0.035, (255, 255, 255, 255)
                )
                layer.disc(x + side * size * 0.06, head - size * 0.03, size * 0.015, (0, 0, 0, 255))
            layer.disc(
                x,
                head + size * 0.08,
                size * (0.015 + 0.03 * abs(np.sin(8 * time))),
                (120, 20, 30, 255),
            )
        yield np.asarray(layer.over(place))


def conference(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A call: one who is filmed, small, beside pictures of those whose cameras are off."""
    height, width = shape
    tile = (round(height * rng.uniform(0.16, 0.28)), round(width * rng.uniform(0.16, 0.28)))
    ground = Image.new("RGB", (width, height), (24, 24, 28))
    n_across, n_down = width // (tile[1] + 6), height // (tile[0] + 6)
    for place in range(n_across * n_down):
        row, column = divmod(place, n_across)
        part = stills.cropped(photo, tile, 2.0, rng.uniform(-1, 1, 2))
        ground.paste(part, (column * (tile[1] + 6) + 3, row * (tile[0] + 6) + 3))
    own = (
        int(rng.integers(n_across)) * (tile[1] + 6) + 3,
        int(rng.integers(n_down)) * (tile[0] + 6) + 3,
    )
    pieces = list(stills.clip(carphone(), tile, rate))
    for piece in stills.to_and_fro(pieces, round(seconds * rate)):
        picture = ground.copy()
        picture.paste(Image.fromarray(piece), own)
        yield np.asarray(picture)
