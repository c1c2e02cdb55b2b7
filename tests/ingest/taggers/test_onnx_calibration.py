"""A cosine becomes a confidence by what is known of pictures, and what just counts mostly holds."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from engine.errors import InvalidInput
from ingest.taggers.base import Confidences, Frame
from ingest.taggers.known_words import known_words
from ingest.taggers.onnx.calibrating import calibrate, pictures_in, read_labels, words_of
from ingest.taggers.onnx.calibration import (
    MIN_RIGHT,
    Bin,
    Calibration,
    fit_curve,
    fit_logistic,
    reliability,
    spread_of,
)
from ingest.taggers.onnx.folder import PairFolder
from ingest.taggers.onnx.tagger import version_of
from ingest.taggers.onnx.texts import Word
from ingest.taggers.registry import TaggerContext, check_tagger, make_tagger
from ingest.taggers.remote.whole_video import VideoTagger
from support.pairs import COLOURS, THINGS, by_things, write_pair, write_pictures

pytest.importorskip("tokenizers", reason="needs: pip install -e '.[clip]'")


class Blind:
    """A teacher who knows nothing."""

    tags: tuple[str, ...] = ()

    def tag(self, frame: Frame) -> Confidences:
        assert frame.dtype == np.uint8
        return np.zeros(0, np.float32)


class Sure(Blind):
    """A teacher who knows red from all else, and is never sure of blue."""

    tags = ("red", "blue", "what the pair has no word for")

    def tag(self, frame: Frame) -> Confidences:
        red, green, blue = frame.reshape(-1, 3).mean(axis=0)
        return np.array(
            [0.95 if red > green + 60 and red > blue + 60 else 0.0, 0.5, 1.0], np.float32
        )


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[str]]]:
    folder = tmp_path_factory.mktemp("neutral") / "pictures"
    return folder, write_pictures(folder)


@given(st.integers(0, 10_000), st.integers(30, 200))
def test_the_curve_is_scikit_learns_logistic_regression(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    z = random.normal(0, 2, n)
    present = random.random(n) < 1 / (1 + np.exp(2 - 1.5 * z))
    present[:2] = [True, False]
    curve = fit_logistic(z, present)
    theirs = LogisticRegression(tol=1e-9).fit(z[:, None], present)
    assert curve.slope == pytest.approx(float(theirs.coef_[0, 0]), abs=1e-3)
    assert curve.offset == pytest.approx(-float(theirs.intercept_[0]), abs=1e-3)
    assert curve.at(z) == pytest.approx(theirs.predict_proba(z[:, None])[:, 1], abs=1e-3)


def test_what_can_be_told_apart_for_sure_still_has_a_curve() -> None:
    curve = fit_logistic(np.array([-2.0, -1.0, 1.0, 2.0]), np.array([False, False, True, True]))
    assert np.isfinite(curve).all()
    assert curve.slope > 0


@given(st.integers(0, 10_000))
def test_of_what_just_counts_at_least_three_quarters_hold(seed: int) -> None:
    random = np.random.default_rng(seed)
    z = random.normal(0, 1, (80, 4))
    # The truth is less sure of high z than a logistic curve thinks: a fifth of it is turned.
    truth = (z > 1.2).astype(np.int8) ^ (random.random(z.shape) < 0.2)
    truth[random.random(z.shape) < 0.3] = -1
    try:
        curve = fit_curve(z, truth.astype(np.int8))
    except InvalidInput:
        return
    (likely,) = reliability(curve.at(z), truth, (0.7, 0.85))
    assert likely.right >= MIN_RIGHT * likely.predicted


def test_reliability_counts_only_what_is_known() -> None:
    confidences = np.array([[0.1, 0.75, 0.9], [0.7, 0.85, 1.0]])
    truth = np.array([[0, 1, -1], [0, 1, 1]], np.int8)
    assert reliability(confidences, truth) == (
        Bin(0.05, 0.3, 1, 0),
        Bin(0.3, 0.5, 0, 0),
        Bin(0.5, 0.7, 0, 0),
        Bin(0.7, 0.85, 2, 1),
        Bin(0.85, 1.0, 2, 2),
    )


def test_a_word_that_is_the_same_on_all_pictures_divides_by_no_zero() -> None:
    means, spreads = spread_of(np.full((9, 2), 0.2))
    assert means == pytest.approx([0.2, 0.2])
    assert spreads.min() > 0


@pytest.mark.parametrize("like", ["clip", "siglip"])
def test_a_pair_calibrated_by_hand_says_what_is_there(
    tmp_path: Path, pictures: tuple[Path, dict[str, list[str]]], like: str
) -> None:
    folder = PairFolder.of(write_pair(tmp_path / "pair", like=like))
    paths, labels = pictures_in(pictures[0]), pictures[1]
    done: list[int] = []
    made = calibrate(
        folder, paths, words_of(folder), teacher=Blind(), labels=labels, on_picture=done.append
    )
    assert (made.pictures, sum(done), made.known) == (60, 60, (50, 250))
    red = made.words.index(Word("red", "a photo of red"))
    observed = made.confidences(made.vectors[red])
    assert observed[red] > 0.7
    assert np.delete(observed, red).max() < 0.1
    made.save(folder / "calibration.npz")
    stored = Calibration.load(folder / "calibration.npz")
    assert version_of(stored, {}) == version_of(made, {}) != version_of(made, {"red": ("colour",)})
    assert np.array_equal(stored.confidences(made.vectors[0]), made.confidences(made.vectors[0]))
    assert (stored.words, stored.weights, stored.reliability) == (
        made.words,
        made.weights,
        made.reliability,
    )
    assert set(stored.weights) == {
        "image.onnx",
        "text.onnx",
        "tokenizer.json",
        "tokenizer_config.json",
        "preprocessor_config.json",
    }


def test_without_labels_a_witness_is_believed_where_it_is_sure(
    tmp_path: Path, pictures: tuple[Path, dict[str, list[str]]]
) -> None:
    # Ten red pictures are too few.
    folder = PairFolder.of(write_pair(tmp_path / "pair"))
    with pytest.raises(InvalidInput, match="of 10 words it is known that they are on a picture"):
        calibrate(folder, pictures_in(pictures[0]), words_of(folder), teacher=Sure())
    more = tmp_path / "more"
    write_pictures(more, 120)
    made = calibrate(folder, pictures_in(more), words_of(folder), teacher=Sure())
    assert made.known == (20, 100)
    # What the teacher has no word for is judged by the same curve.
    green = [word.tag for word in made.words].index("green")
    assert made.confidences(made.vectors[green])[green] > 0.7


def test_a_pair_that_sees_the_opposite_of_what_is_there_is_refused(
    tmp_path: Path, pictures: tuple[Path, dict[str, list[str]]]
) -> None:
    folder = PairFolder.of(write_pair(tmp_path / "pair"))
    colours = list(COLOURS)
    wrong = {
        name: [c for c in colours if c not in present] for name, present in pictures[1].items()
    }
    with pytest.raises(InvalidInput, match="sees the words on the wrong pictures"):
        calibrate(folder, pictures_in(pictures[0]), words_of(folder), teacher=Blind(), labels=wrong)


def test_labels_and_pictures_that_cannot_be_used_are_named(
    tmp_path: Path, pictures: tuple[Path, dict[str, list[str]]]
) -> None:
    folder = PairFolder.of(write_pair(tmp_path / "pair"))
    words, paths = words_of(folder), pictures_in(pictures[0])
    with pytest.raises(InvalidInput, match="none of the words: purple"):
        calibrate(folder, paths, words, teacher=Blind(), labels={"000.png": ["purple"]})
    with pytest.raises(InvalidInput, match=r"not there: nine\.png"):
        calibrate(folder, paths, words, teacher=Blind(), labels={"nine.png": ["red"]})
    with pytest.raises(InvalidInput, match="of 0 words it is known"):
        calibrate(folder, paths, words, teacher=Blind(), labels={})
    with pytest.raises(InvalidInput, match="no folder"):
        pictures_in(tmp_path / "nowhere")
    with pytest.raises(InvalidInput, match="has 0 pictures: at least 50"):
        pictures_in(tmp_path)
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG nothing")
    with pytest.raises(InvalidInput, match=r"broken\.png cannot be read as a picture"):
        calibrate(folder, [*paths, broken], words, teacher=Blind(), labels={})
    for text in ("[]", "{", '{"a.png": "red"}'):
        (tmp_path / "labels.json").write_text(text)
        with pytest.raises(InvalidInput, match=r"labels\.json"):
            read_labels(tmp_path / "labels.json")


def test_the_words_are_the_folders_own_or_all_known_ones_without_nudity(tmp_path: Path) -> None:
    folder = PairFolder.of(write_pair(tmp_path / "pair"))
    assert [word.tag for word in words_of(folder)] == list(COLOURS)
    (folder / "words.txt").write_text("cat\nnudity\n")
    with pytest.raises(InvalidInput, match="a network of its own judges that"):
        words_of(folder)
    (folder / "words.txt").unlink()
    phrases = {word.tag: word.phrase for word in words_of(folder)}
    assert phrases.keys() == known_words().keys()
    assert "nudity" not in phrases
    assert phrases["lasagna"] == "a photo of lasagna"
    assert phrases["bat"] == "a photo of a bat, the flying animal"


def test_a_pair_without_words_is_calibrated_over_all_that_are_known(
    tmp_path: Path, pictures: tuple[Path, dict[str, list[str]]]
) -> None:
    folder = PairFolder.of(write_pair(tmp_path / "pair", reads=THINGS))
    (folder / "words.txt").unlink()
    words, labels = words_of(folder), by_things(pictures[1])
    made = calibrate(folder, pictures_in(pictures[0]), words, teacher=Blind(), labels=labels)
    # Tomato and lettuce bring vegetable and food, a lemon fruit and food, snowfall four words.
    assert made.known == (40, 60 * len(words) - 40 - 10 * (2 + 2 + 2 + 2))
    made.save(folder / "calibration.npz")
    tagger = make_tagger(check_tagger(f"onnx:{folder.path}", TaggerContext()), TaggerContext())
    assert not isinstance(tagger, VideoTagger)
    assert len(tagger.tags) == len(words) + 1
    confidences = dict(zip(tagger.tags, tagger.tag(frame_of(COLOURS["red"])), strict=True))
    assert {tag for tag, confidence in confidences.items() if confidence >= 0.7} == {
        "food", "tomato", "vegetable",
    }  # fmt: skip
    assert confidences["tomato"] == confidences["vegetable"] == confidences["food"]


def test_words_of_a_list_of_ones_own_bring_no_others(
    tmp_path: Path, pictures: tuple[Path, dict[str, list[str]]]
) -> None:
    observed = (*THINGS, "vegetable")
    folder = PairFolder.of(write_pair(tmp_path / "pair", observed=observed, reads=THINGS))
    paths, labels = pictures_in(pictures[0]), by_things(pictures[1])
    made = calibrate(folder, paths, words_of(folder), teacher=Blind(), labels=labels)
    assert made.known == (40, 260)
    made.save(folder / "calibration.npz")
    tagger = make_tagger(f"onnx:{folder.path}", TaggerContext())
    assert not isinstance(tagger, VideoTagger)
    confidences = dict(zip(tagger.tags, tagger.tag(frame_of(COLOURS["red"])), strict=True))
    assert confidences["tomato"] > 0.7 > confidences["vegetable"]


def frame_of(colour: tuple[int, int, int]) -> Frame:
    return np.full((48, 64, 3), np.array(colour) * 0.8 + 25, np.uint8)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x00" * 99])
def test_a_damaged_calibration_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "calibration.npz").write_bytes(content)
    with pytest.raises(InvalidInput, match="calibrate the pair anew"):
        Calibration.load(tmp_path / "calibration.npz")
