"""Speech, music or noise, of INA's inaSpeechSegmenter, from the Keras file of its package.

Run: ``python -m models.convert.ina PATH/TO/inaSpeechSegmenter FOLDER/OF/SOUND``; needs h5py.
"""

import itertools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np
import onnx
from onnx import TensorProto, helper

from ingest.taggers.audio.networks import patches_of
from ingest.taggers.audio.spectra import PATCHES, RATE
from models.convert.graph import Array, GraphBuilder
from models.convert.quantize import quantize, write_weights
from models.convert.sounds import pieces

FRAMES, BANDS = 68, 21
_FILE: Final = "keras_speech_music_noise_cnn.hdf5"
_EPSILON: Final = 1e-3
_IDLE: Final = ("Dropout", "Reshape")

Layer = dict[str, Any]


class _Conversion:
    """Goes through the layers; values are (patches, channels, frames, bands), then vectors."""

    def __init__(self, file: h5py.File) -> None:
        self._tensors = _tensors(file)
        config = json.loads(file.attrs["model_config"])["config"]
        layers = config["layers"] if isinstance(config, dict) else config
        layers = [layer for layer in layers if layer["class_name"] not in _IDLE]
        # What normalises a convolution is part of it.
        self._normalisations = {
            layer["config"]["name"]: after["config"]
            for layer, after in itertools.pairwise(layers)
            if (layer["class_name"], after["class_name"]) == ("Conv2D", "BatchNormalization")
        }
        folded = list(self._normalisations.values())
        self._layers = [layer for layer in layers if layer["config"] not in folded]
        self.graph = GraphBuilder()
        self._emitters: dict[str, Callable[[str, Layer], str]] = {
            "Conv2D": self._convolution,
            "BatchNormalization": self._normalisation,
            "Activation": lambda x, _: self.graph.node("Relu", [x]),
            "MaxPooling2D": self._pooling,
            "Flatten": self._flatten,
            "Dense": self._product,
        }

    def convert(self) -> onnx.ModelProto:
        """Add layer by layer."""
        axis = self.graph.constant(np.array([1], np.int64))
        x = self.graph.node("Unsqueeze", ["patches", axis])
        for layer in self._layers:
            x = self._emitters[layer["class_name"]](x, layer["config"])
        self.graph.output(x, "shares")
        return self.graph.model(
            "ina_speech_music",
            [helper.make_tensor_value_info("patches", TensorProto.FLOAT, ["N", FRAMES, BANDS])],
            [helper.make_tensor_value_info("shares", TensorProto.FLOAT, ["N", 3])],
        )

    def _convolution(self, x: str, config: Layer) -> str:
        kernel, bias = self._tensor(config, "kernel"), self._tensor(config, "bias")
        factor, shift = self._factor_and_shift(self._normalisations[config["name"]])
        operands = (kernel * factor).transpose(3, 2, 0, 1), bias * factor + shift
        return self.graph.node("Conv", [x, *(self.graph.constant(part) for part in operands)])

    def _normalisation(self, x: str, config: Layer) -> str:
        factor, shift = (self.graph.constant(part) for part in self._factor_and_shift(config))
        return self.graph.node("Add", [self.graph.node("Mul", [x, factor]), shift])

    def _factor_and_shift(self, config: Layer) -> tuple[Array, Array]:
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        gamma, beta, mean, variance = (self._tensor(config, name) for name in names)
        scale = gamma / np.sqrt(variance + _EPSILON)
        return scale.astype(np.float32), (beta - mean * scale).astype(np.float32)

    def _pooling(self, x: str, config: Layer) -> str:
        pad = "SAME_UPPER" if config["padding"] == "same" else "VALID"
        sizes = {"kernel_shape": config["pool_size"], "strides": config["strides"]}
        return self.graph.node("MaxPool", [x], auto_pad=pad, **sizes)

    def _flatten(self, x: str, _: Layer) -> str:
        return self.graph.node("Flatten", [self.graph.node("Transpose", [x], perm=[0, 2, 3, 1])])

    def _product(self, x: str, config: Layer) -> str:
        kernel = self.graph.half(self._tensor(config, "kernel"))
        bias = self.graph.constant(self._tensor(config, "bias"))
        y = self.graph.node("Gemm", [x, kernel, bias])
        is_last = config["activation"] == "softmax"
        return self.graph.node("Softmax", [y], axis=-1) if is_last else y

    def _tensor(self, config: Layer, name: str) -> Array:
        return self._tensors[config["name"], name]


def _tensors(file: h5py.File) -> dict[tuple[str, str], Array]:
    """Return (layer, kind of weight) -> weights."""
    weights: dict[tuple[str, str], Array] = {}

    def take(path: str, item: h5py.Dataset | h5py.Group) -> None:
        if isinstance(item, h5py.Dataset):
            layer, *_, name = path.split("/")
            weights[layer, name.partition(":")[0]] = np.asarray(item)

    file["model_weights"].visititems(take)
    return weights


def float_model(folder: Path) -> onnx.ModelProto:
    """Return the network: standardised patches of log-mel bands in, shares of the three out."""
    with h5py.File(folder / _FILE) as file:
        return _Conversion(file).convert()


def main() -> None:
    """Write the weights into the package, with the convolutions in 8 bits."""
    model = float_model(Path(sys.argv[1]))
    feeds = [
        {"patches": patches_of(PATCHES.bands(piece), 0, len(piece) // RATE)}
        for piece in pieces(Path(sys.argv[2]))
    ]
    operators = ["Conv", "Relu", "MaxPool"]
    write_weights("ina_speech_music", quantize(model, feeds, operators=operators))


if __name__ == "__main__":
    main()
