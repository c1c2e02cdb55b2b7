"""Videos of pictures that hardly move, made of photographs: what stands over a song on the web.

Every function yields RGB frames of ``shape`` (height, width) at ``rate`` frames a second, for
``write_video``. Real clips, cut to pieces, come from here too, so that all kinds are coded alike.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from support.footage import Picture

Shape = tuple[int, int]
"""(height, width) of a frame."""

Photo = Image.Image

Form = Callable[[Photo, Shape, float, int], Iterator[Picture]]
"""Makes frames of a photograph, a shape, seconds, and frames a second."""

LivelyForm = Callable[[Photo, Shape, float, int, np.random.Generator], Iterator[Picture]]
"""Likewise, with chance in it."""

_SONG: Final = (
    "over the river and under the stars we were dancing alone in the light of the cars you said"
    " that the summer would never be gone but the leaves on the water are travelling on hold me"
    " again till the radio sleeps every promise we make is a promise that keeps"
)


def read_photograph(path: Path) -> Photo:
    return Image.open(path).convert("RGB")


def still(photo: Photo, shape: Shape, seconds: float, rate: int) -> Iterator[Picture]:
    """The photograph fills the frame."""
    picture = _array(cropped(photo, shape))
    for _ in range(round(seconds * rate)):
        yield picture


def padded(photo: Photo, shape: Shape, seconds: float, rate: int) -> Iterator[Picture]:
    """The whole photograph in the middle, before a blurred one that fills the frame."""
    height, width = shape
    backdrop = cropped(photo, shape).filter(ImageFilter.GaussianBlur(height / 20))
    scale = min(height / photo.height, width * 0.6 / photo.width)
    front = photo.resize((round(photo.width * scale), round(photo.height * scale)))
    backdrop.paste(front, ((width - front.width) // 2, (height - front.height) // 2))
    return still(backdrop, shape, seconds, rate)


def grainy(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Film grain over the photograph, new on every frame."""
    for picture in still(photo, shape, seconds, rate):
        grain = rng.normal(0, 8, shape)[:, :, None]
        yield np.clip(picture + grain, 0, 255).astype(np.uint8)


def faded(photo: Photo, shape: Shape, seconds: float, rate: int) -> Iterator[Picture]:
    """The photograph comes out of black in two seconds, and goes back into it in the last two."""
    n_frames = round(seconds * rate)
    for number, picture in enumerate(still(photo, shape, seconds, rate)):
        light = min(1.0, number / (2 * rate), (n_frames - 1 - number) / (2 * rate))
        yield np.asarray(picture * light).astype(np.uint8)


def ken_burns(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A slow zoom, in or out, with a slow pan: 10 to 40 % in all."""
    grown = 1 + rng.uniform(0.1, 0.4)
    towards = rng.uniform(-0.8, 0.8, 2)
    inwards = rng.random() < 0.5
    n_frames = round(seconds * rate)
    for number in range(n_frames):
        share = number / max(1, n_frames - 1)
        zoom = 1 + (grown - 1) * (share if inwards else 1 - share)
        yield _array(cropped(photo, shape, zoom, towards))


def slideshow(
    photos: Sequence[Photo],
    shape: Shape,
    seconds_each: float,
    rate: int,
    *,
    fade_seconds: float = 0.0,
    moving: np.random.Generator | None = None,
) -> Iterator[Picture]:
    """Photographs one after the other.

    Args:
        photos: what is shown.
        shape: of the frames.
        seconds_each: how long each of them is.
        rate: frames a second.
        fade_seconds: for how long a photograph shows through the next one.
        moving: each is zoomed and panned as this tells.
    """
    n_fading = round(fade_seconds * rate)
    leaving: list[Picture] = []
    for photo in photos:
        seconds = seconds_each + fade_seconds
        if moving is None:
            shown = still(photo, shape, seconds, rate)
        else:
            shown = ken_burns(photo, shape, seconds, rate, moving)
        for number, gone in enumerate(leaving):
            share = (number + 1) / (len(leaving) + 1)
            yield (gone * (1 - share) + next(shown) * share).astype(np.uint8)
        yield from islice(shown, round(seconds * rate) - len(leaving) - n_fading)
        leaving = list(shown)
    yield from leaving


def bars(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """An equaliser: two dozen bars that jump at the foot of the photograph."""
    height, width = shape
    levels = np.full(24, 0.3)
    for picture in still(photo, shape, seconds, rate):
        levels = 0.5 * levels + 0.5 * rng.random(24) ** 2
        drawn = Image.fromarray(picture)
        draw = ImageDraw.Draw(drawn)
        for number, level in enumerate(levels):
            left = width * (number + 0.1) / 24
            top = height * (0.95 - 0.35 * level)
            draw.rectangle((left, top, left + width * 0.8 / 24, height * 0.95), (240, 240, 250))
        yield _array(drawn)


def wave(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """The sound's wave, as a line across the photograph."""
    height, width = shape
    x = np.linspace(0, 1, 200)
    middle = rng.uniform(0.3, 0.8)
    for picture in still(photo, shape, seconds, rate):
        swing = sum(
            rng.normal(0, 0.4) * np.sin(2 * np.pi * (tones * x + rng.random()))
            for tones in (3, 7, 13, 29)
        )
        y = height * (middle + 0.1 * swing * np.sin(np.pi * x))
        drawn = Image.fromarray(picture)
        points = list(zip((x * width).tolist(), y.tolist(), strict=True))
        ImageDraw.Draw(drawn).line(points, (255, 220, 60), max(2, height // 90))
        yield _array(drawn)


def lyrics(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Two lines of a song at the foot of the photograph; new ones every two to four seconds."""
    height, width = shape
    left = 0
    frame = photo
    for picture in still(photo, shape, seconds, rate):
        if left == 0:
            left = round(rng.uniform(2, 4) * rate)
            frame = Image.fromarray(picture)
            for number in range(2):
                write_line(
                    frame, line_of_song(rng), width / 2, height * (0.76 + 0.11 * number), 0.075
                )
        left -= 1
        yield _array(frame)


def scrolling(
    photo: Photo,
    shape: Shape,
    seconds: float,
    rate: int,
    rng: np.random.Generator,
    *,
    fill: float = 0.95,
) -> Iterator[Picture]:
    """A whole song that climbs over the photograph, from below its foot to above its head.

    Args:
        photo: what is behind.
        shape: of the frames.
        seconds: length in seconds.
        rate: frames a second.
        rng: for the words, the speed and the size.
        fill: most of the width that a line takes.
    """
    height, width = shape
    letters = rng.uniform(0.06, 0.09)
    speed = height / rng.uniform(7, 20)
    pitch = letters * height * rng.uniform(1.3, 2.0)
    n_lines = round((seconds * speed + height) / pitch) + 1
    sheet = Image.new("L", (width, round(n_lines * pitch)))
    for number in range(n_lines):
        # A line now and then is left empty: between verses.
        if rng.random() < 0.85:
            write_line(sheet, line_of_song(rng), width / 2, number * pitch, letters, fill)
    started = rng.uniform(0, 1) * height
    white = Image.new("RGB", (width, height), (250, 250, 250))
    for number, picture in enumerate(still(photo, shape, seconds, rate)):
        drawn = Image.fromarray(picture)
        top = speed * number / rate - started
        box = (0, top, width, top + height)
        visible = sheet.transform(
            (width, height), Image.Transform.EXTENT, box, Image.Resampling.BILINEAR
        )
        drawn.paste(white, (0, 0), visible)
        yield _array(drawn)


def clip(
    path: Path, shape: Shape, rate: int, *, start: float = 0.0, end: float | None = None
) -> Iterator[Picture]:
    """A piece of a real clip, cropped to ``shape``, at another rate."""
    with av.open(str(path)) as container:
        first: float | None = None
        due = start
        for frame in container.decode(video=0):
            time = frame.time or 0.0
            first = time if first is None else first
            if end is not None and time - first >= end:
                return
            while time - first >= due:
                yield _array(cropped(Image.fromarray(frame.to_ndarray(format="rgb24")), shape))
                due += 1 / rate


def to_and_fro(pictures: Sequence[Picture], n_frames: int) -> Iterator[Picture]:
    """The same frames forwards and backwards, over and over: short footage made longer."""
    there_and_back = [*pictures, *pictures[-2:0:-1]]
    for number in range(n_frames):
        yield there_and_back[number % len(there_and_back)]


def cropped(
    photo: Photo,
    shape: Shape,
    zoom: float = 1.0,
    towards: NDArray[np.float64] | None = None,
) -> Photo:
    """The largest part of the photograph of the frame's shape, over ``zoom``, scaled to it."""
    height, width = shape
    scale = min(photo.width / width, photo.height / height) / zoom
    room = np.maximum(0, [photo.width - width * scale, photo.height - height * scale]) / 2
    # Without a zoom there is no room to pan; with one, all the room it made may be used.
    left, top = (
        room
        if towards is None
        else room + towards * np.minimum(room, (zoom - 1) * width * scale / 4)
    )
    right, foot = min(left + width * scale, photo.width), min(top + height * scale, photo.height)
    box = (float(left), float(top), float(right), float(foot))
    return photo.resize((width, height), Image.Resampling.BILINEAR, box)


def line_of_song(rng: np.random.Generator) -> str:
    """Three to seven words of a song."""
    words = _SONG.split()
    first = int(rng.integers(len(words)))
    return " ".join((words * 2)[first : first + int(rng.integers(3, 8))])


def write_line(
    on: Photo,
    text: str,
    centre: float,
    top: float,
    letters: float,
    fill: float = 0.95,
    colour: tuple[int, int, int] = (255, 255, 255),
) -> None:
    """Write a line with a dark rim (on a mask: in white), as high as ``letters`` tells."""
    size = letters * (on.height if on.mode == "RGB" else on.width * 9 / 16)
    while True:
        font = ImageFont.load_default(size)
        if font.getlength(text) <= fill * on.width:
            break
        size *= 0.9
    draw = ImageDraw.Draw(on)
    if on.mode == "L":
        draw.text((centre, top), text, 255, font, anchor="ma")
    else:
        rim = max(1, round(size / 16))
        draw.text(
            (centre, top), text, colour, font, anchor="ma", stroke_width=rim, stroke_fill="black"
        )


def _array(picture: Photo) -> Picture:
    return np.asarray(picture)
