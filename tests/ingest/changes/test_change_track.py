"""Distinct seconds, and what they make of the seconds of a tag."""

from functools import partial

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from ingest.changes.change_track import Changes, effective_seconds, new_content
from ingest.changes.motion_classifier import MotionClassifier
from ingest.changes.new_content import small_colours, small_grey
from ingest.changes.video_kind import Kind
from ingest.decoding.frames import Second
from support import stills
from support.footage import photograph

N_SECONDS = st.integers(1, 40)


@st.composite
def observed_and_new(draw: st.DrawFn) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    n_seconds = draw(N_SECONDS)
    observed = draw(arrays(np.bool_, (n_seconds, draw(st.integers(0, 4)))))
    new = draw(arrays(np.bool_, n_seconds))
    new[0] = True
    return observed, new


@st.composite
def changes(draw: st.DrawFn) -> Changes:
    n_seconds = draw(N_SECONDS)
    return Changes(
        changed=draw(arrays(np.uint8, n_seconds)),
        left=draw(arrays(np.uint8, n_seconds)),
        new=draw(arrays(np.bool_, n_seconds)),
        cuts=draw(arrays(np.bool_, n_seconds)),
    )


def textbook_effective_seconds(observed: NDArray[np.bool_], new: NDArray[np.bool_]) -> list[int]:
    counts = []
    for tag in range(observed.shape[1]):
        change, changes_with_tag = -1, set()
        for second in range(len(observed)):
            change += bool(new[second])
            if observed[second, tag]:
                changes_with_tag.add(change)
        counts.append(len(changes_with_tag))
    return counts


@given(observed_and_new())
def test_effective_seconds_are_the_looks_a_tag_was_seen_in(
    drawn: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> None:
    assert effective_seconds(*drawn).tolist() == textbook_effective_seconds(*drawn)


@given(observed_and_new())
def test_effective_seconds_are_at_least_one_if_seen_and_at_most_all_seconds(
    drawn: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> None:
    observed, new = drawn
    seconds = observed.sum(axis=0)
    effective = effective_seconds(observed, new)
    assert np.array_equal(effective > 0, seconds > 0)
    assert (effective <= np.minimum(seconds, new.sum())).all()
    assert np.array_equal(effective_seconds(observed, np.ones_like(new)), seconds)


@given(changes(), st.sampled_from(Kind))
def test_no_kind_makes_a_look_of_a_second_that_repeats(drawn: Changes, kind: Kind) -> None:
    result = new_content(drawn, kind)
    assert result[0]
    assert not (result & ~drawn.new)[1:].any()
    if kind in (Kind.MOTION, Kind.UNKNOWN):
        assert np.array_equal(result[1:], drawn.new[1:])


def test_a_still_shown_for_four_minutes_is_one_look() -> None:
    china = next(stills.still(stills.read_photograph(photograph("china.jpg")), (180, 320), 1, 1))
    classifier = MotionClassifier()
    for _ in range(240):
        classifier.add_grey(small_grey(china))
    new = new_content(classifier.changes(), classifier.assessment().kind)
    temple = np.ones((240, 1), bool)
    assert effective_seconds(temple, new).tolist() == [1]


def test_a_frame_that_is_the_one_before_again_is_told_as_a_copy_of_it_is() -> None:
    photo = stills.read_photograph(photograph("chelsea.png"))
    bars = list(stills.bars(photo, (180, 320), 8, 1, np.random.default_rng(1)))
    frames = [frame for frame in bars for _ in range(3)]
    shared, copied = MotionClassifier(), MotionClassifier()
    for number, frame in enumerate(frames):
        before = frames[number - 2].copy
        change = shared.add(Second(number, number, frame, repeated=False, before=before))
        copy = Second(number, number, frame.copy(), repeated=False, before=before)
        assert change == copied.add(copy)
    assert shared.assessment() == copied.assessment()


def test_a_slowly_zoomed_still_is_one_look_though_it_must_be_tagged_anew() -> None:
    photo = stills.read_photograph(photograph("coffee.png"))
    classifier = MotionClassifier()
    for picture in stills.ken_burns(photo, (180, 320), 30, 1, np.random.default_rng(1)):
        classifier.add_grey(small_grey(picture))
    assert classifier.assessment().kind is Kind.STATIC
    assert classifier.changes().new.sum() > 3
    assert new_content(classifier.changes(), Kind.STATIC).sum() == 1


def test_each_photograph_of_a_slideshow_is_a_look() -> None:
    photos = [
        stills.read_photograph(photograph(name))
        for name in ("china.jpg", "coffee.png", "rocket.jpg")
    ]
    classifier = MotionClassifier()
    moving = np.random.default_rng(1)
    for picture in stills.slideshow(photos, (180, 320), 6, 1, moving=moving):
        classifier.add_grey(small_grey(picture))
    assert classifier.assessment().kind is Kind.SLIDESHOW
    new = new_content(classifier.changes(), Kind.SLIDESHOW)
    assert np.flatnonzero(new).tolist() == [0, 6, 12]


def test_behind_an_overlay_nothing_is_new() -> None:
    photo = stills.read_photograph(photograph("chelsea.png"))
    classifier = MotionClassifier()
    for picture in stills.bars(photo, (180, 320), 20, 1, np.random.default_rng(1)):
        classifier.add_grey(small_grey(picture), partial(small_colours, picture))
    assert classifier.assessment().kind is Kind.OVERLAY
    assert classifier.changes().new.sum() > 10
    assert new_content(classifier.changes(), Kind.OVERLAY).sum() == 1


def test_a_video_without_seconds_has_no_effective_ones() -> None:
    assert effective_seconds(np.zeros((0, 3), bool), np.zeros(0, bool)).tolist() == [0, 0, 0]


def test_a_picture_goes_on_where_most_of_it_is_the_one_before() -> None:
    left = np.array([0, 76, 77, 255], np.uint8)  # of 255: three tenths of the cells
    nothing = np.zeros(4, bool)
    changes = Changes(changed=left, left=left, new=nothing, cuts=nothing)
    assert changes.goes_on.tolist() == [True, True, False, False]
