"""A tiny CLIP- or SigLIP-like pair: its pictures and words are vectors of colours.

It has the interface of the large ones: NCHW floats in, token ids (with a mask or filled up) in, a
vector each out. What it sees is the mean colour; what it reads is the mean of its words' colours.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

COLOURS: Final = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "white": (255, 255, 255),
}
SIDE: Final = 8
LENGTH: Final = 6
"""Tokens of a phrase that is filled up."""

THINGS: Final = {"tomato": "red", "lettuce": "green", "lemon": "yellow", "snowfall": "white"}
"""Known words, none of them part of another, and the colour that each is to a pair."""

_READS_COLOURS: Final = {colour: colour for colour in COLOURS}
_COMMON_TOKENS: Final = ("[UNK]", "</s>", "a", "photo", "of")
_MIX: Final = np.array([[1, 0, 0, 0.5], [0, 1, 0, -0.5], [0, 0, 1, 0.25]], np.float32)
_NO_COLOUR: Final = 9 * np.array([0.5, -0.5, 0.25, -1], np.float32)
"""Direction of what the pair cannot read: large, and at a right angle to all pictures."""

CLIP_LIKE: Final = {
    "do_resize": True,
    "size": {"shortest_edge": SIDE},
    "resample": 3,
    "do_center_crop": True,
    "crop_size": {"height": SIDE, "width": SIDE},
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}
SIGLIP_LIKE: Final = {
    "do_resize": True,
    "size": {"height": SIDE, "width": SIDE},
    "resample": 2,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}


def write_pair(
    folder: Path,
    *,
    like: str = "clip",
    observed: tuple[str, ...] = tuple(COLOURS),
    reads: Mapping[str, str] = _READS_COLOURS,
) -> Path:
    """Write a pair whose list of words is ``observed``, and that reads words as colours."""
    folder.mkdir(parents=True)
    onnx.save(
        _image_graph("image_embeds" if like == "clip" else "pooler_output"), folder / "image.onnx"
    )
    onnx.save(_text_graph(reads, masked=like == "clip"), folder / "text.onnx")
    config = CLIP_LIKE if like == "clip" else SIGLIP_LIKE
    (folder / "preprocessor_config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer(reads)))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"pad_token": "</s>", "model_max_length": LENGTH})
    )
    (folder / "words.txt").write_text("# colours\n" + "\n".join(observed) + "\n")
    return folder


def write_pictures(folder: Path, n: int = 60) -> dict[str, list[str]]:
    """Write pictures of one colour each, with noise, and every sixth grey; return their labels."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(5)
    labels: dict[str, list[str]] = {}
    for number in range(n):
        colour = [*COLOURS, None][number % 6]
        middle = np.array(COLOURS[colour] if colour else (127, 127, 127))
        noise = random.integers(-60, 61, (20, 32, 3))
        pixels = np.clip(middle * 0.8 + 25 + noise, 0, 255).astype(np.uint8)
        name = f"{number:03d}.png"
        Image.fromarray(pixels).save(folder / name)
        labels[name] = [colour] if colour else []
    return labels


def by_things(labels: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return labels by known words: the thing of each colour, if any."""
    things = {colour: thing for thing, colour in THINGS.items()}
    return {
        name: [things[colour] for colour in named if colour in things]
        for name, named in labels.items()
    }


def vector_of(colour: tuple[float, float, float]) -> NDArray[np.float32]:
    """Return the vector of a colour, of length 1."""
    vector = (np.array(colour, np.float32) / 127.5 - 1) @ _MIX
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def _image_graph(output: str) -> onnx.ModelProto:
    nodes = [
        helper.make_node("ReduceMean", ["pixel_values"], ["colour"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["colour", "mix"], [output]),
        helper.make_node("Identity", ["pixel_values"], ["last_hidden_state"]),
    ]
    return _model(
        nodes,
        [helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
        [
            helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, None),
            helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", _MIX.shape[1]]),
        ],
        {"mix": _MIX},
    )


def _text_graph(reads: Mapping[str, str], *, masked: bool) -> onnx.ModelProto:
    table = np.zeros((len(_COMMON_TOKENS) + len(reads), _MIX.shape[1]), np.float32)
    # A word that is not known, and a token that fills up where another should, spoil the vector.
    table[0] = _NO_COLOUR
    for number, token in enumerate((*_COMMON_TOKENS, *reads)):
        if token in reads:
            colour = COLOURS[reads[token]]
            table[number] = (np.array(colour, np.float32) / 127.5 - 1) @ _MIX
    ids = helper.make_tensor_value_info(
        "input_ids", TensorProto.INT64, ["n", "length" if masked else LENGTH]
    )
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["words"])]
    arrays: dict[str, NDArray[Any]] = {"table": table, "one": np.array([1], np.int64)}
    inputs, summed = [ids], "words"
    if masked:
        inputs.append(
            helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["n", "length"])
        )
        arrays["last"] = np.array([2], np.int64)
        nodes += [
            helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["mask", "last"], ["wide"]),
            helper.make_node("Mul", ["words", "wide"], ["kept"]),
        ]
        summed = "kept"
    output = "text_embeds" if masked else "pooler_output"
    nodes.append(helper.make_node("ReduceSum", [summed, "one"], [output], keepdims=0))
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", _MIX.shape[1]])]
    return _model(nodes, inputs, outputs, arrays)


def _model(
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    arrays: dict[str, NDArray[Any]],
) -> onnx.ModelProto:
    stored = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model


def _tokenizer(reads: Mapping[str, str]) -> dict[str, Any]:
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {token: number for number, token in enumerate((*_COMMON_TOKENS, *reads))},
            "unk_token": "[UNK]",
        },
    }


def calibrated_pair(folder: Path, *, n_pictures: int = 60) -> Path:
    """Write a pair that is ready to tag, by hand-made labels."""
    from ingest.taggers.onnx.calibrating import calibrate, pictures_in, words_of
    from ingest.taggers.onnx.folder import CALIBRATION, PairFolder
    from ingest.taggers.visual.tagger import LocalTagger

    pair = PairFolder.of(write_pair(folder / "pair"))
    labels = write_pictures(folder / "pictures", n_pictures)
    paths = pictures_in(folder / "pictures")
    teacher = LocalTagger.load()
    made = calibrate(pair, paths, words_of(pair), teacher=teacher, labels=labels)
    made.save(pair / CALIBRATION)
    return pair.path
