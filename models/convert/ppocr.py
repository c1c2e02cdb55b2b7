"""PP-OCRv6 of PaddleOCR, the small ones that find and read text, from the PyPI package rapidocr.

Run: ``python -m models.convert.ppocr PATH/TO/rapidocr/models``
"""

import sys
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.convert.graph import Array
from models.convert.quantize import write_weights

_FILES: Final = {
    "ppocr_detection": "PP-OCRv6_det_small.onnx",
    "ppocr_recognition": "PP-OCRv6_rec_small.onnx",
}
_MIN_CHARACTERS: Final = 10_000  # outputs that only the last layer has
_MIN_STORED: Final = 1_024  # smaller tensors stay as they are
_STEPS: Final = 127  # of 8 bits with a sign


def stored_small(model: onnx.ModelProto) -> onnx.ModelProto:
    """Keep weights in 16 bits, and those of the last layer, one for each character, in 8.

    They become floats when the model is loaded, by operators that onnxruntime then folds into
    constants, so it runs as fast as the one of floats. Filters in 8 bits would change one reading
    in thirteen, the last layer in 8 bits changes none.
    """
    made = onnx.ModelProto()
    made.CopyFrom(model)
    constants: list[onnx.TensorProto] = []
    restored: list[onnx.NodeProto] = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _MIN_STORED:
            constants.append(tensor)
        elif values.shape[-1] >= _MIN_CHARACTERS:
            _store_in_8_bits(tensor.name, values, constants, restored)
        else:
            half = f"{tensor.name}_half"
            constants.append(numpy_helper.from_array(values.astype(np.float16), half))
            restored.append(helper.make_node("Cast", [half], [tensor.name], to=TensorProto.FLOAT))
    nodes = [*restored, *model.graph.node]
    del made.graph.initializer[:], made.graph.node[:], made.metadata_props[:]
    made.graph.initializer.extend(constants)
    made.graph.node.extend(nodes)
    onnx.checker.check_model(made)
    return made


def _store_in_8_bits(
    name: str, values: Array, constants: list[onnx.TensorProto], nodes: list[onnx.NodeProto]
) -> None:
    """Keep a matrix in 8 bits, with a scale for each output."""
    scales = np.abs(values).max(axis=0, keepdims=True) / np.float32(_STEPS)
    steps = np.rint(values / scales).astype(np.int8)
    constants.append(numpy_helper.from_array(steps, f"{name}_steps"))
    constants.append(numpy_helper.from_array(scales, f"{name}_scales"))
    nodes += [
        helper.make_node("Cast", [f"{name}_steps"], [f"{name}_floats"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{name}_floats", f"{name}_scales"], [name]),
    ]


def characters(model: onnx.ModelProto) -> list[str]:
    """Return what the outputs of the network that reads stand for, from the second on."""
    (characters,) = (one.value for one in model.metadata_props if one.key == "character")
    return characters.split("\n")


def main(folder: Path) -> None:
    """Write the weights into the package, and the characters beside them."""
    for name, file in _FILES.items():
        model = onnx.load(folder / file)
        weights = stored_small(model).SerializeToString(deterministic=True)
        write_weights(name, weights, form="float16")
        if name == "ppocr_recognition":
            path = Path(__file__).parents[1] / name / "characters.txt"
            path.write_text("\n".join(characters(model)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
