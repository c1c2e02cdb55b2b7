"""An ONNX graph built node by node, so that no exporter and no torch is needed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

OPSET = 17
IR_VERSION = 8  # what every onnxruntime since 1.15 reads

Array = NDArray[Any]


class GraphBuilder:
    """Collects nodes and constants; names are numbers, so the same calls give the same bytes."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, values: Array | np.generic) -> str:
        """Keep an array in the model; return its name."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def half(self, values: Array) -> str:
        """Keep an array in 16 bits, half its size; return the name of its values in 32."""
        stored = self.constant(values.astype(np.float16))
        return self.node("Cast", [stored], to=onnx.TensorProto.FLOAT)

    def node(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Add a node; return the name of its output."""
        name = f"{operator}_{len(self._nodes)}"
        output = f"value_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [output], name, **attributes))
        return output

    def output(self, value: str, name: str) -> None:
        """Give a value the name by which a session returns it."""
        self._nodes.append(helper.make_node("Identity", [value], [name]))

    def model(
        self,
        name: str,
        inputs: Sequence[onnx.ValueInfoProto],
        outputs: Sequence[onnx.ValueInfoProto],
    ) -> onnx.ModelProto:
        """Return the checked model."""
        graph = helper.make_graph(self._nodes, name, inputs, outputs, self._constants)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
        )
        onnx.checker.check_model(model)
        return model
