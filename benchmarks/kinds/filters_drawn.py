"""Pictures of sound as FFmpeg's filters draw them, of sound that is made up, over photographs."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
import av.filter
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from support import stills
from support.footage import Picture
from support.stills import LivelyForm, Photo, Shape

_RATE: Final = 22050
_BLOCK: Final = 1024


def _sound(seconds: float, rng: np.random.Generator) -> NDArray[np.int16]:
    """Return a drum, a bass, a chord that changes and hats."""
    time = np.arange(round((seconds + 1) * _RATE)) / _RATE
    beat = 60 / rng.uniform(80, 140)
    since = time % beat
    total = 0.7 * np.sin(2 * np.pi * 55 * np.sqrt(since + 0.01) * 2) * np.exp(-9 * since)
    hats = rng.normal(0, 0.25, time.size) * np.exp(-40 * (time % (beat / 2)))
    roots = 110 * 2 ** (rng.integers(0, 8, 64) / 12)
    root = roots[(time / (4 * beat)).astype(int) % 64]
    for interval, loud in ((0.5, 0.35), (1.0, 0.2), (1.26, 0.15), (1.5, 0.15), (3.0, 0.08)):
        swell = 0.6 + 0.4 * np.sin(2 * np.pi * time / beat / 3 + interval)
        total += loud * swell * np.sin(2 * np.pi * np.cumsum(root * interval) / _RATE)
    sung = rng.choice((0, 261.6, 329.6, 392.0, 523.2), 200)[(time / beat * 2).astype(int) % 200]
    total += 0.3 * np.sin(2 * np.pi * np.cumsum(sung) / _RATE) * (sung > 0)
    return (np.clip((total + hats) * 0.55, -1, 1) * 32000).astype(np.int16)


def _drawn(
    name: str, options: dict[str, str], seconds: float, rng: np.random.Generator
) -> Iterator[NDArray[np.uint8]]:
    """Yield what a filter draws, RGBA."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        format="s16", sample_rate=_RATE, layout="stereo", time_base=Fraction(1, _RATE)
    )
    drawing, sink = graph.add(name, **options), graph.add("buffersink")
    source.link_to(drawing)
    drawing.link_to(sink)
    graph.configure()
    left, right = _sound(seconds, rng), _sound(seconds, rng)
    both = np.stack([left, (left * 0.7 + right * 0.3).astype(np.int16)], axis=1)
    for first in range(0, len(both) - _BLOCK, _BLOCK):
        frame = av.AudioFrame.from_ndarray(
            both[first : first + _BLOCK].reshape(1, -1), format="s16", layout="stereo"
        )
        frame.sample_rate, frame.pts, frame.time_base = _RATE, first, Fraction(1, _RATE)
        source.push(frame)
        while True:
            try:
                drawn = sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                break
            assert isinstance(drawn, av.VideoFrame)
            yield drawn.to_ndarray(format="rgba").astype(np.uint8, copy=False)


def _over(
    name: str,
    options: dict[str, str],
    part: tuple[float, float, float, float],
    *,
    is_box: bool = False,
) -> LivelyForm:
    """Return a form in which a filter draws on a part: left, top, width and height, as shares."""

    def form(
        photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
    ) -> Iterator[Picture]:
        height, width = shape
        left, top = round(width * part[0]), round(height * part[1])
        wide, tall = (round(value / 2) * 2 for value in (width * part[2], height * part[3]))
        size = f"{wide}x{tall}"
        colour = str(rng.choice(("white", "yellow", "0x33ccff", "orange", "0xff4477")))
        own = {key: value.format(colour=colour, rate=rate) for key, value in options.items()}
        still = np.asarray(stills.cropped(photo, shape))
        for number, drawn in enumerate(_drawn(name, {**own, "s": size}, seconds, rng)):
            if number >= round(seconds * rate):
                return
            picture, light = still.copy(), drawn[..., :3].astype(np.uint16)
            under = picture[top : top + tall, left : left + wide]
            # As ``blend=screen`` does; or the box as it is, as ``overlay`` does.
            screened = 255 - (255 - under.astype(np.uint16)) * (255 - light) // 255
            picture[top : top + tall, left : left + wide] = light if is_box else screened
            yield picture

    return form


FILTERS: Final[dict[str, LivelyForm]] = {
    "showwaves, a line": _over(
        "showwaves", {"mode": "line", "r": "{rate}", "colors": "{colour}"}, (0, 0.6, 1, 0.36)
    ),
    "showwaves, centred": _over(
        "showwaves",
        {"mode": "cline", "r": "{rate}", "colors": "{colour}|{colour}"},
        (0.1, 0.3, 0.8, 0.4),
    ),
    "showfreqs": _over(
        "showfreqs",
        {"mode": "bar", "fscale": "log", "ascale": "sqrt", "rate": "{rate}", "colors": "{colour}"},
        (0.05, 0.55, 0.9, 0.42),
    ),
    "showspectrum that scrolls": _over(
        "showspectrum",
        {"slide": "scroll", "color": "fire", "fps": "{rate}", "scale": "cbrt"},
        (0, 0.65, 1, 0.35),
        is_box=True,
    ),
    "avectorscope": _over(
        "avectorscope",
        {"mode": "lissajous", "rate": "{rate}", "zoom": "1.6"},
        (0.3, 0.15, 0.4, 0.7),
    ),
    "showcqt": _over("showcqt", {"fps": "{rate}", "axis": "0", "count": "2"}, (0, 0.4, 1, 0.6)),
}


def record_of_light(
    photo: Photo, shape: Shape, seconds: float, rate: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """A compact disc that spins before the picture, with a sheen in all colours that stays."""
    height, width = shape
    still = stills.cropped(photo, shape).copy()
    side = round(height * rng.uniform(0.6, 0.85)) // 2 * 2
    rows, columns = np.mgrid[:side, :side] - side / 2 + 0.5
    far, angle = np.hypot(rows, columns) / (side / 2), np.arctan2(rows, columns)
    hues = np.stack([np.cos(2 * angle + 4 * far + shift) for shift in (0, 2.1, 4.2)], axis=2)
    sheen = (0.55 + 0.45 * np.cos(2 * angle + 0.6)[..., None]) * (0.5 + 0.5 * hues) * 110
    mask = Image.fromarray((((far < 1) & (far > 0.14)) * 255).astype(np.uint8))
    print_ = stills.cropped(photo.rotate(180), (side, side))
    speed, left = rng.uniform(20, 160), round(rng.uniform(0, width - side))
    for number in range(round(seconds * rate)):
        turned = np.asarray(print_.rotate(-speed * number / rate), np.int16)
        disc = Image.fromarray(np.clip(turned * 0.6 + sheen, 0, 255).astype(np.uint8))
        picture = still.copy()
        picture.paste(disc, (left, (height - side) // 2), mask)
        yield np.asarray(picture)
