"""Trees that say how likely it is that what moves is drawn."""

from dataclasses import fields, replace
from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.changes.drawn_model import IN_DOUBT, DrawnModel, drawn_model
from ingest.changes.kind_evidence import Evidence
from ingest.changes.motion_classifier import MotionClassifier
from ingest.changes.new_content import small_colours, small_grey
from ingest.changes.video_kind import Kind, asks_the_model, classify
from support import overlays, scenes, stills
from support.footage import photograph

MODEL = drawn_model()
MEASURED = st.fixed_dictionaries({name: st.floats(-1, 60) for name in MODEL.measures})


@cache
def evidence_of(form: stills.LivelyForm) -> Evidence:
    photo = stills.read_photograph(photograph("china.jpg"))
    classifier = MotionClassifier()
    pictures = list(form(photo, (180, 320), 14, 5, np.random.default_rng(4)))
    for number in range(2, len(pictures), 5):
        picture = pictures[number]
        before = partial(small_colours, pictures[number - 1])
        classifier.add_grey(small_grey(picture), partial(small_colours, picture), before)
    return classifier.assessment().evidence


@given(MEASURED)
def test_each_tree_is_walked_from_its_first_question_to_an_answer(
    measured: dict[str, float],
) -> None:
    total = MODEL.base
    for features, thresholds, log_odds in zip(
        MODEL.features, MODEL.thresholds, MODEL.log_odds, strict=True
    ):
        answers = [
            measured[MODEL.measures[k]] > threshold
            for k, threshold in zip(features, thresholds, strict=True)
        ]
        low, high = log_odds[:2], log_odds[2:]
        total += high[int(answers[2])] if answers[0] else low[int(answers[1])]
    assert MODEL.probability(measured) == pytest.approx(1 / (1 + np.exp(-total)))


def test_a_tree_of_one_question_more_is_read_as_written() -> None:
    text = (
        '{"measures": ["beside", "bent"], "base": 0.5, "trees":'
        ' [{"features": [0, 1, 0], "thresholds": [1.0, 0.5, 2.0], "log_odds": [1, 2, 3, 4]}]}'
    )
    model = DrawnModel.parse(text)
    for beside, bent, log_odds in ((1.0, 0.5, 1.5), (0, 0.6, 2.5), (1.5, 0, 3.5), (2.5, 0, 4.5)):
        share = model.probability({"beside": beside, "bent": bent})
        assert share == pytest.approx(1 / (1 + np.exp(-log_odds)))


def test_it_looks_at_nothing_but_evidence() -> None:
    assert set(MODEL.measures) <= {field.name for field in fields(Evidence)}


def test_a_drawing_is_likely_and_a_scene_is_not() -> None:
    assert evidence_of(overlays.spectrum).drawn > 0.7
    assert evidence_of(scenes.crowd).drawn < 0.5


def test_the_rules_need_a_model_that_is_in_doubt_and_the_model_no_rules() -> None:
    drawn = evidence_of(overlays.spectrum)
    kinds = {share: classify(replace(drawn, drawn=share)) for share in (0.1, IN_DOUBT, 0.9)}
    assert kinds == {0.1: Kind.MOTION, IN_DOUBT: Kind.OVERLAY, 0.9: Kind.OVERLAY}
    there = evidence_of(scenes.crowd)
    kinds = {share: classify(replace(there, drawn=share)) for share in (0.1, IN_DOUBT, 0.9)}
    assert kinds == {0.1: Kind.MOTION, IN_DOUBT: Kind.MOTION, 0.9: Kind.OVERLAY}


def test_of_few_pictures_it_is_not_asked() -> None:
    drawn = evidence_of(overlays.spectrum)
    assert asks_the_model(drawn)
    assert not asks_the_model(replace(drawn, samples=7))
