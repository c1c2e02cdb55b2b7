"""The way of the blog: a picture a second as a JPEG of 1024 pixels, then the models in float32.

Every network sees every picture. As published, each sees squares of about the size it was made
for, and subjects are looked for in the whole picture and in squares at both ends and in the middle
of it, one after the other. In one pass, the pictures keep their shape, as the product does it.
"""

import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import onnx
import onnxruntime  # noqa: TID251 - as a stranger would
from PIL import Image

from ingest.taggers.visual.image_classifier import crop_windows
from ingest.taggers.visual.input_size import CELL, Size, fit_area
from models.cards import load_card, weights_path
from models.convert import efficientnet_lite2, nanodet
from models.convert.opennsfw import source_input

WIDTH = 1024
CLASSIFIER_SIDE = 256  # published with 260, which is no whole number of cells
PEOPLE_SIDE = 416
NUDITY_SIDE = 224
WIDE = 1.2


class FloatNetworks:
    """The three networks as they were before they were rounded to 8 bits.

    Args:
        folder: where nanodet.json and nanodet.bin lie.
    """

    def __init__(self, folder: Path) -> None:
        self._classifier = _session(efficientnet_lite2.float_model())
        self._people = _session(nanodet.float_model(folder))
        self._nudity = _session(onnx.load(weights_path(load_card("opennsfw"))))
        self._classifier_side = load_card("efficientnet_lite2").input_size
        self._people_side = load_card("nanodet").input_size

    def run_as_published(self, picture: Image.Image) -> None:
        """Ask all three of a picture."""
        for crop in _crops(picture):
            self._classify(crop, (CLASSIFIER_SIDE, CLASSIFIER_SIDE))
        self._detect_people(picture, (PEOPLE_SIDE, PEOPLE_SIDE))
        self._detect_nudity(picture)

    def run_in_one_pass(self, picture: Image.Image) -> None:
        """Likewise, each network once, at the sizes of the product."""
        self._classify(picture, fit_area(picture.size, self._classifier_side))
        self._detect_people(picture, fit_area(picture.size, self._people_side))
        self._detect_nudity(picture)

    def _classify(self, picture: Image.Image, size: Size) -> None:
        windows = crop_windows(size[0] // CELL, size[1] // CELL)
        self._classifier.run(None, {"frame": _resized(picture, size), "windows": windows})

    def _detect_people(self, picture: Image.Image, size: Size) -> None:
        self._people.run(None, {"frame": _resized(picture, size)})

    def _detect_nudity(self, picture: Image.Image) -> None:
        resized = _resized(picture, (NUDITY_SIDE, NUDITY_SIDE))
        self._nudity.run(None, {self._nudity.get_inputs()[0].name: source_input(resized)})


def time_naively(clip: Path, run: Callable[[Image.Image], None]) -> float:
    """Return seconds of CPU time, the program's and ours."""
    with tempfile.TemporaryDirectory() as folder:
        started, before = time.process_time(), _of_children()
        scale = f"fps=1,scale={WIDTH}:-2"
        program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-threads", "1", "-i", str(clip)]
        program += ["-filter_threads", "1", "-vf", scale, "-threads", "1", "-q:v", "2"]
        subprocess.run([*program, f"{folder}/%d.jpg"], check=True)  # noqa: S603
        for path in sorted(Path(folder).iterdir()):
            run(Image.open(path))
        return time.process_time() - started + _of_children() - before


def _crops(picture: Image.Image) -> Iterator[Image.Image]:
    """Yield the whole and, of a wide or tall picture, squares at both ends and in the middle."""
    yield picture
    width, height = picture.size
    side, long = sorted(picture.size)
    if long > WIDE * side:
        for start in (0, (long - side) // 2, long - side):
            left, top = (start, 0) if width > height else (0, start)
            yield picture.crop((left, top, left + side, top + side))


def _session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


def _resized(picture: Image.Image, size: Size) -> np.ndarray:
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR))[None]


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
