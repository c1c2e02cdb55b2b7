"""The way of the blog: a picture a second as a JPEG of 1024 pixels, then the models in float32.

The networks, the sizes they look at and how often they look are those of the product; there is a
picture for every second, and every network sees every picture.
"""

import resource
import subprocess
import tempfile
import time
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import onnx
import onnxruntime
from PIL import Image

from ingest.taggers.fitting import CELL, Size, fit_area
from ingest.taggers.subjects import view_windows
from models.cards import load_card, weights_path
from models.convert import efficientnet_lite2, nanodet
from models.convert.opennsfw import source_input

WIDTH = 1024
NUDITY_SIDE = 224


class FloatNetworks:
    """The three networks as they were before they were rounded to 8 bits.

    Args:
        folder: where nanodet.json and nanodet.bin lie.
    """

    def __init__(self, folder: Path) -> None:
        self._subjects = _session(efficientnet_lite2.float_model())
        self._people = _session(nanodet.float_model(folder))
        self._nudity = _session(onnx.load(weights_path(load_card("opennsfw"))))
        self._subjects_side = load_card("efficientnet_lite2").input_size
        self._people_side = load_card("nanodet").input_size

    def look(self, picture: Image.Image) -> None:
        """Ask all three of a picture."""
        seen = _resized(picture, fit_area(picture.size, self._subjects_side))
        windows = view_windows(seen.shape[2] // CELL, seen.shape[1] // CELL)
        self._subjects.run(None, {"frame": seen, "windows": windows})
        seen = _resized(picture, fit_area(picture.size, self._people_side))
        self._people.run(None, {"frame": seen})
        seen = _resized(picture, (NUDITY_SIDE, NUDITY_SIDE))
        self._nudity.run(None, {self._nudity.get_inputs()[0].name: source_input(seen)})


def watch_naively(clip: Path, networks: FloatNetworks) -> float:
    """Return seconds of CPU time, the program's and ours."""
    with tempfile.TemporaryDirectory() as folder:
        started, before = time.process_time(), _of_children()
        scale = f"fps=1,scale={WIDTH}:-2"
        program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-threads", "1", "-i", str(clip)]
        program += ["-filter_threads", "1", "-vf", scale, "-threads", "1", "-q:v", "2"]
        subprocess.run([*program, f"{folder}/%d.jpg"], check=True)  # noqa: S603
        for path in sorted(Path(folder).iterdir()):
            networks.look(Image.open(path))
        return time.process_time() - started + _of_children() - before


def _session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


def _resized(picture: Image.Image, size: Size) -> np.ndarray:
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR))[None]


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
