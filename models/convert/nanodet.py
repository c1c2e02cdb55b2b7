"""NanoDet: the TensorFlow.js graph of the npm package, as an ONNX graph.

Run: ``python -m models.convert.nanodet PATH/TO/package/models``
"""

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from models.convert.graph import Array, GraphBuilder
from models.convert.pictures import calibration_crops
from models.convert.quantize import quantize, write_weights
from models.convert.tensorflow_js import numbers, read_constants

STRIDES = (8, 16, 32)
"""Pixels a side for which each of the three grids has a cell."""

_MEAN = np.array([123.675, 116.28, 103.53], np.float32)  # red, green, blue
_STD = np.array([58.395, 57.12, 57.375], np.float32)
_GREY = 116  # about the mean of all three
_N_CLASSES = 80
_N_BOX = 4 * 11  # left, top, right, bottom: a distribution over 0..10 cells each
_SPLITS = (
    "Split_153",
    "Split_164",
    "Split_175",
)  # what each splits is an output

_N_CALIBRATION = 95
_TENSORFLOW_SIDE = 416
_CALIBRATION_SIZE = (416, 416)  # width, height
_OPERATORS = ("Conv", "LeakyRelu", "Concat", "MaxPool", "Resize", "Add", "MatMul")


class _Conversion:
    """Walks from the wanted values back to the input, adding each operation once.

    TensorFlow keeps channels last where it convolves and first where the original network did,
    with transposes between. Here every value keeps its channels first, so these transposes,
    and nothing else, vanish.
    """

    def __init__(self, topology: dict[str, Any], constants: dict[str, Array], frame: str) -> None:
        self.graph = GraphBuilder()
        self._nodes: dict[str, dict[str, Any]] = {node["name"]: node for node in topology["node"]}
        self._constants = constants
        self._frame = frame
        self._done: dict[str, str] = {}
        self._emitters: dict[str, Callable[[dict[str, Any]], str]] = {
            "Placeholder": lambda _: self._input(),
            "Transpose": lambda node: self.value(node["input"][0]),
            "Add": self._addition,
            "AddV2": self._addition,
            "LeakyRelu": self._leaky_relu,
            "MaxPool": self._max_pool,
            "ConcatV2": self._concatenation,
            "ResizeBilinear": self._resize,
        }

    def node(self, suffix: str) -> dict[str, Any]:
        """Return the one node whose name ends so."""
        (name_of_node,) = (name for name in self._nodes if name.endswith(suffix))
        return self._nodes[name_of_node]

    def value(self, name: str) -> str:
        """Return the graph's name for a TensorFlow value, building what leads to it."""
        if name not in self._done:
            node = self._nodes[name]
            self._done[name] = self._emitters[node["op"]](node)
        return self._done[name]

    def logits(self, name: str) -> str:
        """Return the graph's name for the cells' logits, channels last.

        They are a 1 x 1 convolution, here a product: of bytes, it can be given as floats.
        """
        node = self._nodes[name]
        if node["op"] == "Transpose":
            return self.logits(node["input"][0])
        convolution, bias = node["input"]
        data, kernel = self._nodes[convolution]["input"]
        cells = self.graph.node("Transpose", [self.value(data)], perm=[0, 2, 3, 1])
        weights = self.graph.constant(self._known(kernel)[0, 0])
        sums = self.graph.node("MatMul", [cells, weights])
        return self.graph.node("Add", [sums, self.graph.constant(self._known(bias).reshape(-1))])

    def _folded(self, name: str) -> Array | None:
        """Return a value known before any frame is seen, else None."""
        node = self._nodes[name]
        if node["op"] == "Const":
            return self._constants[name]
        if node["op"] == "SparseToDense":
            indexes, shape, values, fill = (self._known(part) for part in node["input"])
            dense = np.full(np.atleast_1d(shape), fill)
            dense[tuple(indexes.reshape(-1, dense.ndim).T)] = values
            return dense
        return None

    def _known(self, name: str) -> Array:
        values = self._folded(name)
        if values is None:
            raise ValueError(f"{name} of the TensorFlow graph should be a constant")
        return values

    def _input(self) -> str:
        x = self.graph.node("Cast", [self._frame], to=TensorProto.FLOAT)
        x = self.graph.node("Sub", [x, self.graph.constant(np.float32(_GREY))])
        return self.graph.node("Transpose", [x], perm=[0, 3, 1, 2])

    def _convolution(self, node: dict[str, Any], bias: Array | None = None) -> str:
        data, pads = self._unpadded(node["input"][0])
        kernel = self._known(node["input"][1]).transpose(3, 2, 0, 1)
        if self._nodes[data]["op"] == "Placeholder":
            # The network was trained on blue, green, red, each less its mean and divided by its
            # deviation.
            kernel = kernel[:, ::-1] / _STD[:, None, None]
            shift = kernel.sum(axis=(2, 3)) @ (_GREY - _MEAN)
            bias = (shift if bias is None else bias + shift).astype(np.float32)
        operands = [self.value(data), self.graph.constant(kernel)]
        if bias is not None:
            operands.append(self.graph.constant(bias))
        return self.graph.node(
            "Conv",
            operands,
            kernel_shape=kernel.shape[2:],
            strides=numbers(node, "strides")[1:3],
            pads=pads,
        )

    def _unpadded(self, name: str) -> tuple[str, list[int]]:
        """Return what is padded and how much: top, left, bottom, right."""
        node = self._nodes[name]
        if node["op"] == "Transpose":
            return self._unpadded(node["input"][0])
        if node["op"] not in ("Pad", "PadV2"):
            return name, [0, 0, 0, 0]
        data, amounts, *_ = node["input"]
        (top, bottom), (left, right) = self._known(amounts)[2:].tolist()
        return data, [top, left, bottom, right]

    def _addition(self, node: dict[str, Any]) -> str:
        left, right = node["input"]
        bias = self._folded(right)
        if bias is None:
            return self.graph.node("Add", [self.value(left), self.value(right)])
        return self._convolution(self._nodes[left], bias.reshape(-1))

    def _leaky_relu(self, node: dict[str, Any]) -> str:
        return self._leaky(self.value(node["input"][0]), node)

    def _leaky(self, value: str, node: dict[str, Any]) -> str:
        return self.graph.node("LeakyRelu", [value], alpha=float(node["attr"]["alpha"]["f"]))

    def _max_pool(self, node: dict[str, Any]) -> str:
        data, pads = self._unpadded(node["input"][0])
        if self._nodes[data]["op"] == "LeakyRelu":
            # It keeps the order, so it may as well come after, on a quarter of the values.
            before = self._nodes[data]["input"][0]
            pooled = self._pooled(self.value(before), node, pads)
            return self._leaky(pooled, self._nodes[data])
        return self._pooled(self.value(data), node, pads)

    def _pooled(self, value: str, node: dict[str, Any], pads: list[int]) -> str:
        return self.graph.node(
            "MaxPool",
            [value],
            kernel_shape=numbers(node, "ksize")[1:3],
            strides=numbers(node, "strides")[1:3],
            pads=pads,
        )

    def _concatenation(self, node: dict[str, Any]) -> str:
        *parts, axis = node["input"]
        if int(self._known(axis)) != 1:
            raise ValueError(f"{node['name']} joins another axis than the channels")
        return self.graph.node("Concat", [self.value(part) for part in parts], axis=1)

    def _resize(self, node: dict[str, Any]) -> str:
        data, _ = node["input"]
        # One grid is twice as fine as the next: that holds for frames of any size.
        factor = self._side(node["name"]) / self._side(data)
        scales = self.graph.constant(np.array([1, 1, factor, factor], np.float32))
        return self.graph.node(
            "Resize",
            [self.value(data), "", scales],
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )

    def _side(self, name: str) -> int:
        """Return how many rows a value has in the TensorFlow graph."""
        node = self._nodes[name]
        if node["op"] == "Placeholder":
            return _TENSORFLOW_SIDE
        if node["op"] == "ResizeBilinear":
            return int(self._known(node["input"][1])[0])
        strides = numbers(node, "strides") if "strides" in node["attr"] else [1]
        return math.ceil(self._side(node["input"][0]) / max(strides))


def float_model(folder: Path) -> onnx.ModelProto:
    """Return the float network.

    In: one frame, uint8 RGB (1, height, width, 3), both sides multiples of 32. Out, for each stride
    of 8, 16, 32 pixels: float (1, height / stride, width / stride, 124); the first 80 channels are
    the logits of COCO's objects, person first, the other 44 those of the distances to the box's
    four edges, 0 to 10 strides each.
    """
    description = json.loads((folder / "nanodet.json").read_text())
    constants = read_constants(
        description["weightsManifest"][0]["weights"], (folder / "nanodet.bin").read_bytes()
    )
    conversion = _Conversion(description["modelTopology"], constants, "frame")
    outputs = []
    for head, stride in zip(_SPLITS, STRIDES, strict=True):
        data = conversion.node(head)["input"][0]
        conversion.graph.output(conversion.logits(data), f"stride_{stride}")
        grid = [f"rows_{stride}", f"columns_{stride}"]
        outputs.append(
            helper.make_tensor_value_info(
                f"stride_{stride}", TensorProto.FLOAT, [1, *grid, _N_CLASSES + _N_BOX]
            )
        )
    size: list[str | int] = [1, "height", "width", 3]
    frame = helper.make_tensor_value_info("frame", TensorProto.UINT8, size)
    return conversion.graph.model("nanodet", [frame], outputs)


def _last_additions(model: onnx.ModelProto) -> list[str]:
    """Return the nodes that give the logits, whose wide range 8 bits would coarsen."""
    made_by = {value: node for node in model.graph.node for value in node.output}
    return [made_by[made_by[output.name].input[0]].name for output in model.graph.output]


def main(folder: Path) -> None:
    """Write the int8 weights into the package."""
    model = float_model(folder)
    feeds = [{"frame": crop[None]} for crop in calibration_crops(_CALIBRATION_SIZE, _N_CALIBRATION)]
    weights = quantize(
        model, feeds, operators=_OPERATORS, float_nodes=_last_additions(model), grey=_GREY
    )
    write_weights("nanodet", weights)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
