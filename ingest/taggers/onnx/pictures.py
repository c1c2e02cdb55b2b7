"""Pictures -> vectors: prepared as ``preprocessor_config.json`` says, through ``image.onnx``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.errors import InvalidInput
from ingest.taggers.onnx.folder import IMAGE, PREPARATION, PairFolder, embedding_output
from models.onnx_runtime import onnxruntime

FLOATS: Final = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
_FULL_COLOUR: Final = 255.0
_MAX_SIDE: Final = 2048
# Shrinks by whole numbers first, where the rest is still at least 2 to 1.
_REDUCING_GAP: Final = 2.0

Vectors = NDArray[np.float32]
"""Shape (n, size), each of length 1."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """Preparation of a picture.

    Attributes:
        shortest: what the shorter side is scaled to before the middle is cut out; None to squash
            the whole picture.
        width: of what the network sees, in pixels.
        height: the same.
        resample: one of Pillow's filters.
        scale: what the colours, 0 to 255, are multiplied by.
        mean: what is then subtracted from red, green, blue.
        std: what they are then divided by.
    """

    shortest: int | None
    width: int
    height: int
    resample: Image.Resampling
    scale: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Preparation":
        """Read what ``preprocessor_config.json`` holds.

        Raises:
            InvalidInput: naming the field that is missing or cannot be followed.
        """
        shortest, size = _size(config)
        if shortest is not None:
            size = _pixels(config, "crop_size")
            if max(size) > shortest:
                raise InvalidInput(f"{PREPARATION}: crop_size is more than size: nothing to cut")
        normalised = config.get("do_normalize", True)
        return cls(
            shortest=shortest,
            width=size[0],
            height=size[1],
            resample=_filter(config),
            scale=_number(config, "rescale_factor", 1 / _FULL_COLOUR)
            if config.get("do_rescale", True)
            else 1.0,
            mean=_colours(config, "image_mean") if normalised else (0.0, 0.0, 0.0),
            std=_colours(config, "image_std") if normalised else (1.0, 1.0, 1.0),
        )

    def prepare(self, picture: Image.Image) -> NDArray[np.float32]:
        """Return what the network is fed, shape (1, 3, height, width)."""
        box = None if self.shortest is None else self._middle(picture.size, self.shortest)
        resized = picture.resize((self.width, self.height), self.resample, box, _REDUCING_GAP)
        colours = np.asarray(resized, np.float32) * np.float32(self.scale)
        normalised = (colours - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        return np.ascontiguousarray(normalised.transpose(2, 0, 1)[None], np.float32)

    def _middle(self, size: tuple[int, int], shortest: int) -> tuple[float, float, float, float]:
        """Return what is to be cut out of a picture so that it need not be scaled as a whole.

        The same as scaling the shorter side and cutting whole pixels out of the middle, but a
        picture that is a thousand times as long as high costs no more than others.
        """
        target = (self.width, self.height)
        scaled = [shortest * side // min(size) for side in size]
        starts = [(side - own) // 2 for side, own in zip(scaled, target, strict=True)]
        per_pixel = [side / own for side, own in zip(size, scaled, strict=True)]
        ends = [start + own for start, own in zip(starts, target, strict=True)]
        left, top = (start * by for start, by in zip(starts, per_pixel, strict=True))
        right, bottom = (
            min(end * by, side) for end, by, side in zip(ends, per_pixel, size, strict=True)
        )
        return left, top, right, bottom


class PictureEncoder:
    """The half of a pair that looks."""

    def __init__(
        self, session: onnxruntime.InferenceSession, preparation: Preparation, output: str
    ) -> None:
        self._session = session
        self._preparation = preparation
        self._output = output
        (self._input,) = session.get_inputs()

    @classmethod
    def open(cls, folder: PairFolder) -> "PictureEncoder":
        """Make ``image.onnx`` ready.

        Raises:
            CorruptData: it cannot be run.
            InvalidInput: it is fed in another way than ``preprocessor_config.json`` says.
        """
        preparation = Preparation.from_config(folder.json(PREPARATION))
        session = folder.session(IMAGE)
        _check_input(session, preparation, folder)
        return cls(session, preparation, embedding_output(session, folder / IMAGE))

    def embed(self, picture: Image.Image) -> NDArray[np.float32]:
        """Return the vector of a picture, shape (size,)."""
        fed = self._preparation.prepare(picture).astype(FLOATS[self._input.type])
        (output,) = self._session.run([self._output], {self._input.name: fed})
        vector: NDArray[np.float32] = unit(np.asarray(output, np.float32).reshape(1, -1))[0]
        return vector


def unit(vectors: NDArray[np.float32]) -> Vectors:
    """Return vectors of length 1; what has no length, or is no number, becomes zeros."""
    clean = np.nan_to_num(vectors, nan=0.0, posinf=0.0, neginf=0.0)
    lengths = np.linalg.norm(clean, axis=1, keepdims=True)
    return np.asarray(clean / np.maximum(lengths, np.finfo(np.float32).tiny), np.float32)


def _check_input(
    session: onnxruntime.InferenceSession, preparation: Preparation, folder: PairFolder
) -> None:
    inputs = session.get_inputs()
    expected = (1, 3, preparation.height, preparation.width)
    if len(inputs) == 1 and inputs[0].type in FLOATS and len(inputs[0].shape) == len(expected):
        fixed = [
            (is_, should) for is_, should in zip(inputs[0].shape, expected, strict=True)
            if isinstance(is_, int)
        ]  # fmt: skip
        if all(is_ == should for is_, should in fixed):
            return
    actual = "; ".join(f"{one.name}: {one.type} {one.shape}" for one in inputs)
    raise InvalidInput(
        f"{folder / IMAGE} takes {actual}: it must take one picture as floats of the shape"
        f" {expected}, as {PREPARATION} makes them"
    )


def _size(config: Mapping[str, Any]) -> tuple[int | None, tuple[int, int]]:
    """Return what the shorter side is scaled to, or None and the size to squash to."""
    if not config.get("do_resize", True):
        raise InvalidInput(f"{PREPARATION}: do_resize is false, but videos come in all sizes")
    size = config.get("size")
    shortest = size.get("shortest_edge") if isinstance(size, Mapping) else size
    if config.get("do_center_crop", False):
        if shortest is None and _pixels(config, "size") == _pixels(config, "crop_size"):
            return None, _pixels(config, "size")
        if not isinstance(shortest, int) or not 0 < shortest <= _MAX_SIDE:
            raise InvalidInput(f"{PREPARATION}: size is {size!r}: a side in pixels is needed")
        return shortest, (0, 0)
    if isinstance(size, Mapping) and "height" not in size:
        raise InvalidInput(
            f"{PREPARATION}: size is {size!r} without do_center_crop: pictures of every shape"
        )
    return None, _pixels(config, "size")


def _pixels(config: Mapping[str, Any], field: str) -> tuple[int, int]:
    value = config.get(field)
    sides = (
        (value.get("width"), value.get("height")) if isinstance(value, Mapping) else (value, value)
    )
    width, height = sides
    if not (isinstance(width, int) and isinstance(height, int)):
        raise InvalidInput(f"{PREPARATION}: {field} is {value!r}: height and width are needed")
    if not 0 < min(width, height) <= max(width, height) <= _MAX_SIDE:
        raise InvalidInput(f"{PREPARATION}: {field} is {value!r}: 1 to {_MAX_SIDE} pixels")
    return width, height


def _filter(config: Mapping[str, Any]) -> Image.Resampling:
    try:
        return Image.Resampling(config.get("resample", Image.Resampling.BICUBIC))
    except ValueError:
        raise InvalidInput(
            f"{PREPARATION}: resample is {config.get('resample')!r}: 0 to 5 are Pillow's filters"
        ) from None


def _number(config: Mapping[str, Any], field: str, usual: float) -> float:
    value = config.get(field, usual)
    if not isinstance(value, int | float) or not np.isfinite(value) or value <= 0:
        raise InvalidInput(f"{PREPARATION}: {field} is {value!r}: a number over 0 is needed")
    return float(value)


def _colours(config: Mapping[str, Any], field: str) -> tuple[float, float, float]:
    value = config.get(field)
    numbers = (
        [one for one in value if isinstance(one, int | float)] if isinstance(value, list) else []
    )
    if len(numbers) != 3 or not np.isfinite(numbers).all():
        raise InvalidInput(f"{PREPARATION}: {field} is {value!r}: three numbers are needed")
    if field == "image_std" and min(numbers) <= 0:
        raise InvalidInput(f"{PREPARATION}: {field} is {value!r}: nothing can be divided by that")
    red, green, blue = numbers
    return float(red), float(green), float(blue)
