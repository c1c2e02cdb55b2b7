"""Contents of a TensorFlow.js graph model: its constants, and the numbers of a node."""

from typing import Any, Final

import numpy as np

from models.convert.graph import Array

_STORED: Final = {"float32": "<f4", "int32": "<i4", "float16": "<f2"}
_NUMPY_TYPES: Final = {"float32": np.float32, "int32": np.int64}


def read_constants(manifest: list[dict[str, Any]], raw: bytes) -> dict[str, Array]:
    """Return the constants of a graph by name."""
    constants: dict[str, Array] = {}
    offset = 0
    for weight in manifest:
        quantization = weight.get("quantization", {})
        stored = np.dtype(_STORED[quantization.get("dtype", weight["dtype"])])
        count = int(np.prod(weight["shape"]))
        values = np.frombuffer(raw, stored, count, offset).reshape(weight["shape"])
        constants[weight["name"]] = values.astype(_NUMPY_TYPES[weight["dtype"]])
        offset += count * stored.itemsize
    return constants


def numbers(node: dict[str, Any], attribute: str) -> list[int]:
    """Return a list of integers that a node has."""
    return [int(number) for number in node["attr"][attribute]["list"]["i"]]
