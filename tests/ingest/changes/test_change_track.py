"""Which seconds are looks of their own, and what that makes of the seconds of a tag."""

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
from support import stills
from support.footage import photograph

N_SECONDS = st.integers(1, 40)


@st.composite
def seen_and_looks(draw: st.DrawFn) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    n_seconds = draw(N_SECONDS)
    seen = draw(arrays(np.bool_, (n_seconds, draw(st.integers(0, 4)))))
    looks = draw(arrays(np.bool_, n_seconds))
    looks[0] = True
    return seen, looks


@st.composite
def changes(draw: st.DrawFn) -> Changes:
    n_seconds = draw(N_SECONDS)
    return Changes(
        changed=draw(arrays(np.uint8, n_seconds)),
        left=draw(arrays(np.uint8, n_seconds)),
        new=draw(arrays(np.bool_, n_seconds)),
        cuts=draw(arrays(np.bool_, n_seconds)),
    )


def textbook_effective_seconds(seen: NDArray[np.bool_], looks: NDArray[np.bool_]) -> list[int]:
    counts = []
    for tag in range(seen.shape[1]):
        look, seen_in = -1, set()
        for second in range(len(seen)):
            look += bool(looks[second])
            if seen[second, tag]:
                seen_in.add(look)
        counts.append(len(seen_in))
    return counts


@given(seen_and_looks())
def test_effective_seconds_are_the_looks_a_tag_was_seen_in(
    drawn: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> None:
    assert effective_seconds(*drawn).tolist() == textbook_effective_seconds(*drawn)


@given(seen_and_looks())
def test_effective_seconds_are_at_least_one_if_seen_and_at_most_all_seconds(
    drawn: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> None:
    seen, looks = drawn
    seconds = seen.sum(axis=0)
    effective = effective_seconds(seen, looks)
    assert np.array_equal(effective > 0, seconds > 0)
    assert (effective <= np.minimum(seconds, looks.sum())).all()
    assert np.array_equal(effective_seconds(seen, np.ones_like(looks)), seconds)


@given(changes(), st.sampled_from(Kind))
def test_no_kind_makes_a_look_of_a_second_that_repeats(drawn: Changes, kind: Kind) -> None:
    found = new_content(drawn, kind)
    assert found[0]
    assert not (found & ~drawn.new)[1:].any()
    if kind in (Kind.MOTION, Kind.UNKNOWN):
        assert np.array_equal(found[1:], drawn.new[1:])


def test_a_still_shown_for_four_minutes_is_one_look() -> None:
    china = next(stills.still(stills.read_photograph(photograph("china.jpg")), (180, 320), 1, 1))
    judge = MotionClassifier()
    for _ in range(240):
        judge.see(small_grey(china))
    looks = new_content(judge.changes(), judge.assessment().kind)
    temple = np.ones((240, 1), bool)
    assert effective_seconds(temple, looks).tolist() == [1]


def test_a_slowly_zoomed_still_is_one_look_though_it_must_be_tagged_anew() -> None:
    photo = stills.read_photograph(photograph("coffee.png"))
    judge = MotionClassifier()
    for picture in stills.ken_burns(photo, (180, 320), 30, 1, np.random.default_rng(1)):
        judge.see(small_grey(picture))
    assert judge.assessment().kind is Kind.STATIC
    assert judge.changes().new.sum() > 3
    assert new_content(judge.changes(), Kind.STATIC).sum() == 1


def test_each_photograph_of_a_slideshow_is_a_look() -> None:
    photos = [
        stills.read_photograph(photograph(name))
        for name in ("china.jpg", "coffee.png", "rocket.jpg")
    ]
    judge = MotionClassifier()
    moving = np.random.default_rng(1)
    for picture in stills.slideshow(photos, (180, 320), 6, 1, moving=moving):
        judge.see(small_grey(picture))
    assert judge.assessment().kind is Kind.SLIDESHOW
    looks = new_content(judge.changes(), Kind.SLIDESHOW)
    assert np.flatnonzero(looks).tolist() == [0, 6, 12]


def test_behind_an_overlay_nothing_is_new() -> None:
    photo = stills.read_photograph(photograph("chelsea.png"))
    judge = MotionClassifier()
    for picture in stills.bars(photo, (180, 320), 20, 1, np.random.default_rng(1)):
        judge.see(small_grey(picture), partial(small_colours, picture))
    assert judge.assessment().kind is Kind.OVERLAY
    assert judge.changes().new.sum() > 10
    assert new_content(judge.changes(), Kind.OVERLAY).sum() == 1


def test_a_video_without_seconds_has_no_effective_ones() -> None:
    assert effective_seconds(np.zeros((0, 3), bool), np.zeros(0, bool)).tolist() == [0, 0, 0]
