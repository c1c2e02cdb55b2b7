"""What is drawn over a picture, what is there in the world, and what a second look tells of it."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.drawn import drawing, turning
from ingest.judging import KindJudge
from ingest.kinds import Kind, KindVerdict
from ingest.motion import COLUMNS, LUMA, ROWS, Colours, small_colours, small_grey
from ingest.spread import MOST_KEPT, Spread
from ingest.within import Within
from support import overlays, scenes, stills
from support.footage import Picture, big_buck_bunny, bikes, photograph

SHAPE = (180, 320)
PHOTOS = {
    name: stills.read_photograph(photograph(name))
    for name in ("china.jpg", "coffee.png", "chelsea.png")
}


def seen(pictures: list[Picture], rate: int) -> KindVerdict:
    """Judge pictures as they are, without a codec: those of the middle of each second."""
    judge = KindJudge()
    for number in range(rate // 2, len(pictures), rate):
        before = partial(small_colours, pictures[number - 1]) if rate > 1 else None
        picture = pictures[number]
        judge.see(small_grey(picture), partial(small_colours, picture), before)
    return judge.verdict()


@pytest.mark.parametrize("photo", ["china.jpg", "chelsea.png"])
@pytest.mark.parametrize(
    "form",
    [
        overlays.record,
        overlays.ring,
        overlays.spectrum,
        overlays.equaliser,
        overlays.tall_wave,
        overlays.particles,
        overlays.karaoke,
        overlays.credits_at(25),
        overlays.credits_at(170),
        overlays.credits_at(600),
        overlays.credits_at(90, sideways=True),
    ],
    ids=[
        *("record", "ring", "spectrum", "equaliser", "wave", "particles", "karaoke"),
        *("slow credits", "fast credits", "fastest credits", "ticker"),
    ],
)
def test_what_is_drawn_over_a_photograph_is_an_overlay(form: stills.LivelyForm, photo: str) -> None:
    # A second look is not needed here, so a picture a second is made and no more.
    pictures = form(PHOTOS[photo], SHAPE, 20, 1, np.random.default_rng(12))
    assert seen(list(pictures), 1).kind is Kind.OVERLAY


@pytest.mark.parametrize(("photo", "grain"), [("china.jpg", 0.0), ("coffee.png", 3.0)])
@pytest.mark.parametrize(
    "form",
    [
        scenes.crossing,
        scenes.rare_crossing,
        scenes.crowd,
        scenes.walker,
        scenes.water,
        scenes.candle,
        scenes.talking_head,
    ],
)
def test_what_is_small_or_far_and_moves_is_motion(
    form: stills.LivelyForm, grain: float, photo: str
) -> None:
    rng = np.random.default_rng(6)
    pictures = scenes.grained(form(PHOTOS[photo], SHAPE, 20, 1, rng), grain, rng)
    assert seen(list(pictures), 1).kind is Kind.MOTION


def test_footage_in_a_window_before_a_photograph_is_motion() -> None:
    shown = stills.to_and_fro(list(stills.clip(bikes(), (72, 128), 1)), 16)
    pictures = scenes.in_a_window(PHOTOS["coffee.png"], SHAPE, shown, np.random.default_rng(2))
    assert seen(list(pictures), 1).kind is Kind.MOTION


@pytest.mark.parametrize("lines_a_second", [1, 3])
def test_lines_that_follow_each_other_second_by_second_are_seen_to_move(
    lines_a_second: int,
) -> None:
    form = overlays.credits_at(30 * lines_a_second, repeating=30)
    pictures = list(form(PHOTOS["china.jpg"], SHAPE, 10, 10, np.random.default_rng(4)))
    verdict = seen(pictures, 10)
    assert (verdict.kind, verdict.evidence.within) == (Kind.OVERLAY, 1.0)
    # Whoever looks once a second sees one picture.
    assert seen(pictures[5::10], 1).kind is Kind.STATIC


def test_a_disc_that_turns_once_a_second_is_seen_to_turn() -> None:
    pictures = list(disc_turning(1.0, 10, 10))
    assert seen(pictures, 10).kind is Kind.OVERLAY
    assert seen(pictures[5::10], 1).kind is Kind.STATIC


def test_footage_that_repeats_itself_every_second_is_motion() -> None:
    second = list(stills.clip(big_buck_bunny(), SHAPE, 10, end=1))
    assert seen(second * 10, 10).kind is Kind.MOTION


def test_a_picture_at_rest_is_looked_at_twice_six_times_at_most() -> None:
    picture = next(stills.still(PHOTOS["coffee.png"], SHAPE, 1, 1))
    grey, made = small_grey(picture), 0

    def colours() -> Colours:
        nonlocal made
        made += 1
        return small_colours(picture)

    judge = KindJudge()
    for _ in range(400):
        judge.see(grey, colours, colours)
    assert made == 1 + 2 * 6
    assert judge.verdict().kind is Kind.STATIC


def disc_turning(turns_a_second: float, seconds: int, rate: int) -> list[Picture]:
    backdrop = stills.cropped(PHOTOS["china.jpg"], SHAPE)
    label = stills.cropped(PHOTOS["coffee.png"], (140, 140))
    mask = overlays.disc(140)
    pictures = []
    for number in range(seconds * rate):
        drawn = backdrop.copy()
        drawn.paste(label.rotate(360 * turns_a_second * number / rate), (90, 20), mask)
        pictures.append(np.asarray(drawn))
    return pictures


@given(st.floats(0.06, 0.94))
@settings(max_examples=10, deadline=None)
def test_a_disc_that_turns_is_told_at_any_speed(turns: float) -> None:
    pictures = [small_colours(picture) for picture in disc_turning(turns, 8, 1)]
    assert turning(np.array(pictures) @ LUMA) == 1.0


def test_one_colour_over_any_background_is_told_from_many() -> None:
    rng = np.random.default_rng(1)
    backdrop = rng.uniform(0, 255, (ROWS, COLUMNS, 3))
    covered = rng.random((12, ROWS, COLUMNS)) * (rng.random((12, ROWS, COLUMNS)) < 0.3)
    share = covered[..., None]
    white = backdrop * (1 - share) + 250 * share
    many = backdrop * (1 - share) + rng.uniform(0, 255, (12, ROWS, COLUMNS, 3)) * share
    assert drawing(white.astype(np.uint8)).one_colour > 0.95
    assert drawing(many.astype(np.uint8)).two_colours < 0.6


def test_shades_before_one_colour_are_not_one_colour() -> None:
    """All lines meet in what is behind, then; that tells nothing."""
    rng = np.random.default_rng(1)
    share = (rng.random((12, ROWS, COLUMNS)) < 0.2)[..., None]
    shades = rng.uniform(0, 255, (12, ROWS, COLUMNS, 3))
    pictures = np.array([60, 110, 170]) * (1 - share) + shades * share
    assert drawing(pictures.astype(np.uint8)).one_colour < 0.5


def test_nothing_is_told_of_pictures_that_do_not_change() -> None:
    same = np.full((5, ROWS, COLUMNS, 3), 90, np.uint8)
    assert drawing(same) == drawing(same[:0])
    assert drawing(same).one_colour == 0.0


@given(st.integers(1, 3000))
@settings(max_examples=30, deadline=None)
def test_kept_pictures_are_few_and_come_in_twos_spread_evenly(n: int) -> None:
    spread, made = Spread(), []

    def make(number: int) -> Colours:
        made.append(number)
        return np.full((ROWS, COLUMNS, 3), number % 256, np.uint8)

    for number in range(n):
        spread.see(partial(make, number))
    kept = spread.pictures()[:, 0, 0, 0].astype(int)
    assert len(kept) <= MOST_KEPT
    assert len(kept) >= min(n, MOST_KEPT // 2)
    firsts, seconds = kept[::2], kept[1::2]
    assert len(set(np.diff(firsts) % 256)) <= 1
    assert set((seconds - firsts[: len(seconds)]) % 256) <= {1}
    assert kept[0] == 0
    assert len(made) <= MOST_KEPT * (1 + int(np.log2(n)))


def test_less_than_two_looks_within_a_second_tell_nothing() -> None:
    within = Within()
    black = np.zeros((ROWS, COLUMNS, 3), np.uint8)
    half = black.copy()
    half[:, ::2] = 200
    shares = []
    for _ in range(4):
        within.see(lambda: half, lambda: black)
        shares.append(within.share())
    assert shares == [0.0, 0.0, 0.0, 1.0]
    assert len(within.pictures()) == 4


def test_where_nothing_is_at_rest_a_second_look_sees_no_drawing() -> None:
    within = Within()
    black, white = (np.full((ROWS, COLUMNS, 3), level, np.uint8) for level in (0, 255))
    for _ in range(4):
        within.see(lambda: white, lambda: black)
    assert within.share() == 1.0
    assert len(within.pictures()) == 0
