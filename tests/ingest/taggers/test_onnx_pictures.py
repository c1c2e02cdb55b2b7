"""A picture reaches the network as its configuration says, whatever its shape."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.errors import CorruptData, InvalidInput
from ingest.taggers.onnx.folder import PairFolder
from ingest.taggers.onnx.pictures import PictureEncoder, Preparation
from support.footage import photograph
from support.pairs import CLIP_LIKE, COLOURS, SIGLIP_LIKE, vector_of, write_pair

CLIP_224 = {**CLIP_LIKE, "size": {"shortest_edge": 224}, "crop_size": 224}
MEAN, STD = [0.48, 0.45, 0.40], [0.26, 0.27, 0.28]


def textbook(picture: Image.Image, side: int, *, crop: bool) -> np.ndarray[Any, Any]:
    """Resize, cut the middle out, scale, normalise; one step after the other."""
    if crop:
        short = min(picture.size)
        size = (int(side * picture.width / short), int(side * picture.height / short))
        resized = picture.resize(size, Image.Resampling.BICUBIC)
        left, top = (resized.width - side) // 2, (resized.height - side) // 2
        observed = resized.crop((left, top, left + side, top + side))
    else:
        observed = picture.resize((side, side), Image.Resampling.BICUBIC)
    return ((np.asarray(observed, np.float64) / 255 - MEAN) / STD).transpose(2, 0, 1)[None]


@pytest.mark.parametrize("crop", [True, False])
@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png"])
def test_a_picture_is_prepared_as_in_the_textbook(name: str, crop: bool) -> None:  # noqa: FBT001
    picture = Image.open(photograph(name)).convert("RGB")
    config = CLIP_224 if crop else {**SIGLIP_LIKE, "size": {"height": 224, "width": 224}}
    config = {**config, "image_mean": MEAN, "image_std": STD, "resample": 3}
    prepared = Preparation.from_config(config).prepare(picture)
    assert prepared.shape == (1, 3, 224, 224)
    assert prepared.dtype == np.float32
    # Pictures are first shrunk by a whole number, and filters stop at what is cut out.
    difference = np.abs(prepared - textbook(picture, 224, crop=crop))
    assert difference.mean() < 0.02


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (301, 299), (224, 224), (7, 4096)])
def test_a_picture_of_any_shape_becomes_one_square(size: tuple[int, int]) -> None:
    for config in (CLIP_224, SIGLIP_LIKE):
        prepared = Preparation.from_config(config).prepare(Image.new("RGB", size, (255, 0, 127)))
        assert prepared.shape[2] == prepared.shape[3]
        assert prepared[0, :, 0, 0] == pytest.approx([1.0, -1.0, 0.0], abs=0.01)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"do_resize": False}, "do_resize is false"),
        ({"size": {"shortest_edge": 0}}, "size is .*: a side in pixels"),
        ({"size": {"shortest_edge": 10**9}}, "size is .*: a side in pixels"),
        ({"crop_size": {"height": 9, "width": 9}}, "crop_size is more than size"),
        ({"crop_size": {"height": 8}}, "crop_size is .*height and width"),
        ({"do_center_crop": False}, "without do_center_crop"),
        ({"resample": 77}, "resample is 77"),
        ({"rescale_factor": 0}, "rescale_factor is 0"),
        ({"image_mean": [0.5]}, "image_mean is .*three numbers"),
        ({"image_mean": [0.5, 0.5, float("nan")]}, "image_mean is .*three numbers"),
        ({"image_std": [0.5, 0.0, 0.5]}, "image_std is .*divided"),
        ({"image_std": "x"}, "image_std is 'x': three numbers"),
    ],
)
def test_a_configuration_that_cannot_be_followed_is_named(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        Preparation.from_config({**CLIP_LIKE, **change})


@pytest.mark.parametrize("like", ["clip", "siglip"])
def test_the_vector_is_the_networks_and_of_length_1(tmp_path: Path, like: str) -> None:
    encoder = PictureEncoder.open(PairFolder.of(write_pair(tmp_path / "pair", like=like)))
    for colour in COLOURS.values():
        vector = encoder.embed(Image.new("RGB", (40, 30), colour))
        assert vector == pytest.approx(vector_of(colour), abs=1e-5)


def test_a_network_that_wants_another_size_is_refused(tmp_path: Path) -> None:
    folder = write_pair(tmp_path / "pair")
    text = (folder / "preprocessor_config.json").read_text()
    (folder / "preprocessor_config.json").write_text(text.replace(": 8", ": 16"))
    with pytest.raises(InvalidInput, match=r"must take one picture as floats.*16, 16"):
        PictureEncoder.open(PairFolder.of(folder))


def test_a_network_that_reads_words_is_no_eye(tmp_path: Path) -> None:
    folder = write_pair(tmp_path / "pair")
    (folder / "image.onnx").write_bytes((folder / "text.onnx").read_bytes())
    with pytest.raises(InvalidInput, match="input_ids: tensor"):
        PictureEncoder.open(PairFolder.of(folder))


@pytest.mark.parametrize("content", [b"", b"not a network", b"\x08\x08" * 99])
def test_a_damaged_network_is_named(tmp_path: Path, content: bytes) -> None:
    folder = write_pair(tmp_path / "pair")
    (folder / "image.onnx").write_bytes(content)
    with pytest.raises(CorruptData, match=r"image\.onnx cannot be run"):
        PictureEncoder.open(PairFolder.of(folder))


def test_a_folder_without_all_files_is_no_pair(tmp_path: Path) -> None:
    folder = write_pair(tmp_path / "pair")
    (folder / "text.onnx").unlink()
    (folder / "tokenizer.json").unlink()
    with pytest.raises(InvalidInput, match=r"text\.onnx, tokenizer\.json missing"):
        PairFolder.of(folder)
    with pytest.raises(InvalidInput, match="no folder 'nowhere' and no pulled pair"):
        PairFolder.find("nowhere", tmp_path)
    with pytest.raises(InvalidInput, match="needs a folder"):
        PairFolder.find("", tmp_path)
