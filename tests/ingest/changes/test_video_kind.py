"""The kind of a video: footage, or pictures over a song; and its cuts."""

import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.changes.change_track import FULL_SCALE, FrameChange
from ingest.changes.frame_difference import climbing
from ingest.changes.motion_classifier import MotionClassifier
from ingest.changes.new_content import COLUMNS, ROWS, ChangeDetector, Grey, small_grey
from ingest.changes.video_kind import MIN_SAMPLES, Kind, KindAssessment
from ingest.decoding.frames import open_video
from support import stills
from support.footage import (
    Picture,
    big_buck_bunny,
    bikes,
    carphone,
    city,
    photograph,
    write_video,
)

SHAPE = (180, 320)
RATE = 5
CHINA, COFFEE, CAT, ROCKET = (
    stills.read_photograph(photograph(name))
    for name in ("china.jpg", "coffee.png", "chelsea.png", "rocket.jpg")
)
GREYS = [
    small_grey(next(stills.still(photo, SHAPE, 1, 1))) for photo in (CHINA, COFFEE, CAT, ROCKET)
]


def classified(path: Path) -> MotionClassifier:
    classifier = MotionClassifier()
    with open_video(path) as video:
        for second in video.seconds():
            classifier.add(second)
    return classifier


def assessment_of(pictures: Iterator[Picture], folder: Path) -> KindAssessment:
    return classified(write_video(folder / "x.mp4", pictures, rate=RATE)).assessment()


def new_of(greys: list[Grey]) -> list[FrameChange]:
    classifier = MotionClassifier()
    return [classifier.add_grey(grey) for grey in greys]


@pytest.mark.parametrize(
    "clip", [bikes(), carphone(), city(), big_buck_bunny()], ids=lambda path: path.stem
)
def test_footage_is_motion(clip: Path) -> None:
    assert classified(clip).assessment().kind is Kind.MOTION


def test_footage_to_and_fro_is_motion_for_as_long_as_it_lasts(tmp_path: Path) -> None:
    man = list(stills.clip(carphone(), (144, 192), RATE))
    assert assessment_of(stills.to_and_fro(man, 30 * RATE), tmp_path).kind is Kind.MOTION


@pytest.mark.parametrize("form", [stills.still, stills.padded, stills.faded])
def test_a_photograph_over_a_song_is_static(tmp_path: Path, form: stills.Form) -> None:
    song = write_video(
        tmp_path / "song.mp4", form(CHINA, SHAPE, 12, RATE), rate=RATE, sound_seconds=12
    )
    assessment = classified(song).assessment()
    assert assessment.kind is Kind.STATIC
    assert assessment.evidence.fitted >= 0.9
    assert assessment.evidence.jumps == 0


@pytest.mark.parametrize("form", [stills.grainy, stills.ken_burns])
def test_grain_and_a_slow_zoom_leave_a_photograph_static(
    tmp_path: Path, form: stills.LivelyForm
) -> None:
    assessment = assessment_of(form(COFFEE, SHAPE, 14, RATE, np.random.default_rng(3)), tmp_path)
    assert assessment.kind is Kind.STATIC


@pytest.mark.parametrize("photo", [CAT, CHINA], ids=["cat", "china"])
@pytest.mark.parametrize("form", [stills.bars, stills.wave, stills.lyrics, stills.scrolling])
def test_what_moves_before_a_photograph_is_an_overlay(
    tmp_path: Path, form: stills.LivelyForm, photo: stills.Photo
) -> None:
    assessment = assessment_of(form(photo, SHAPE, 16, RATE, np.random.default_rng(4)), tmp_path)
    assert assessment.kind is Kind.OVERLAY


def test_lyrics_that_climb_tell_by_how_many_rows(tmp_path: Path) -> None:
    song = stills.scrolling(ROCKET, SHAPE, 16, RATE, np.random.default_rng(4))
    evidence = assessment_of(song, tmp_path).evidence
    assert evidence.climbing > 0.8
    # Over the whole height in 7 to 20 seconds.
    assert -ROWS / 7 - 1 <= evidence.rows <= -ROWS / 20 + 1


def test_lyrics_that_climb_over_footage_leave_it_motion(tmp_path: Path) -> None:
    street = list(stills.clip(bikes(), SHAPE, RATE))
    long_street = stills.to_and_fro(street, 16 * RATE)
    song = stills.scrolling(ROCKET, SHAPE, 16, RATE, np.random.default_rng(4))
    behind = np.asarray(next(stills.still(ROCKET, SHAPE, 1, 1))).astype(int)
    sung = (
        np.where(np.abs(text.astype(int) - behind) > 24, text, frame)
        for text, frame in zip(song, long_street, strict=True)
    )
    assert assessment_of(sung, tmp_path).kind is Kind.MOTION


@pytest.mark.parametrize("fade_seconds", [0, 1])
@pytest.mark.parametrize("moving", [None, np.random.default_rng(5)], ids=["at rest", "zoomed"])
def test_photographs_one_after_the_other_are_a_slideshow(
    tmp_path: Path, fade_seconds: float, moving: np.random.Generator | None
) -> None:
    shown = stills.slideshow(
        [CHINA, COFFEE, CAT, ROCKET],
        SHAPE,
        5,
        RATE,
        fade_seconds=fade_seconds,
        moving=moving,
    )
    assessment = assessment_of(shown, tmp_path)
    assert assessment.kind is Kind.SLIDESHOW
    assert assessment.evidence.jumps >= 3


def test_a_slideshow_of_few_frames_is_none_the_less_one(tmp_path: Path) -> None:
    pictures = [np.asarray(next(stills.still(p, SHAPE, 1, 1))) for p in (CHINA, COFFEE, CAT)]
    path = write_video(tmp_path / "x.mp4", pictures, rate=1, times=[0, 6, 12])
    classifier = classified(path)
    assert classifier.assessment().kind is Kind.SLIDESHOW
    assert np.flatnonzero(classifier.changes().new).tolist() == [0, 6, 12]


@settings(max_examples=15, deadline=None)
@given(
    shown=st.lists(
        st.tuples(st.integers(0, len(GREYS) - 1), st.integers(2, 9)), min_size=2, max_size=8
    )
)
def test_cuts_are_where_another_picture_comes_up(shown: list[tuple[int, int]]) -> None:
    numbers = [number for number, seconds in shown for _ in range(seconds)]
    classifier = MotionClassifier()
    all_changes = [classifier.add_grey(GREYS[number]) for number in numbers]
    other = [k > 0 and numbers[k] != numbers[k - 1] for k in range(len(numbers))]
    assert [change.cut for change in all_changes] == other
    assessment = classifier.assessment()
    assert assessment.kind is (Kind.SLIDESHOW if any(other) else Kind.STATIC)
    assert list(assessment.evidence.cuts) == np.flatnonzero(other).tolist()
    assert assessment.evidence.jumps == sum(other)


def test_a_cut_in_footage_is_found_and_one_shot_has_none(tmp_path: Path) -> None:
    man = stills.clip(carphone(), SHAPE, RATE)
    rabbit = stills.clip(big_buck_bunny(), SHAPE, RATE)
    assessment = assessment_of((picture for shot in (man, rabbit) for picture in shot), tmp_path)
    assert assessment.evidence.cuts == (4,)
    assert classified(carphone()).assessment().evidence.cuts == ()
    assert classified(big_buck_bunny()).assessment().evidence.cuts == ()


@pytest.mark.parametrize("frames_late", range(RATE))
def test_photographs_that_fade_over_black_are_a_slideshow(frames_late: int) -> None:
    shown = [
        picture for photo in (CHINA, COFFEE, CAT) for picture in stills.faded(photo, SHAPE, 8, RATE)
    ]
    classifier = MotionClassifier()
    for picture in shown[frames_late::RATE]:
        classifier.add_grey(small_grey(picture))
    assessment = classifier.assessment()
    assert assessment.kind is Kind.SLIDESHOW
    assert assessment.evidence.jumps == 2


@given(shown=st.lists(st.integers(-1, len(GREYS) - 1), min_size=1, max_size=12))
def test_a_second_is_joined_to_the_one_before_when_both_show_the_same_shot(
    shown: list[int],
) -> None:
    blank = np.zeros((ROWS, COLUMNS), np.float32)
    classifier = MotionClassifier()
    all_changes = [classifier.add_grey(blank if number < 0 else GREYS[number]) for number in shown]
    expected = [before == now >= 0 for before, now in zip([-1, *shown], shown, strict=False)]
    assert [change.joined for change in all_changes] == expected
    assert classifier.repeat().joined


@given(n=st.integers(MIN_SAMPLES, 50), number=st.integers(0, len(GREYS) - 1))
def test_the_same_frame_over_and_over_is_static(n: int, number: int) -> None:
    classifier = MotionClassifier()
    all_changes = [classifier.add_grey(GREYS[number])] + [classifier.repeat() for _ in range(n - 1)]
    assert [change.new for change in all_changes] == [True] + [False] * (n - 1)
    assessment = classifier.assessment()
    assert assessment.kind is Kind.STATIC
    assert (assessment.evidence.samples, assessment.evidence.still) == (n, 1.0)


@pytest.mark.parametrize("n", range(MIN_SAMPLES))
def test_of_too_few_pictures_nothing_is_said(n: int) -> None:
    classifier = MotionClassifier()
    for grey in GREYS[:n]:
        classifier.add_grey(grey)
    assert classifier.assessment().kind is Kind.UNKNOWN


def test_of_blank_pictures_nothing_is_said() -> None:
    classifier = MotionClassifier()
    for level in (0, 10, 20, 20, 255):
        classifier.add_grey(np.full((ROWS, COLUMNS), level, np.float32))
    classifier.repeat()
    assert classifier.assessment().kind is Kind.UNKNOWN
    assert len(classifier.changes().new) == 6


def test_new_looks_are_those_of_the_look_detector() -> None:
    with open_video(bikes()) as video:
        frames = [second.frame for second in video.seconds()]
    shown = [frames[0], frames[0], *frames, frames[-1]]
    detector = ChangeDetector()
    expected = [detector.is_new(frame) for frame in shown]
    assert [change.new for change in new_of([small_grey(frame) for frame in shown])] == expected
    assert 0 < sum(expected) < len(expected)


def test_the_arrays_are_the_looks() -> None:
    classifier = MotionClassifier()
    all_changes = [classifier.add_grey(grey) for grey in [GREYS[0], GREYS[0], GREYS[1]]] + [
        classifier.repeat()
    ]
    changes = classifier.changes()
    assert (
        changes.new.tolist() == [change.new for change in all_changes] == [True, False, True, False]
    )
    assert (
        changes.cuts.tolist()
        == [change.cut for change in all_changes]
        == [False, False, True, False]
    )
    assert changes.changed.tolist() == [
        round(change.changed * FULL_SCALE) for change in all_changes
    ]
    assert changes.left.tolist() == [round(change.left * FULL_SCALE) for change in all_changes]
    assert changes.changed[2] > FULL_SCALE / 2


def test_the_evidence_is_plain_and_small() -> None:
    classifier = MotionClassifier()
    for number in range(400):
        classifier.add_grey(GREYS[number // 2 % 2])
    text = json.dumps(asdict(classifier.assessment().evidence))
    assert len(text) < 1700
    assert json.loads(text)["jumps"] == 199


def test_a_second_leaves_a_few_bytes_behind_and_no_picture() -> None:
    classifier = MotionClassifier()
    for grey in GREYS:
        classifier.add_grey(grey)
    tracemalloc.start()
    try:
        for _ in range(1500):
            classifier.add_grey(GREYS[0])
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A picture is 20,736 bytes, and its difference three of them.
    assert held < 1500 * 48 + 5 * GREYS[0].nbytes


@settings(max_examples=30, deadline=None)
@given(rows=st.integers(-20, 20), seed=st.integers(0, 1000))
def test_what_moves_by_rows_is_found_to_do_so(rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    long_sheet = rng.normal(0, 30, (ROWS + 40, COLUMNS)).astype(np.float32)
    before, after = long_sheet[20 : 20 + ROWS], long_sheet[20 - rows : 20 - rows + ROWS]
    correlation, result = climbing(before, after)
    assert result == rows
    assert correlation == pytest.approx(textbook_correlation(before, after, rows), abs=1e-3)
    assert correlation > 0.99


def textbook_correlation(before: Grey, after: Grey, rows: int) -> float:
    lying = before[max(0, -rows) : ROWS - max(0, rows)]
    under = after[max(0, rows) : ROWS + min(0, rows)]
    products: NDArray[np.float32] = lying * under
    return float(products.sum() / np.sqrt((lying**2).sum() * (under**2).sum()))
