import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import CorruptData
from ingest.taggers.base import Confidences
from ingest.taggers.visual.model_outputs import Networks
from ingest.taggers.visual.specific_tags import Specific, Specifics, load_words, specific_words
from models.cards import load_card, load_json
from models.convert.words import build_words

GENERAL = ("animal", "dog", "furniture", "pet")
WORDS = {
    "dog": Specific(("animal", "pet"), (), (), 1.0),
    "retriever": Specific(("dog",), (0, 1), (), 0.8),
    "golden retriever": Specific(("retriever",), (1,), (), 0.9),
    "chair": Specific(("furniture",), (), (1,), 0.8),
    "candle": Specific((), (2,), (), 0.9),
}
NOBODY = np.full(2, -9.0, np.float32)


def words_of(
    general: dict[str, float], sums: dict[str, float], objects: Confidences = NOBODY
) -> dict[str, float]:
    specifics = Specifics(WORDS, GENERAL)
    result = specifics.add(
        np.array([general.get(tag, 0.01) for tag in GENERAL], np.float32),
        np.array([sums.get(word, 0.0) for word in specifics.names], np.float32),
        objects,
    )
    return dict(zip(specifics.tags, map(float, result), strict=True))


def test_at_its_least_sum_a_word_is_just_said() -> None:
    result = words_of({"dog": 0.9}, {"retriever": 0.8, "golden retriever": 0.85})
    assert result["retriever"] == pytest.approx(0.7)
    assert result["golden retriever"] < 0.7


def test_a_word_brings_all_general_ones_with_it() -> None:
    result = words_of({"dog": 0.4}, {"golden retriever": 0.97, "retriever": 0.5})
    surest = result["golden retriever"]
    assert surest > 0.7
    assert all(result[tag] == surest for tag in ("retriever", "dog", "animal", "pet"))
    assert result["furniture"] == pytest.approx(0.01)


def test_a_general_word_brings_those_above_it() -> None:
    result = words_of({"dog": 0.8, "animal": 0.5, "pet": 0.9}, {})
    assert result["animal"] == pytest.approx(0.8)
    assert result["pet"] == pytest.approx(0.9)


def test_where_nothing_of_its_kind_is_seen_a_word_is_no_surer_than_that() -> None:
    result = words_of({"dog": 0.2}, {"golden retriever": 1.0, "retriever": 1.0})
    assert result["retriever"] == result["golden retriever"] == result["animal"]
    assert result["dog"] == pytest.approx(0.2)


def test_a_word_of_no_kind_goes_by_its_sum() -> None:
    assert words_of({}, {"candle": 0.95})["candle"] > 0.7


def test_an_object_that_is_found_is_said() -> None:
    sure = np.array([-9.0, 2.0], np.float32)
    assert words_of({"furniture": 0.5}, {}, sure)["chair"] > 0.7
    assert words_of({"furniture": 0.1}, {}, sure)["chair"] == pytest.approx(0.1)


def test_general_words_that_nobody_says_are_refused() -> None:
    with pytest.raises(CorruptData, match=r"words\.json names vehicle, which is no tag"):
        Specifics({"tram": Specific(("vehicle",), (0,), (), 0.8)}, GENERAL)


def test_the_words_beside_the_weights_are_what_the_rules_make() -> None:
    convert = Path(__file__).parents[4] / "models" / "convert"
    card = load_card("efficientnet_lite2")
    rules = (convert / "words.txt").read_text(encoding="utf-8")
    objects = list(load_json(load_card("nanodet"), "objects.json"))
    made = build_words(rules, load_json(card, "classes.json"), objects)
    assert json.loads(json.dumps(made)) == load_json(card, "words.json")


def test_rules_that_name_no_class_are_refused() -> None:
    with pytest.raises(ValueError, match="'crane' is the name of 2 classes or objects"):
        build_words("crane = crane @ 0.8", ["crane", "crane"], [])
    with pytest.raises(ValueError, match="dog stands in the rules twice"):
        build_words("dog < pet\ndog < animal", [], [])


def test_every_word_is_said_once_and_under_words_that_are_said() -> None:
    networks = Networks.load()
    tags = Specifics.load(networks.tags).tags
    assert len(set(tags)) == len(tags)
    words = load_words()
    assert all(set(one.general) <= set(tags) for one in words.values())
    for word, one in specific_words(words).items():
        assert word == word.strip().lower()
        assert 0.5 <= one.min_sum < 1
