"""Effects of rounding to 8 bits, on frames of other sources than the calibration's.

Run: ``python -m models.convert.compare PATH/TO/package/models [MORE FOOTAGE ...]``
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from PIL import Image

from ingest.taggers.visual.image_classifier import crop_windows
from ingest.taggers.visual.input_size import CELL, fit_area
from ingest.taggers.visual.nudity import SUSPECTED, NudityDetector
from ingest.taggers.visual.resize import Shrinkable
from models.cards import load_card, load_json, weights_path
from models.convert import efficientnet_lite2, nanodet
from models.convert.graph import Array
from models.convert.pictures import Picture, held_out
from models.convert.quantize import Feed

_TAG_THRESHOLD = 0.7
_PERSON_THRESHOLD = 0.6  # the score that becomes a confidence of 0.7
_SURE = 0.5


def _float_and_int8(
    name: str, model: onnx.ModelProto, feeds: Sequence[Feed]
) -> list[list[list[Array]]]:
    weights = (model.SerializeToString(), weights_path(load_card(name)).read_bytes())
    sessions = [onnxruntime.InferenceSession(one) for one in weights]
    return [[session.run(None, _fed(session, feed)) for feed in feeds] for session in sessions]


def _fed(session: onnxruntime.InferenceSession, feed: Feed) -> Feed:
    """Return the feed with as many bytes a pixel as the network reads."""
    bytes_a_pixel = session.get_inputs()[0].shape[3]
    missing = bytes_a_pixel - feed["frame"].shape[3]
    return feed | {"frame": np.pad(feed["frame"], [(0, 0)] * 3 + [(0, missing)])}


def compare_classifiers(pictures: Sequence[Picture]) -> None:
    """Print what changed of the classes and the tags."""
    card = load_card("efficientnet_lite2")
    members = load_json(card, "tags.json").values()
    feeds = []
    for picture in pictures:
        size = fit_area(picture.shape[1::-1], card.input_size)
        frame = _resized(picture, size, Image.Resampling.BICUBIC)
        windows = crop_windows(frame.shape[2] // CELL, frame.shape[1] // CELL)
        feeds.append({"frame": frame, "windows": windows})
    both = _float_and_int8(card.name, efficientnet_lite2.float_model(), feeds)
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
    print(f"efficientnet_lite2, {len(before)} views of {len(pictures)} frames")
    print(f"  same first class: {same.mean():.1%}")
    print(f"  same first class where it was over {_SURE}: {same[sure].mean():.1%} of {sure.sum()}")
    print(f"  class confidence: differs by {difference.max():.3f} at most,", end=" ")
    print(f"by {difference.max(axis=1).mean():.3f} a view on average")
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
    card = load_card("nanodet")
    feeds = [
        {"frame": _resized(picture, size, Image.Resampling.BILINEAR)}
        for picture in pictures
        for size in [fit_area(picture.shape[1::-1], card.input_size)]
    ]
    both = _float_and_int8(card.name, nanodet.float_model(folder), feeds)
    before, after = (
        np.array(
            [max(1 / (1 + np.exp(-grid[..., 0].max())) for grid in grids) for grids in answers]
        )
        for answers in both
    )
    changed = (before > _PERSON_THRESHOLD) != (after > _PERSON_THRESHOLD)
    print(f"nanodet, {len(pictures)} frames")
    print(f"  score: differs by {np.abs(before - after).max():.3f} at most,", end=" ")
    print(f"by {np.abs(before - after).mean():.3f} on average, mean shift", end=" ")
    print(f"{(after - before).mean():+.3f}")
    print(f"  person over {_PERSON_THRESHOLD}: {(before > _PERSON_THRESHOLD).sum()}", end=" ")
    print(f"frames, changed on {changed.sum()}")


def compare_nudity(pictures: Sequence[Picture]) -> None:
    """Print how far the rounded network is from that of the package, in log-odds."""
    detector = NudityDetector.load()
    frames = [Shrinkable(part) for part in _parts(pictures)]
    before = np.array([detector.exact(frame) for frame in frames])
    after = np.array([detector.screened(frame) for frame in frames])
    error = _log_odds(after) - _log_odds(before)
    suspect = before > _SURE
    print(f"opennsfw_screen, {len(frames)} frames and parts of frames")
    print(f"  log-odds: off by {error.std():.2f} as a rule, at most {error.min():+.2f}", end=" ")
    print(f"and {error.max():+.2f}, {error.mean():+.2f} on average")
    print(f"  {suspect.sum()} that the exact network gives over {_SURE} get at least", end=" ")
    print(
        f"{after[suspect].min(initial=1):.2f}; over {SUSPECTED}: {(after > SUSPECTED).mean():.1%}"
    )


def _parts(pictures: Sequence[Picture]) -> list[Picture]:
    """Return each picture and two random parts of it: closer, more of them look suspicious."""
    random = np.random.default_rng(0)
    parts = []
    for picture in pictures:
        parts.append(picture)
        for _ in range(2):
            share = random.uniform(0.15, 0.6)
            height, width = (max(1, int(side * share)) for side in picture.shape[:2])
            top, left = (
                random.integers(side - part + 1)
                for side, part in zip(picture.shape[:2], (height, width), strict=True)
            )
            parts.append(picture[top : top + height, left : left + width])
    return parts


def _log_odds(shares: Array) -> Array:
    shares = shares.clip(1e-6, 1 - 1e-6)
    return np.log(shares / (1 - shares))


def _resized(picture: Picture, size: tuple[int, int], way: Image.Resampling) -> Array:
    return np.asarray(Image.fromarray(picture).resize(size, way))[None]


if __name__ == "__main__":
    chosen = held_out([Path(name) for name in sys.argv[2:]])
    compare_classifiers(chosen)
    compare_people(chosen, Path(sys.argv[1]))
    compare_nudity(chosen)
