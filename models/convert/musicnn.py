"""Genres and instruments of musicnn (MagnaTagATune), from the TensorFlow checkpoint of its package.

Run: ``python -m models.convert.musicnn PATH/TO/musicnn FOLDER/OF/MUSIC``
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from models.convert.graph import Array, GraphBuilder
from models.convert.quantize import Feed, convolutions, quantize, write_weights
from models.convert.sounds import music_bands
from models.convert.tensorflow_checkpoint import read_checkpoint

BANDS: Final = 96
TAGS: Final = 50
_EPSILON: Final = 1e-3
_FRONT: Final = 5  # convolutions
_LONGEST: Final = 128  # frames that one of these sees
_ABREAST: Final = 8  # frames that lie side by side: kernels take channels four at a time
_CHANNELS: Final = 4  # kernels make so many at a time, or take twice as long
_REACH: Final = 3  # frames before and after that a kernel of the middle sees
_TO_THE_END: Final = np.iinfo(np.int64).max


class _Conversion:
    """Builds the network of Pons and Serra (2019): a front, a middle and an end.

    Attributes:
        maxima: of each convolution of the front: its name, that of its maxima over all bands,
            and which of its channels were turned round.
    """

    def __init__(self, weights: dict[str, Array]) -> None:
        self._weights = weights
        self.graph = GraphBuilder()
        self.maxima: list[tuple[str, str, Array]] = []

    def convert(self) -> onnx.ModelProto:
        """Add layer by layer; values are (patches, channels, frames) up to the pooling."""
        node = self.graph.node
        x = self._normalised(node("Unsqueeze", ["bands", self._axes(1)]), 0, (1, -1, 1, 1))
        front = self._front(x)
        first = self._middle(front, 5)
        second = node("Add", [self._middle(first, 6), first])
        third = node("Add", [self._middle(second, 7), second])
        layers = node("Concat", [front, first, second, third], axis=1)
        shares = self._end(layers)
        self.graph.output(shares, "shares")
        return self.graph.model(
            "musicnn",
            [helper.make_tensor_value_info("bands", TensorProto.FLOAT, ["N", "frames", BANDS])],
            [helper.make_tensor_value_info("shares", TensorProto.FLOAT, ["N", TAGS])],
        )

    def _front(self, x: str) -> str:
        """Return what five convolutions find, the most over all bands."""
        before = (_LONGEST - 1) // 2
        pads = np.array([0, 0, before, 0, 0, 0, _LONGEST - 1 - before, 0], np.int64)
        rows = self.graph.node("Pad", [x, self.graph.constant(pads)])
        shifted = [self._rows(rows, i, _ABREAST - 1 - i) for i in range(_ABREAST)]
        abreast = self.graph.node("Concat", shifted, axis=1)
        maxima = [self._most(abreast, i) for i in range(_FRONT)]
        return self.graph.node("Concat", maxima, axis=1)

    def _rows(self, x: str, before: int, after: int) -> str:
        """Return the frames but for some."""
        ends = -after if after else _TO_THE_END
        return self.graph.node("Slice", [x, self._axes(before), self._axes(ends), self._axes(2)])

    def _most(self, abreast: str, i: int) -> str:
        """Return the most over all bands of what is normalised, which costs less after than before.

        Where its factor is negative, the most was the least; there the kernel is turned round.
        """
        node, (factor, shift) = self.graph.node, self._normalisation(i + 1, (1, -1, 1))
        sign = np.where(factor < 0, np.float32(-1), np.float32(1))
        name = _numbered("conv2d", i)
        kernel = self._weights[f"{name}/kernel"].transpose(3, 2, 0, 1)
        n, _, length, width = kernel.shape
        n_steps = -(-length // _ABREAST)
        bias, more = self._weights[f"{name}/bias"] * sign.ravel(), -n % _CHANNELS
        kernel = kernel * sign.reshape(-1, 1, 1, 1)
        kernel = np.pad(kernel, [(0, more), (0, 0), (0, n_steps * _ABREAST - length), (0, 0)])
        kernel = kernel.reshape(-1, n_steps, _ABREAST, width).transpose(0, 2, 1, 3)
        before = (_LONGEST - 1) // 2 - (length - 1) // 2
        x = self._rows(abreast, before, _LONGEST - before - n_steps * _ABREAST)
        operands = [self.graph.constant(part) for part in (kernel, np.pad(bias, (0, more)))]
        convolved = node("Conv", [x, *operands], dilations=[_ABREAST, 1])
        most = node("MaxPool", [convolved], kernel_shape=[1, BANDS - width + 1])
        self.maxima.append((convolved, most, sign.ravel() < 0))
        y = node("Slice", [most, self._axes(0), self._axes(n), self._axes(1)])
        y = node("Squeeze", [y, self._axes(3)])
        y = node("Relu", [node("Mul", [y, self.graph.constant(sign)])])
        y = node("Mul", [y, self.graph.constant(factor)])
        return node("Add", [y, self.graph.constant(shift)])

    def _middle(self, x: str, i: int) -> str:
        name = _numbered("conv2d", i)
        kernel = self._weights[f"{name}/kernel"][:, :, 0].transpose(2, 1, 0)
        operands = [self.graph.half(kernel), self.graph.constant(self._weights[f"{name}/bias"])]
        convolved = self.graph.node("Conv", [x, *operands], pads=[_REACH, _REACH])
        return self._normalised(self.graph.node("Relu", [convolved]), i + 1, (1, -1, 1))

    def _end(self, x: str) -> str:
        """Pool over time, then two layers."""
        maxima = [
            self.graph.node(
                "Unsqueeze", [self.graph.node(how, [x], axes=[2], keepdims=0), self._axes(2)]
            )
            for how in ("ReduceMax", "ReduceMean")
        ]
        y = self.graph.node("Flatten", [self.graph.node("Concat", maxima, axis=2)])
        y = self.graph.node("Relu", [self._product(self._normalised(y, 9, (1, -1)), "dense")])
        y = self._product(self._normalised(y, 10, (1, -1)), "dense_1")
        return self.graph.node("Sigmoid", [y])

    def _normalised(self, x: str, i: int, shape: tuple[int, ...]) -> str:
        parts = self._normalisation(i, shape)
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


def float_conversion(folder: Path) -> tuple[onnx.ModelProto, _Conversion]:
    """Return the network: log-mel bands of 187 frames in, shares of fifty tags out; and how."""
    conversion = _Conversion(read_checkpoint(f"{folder}/MTT_musicnn/"))
    return conversion.convert(), conversion


def _ranges(
    model: onnx.ModelProto, conversion: _Conversion, feeds: Sequence[Feed]
) -> dict[str, tuple[float, float]]:
    """Return the least and the most that matters of what each convolution of the front finds.

    Of a channel that is turned round it is what lies below 0, of the others what lies above.
    """
    instrumented = onnx.ModelProto()
    instrumented.CopyFrom(model)
    maxima = [most for _, most, _ in conversion.maxima]
    instrumented.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in maxima
    )
    session = onnxruntime.InferenceSession(instrumented.SerializeToString())
    runs = [session.run(maxima, feed) for feed in feeds]
    return {
        convolved: (
            min(0.0, *(float(run[i][:, : len(is_turned)][:, is_turned].min()) for run in runs)),
            max(0.0, *(float(run[i][:, : len(is_turned)][:, ~is_turned].max()) for run in runs)),
        )
        for i, (convolved, _, is_turned) in enumerate(conversion.maxima)
    }


def main() -> None:
    """Write the weights into the package; the front, which costs most, in 8 bits."""
    model, conversion = float_conversion(Path(sys.argv[1]))
    feeds = [{"bands": bands[None]} for bands in music_bands(Path(sys.argv[2]))]
    weights = quantize(
        model,
        feeds,
        operators=["Conv", "MaxPool"],
        float_nodes=[node.name for node in convolutions(model)[_FRONT:]],
        ranges=_ranges(model, conversion, feeds),
    )
    write_weights("musicnn", weights)


if __name__ == "__main__":
    main()
