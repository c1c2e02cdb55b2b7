"""Float ONNX to int8 with ranges measured on real pictures."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

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

Feed = dict[str, Array]
"""Input of a model for one picture: each input by its name."""


class _Feeds(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, feeds: Iterable[Feed]) -> None:
        self._feeds: Iterator[Feed] = iter(feeds)

    def get_next(self) -> Feed | None:
        return next(self._feeds, None)


def quantize(
    model: onnx.ModelProto,
    feeds: Sequence[Feed],
    *,
    operators: Sequence[str],
    float_nodes: Sequence[str] = (),
    grey: int | None = None,
    ranges: Mapping[str, tuple[float, float]] = MappingProxyType({}),
) -> bytes:
    """Return the int8 model: uint8 activations, int8 weights with one scale a channel.

    Weights keep 7 bits. Processors without VNNI add two products of 8 bits in 16 bits and
    saturate; with 7 bits the worst sum, 2 * 255 * 64, still fits. Convolutions that look at
    each channel alone keep 8 bits: onnxruntime multiplies them in 16 bits everywhere, and with
    9 or 25 weights a channel they suffer most.

    Args:
        model: stays as it is.
        feeds: what to measure on.
        operators: which operators run in int8.
        float_nodes: names of nodes that stay float all the same.
        grey: given where a model begins by casting its first input to float, subtracting this
            and putting the channels first: the first convolution then reads the bytes of a frame
            as they are, four a pixel, and nothing is rounded on the way.
        ranges: by the name of a value, its least and most where what is beyond does not matter.
    """
    overrides = _overrides(model, float_nodes, grey, ranges)
    first = onnx.load_from_string(_quantize(model, feeds, operators, float_nodes, overrides))
    corrected = onnx.ModelProto()
    corrected.CopyFrom(model)
    layers = list(_rounded_layers(model, operators, float_nodes))
    _correct_biases(corrected, first, layers, feeds)
    weights = _quantize(corrected, feeds, operators, float_nodes, overrides)
    return weights if grey is None else _taking_bytes(weights)


def convolutions(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    """Return the convolutions, from the input on."""
    return [node for node in model.graph.node if node.op_type == "Conv"]


Overrides = dict[str, list[dict[str, Any]]]


def _overrides(
    model: onnx.ModelProto,
    float_nodes: Sequence[str],
    grey: int | None,
    ranges: Mapping[str, tuple[float, float]],
) -> Overrides:
    """Return how some values are rounded, by their names."""
    full_range = {"quant_type": QuantType.QInt8, "symmetric": True, "axis": 0}
    overrides: Overrides = {
        node.input[1]: [full_range | {"reduce_range": False}]
        for node in convolutions(model)
        if is_depthwise(node) and node.name not in float_nodes
    }
    if grey is not None:
        as_it_is = {"scale": np.array(1, np.float32), "zero_point": np.array(grey, np.uint8)}
        overrides[convolutions(model)[0].input[0]] = [{"quant_type": QuantType.QUInt8} | as_it_is]
    for value, (least, most) in ranges.items():
        limits = {"rmin": np.float32(least), "rmax": np.float32(most)}
        overrides[value] = [{"quant_type": QuantType.QUInt8} | limits]
    return overrides


def _quantize(
    model: onnx.ModelProto,
    feeds: Sequence[Feed],
    operators: Sequence[str],
    float_nodes: Sequence[str],
    overrides: Overrides,
) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        prepared, quantized = Path(folder, "prepared.onnx"), Path(folder, "int8.onnx")
        onnx.save(onnx.shape_inference.infer_shapes(model), prepared)
        quantize_static(
            str(prepared),
            str(quantized),
            _Feeds(feeds),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(operators),
            nodes_to_exclude=list(float_nodes),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={
                "TensorQuantOverrides": overrides,
                # Sums of products of bytes can be given as floats as they are.
                "OpTypesToExcludeOutputQuantization": ["MatMul"],
            },
        )
        return quantized.read_bytes()


def _taking_bytes(weights: bytes) -> bytes:
    """Cut out what turns a frame into floats and back into the same bytes."""
    model = onnx.load_from_string(weights)
    frame = model.graph.input[0].name
    value, head = frame, list[onnx.NodeProto]()
    while not head or head[-1].op_type != "QuantizeLinear":
        (node,) = (node for node in model.graph.node if value in node.input)
        head.append(node)
        value = node.output[0]
    (transpose,) = (node for node in head if node.op_type == "Transpose")
    (back,) = (node for node in model.graph.node if value in node.input)
    for node in head:
        if node is not transpose:
            model.graph.node.remove(node)
    transpose.input[0] = frame
    back.input[0] = transpose.output[0]
    # They say that these values are floats.
    del model.graph.value_info[:]
    _read_four_bytes_a_pixel(model)
    used = {value for node in model.graph.node for value in node.input}
    for tensor in list(model.graph.initializer):
        if tensor.name not in used:
            model.graph.initializer.remove(tensor)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _read_four_bytes_a_pixel(model: onnx.ModelProto) -> None:
    """Let the first convolution read a fourth byte, whatever it is, and make nothing of it.

    The kernels take four channels at a time; of three, a copy is made for each place first.
    """
    model.graph.input[0].type.tensor_type.shape.dim[3].dim_value = 4
    first = convolutions(model)[0].input[1].removesuffix("_DequantizeLinear_Output")
    (weights,) = (one for one in model.graph.initializer if one.name == f"{first}_quantized")
    kernel = numpy_helper.to_array(weights)
    widened = np.concatenate([kernel, np.zeros_like(kernel[:, :1])], axis=1)
    weights.CopyFrom(numpy_helper.from_array(widened, weights.name))


def is_depthwise(node: onnx.NodeProto) -> bool:
    """Tell whether a convolution looks at each channel alone."""
    return any(attribute.name == "group" and attribute.i > 1 for attribute in node.attribute)


class _Layer(NamedTuple):
    """A layer with rounded weights: names of its input, weights and bias."""

    data: str
    weights: str
    bias: str
    channels_last: bool


def _rounded_layers(
    model: onnx.ModelProto, operators: Sequence[str], float_nodes: Sequence[str]
) -> Iterator[_Layer]:
    for node in convolutions(model):
        if node.name not in float_nodes:
            data, weights, bias = node.input
            yield _Layer(data, weights, bias, channels_last=False)
    for node in model.graph.node:
        if node.op_type in operators and node.op_type == "MatMul":
            (addition,) = (after for after in model.graph.node if node.output[0] in after.input)
            data, weights = node.input
            yield _Layer(data, weights, addition.input[1], channels_last=True)


def _correct_biases(
    model: onnx.ModelProto,
    quantized: onnx.ModelProto,
    layers: Sequence[_Layer],
    feeds: Sequence[Feed],
) -> None:
    """Take out of each bias what rounding the weights adds on average.

    Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction"
    (2019), section 4.2, with the mean inputs measured instead of derived.
    """
    means = _mean_inputs(model, layers, feeds)
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    rounded = {tensor.name: tensor for tensor in quantized.graph.initializer}
    for layer in layers:
        exact, bytes_, scale = (
            numpy_helper.to_array(tensor)
            for tensor in (
                constants[layer.weights],
                rounded[f"{layer.weights}_quantized"],
                rounded[f"{layer.weights}_scale"],
            )
        )
        if layer.channels_last:
            exact, bytes_ = exact.T, bytes_.T
        error = bytes_ * scale.reshape(-1, *[1] * (exact.ndim - 1)) - exact
        taps = error.reshape(*error.shape[:2], -1).sum(axis=2)
        mean = means[layer.data]
        is_depthwise = taps.shape[1] == 1
        shift = taps[:, 0] * mean if is_depthwise else taps @ mean
        corrected = numpy_helper.to_array(constants[layer.bias]) - shift
        constants[layer.bias].CopyFrom(
            numpy_helper.from_array(corrected.astype(np.float32), layer.bias)
        )


def _mean_inputs(
    model: onnx.ModelProto, layers: Sequence[_Layer], feeds: Sequence[Feed]
) -> dict[str, Array]:
    """Return, for every value a layer reads, its mean a channel over the feeds."""
    channels_last = {layer.data: layer.channels_last for layer in layers}
    names = sorted(channels_last)
    instrumented = onnx.ModelProto()
    instrumented.CopyFrom(model)
    del instrumented.graph.output[:]
    for name in names:
        mean = f"{name}_mean"
        axes = [0, 1, 2] if channels_last[name] else [0, 2, 3]
        instrumented.graph.node.append(
            helper.make_node("ReduceMean", [name], [mean], axes=axes, keepdims=0)
        )
        instrumented.graph.output.append(
            helper.make_tensor_value_info(mean, onnx.TensorProto.FLOAT, None)
        )
    session = onnxruntime.InferenceSession(instrumented.SerializeToString())
    sums = [np.zeros(1)] * len(names)
    for feed in feeds:
        means = session.run(None, feed)
        sums = [total + mean for total, mean in zip(sums, means, strict=True)]
    return {name: total / len(feeds) for name, total in zip(names, sums, strict=True)}


def write_weights(name: str, weights: bytes, *, form: str = "int8") -> None:
    """Write the weights beside their card; print what the card must say of them."""
    path = Path(__file__).parents[1] / name / f"{name}.{form}.onnx"
    path.write_bytes(weights)
    print(f'file = "{path.name}"')
    print(f'sha256 = "{hashlib.sha256(weights).hexdigest()}"')
    print(f"size_bytes = {len(weights)}")
