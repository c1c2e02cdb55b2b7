"""Stills and slideshows by a fifth set of makers."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from designs_scenes import exposed, pixels_of
from others_scenes import Slideshow
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape, cropped, ken_burns, line_of_song


def tape(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A cover at rest under the noise of a video tape: grain, and scan lines that stand."""
    height, _ = shape
    lines = np.where(np.arange(height) % 3 == 0, 0.85, 1.0)[:, None, None]
    art = pixels_of(photo, shape) * lines
    for _ in range(round(seconds * rate)):
        yield exposed(art, 6.0, rng)


def framed_zoom(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A cover that is slowly zoomed behind black bars above and below."""
    height, _ = shape
    bar = int(height * rng.uniform(0.08, 0.13))
    for picture in ken_burns(photo, shape, seconds, rate, rng):
        framed = picture.copy()
        framed[:bar], framed[-bar:] = 0, 0
        yield framed


def album_pages(
    photos: Sequence[Photo], shape: Shape, each: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Photographs with white rims that are laid on a table one upon the other."""
    height, width = shape
    table = Image.new("RGB", (width, height), tuple(rng.integers(40, 120, 3).tolist()))
    for photo in photos:
        side = (int(height * 0.75), int(width * 0.75))
        card = Image.new("RGB", (side[1] + 16, side[0] + 16), "white")
        card.paste(cropped(photo, side), (8, 8))
        lean = rng.uniform(-8, 8)
        mask = Image.new("L", card.size, 255).rotate(lean, expand=True)
        card = card.rotate(lean, Image.Resampling.BILINEAR, expand=True)
        x, y = (width - card.width) // 2, (height - card.height) // 2
        for number in range(round(each * rate)):
            fallen = min(1.0, number / rate / 0.6)
            frame = table.copy()
            frame.paste(card, (x, int(y - (1 - fallen) * height)), mask)
            yield np.asarray(frame)
        table.paste(card, (x, y), mask)


def documentary(
    photos: Sequence[Photo], shape: Shape, each: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Old photographs, brown, each zoomed slowly, that fade into each other."""
    n_fade, before = round(0.8 * rate), np.zeros((*shape, 3), np.float32)
    for photo in photos:
        brown = ImageEnhance.Color(photo).enhance(0.3)
        shown = before
        for number, picture in enumerate(ken_burns(brown, shape, each, rate, rng)):
            share = min(1.0, number / n_fade)
            shown = before * (1 - share) + picture * share
            yield shown.astype(np.uint8)
        before = shown


def captioned(
    photos: Sequence[Photo], shape: Shape, each: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Photographs, each with a caption at its foot, with a second of a dark title before each."""
    height, width = shape
    for photo in photos:
        title = Image.new("RGB", (width, height), tuple(rng.integers(0, 60, 3).tolist()))
        words, font = line_of_song(rng), ImageFont.load_default(height / 16)
        middle = (width / 2, height / 2)
        ImageDraw.Draw(title).text(middle, words.upper(), "white", font, anchor="mm")
        for _ in range(rate):
            yield np.asarray(title)
        shown = cropped(photo, shape)
        ImageDraw.Draw(shown).text((width * 0.04, height * 0.88), words, "white", font)
        for _ in range(round(each * rate)):
            yield np.asarray(shown)


STILLS: Final[dict[str, LivelyForm]] = {"tape": tape, "framed zoom": framed_zoom}
SLIDESHOWS: Final[dict[str, Slideshow]] = {
    "album pages": album_pages,
    "documentary": documentary,
    "captioned": captioned,
}
