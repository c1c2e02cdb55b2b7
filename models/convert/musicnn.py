"""Genres and instruments of musicnn (MagnaTagATune), from the TensorFlow checkpoint of its package.

Run: ``python -m models.convert.musicnn PATH/TO/musicnn``
"""

import sys
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper

from models.convert.graph import Array, GraphBuilder
from models.convert.quantize import write_weights
from models.convert.tensorflow_checkpoint import read_checkpoint

BANDS: Final = 96
TAGS: Final = 50
_EPSILON: Final = 1e-3
_TIMBRAL: Final = 2  # of the five first convolutions; the others look along time
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
        maxima = []
        for i in range(5):
            y = self._convolution(x, i, pads_bands=i >= _TIMBRAL)
            maxima.append(self.graph.node("ReduceMax", [y], axes=[3], keepdims=0))
        y = self.graph.node(
            "Transpose", [self.graph.node("Concat", maxima, axis=1)], perm=[0, 2, 1]
        )
        return self.graph.node("Unsqueeze", [y, self._axes(1)])

    def _middle(self, x: str, i: int) -> str:
        y = self._convolution(x, i, pads_bands=False)
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

    def _convolution(self, x: str, i: int, *, pads_bands: bool) -> str:
        name = _numbered("conv2d", i)
        kernel = self._weights[f"{name}/kernel"].transpose(3, 2, 0, 1)
        reach = kernel.shape[2] - 1
        pads = [reach // 2, 0, reach - reach // 2, 0] if pads_bands else [_REACH, 0, _REACH, 0]
        operands = [self.graph.half(kernel), self.graph.constant(self._weights[f"{name}/bias"])]
        y = self.graph.node("Conv", [x, *operands], pads=pads)
        return self._normalised(self.graph.node("Relu", [y]), i + 1)

    def _normalised(self, x: str, i: int, *, flat: bool = False) -> str:
        name = _numbered("batch_normalization", i)
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        gamma, beta, mean, variance = (self._weights[f"{name}/{part}"] for part in names)
        scale = gamma / np.sqrt(variance + _EPSILON)
        shape = (1, -1) if flat else (1, -1, 1, 1)
        parts = [part.reshape(shape).astype(np.float32) for part in (scale, beta - mean * scale)]
        factor, shift = (self.graph.constant(part) for part in parts)
        return self.graph.node("Add", [self.graph.node("Mul", [x, factor]), shift])

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
    """Write the weights into the package."""
    write_weights("musicnn", float_model(Path(sys.argv[1])).SerializeToString(), form="float16")


if __name__ == "__main__":
    main()
