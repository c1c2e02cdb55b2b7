"""Words of faces over a shot, with faces that are made up; none unless they are switched on."""

import subprocess
import sys
from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.domain.matching.results import DEFAULT_THRESHOLD
from engine.domain.tags import VISUAL
from ingest.taggers.base import Confidences, Frame, SequentialTagger, ShotTagger
from ingest.taggers.registry import TaggerContext, identity_of
from ingest.taggers.visual import face_words
from ingest.taggers.visual.face_words import (
    FACE_WORDS,
    MIN_SHARES,
    SOMEBODY,
    FaceWords,
    shot_confidences,
)
from ingest.taggers.visual.faces import Face
from ingest.taggers.visual.factory import LOCAL
from ingest.taggers.visual.resize import Shrinkable
from ingest.taggers.visual.tagger import LocalTagger, current_version
from ingest.taggers.visual.with_faces import LocalTaggerWithFaces
from models.cards import load_card
from support.footage import photograph

WORDS = FACE_WORDS

WOMAN = (0.95, 0.05, 0.2)
UNSURE = (0.55, 0.5, 0.2)
MAN = (0.05, 0.95, 0.2)
CHILD = (0.02, 0.01, 0.95)
NOBODY = (0.0, 0.0, 0.0)


def words_of(*changes: tuple[float, ...]) -> set[str]:
    result = shot_confidences(np.array(changes, np.float32))
    assert set(result[result < DEFAULT_THRESHOLD].tolist()) <= {0.0}
    return {word for word, confidence in zip(WORDS, result, strict=True) if confidence}


def test_a_word_is_the_mean_over_the_looks_at_which_a_face_was_judged() -> None:
    assert words_of(WOMAN, WOMAN) == {"woman"}
    assert words_of(WOMAN, NOBODY, WOMAN, NOBODY, NOBODY) == {"woman"}
    (woman, *_) = shot_confidences(np.array([WOMAN, (0.75, 0, 0), NOBODY], np.float32))
    assert woman == pytest.approx(0.85)


def test_what_is_unsure_over_the_shot_is_not_said_at_all() -> None:
    assert words_of(UNSURE, UNSURE) == set()
    assert words_of(WOMAN, UNSURE, UNSURE) == set()
    assert words_of(WOMAN, MAN, WOMAN, MAN) == set()


def test_a_child_that_smiles_is_no_woman_and_no_man() -> None:
    assert words_of(CHILD, CHILD, CHILD) == {"smiling"}


def test_one_look_of_many_says_nothing_and_the_only_one_does() -> None:
    assert words_of(WOMAN, NOBODY, NOBODY) == set()
    assert words_of(*[NOBODY] * 60, WOMAN) == set()
    assert words_of(WOMAN) == {"woman"}
    assert words_of(WOMAN, NOBODY) == {"woman"}


def test_a_shot_without_faces_or_looks_says_nothing() -> None:
    assert words_of(NOBODY, NOBODY) == set()
    assert not shot_confidences(np.zeros((0, 3), np.float32)).any()


class Classifier:
    """Stands for a network that judges faces: gives what it was told."""

    def __init__(self, answers: Iterable[tuple[float, ...]]) -> None:
        self._answers = np.array([*answers], np.float32)

    def run(self, _: None, feeds: dict[str, Frame]) -> list[Confidences]:
        assert feeds["pixels"].dtype == np.uint8
        return [self._answers[: len(feeds["pixels"])]]


class Finder:
    """Finds faces that are made up."""

    def __init__(self, count: int, size: float = 80.0) -> None:
        eyes = np.array([[40.0, 50.0], [60.0, 50.0]])
        self._faces = [Face(0.9, eyes, np.array([50.0, 60.0]), size)] * count

    def find(self, _: Shrinkable) -> list[Face]:
        return self._faces


def judged(
    ages: list[tuple[float, float]], genders: list[tuple[float, float]], smiles: list[float]
) -> dict[str, float]:
    answers: dict[str, Sequence[tuple[float, ...]]] = {
        "face_age": ages,
        "face_gender": genders,
        "face_smile": [(smile,) for smile in smiles],
    }
    classifiers = {name: (Classifier(stored), load_card(name)) for name, stored in answers.items()}
    words = FaceWords(Finder(len(ages)), classifiers, tuple(MIN_SHARES))  # type: ignore[arg-type]
    result = words.confidences(Shrinkable(np.zeros((100, 100, 3), np.uint8)))
    return dict(zip(MIN_SHARES, result.tolist(), strict=True))


def test_the_least_share_of_each_word_becomes_the_confidence_that_counts() -> None:
    woman = judged([(0.0, 1.0)], [(0.93, 0.07)], [0.9])
    assert woman["woman"] == pytest.approx(DEFAULT_THRESHOLD, abs=1e-4)
    assert woman["smiling"] == pytest.approx(DEFAULT_THRESHOLD, abs=1e-4)
    assert woman["man"] < 0.1
    assert judged([(0.8, 0.1)], [(0.9, 0.1)], [0.0])["child"] == pytest.approx(0.7, abs=1e-4)


def test_only_adults_are_women_or_men() -> None:
    girl = judged([(0.95, 0.02)], [(0.999, 0.001)], [0.1])
    assert girl["child"] > 0.8
    assert girl["woman"] < 0.1
    youth = judged([(0.3, 0.2)], [(0.001, 0.999)], [0.1])
    assert max(youth.values()) < 0.21


def test_of_several_faces_each_word_takes_the_surest() -> None:
    pair = judged([(0, 1.0), (0.97, 0)], [(0.01, 0.99), (0.9, 0.1)], [0.1, 0.99])
    assert pair["man"] > 0.8
    assert pair["child"] > 0.8
    assert pair["smiling"] > 0.8
    assert pair["woman"] < 0.1


def test_a_child_is_judged_and_not_said() -> None:
    assert "child" in MIN_SHARES
    assert "child" not in FACE_WORDS


def test_a_real_face_and_its_mirror_image_are_judged_alike() -> None:
    words = FaceWords.load(tuple(MIN_SHARES))
    frame = np.asarray(Image.open(photograph("astronaut.png")).convert("RGB"))
    mirrored = np.ascontiguousarray(frame[:, ::-1])
    result, other = (words.confidences(Shrinkable(one)) for one in (frame, mirrored))
    assert result.max() > DEFAULT_THRESHOLD
    assert ((result >= DEFAULT_THRESHOLD) == (other >= DEFAULT_THRESHOLD)).all()


def test_where_no_face_can_be_judged_every_word_is_nought() -> None:
    frame = Shrinkable(np.zeros((100, 100, 3), np.uint8))
    for finder in (Finder(0), Finder(2, size=10)):
        assert not FaceWords(finder, {}).confidences(frame).any()  # type: ignore[arg-type]


class Scenes:
    """Stands for the tagger that comes along; the frame's brightness says who is there."""

    source = VISUAL
    name, version, requires_confirmation = "local", "1", ()
    tags = ("person", "cartoon", "nudity")

    def tag(self, frame: Frame) -> Confidences:
        brightness = frame.mean() / 255
        return np.array([0.4 + brightness / 2, 0.9 * (brightness > 0.95), 0], np.float32)

    def tag_next(self, frame: Frame, before: Confidences) -> Confidences:
        assert len(before) == len(self.tags)
        return self.tag(frame)

    def settle(
        self, seconds: Confidences, tagged: NDArray[np.bool_], goes_on: NDArray[np.bool_]
    ) -> None:
        assert seconds.shape == (len(tagged), len(self.tags))
        assert len(goes_on) == len(tagged)
        seconds[:, self.tags.index("nudity")] /= 2


class Faces:
    """Stands for what judges faces: one look after the other."""

    words = WORDS

    def __init__(self, *changes: tuple[float, ...]) -> None:
        self._confidences = list(changes)
        self.requests = 0

    def confidences(self, _: Shrinkable) -> Confidences:
        self.requests += 1
        return np.array(self._confidences.pop(0), np.float32)


def with_faces(*changes: tuple[float, ...]) -> LocalTaggerWithFaces:
    return LocalTaggerWithFaces(Scenes(), Faces(*changes), "2")  # type: ignore[arg-type]


DIM = np.full((9, 16, 3), 100, np.uint8)
DRAWN = np.full((9, 16, 3), 250, np.uint8)


def test_faces_are_looked_for_where_somebody_is_and_nothing_is_drawn() -> None:
    tagger = with_faces(WOMAN)
    assert tagger.tags == (*Scenes.tags, *WORDS)
    assert np.allclose(tagger.tag(DIM)[-3:], WOMAN)
    assert not tagger.tag(DRAWN)[-3:].any()  # no look is left: it would fail if it were asked


def test_a_look_of_a_shot_goes_on_with_what_the_tagger_that_comes_along_said() -> None:
    tagger = with_faces(WOMAN, MAN)
    before = tagger.tag(DIM)
    assert np.allclose(tagger.tag_next(DIM, before)[-3:], MAN)


def settled(rows: Sequence[tuple[float, ...]], looked: list[bool] | None = None) -> Confidences:
    """Settle seconds of person, cartoon and nudity, then the three words."""
    seconds = np.array(rows, np.float32)
    goes_on = np.ones(len(rows), bool)
    with_faces().settle(seconds, np.array(looked or [True] * len(rows)), goes_on)
    return seconds


def test_the_word_holds_for_the_whole_shot_where_somebody_is_and_brings_person() -> None:
    seconds = settled([(0.5, 0, 0, *WOMAN), (0.6, 0, 0, *NOBODY), (0.99, 0, 0, *WOMAN)])
    assert np.allclose(seconds[:, 3:], [[0.95, 0, 0]] * 3)
    assert np.allclose(seconds[:, 0], [0.95, 0.95, 0.99])


def test_what_the_tagger_that_comes_along_makes_of_a_shot_is_made_of_it() -> None:
    assert settled([(0.5, 0, 0.8, *NOBODY)])[0, 2] == np.float32(0.4)


def test_where_nobody_is_nobody_is_said_to_be() -> None:
    nobody_sure = SOMEBODY - 0.01
    seconds = settled([(0.9, 0, 0, *MAN), (nobody_sure, 0, 0, *NOBODY), (0.9, 0, 0, *MAN)])
    assert seconds[1].tolist() == [np.float32(nobody_sure), 0, 0, 0, 0, 0]
    assert seconds[2, 4] == pytest.approx(0.95)


def test_unsure_words_are_wiped_and_bring_nothing() -> None:
    seconds = settled([(0.5, 0, 0, *UNSURE)] * 3)
    assert np.allclose(seconds, [[0.5, *[0] * 5]] * 3)


def test_seconds_that_repeat_a_look_do_not_count_again() -> None:
    rows = [(0.9, 0, 0, *MAN), *[(0.9, 0, 0, *WOMAN)] * 9]
    assert not settled(rows, [True, True, *[False] * 8])[:, 3:].any()


def test_a_shot_that_was_not_tagged_does_not_inherit_who_was_seen_before() -> None:
    assert not settled([(0.9, 0, 0, *MAN)] * 3, [False] * 3)[:, 3:].any()


@pytest.fixture(scope="module")
def tagger() -> LocalTaggerWithFaces:
    return LocalTaggerWithFaces.load(LocalTagger.load())


def test_it_can_speak_of_shots_and_is_as_thrifty(tagger: LocalTaggerWithFaces) -> None:
    assert isinstance(tagger, ShotTagger)
    assert isinstance(tagger, SequentialTagger)


def test_an_astronaut_smiles_and_a_cat_and_a_cup_do_not(tagger: LocalTaggerWithFaces) -> None:
    def words(name: str) -> set[str]:
        seconds = tagger.tag(np.asarray(Image.open(photograph(name)).convert("RGB")))[None]
        tagger.settle(seconds, np.ones(1, bool), np.ones(1, bool))
        return {word for word, one in zip(WORDS, seconds[0, -3:], strict=True) if one}

    assert "smiling" in words("astronaut.png")
    assert "man" not in words("astronaut.png")
    for name in ("chelsea.png", "coffee.png", "rocket.jpg", "flower.jpg"):
        assert words(name) == set()


def test_off_it_is_the_tagger_it_was_and_no_network_of_faces_is_loaded() -> None:
    off, on = TaggerContext(), TaggerContext(people=True)
    assert identity_of("local", off) == ("local", current_version())
    assert identity_of("local", on).name == "local"
    assert identity_of("local", on).version != current_version()
    code = (
        "import sys\n"
        "from ingest.taggers.registry import TaggerContext, identity_of, make_tagger\n"
        "identity_of('local', TaggerContext()), make_tagger('local', TaggerContext())\n"
        "print([name for name in sys.modules if 'face' in name and 'ingest' in name])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    assert not set(WORDS) & set(LOCAL.make("", off).tags)


@pytest.mark.parametrize("constant", ["MIN_SIZE", "MAX_TURNED", "SOMEBODY", "MIN_FRAMES"])
def test_what_decides_changes_the_version_of_those_who_switched_it_on(
    constant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = identity_of("local", TaggerContext(people=True))
    monkeypatch.setattr(face_words, constant, 7)
    assert identity_of("local", TaggerContext(people=True)) != before
    assert identity_of("local", TaggerContext()).version == current_version()
