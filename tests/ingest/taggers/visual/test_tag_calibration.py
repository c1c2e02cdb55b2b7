import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

import models
from engine.errors import CorruptData
from ingest.taggers.visual.model_outputs import Evidence
from ingest.taggers.visual.tag_calibration import WEIGHTS, Clues, TagCalibration
from models.cards import load_card, load_json

TAGS = tuple(load_json(load_card("efficientnet_lite2"), WEIGHTS))
N_CLASSES = 1000
N_OBJECTS = 80

CLASSES = load_json(load_card("efficientnet_lite2"), "tags.json")
OBJECTS = load_json(load_card("nanodet"), "objects.json")


def evidence(seed: int, *leading: int) -> Evidence:
    """Made-up answers of the networks, in their usual range."""
    random = np.random.default_rng(seed)
    return Evidence(
        random.uniform(0, 1, (*leading, len(TAGS))).astype(np.float32),
        random.normal(0, 2, (*leading, N_CLASSES)).astype(np.float32),
        random.normal(-4, 2, (*leading, N_OBJECTS)).astype(np.float32),
        np.zeros((*leading, 0), np.float32),
    )


def weighed_by_the_textbook(observed: Evidence, tag: str) -> float:
    """The logistic of a weighted sum, one number after the other."""
    of_tag = load_json(load_card("efficientnet_lite2"), WEIGHTS)[tag]
    sure = min(max(float(observed.confidences[TAGS.index(tag)]), 1e-3), 1 - 1e-3)
    clues = [np.log(sure / (1 - sure)), 0.0, 0.0]
    if tag in CLASSES:
        clues[1] = max(float(observed.classes[number]) for number in CLASSES[tag])
    objects = [min(max(float(logit), -6.0), 4.0) for logit in observed.objects]
    mine = [one for one, words in zip(objects, OBJECTS.values(), strict=True) if tag in words]
    if mine:
        clues[2] = max(mine) + 6
    logit = of_tag["bias"] + float(np.dot(of_tag["clues"], clues))
    if "scene" in of_tag:
        classes = observed.classes.astype(np.float64)
        scene = [*((classes - classes.mean()) / classes.std()), *objects]
        logit += of_tag["scene_unit"] * float(np.dot(of_tag["scene"], scene))
    return float(1 / (1 + np.exp(-logit)))


@pytest.mark.parametrize("tag", ["outdoors", "clothing", "car", "person", "violin", "gun"])
def test_a_confidence_is_the_logistic_of_a_weighted_sum(tag: str) -> None:
    observed = evidence(seed=1)
    result = TagCalibration.load(TAGS).weigh(observed)
    assert result[TAGS.index(tag)] == pytest.approx(
        weighed_by_the_textbook(observed, tag), abs=1e-4
    )


def test_frames_are_weighed_together_as_alone() -> None:
    calibration, several = TagCalibration.load(TAGS), evidence(3, 5)
    separate = [calibration.weigh(Evidence(*(table[row] for table in several))) for row in range(5)]
    assert calibration.weigh(several) == pytest.approx(np.stack(separate), abs=1e-6)


@given(
    hnp.arrays(np.float32, N_CLASSES, elements=st.floats(-60, 60, width=32)),
    st.floats(-100, 100, width=32),
)
def test_whatever_the_networks_say_is_a_confidence(
    classes: NDArray[np.float32], of_objects: float
) -> None:
    sums = np.zeros(len(TAGS), np.float32)
    objects = np.full(N_OBJECTS, of_objects, np.float32)
    no_words = np.zeros((len(sums), 0), np.float32)
    result = TagCalibration.load(TAGS).weigh(Evidence(sums, classes, objects, no_words))
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
    assert result.min() >= 0.0
    assert result.max() <= 1.0


def test_the_order_of_the_tags_is_the_callers() -> None:
    observed = evidence(seed=2)
    backwards = Evidence(
        observed.confidences[::-1], observed.classes, observed.objects, observed.words
    )
    result = TagCalibration.load(TAGS[::-1]).weigh(backwards)
    assert result[::-1] == pytest.approx(TagCalibration.load(TAGS).weigh(observed), abs=1e-6)


def test_weights_of_other_tags_are_refused() -> None:
    with pytest.raises(CorruptData, match=r"fitted to other tags; run benchmarks/accuracy/fit\.py"):
        TagCalibration.load((*TAGS, "unicorn"))


def test_a_tag_without_classes_or_objects_has_only_its_own_confidence() -> None:
    observed = evidence(seed=4)
    own, best_class, best_object = Clues(["crowd"]).of_tags(
        Evidence(observed.confidences[:1], observed.classes, observed.objects, observed.words)
    )[0]
    assert own != 0.0
    assert (best_class, best_object) == (0.0, 0.0)


def test_every_object_speaks_for_tags_there_are() -> None:
    assert len(OBJECTS) == N_OBJECTS
    assert next(iter(OBJECTS)) == "person"
    assert {tag for words in OBJECTS.values() for tag in words} <= set(TAGS)


def test_weights_are_one_tag_a_line() -> None:
    text = (Path(models.__file__).parent / "efficientnet_lite2" / WEIGHTS).read_text()
    lines = text.splitlines()[1:-1]
    assert [next(iter(json.loads("{" + line.rstrip(",") + "}"))) for line in lines] == list(TAGS)
