"""What rounding to 8 bits changed, on frames of other sources than the calibration's.

Run: ``python -m models.convert.compare PATH/TO/package/models [MORE FOOTAGE ...]``
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from PIL import Image

from models.cards import load_card, load_json, weights_path
from models.convert import efficientnet_lite2, nanodet
from models.convert.graph import Array
from models.convert.pictures import Picture, held_out

_TAG_THRESHOLD = 0.7
_PERSON_THRESHOLD = 0.6  # the score that becomes a confidence of 0.7
_SURE = 0.5


def _answers(weights: bytes, pictures: Sequence[Picture], side: int) -> list[list[Array]]:
    session = onnxruntime.InferenceSession(weights)
    feed = session.get_inputs()[0].name
    return [
        session.run(None, {feed: np.asarray(Image.fromarray(picture).resize((side, side)))[None]})
        for picture in pictures
    ]


def _float_and_int8(
    name: str, model: onnx.ModelProto, pictures: Sequence[Picture]
) -> list[list[list[Array]]]:
    card = load_card(name)
    both = (model.SerializeToString(), weights_path(card).read_bytes())
    return [_answers(weights, pictures, card.input_size) for weights in both]


def compare_subjects(pictures: Sequence[Picture]) -> None:
    """Print what changed of the classes and the tags."""
    card = load_card("efficientnet_lite2")
    members = load_json(card, "tags.json").values()
    both = _float_and_int8(card.name, efficientnet_lite2.float_model(), pictures)
    before, after = (
        _softmax(np.concatenate([logits for (logits,) in answers]) / card.temperature)
        for answers in both
    )
    same = before.argmax(axis=1) == after.argmax(axis=1)
    sure = before.max(axis=1) > _SURE
    tags_before, tags_after = (
        np.stack([classes[:, list(numbers)].sum(axis=1) for numbers in members], axis=1)
        for classes in (before, after)
    )
    changed = (tags_before > _TAG_THRESHOLD) != (tags_after > _TAG_THRESHOLD)
    difference = np.abs(before - after)
    print(f"efficientnet_lite2, {len(pictures)} frames, squashed")
    print(f"  same first class: {same.mean():.1%}")
    print(f"  same first class where it was over {_SURE}: {same[sure].mean():.1%} of {sure.sum()}")
    print(f"  class confidence: differs by {difference.max():.3f} at most,", end=" ")
    print(f"by {difference.max(axis=1).mean():.3f} a frame on average")
    print(
        f"  tags over {_TAG_THRESHOLD}: {(tags_before > _TAG_THRESHOLD).sum()}, of which and",
        end=" ",
    )
    print(f"to which changed: {changed.sum()}; tag confidence differs by", end=" ")
    print(f"{np.abs(tags_before - tags_after)[changed].max(initial=0):.3f} at most among them")


def _softmax(logits: Array) -> Array:
    powers: Array = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Array = powers / powers.sum(axis=1, keepdims=True)
    return shares


def compare_people(pictures: Sequence[Picture], folder: Path) -> None:
    """Print what changed of the surest person on each frame."""
    both = _float_and_int8("nanodet", nanodet.float_model(folder), pictures)
    before, after = (
        np.array([max(1 / (1 + np.exp(-grid[0, 0].max())) for grid in grids) for grids in answers])
        for answers in both
    )
    changed = (before > _PERSON_THRESHOLD) != (after > _PERSON_THRESHOLD)
    print(f"nanodet, {len(pictures)} frames")
    print(f"  score: differs by {np.abs(before - after).max():.3f} at most,", end=" ")
    print(f"by {np.abs(before - after).mean():.3f} on average, mean shift", end=" ")
    print(f"{(after - before).mean():+.3f}")
    print(f"  person over {_PERSON_THRESHOLD}: {(before > _PERSON_THRESHOLD).sum()}", end=" ")
    print(f"frames, changed on {changed.sum()}")


if __name__ == "__main__":
    chosen = held_out([Path(name) for name in sys.argv[2:]])
    compare_subjects(chosen)
    compare_people(chosen, Path(sys.argv[1]))
