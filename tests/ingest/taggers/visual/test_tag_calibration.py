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
from ingest.taggers.visual.picture_statistics import N_STATISTICS
from ingest.taggers.visual.tag_calibration import WEIGHTS, Clues, TagCalibration
from models.cards import load_card, load_json

TAGS = tuple(load_json(load_card("efficientnet_lite2"), WEIGHTS))
N_CLASSES = 1000
N_OBJECTS = 80
N_FEATURES = 1280
CERTAIN = 0.7

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
        random.uniform(0, 1, (*leading, N_FEATURES)).astype(np.float32),
        random.uniform(0, 1, (*leading, N_STATISTICS)).astype(np.float32),
    )


def weighed_by_the_textbook(observed: Evidence, tag: str) -> float:
    """The logistic of a weighted sum, one number after the other."""
    logit = logit_by_the_textbook(observed, tag)
    of_tag = load_json(load_card("efficientnet_lite2"), WEIGHTS)[tag]
    if "if_drawn" in of_tag:
        drawn = 1 / (1 + np.exp(-logit_by_the_textbook(observed, "illustration")))
        logit -= of_tag["if_drawn"] * drawn
    if "sure" in of_tag:
        own = logit_of(float(observed.confidences[TAGS.index(tag)]))
        logit = max(logit, own - logit_of(of_tag["sure"]) + logit_of(CERTAIN))
    return float(1 / (1 + np.exp(-logit)))


def logit_by_the_textbook(observed: Evidence, tag: str) -> float:
    of_tag = load_json(load_card("efficientnet_lite2"), WEIGHTS)[tag]
    own = logit_of(float(observed.confidences[TAGS.index(tag)]))
    clues = [own, 0.0, 0.0]
    if CLASSES.get(tag):
        clues[1] = max(float(observed.classes[number]) for number in CLASSES[tag])
    objects = [min(max(float(logit), -6.0), 4.0) for logit in observed.objects]
    mine = [one for one, words in zip(objects, OBJECTS.values(), strict=True) if tag in words]
    if mine:
        clues[2] = max(mine) + 6
    logit: float = of_tag["bias"] + float(np.dot(of_tag["clues"], clues))
    if "scene" in of_tag:
        features, statistics = (
            table.astype(np.float64) for table in (observed.features, observed.statistics)
        )
        scene = [*(2 * features), *objects, *(14 * statistics)]
        logit += of_tag["scene_unit"] * float(np.dot(of_tag["scene"], scene))
    return logit


def logit_of(confidence: float) -> float:
    sure = min(max(confidence, 1e-3), 1 - 1e-3)
    return float(np.log(sure / (1 - sure)))


@pytest.mark.parametrize(
    "tag", ["outdoors", "clothing", "car", "person", "music", "violin", "map", "illustration"]
)
def test_a_confidence_is_the_logistic_of_a_weighted_sum_or_of_its_own(tag: str) -> None:
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
    st.floats(0, 6, width=32),
)
def test_whatever_the_networks_say_is_a_confidence(
    classes: NDArray[np.float32], of_objects: float, of_features: float
) -> None:
    sums = np.zeros(len(TAGS), np.float32)
    objects = np.full(N_OBJECTS, of_objects, np.float32)
    features = np.full(N_FEATURES, of_features, np.float32)
    words, statistics = np.zeros(0, np.float32), np.ones(N_STATISTICS, np.float32)
    outputs = Evidence(sums, classes, objects, words, features, statistics)
    result = TagCalibration.load(TAGS).weigh(outputs)
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
    assert result.min() >= 0.0
    assert result.max() <= 1.0


@given(st.integers(0, 99), st.lists(st.floats(0, 1, width=32), min_size=2, max_size=2))
def test_no_tag_is_less_sure_for_more_evidence_of_its_own(seed: int, sums: list[float]) -> None:
    calibration, observed = TagCalibration.load(TAGS), evidence(seed, len(TAGS))
    less, more = (
        np.diagonal(calibration.weigh(_with_own_sums(observed, one))) for one in sorted(sums)
    )
    assert (more >= less).all()


def _with_own_sums(observed: Evidence, sum_: float) -> Evidence:
    """In each row another tag has this sum of its own."""
    sums = observed.confidences.copy()
    np.fill_diagonal(sums, sum_)
    return observed._replace(confidences=sums)


def test_what_is_drawn_takes_more_to_be_called_by_another_word() -> None:
    calibration, observed = TagCalibration.load(TAGS), evidence(seed=2)
    drawn, weights = TAGS.index("illustration"), load_json(load_card("efficientnet_lite2"), WEIGHTS)
    as_it_is, is_drawn = (
        calibration.weigh(_with_own_sum(observed, drawn, one)) for one in (0.0, 1.0)
    )
    assert is_drawn[drawn] > as_it_is[drawn]
    for number, tag in enumerate(TAGS):
        if "if_drawn" in weights[tag]:
            assert is_drawn[number] <= as_it_is[number]
        elif number != drawn:
            assert is_drawn[number] == as_it_is[number]


def _with_own_sum(observed: Evidence, tag: int, sum_: float) -> Evidence:
    sums = observed.confidences.copy()
    sums[tag] = sum_
    return observed._replace(confidences=sums)


@given(st.integers(0, 99), st.floats(0, 1, width=32))
def test_a_sum_that_was_right_nine_of_ten_times_is_said_whatever_the_scene(
    seed: int, of_all: float
) -> None:
    calibration, observed = TagCalibration.load(TAGS), evidence(seed)
    sums = np.full(len(TAGS), of_all, np.float32)
    result = calibration.weigh(observed._replace(confidences=sums))
    named = {tag for tag, least in calibration.min_sums.items() if of_all > least}
    assert all(result[TAGS.index(tag)] >= CERTAIN - 1e-5 for tag in named)


def test_sure_music_is_never_talked_down() -> None:
    least = TagCalibration.load(TAGS).min_sums
    assert max(least["music"], least["musical instrument"]) <= 0.9


def test_the_order_of_the_tags_is_the_callers() -> None:
    observed = evidence(seed=2)
    backwards = observed._replace(confidences=observed.confidences[::-1])
    result = TagCalibration.load(TAGS[::-1]).weigh(backwards)
    assert result[::-1] == pytest.approx(TagCalibration.load(TAGS).weigh(observed), abs=1e-6)


def test_weights_of_other_tags_are_refused() -> None:
    with pytest.raises(CorruptData, match=r"fitted to other tags; run benchmarks/accuracy/fit\.py"):
        TagCalibration.load((*TAGS, "unicorn"))


def test_a_tag_without_classes_or_objects_has_only_its_own_confidence() -> None:
    observed = evidence(seed=4)
    own, best_class, best_object = Clues(["crowd"]).of_tags(
        observed._replace(confidences=observed.confidences[:1])
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
