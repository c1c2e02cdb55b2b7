"""Genres and instruments of musicnn (MagnaTagATune), from the TensorFlow checkpoint of its package.

Run: ``python -m models.convert.musicnn PATH/TO/musicnn FOLDER/OF/MUSIC``
"""

import sys
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper

from models.convert.graph import Array, GraphBuilder
from models.convert.quantize import convolutions, quantize, write_weights
from models.convert.sounds import music_bands
from models.convert.tensorflow_checkpoint import read_checkpoint

BANDS: Final = 96
TAGS: Final = 50
_EPSILON: Final = 1e-3
_FRONT: Final = 5  # convolutions
_TIMBRAL: Final = 2  # of these; the others look along time
_REACH: Final = 3  # frames before and after that a kernel of seven sees


class _Conversion:
    """Builds the network of Pons and Serra (2019): a front, a middle and an end."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self._weights = weights
        self.graph = GraphBuilder()

    def convert(self) -> onnx.ModelProto:
        """Add layer by layer; values are (patches, channels, frames, bands) up to the pooling."""
        node = self.graph.node
        x = self._normalised(node("Unsqueeze", ["bands", self._axes(1)]), 0)
        front = self._front(x)
        first = self._middle(front, 5)
        second = node("Add", [self._middle(first, 6), first])
        third = node("Add", [self._middle(second, 7), second])
        layers = node("Concat", [front, first, second, third], axis=3)
        shares = self._end(node("Squeeze", [layers, self._axes(1)]))
        self.graph.output(shares, "shares")
        return self.graph.model(
            "musicnn",
            [helper.make_tensor_value_info("bands", TensorProto.FLOAT, ["N", "frames", BANDS])],
            [helper.make_tensor_value_info("shares", TensorProto.FLOAT, ["N", TAGS])],
        )

    def _front(self, x: str) -> str:
        """Return what five convolutions find, the most over all bands, (patches, 1, frames, n)."""
        maxima = [self._most(self._convolved(x, i), i + 1) for i in range(_FRONT)]
        y = self.graph.node(
            "Transpose", [self.graph.node("Concat", maxima, axis=1)], perm=[0, 2, 1]
        )
        return self.graph.node("Unsqueeze", [y, self._axes(1)])

    def _most(self, x: str, i: int) -> str:
        """Return the most over all bands of what is normalised, which costs less after than before.

        Where its factor is negative, the most was the least.
        """
        node, (factor, shift) = self.graph.node, self._normalisation(i, (1, -1, 1))
        most, least = (
            node(
                "Mul",
                [node(how, [x], axes=[3], keepdims=0), self.graph.constant(side(factor, zero))],
            )
            for how, side, zero in (
                ("ReduceMax", np.maximum, np.float32(0)),
                ("ReduceMin", np.minimum, np.float32(0)),
            )
        )
        return node("Add", [node("Add", [most, least]), self.graph.constant(shift)])

    def _middle(self, x: str, i: int) -> str:
        y = self._normalised(self._convolved(x, i), i + 1)
        return self.graph.node("Transpose", [y], perm=[0, 3, 2, 1])

    def _end(self, x: str) -> str:
        """Pool over time, then two layers."""
        maxima = [
            self.graph.node(
                "Unsqueeze", [self.graph.node(how, [x], axes=[1], keepdims=0), self._axes(2)]
            )
            for how in ("ReduceMax", "ReduceMean")
        ]
        y = self.graph.node("Flatten", [self.graph.node("Concat", maxima, axis=2)])
        y = self.graph.node("Relu", [self._product(self._normalised(y, 9, flat=True), "dense")])
        y = self._product(self._normalised(y, 10, flat=True), "dense_1")
        return self.graph.node("Sigmoid", [y])

    def _convolved(self, x: str, i: int) -> str:
        name = _numbered("conv2d", i)
        kernel = self._weights[f"{name}/kernel"].transpose(3, 2, 0, 1)
        reach = kernel.shape[2] - 1
        looks_along_time = _TIMBRAL <= i < _FRONT
        pads = (
            [reach // 2, 0, reach - reach // 2, 0] if looks_along_time else [_REACH, 0, _REACH, 0]
        )
        stored = self.graph.constant if i < _TIMBRAL else self.graph.half
        operands = [stored(kernel), self.graph.constant(self._weights[f"{name}/bias"])]
        return self.graph.node("Relu", [self.graph.node("Conv", [x, *operands], pads=pads)])

    def _normalised(self, x: str, i: int, *, flat: bool = False) -> str:
        parts = self._normalisation(i, (1, -1) if flat else (1, -1, 1, 1))
        factor, shift = (self.graph.constant(part) for part in parts)
        return self.graph.node("Add", [self.graph.node("Mul", [x, factor]), shift])

    def _normalisation(self, i: int, shape: tuple[int, ...]) -> tuple[Array, Array]:
        """Return the factor and what is then added."""
        name = _numbered("batch_normalization", i)
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        gamma, beta, mean, variance = (self._weights[f"{name}/{part}"] for part in names)
        scale = gamma / np.sqrt(variance + _EPSILON)
        factor, shift = (
            part.reshape(shape).astype(np.float32) for part in (scale, beta - mean * scale)
        )
        return factor, shift

    def _product(self, x: str, name: str) -> str:
        kernel = self.graph.half(self._weights[f"{name}/kernel"])
        bias = self.graph.constant(self._weights[f"{name}/bias"])
        return self.graph.node("Add", [self.graph.node("MatMul", [x, kernel]), bias])

    def _axes(self, *axes: int) -> str:
        return self.graph.constant(np.array(axes, np.int64))


def _numbered(name: str, i: int) -> str:
    return f"{name}_{i}" if i else name


def float_model(folder: Path) -> onnx.ModelProto:
    """Return the network: log-mel bands of 187 frames in, shares of fifty tags out."""
    return _Conversion(read_checkpoint(f"{folder}/MTT_musicnn/")).convert()


def main() -> None:
    """Write the weights into the package; the two convolutions that cost most in 8 bits."""
    model = float_model(Path(sys.argv[1]))
    feeds = [{"bands": bands[None]} for bands in music_bands(Path(sys.argv[2]))]
    float_nodes = [node.name for node in convolutions(model)[_TIMBRAL:]]
    weights = quantize(model, feeds, operators=["Conv"], float_nodes=float_nodes)
    write_weights("musicnn", weights)


if __name__ == "__main__":
    main()
