"""Float ONNX to int8 with ranges measured on real pictures."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from models.convert.graph import Array
from models.convert.pictures import Picture


class _Feed(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, name: str, pictures: Iterable[Picture]) -> None:
        self._feeds: Iterator[dict[str, Any]] = ({name: picture[None]} for picture in pictures)

    def get_next(self) -> dict[str, Any] | None:
        return next(self._feeds, None)


def quantize(
    model: onnx.ModelProto,
    pictures: Sequence[Picture],
    *,
    operators: Sequence[str],
    kept_float: Sequence[str] = (),
) -> bytes:
    """Return the int8 model: uint8 activations, int8 weights with one scale a channel.

    Weights keep 7 bits. Processors without VNNI add two products of 8 bits in 16 bits and
    saturate; with 7 bits the worst sum, 2 * 255 * 64, still fits. Convolutions that look at
    each channel alone keep 8 bits: onnxruntime multiplies them in 16 bits everywhere, and with
    9 or 25 weights a channel they suffer most.

    Args:
        model: with one input; stays as it is.
        pictures: each of the shape of the model's input without its first axis.
        operators: which operators run in int8.
        kept_float: names of nodes that stay float all the same.
    """
    first = onnx.load_from_string(_quantize(model, pictures, operators, kept_float))
    corrected = onnx.ModelProto()
    corrected.CopyFrom(model)
    _correct_biases(
        corrected,
        first,
        [node for node in convolutions(model) if node.name not in kept_float],
        pictures,
    )
    return _quantize(corrected, pictures, operators, kept_float)


def convolutions(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    """Return the convolutions, from the input on."""
    return [node for node in model.graph.node if node.op_type == "Conv"]


def _quantize(
    model: onnx.ModelProto,
    pictures: Sequence[Picture],
    operators: Sequence[str],
    kept_float: Sequence[str],
) -> bytes:
    full_range = {"quant_type": QuantType.QInt8, "symmetric": True, "axis": 0}
    overrides = {
        node.input[1]: [full_range | {"reduce_range": False}]
        for node in convolutions(model)
        if _is_depthwise(node)
    }
    with tempfile.TemporaryDirectory() as folder:
        prepared, quantized = Path(folder, "prepared.onnx"), Path(folder, "int8.onnx")
        onnx.save(onnx.shape_inference.infer_shapes(model), prepared)
        quantize_static(
            str(prepared),
            str(quantized),
            _Feed(model.graph.input[0].name, pictures),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(operators),
            nodes_to_exclude=list(kept_float),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={"TensorQuantOverrides": overrides},
        )
        return quantized.read_bytes()


def _is_depthwise(node: onnx.NodeProto) -> bool:
    return any(attribute.name == "group" and attribute.i > 1 for attribute in node.attribute)


def _correct_biases(
    model: onnx.ModelProto,
    quantized: onnx.ModelProto,
    nodes: Sequence[onnx.NodeProto],
    pictures: Sequence[Picture],
) -> None:
    """Take out of each bias what rounding the weights adds on average.

    Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction"
    (2019), section 4.2, with the mean inputs measured instead of derived.
    """
    means = _mean_inputs(model, nodes, pictures)
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    rounded = {tensor.name: tensor for tensor in quantized.graph.initializer}
    for node in nodes:
        data, weights, bias = node.input
        kernel = numpy_helper.to_array(constants[weights])
        scale = numpy_helper.to_array(rounded[f"{weights}_scale"]).reshape(-1, 1, 1, 1)
        error = numpy_helper.to_array(rounded[f"{weights}_quantized"]) * scale - kernel
        taps = error.sum(axis=(2, 3))
        mean = means[data]
        shift = taps[:, 0] * mean if _is_depthwise(node) else taps @ mean
        corrected = numpy_helper.to_array(constants[bias]) - shift
        constants[bias].CopyFrom(numpy_helper.from_array(corrected.astype(np.float32), bias))


def _mean_inputs(
    model: onnx.ModelProto, nodes: Sequence[onnx.NodeProto], pictures: Sequence[Picture]
) -> dict[str, Array]:
    """Return, for every value a convolution reads, its mean a channel over the pictures."""
    names = sorted({node.input[0] for node in nodes})
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    del watched.graph.output[:]
    for name in names:
        mean = f"{name}_mean"

        watched.graph.node.append(
            helper.make_node("ReduceMean", [name], [mean], axes=[0, 2, 3], keepdims=0)
        )
        watched.graph.output.append(
            helper.make_tensor_value_info(mean, onnx.TensorProto.FLOAT, None)
        )
    session = onnxruntime.InferenceSession(watched.SerializeToString())
    feed = model.graph.input[0].name
    sums = [np.zeros(1)] * len(names)
    for picture in pictures:
        found = session.run(None, {feed: picture[None]})
        sums = [total + mean for total, mean in zip(sums, found, strict=True)]
    return {name: total / len(pictures) for name, total in zip(names, sums, strict=True)}


def put_on_shelf(name: str, weights: bytes) -> None:
    """Write the weights beside their card; print what the card must say of them."""
    path = Path(__file__).parents[1] / name / f"{name}.int8.onnx"
    path.write_bytes(weights)
    print(f'file = "{path.name}"')
    print(f'sha256 = "{hashlib.sha256(weights).hexdigest()}"')
    print(f"size_bytes = {len(weights)}")
