"""Overlays drawn over a picture, told from what is there in the world."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.ndimage import gaussian_filter

from ingest.changes.drawn_overlay import drawing
from ingest.changes.frame_difference import Difference
from ingest.changes.mixtures import mixed
from ingest.changes.motion_classifier import MotionClassifier
from ingest.changes.new_content import COLUMNS, LUMA, ROWS, Colours, small_colours, small_grey
from ingest.changes.spread import MAX_PICTURES, Spread
from ingest.changes.turning import turning
from ingest.changes.video_kind import Kind, KindAssessment
from ingest.changes.within_second import Exchanges, Within, repeats
from support import overlays, scenes, stills
from support.footage import Picture, big_buck_bunny, bikes, carphone, photograph

SHAPE = (180, 320)
PHOTOS = {
    name: stills.read_photograph(photograph(name))
    for name in ("china.jpg", "coffee.png", "chelsea.png")
}


def assessed(pictures: list[Picture], rate: int) -> KindAssessment:
    """Judge pictures as they are, without a codec: those of the middle of each second."""
    classifier = MotionClassifier()
    for number in range(rate // 2, len(pictures), rate):
        before = partial(small_colours, pictures[number - rate // 5]) if rate > 1 else None
        picture = pictures[number]
        classifier.add_grey(small_grey(picture), partial(small_colours, picture), before)
    return classifier.assessment()


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
    assert assessed(list(pictures), 1).kind is Kind.OVERLAY


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
    assert assessed(list(pictures), 1).kind is Kind.MOTION


def test_footage_in_a_window_before_a_photograph_is_motion() -> None:
    shown = stills.to_and_fro(list(stills.clip(bikes(), (72, 128), 1)), 16)
    pictures = scenes.in_a_window(PHOTOS["coffee.png"], SHAPE, shown, np.random.default_rng(2))
    assert assessed(list(pictures), 1).kind is Kind.MOTION


@pytest.mark.parametrize("lines_a_second", [1, 3])
def test_lines_that_follow_each_other_second_by_second_are_seen_to_move(
    lines_a_second: int,
) -> None:
    form = overlays.credits_at(30 * lines_a_second, repeating=30)
    pictures = list(form(PHOTOS["china.jpg"], SHAPE, 10, 10, np.random.default_rng(4)))
    assessment = assessed(pictures, 10)
    assert (assessment.kind, assessment.evidence.within) == (Kind.OVERLAY, 1.0)
    # Whoever looks once a second sees one picture.
    assert assessed(pictures[5::10], 1).kind is Kind.STATIC


def test_a_disc_that_turns_once_a_second_is_seen_to_turn() -> None:
    pictures = list(disc_turning(1.0, 10, 10))
    assert assessed(pictures, 10).kind is Kind.OVERLAY
    assert assessed(pictures[5::10], 1).kind is Kind.STATIC


@pytest.mark.parametrize(
    "clip", [big_buck_bunny(), bikes(), carphone()], ids=lambda path: path.stem
)
def test_footage_that_repeats_itself_every_second_is_motion(clip: Path) -> None:
    second = list(stills.clip(clip, SHAPE, 10, end=1))
    assert assessed(second * 10, 10).kind is Kind.MOTION


@pytest.mark.parametrize("seed", [0, 5, 9])
def test_letters_lit_one_by_one_are_words(seed: int) -> None:
    """Before any picture, in any colour: all that changes between two verses does so one way."""
    for photo in ("coffee.png", "chelsea.png"):
        rng = np.random.default_rng(seed)
        pictures = overlays.karaoke(PHOTOS[photo], SHAPE, 24, 2, rng)
        assessment = assessed(list(pictures)[::2], 1)
        evidence = assessment.evidence
        assert (assessment.kind, evidence.shuttling) == (Kind.OVERLAY, 0.0), (photo, evidence)


def test_what_comes_and_goes_between_two_pictures_is_no_line_of_words() -> None:
    """A lamp that is switched on and off, and somebody who paces up and down in its light."""
    room = np.asarray(stills.cropped(PHOTOS["china.jpg"], SHAPE)) // 2
    pictures = []
    for second in range(24):
        picture = room.copy()
        picture[100:140, 40:280] *= np.uint8(1 + second // 4 % 2)
        x = 60 + 50 * (second % 4)
        picture[104:120, x : x + 24] = (210, 170, 140)
        picture[120:136, x : x + 24] = (20, 30, 60)
        pictures.append(picture)
    assessment = assessed(pictures, 1)
    assert assessment.kind is Kind.MOTION
    assert assessment.evidence.shuttling > 0.05


@pytest.mark.parametrize("seed", [0, 2, 7])
def test_flakes_are_an_overlay_before_grain_too(seed: int) -> None:
    rng = np.random.default_rng(seed)
    flakes = overlays.particles(PHOTOS["coffee.png"], SHAPE, 20, 1, rng)
    assert assessed(list(scenes.grained(flakes, 5.0, rng)), 1).kind is Kind.OVERLAY


@pytest.mark.parametrize(("photo", "grain"), [("china.jpg", 0.0), ("coffee.png", 5.0)])
@pytest.mark.parametrize("seconds", [9, 24])
def test_a_bar_that_fills_leaves_a_photograph_static(
    seconds: int, photo: str, grain: float
) -> None:
    rng = np.random.default_rng(5)
    pictures = scenes.grained(overlays.progress(PHOTOS[photo], SHAPE, seconds, 1, rng), grain, rng)
    assessment = assessed(list(pictures), 1)
    assert (assessment.kind, assessment.evidence.filled > 0.9) == (Kind.STATIC, True)


def test_what_goes_by_in_a_line_fills_nothing() -> None:
    backdrop = np.asarray(stills.cropped(PHOTOS["china.jpg"], SHAPE))
    pictures = []
    for second in range(20):
        picture = backdrop.copy()
        picture[160:170, 16 * second - 10 : 16 * second + 10] = (200, 40, 40) if second else 0
        pictures.append(picture)
    assessment = assessed(pictures, 1)
    assert assessment.kind is Kind.MOTION
    assert assessment.evidence.filled < 0.2


def test_a_few_seconds_at_rest_and_a_move_all_over_are_no_picture() -> None:
    """Somebody who moves once in a short clip, in more places than one."""
    before = np.asarray(stills.cropped(PHOTOS["coffee.png"], SHAPE))
    after = before.copy()
    for row, column in ((10, 20), (150, 260)):
        box = slice(row, row + 12), slice(column, column + 24)
        after[box] = 255 - after[box]
    assert assessed([before] * 5 + [after], 1).kind is Kind.MOTION


def test_second_looks_tell_the_colours_of_a_video_at_rest_alone() -> None:
    """One that changes every other second is told by its seconds, whatever else moves within."""
    rng = np.random.default_rng(8)
    backdrop = small_colours(np.asarray(stills.cropped(PHOTOS["china.jpg"], SHAPE)))
    pictures, classifier = [], MotionClassifier()
    for _ in range(12):
        picture = backdrop.copy()
        picture[30:50, 10:80][rng.random((20, 70)) < 0.4] = (255, 220, 60)
        pictures += [picture, picture]
    for picture in pictures:
        grey = (picture @ LUMA).astype(np.float32)
        classifier.add_grey(grey, partial(np.copy, picture), partial(np.roll, picture, 20, axis=1))
    evidence = classifier.assessment().evidence
    assert evidence.within == 1.0
    assert evidence.one_colour > 0.9
    assert evidence.one_sided > 0.9


def test_a_picture_at_rest_is_looked_at_twice_six_times_at_most() -> None:
    picture = next(stills.still(PHOTOS["coffee.png"], SHAPE, 1, 1))
    grey, made = small_grey(picture), 0

    def colours() -> Colours:
        nonlocal made
        made += 1
        return small_colours(picture)

    classifier = MotionClassifier()
    for _ in range(400):
        classifier.add_grey(grey, colours, colours)
    assert made == 1 + 2 * 6
    assert classifier.assessment().kind is Kind.STATIC


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


def test_all_mixtures_with_one_colour_are_told_from_mixtures_with_several() -> None:
    rng = np.random.default_rng(2)
    behind = rng.uniform(0, 255, (3000, 3)).astype(np.float32)
    share = rng.uniform(0.1, 1, (3000, 1)).astype(np.float32)
    colours = np.array([[245, 248, 255], [20, 30, 25], [190, 60, 40]], np.float32)
    grain = rng.normal(0, 2, (3000, 3)).astype(np.float32)
    one = share * (colours[0] - behind) + grain
    several = share * (colours[rng.integers(0, 3, 3000)] - behind) + grain
    assert mixed(behind, one) > 0.97
    assert mixed(behind, several) < 0.7
    assert mixed(behind, 0 * behind) == mixed(behind[:0], one[:0]) == 0.0


def test_mixtures_without_a_tint_are_told_by_their_side() -> None:
    """In grey all colours lie on one line; but what is drawn in one never goes beyond it."""
    rng = np.random.default_rng(2)
    behind = np.repeat(rng.uniform(60, 190, (2000, 1)), 3, axis=1).astype(np.float32)
    share = rng.uniform(0.2, 1, (2000, 1)).astype(np.float32)
    grey = np.where(rng.random((2000, 1)) < 0.5, 20, 235).astype(np.float32)
    assert mixed(behind, share * (255 - behind)) > 0.97
    assert mixed(behind, share * (grey - behind)) < 0.8
    # People before pale ground are mixtures with black, all of them.
    assert mixed(behind, -share * behind) == 0.0


@pytest.mark.parametrize("pitch", [4, 9, 18])
def test_lines_that_follow_each_other_repeat_themselves_whichever_way_they_go(pitch: int) -> None:
    rng = np.random.default_rng(pitch)
    line = rng.normal(0, 40, (pitch, COLUMNS)).astype(np.float32)
    line -= line.mean(axis=0)
    lines = np.tile(line, (ROWS // pitch + 1, 1))[:ROWS]
    signs = np.tile(line[:, :ROWS].T, (1, COLUMNS // pitch + 1))[:, :COLUMNS]
    assert repeats(lines)
    assert repeats(signs)


def test_what_moves_here_and_there_does_not_repeat_itself() -> None:
    rng = np.random.default_rng(1)
    assert not repeats(rng.normal(0, 40, (ROWS, COLUMNS)).astype(np.float32))
    assert not repeats(np.zeros((ROWS, COLUMNS), np.float32))
    assert not repeats(np.full((ROWS, COLUMNS), 30, np.float32))


def test_nothing_is_told_of_pictures_that_do_not_change() -> None:
    same = np.full((5, ROWS, COLUMNS, 3), 90, np.uint8)
    assert drawing(same) == drawing(same[:0])
    assert drawing(same).one_colour == 0.0


@given(st.integers(1, 3000))
@settings(max_examples=30, deadline=None)
def test_held_pictures_are_few_and_come_in_twos_spread_evenly(n: int) -> None:
    spread, made = Spread(), []

    def make(number: int) -> Colours:
        made.append(number)
        return np.full((ROWS, COLUMNS, 3), number % 256, np.uint8)

    for number in range(n):
        spread.add(partial(make, number))
    held = spread.pictures()[:, 0, 0, 0].astype(int)
    assert len(held) <= MAX_PICTURES
    assert len(held) >= min(n, MAX_PICTURES // 2)
    firsts, seconds = held[::2], held[1::2]
    assert len(set(np.diff(firsts) % 256)) <= 1
    assert set((seconds - firsts[: len(seconds)]) % 256) <= {1}
    assert held[0] == 0
    assert len(made) <= MAX_PICTURES * (1 + int(np.log2(n)))


def test_less_than_two_looks_within_a_second_tell_nothing() -> None:
    within = Within()
    black = np.zeros((ROWS, COLUMNS, 3), np.uint8)
    half = black.copy()
    half[:, ::2] = 200
    shares = []
    for _ in range(4):
        within.add(lambda: half, lambda: black)
        shares.append(within.share())
    assert shares == [0.0, 0.0, 0.0, 1.0]
    assert len(within.pictures()) == 4


def test_words_that_are_marked_in_turn_are_exchanged_at_once() -> None:
    """Three words of a line, marked by a box for a second each; every third second a new line."""
    backdrop = np.asarray(stills.cropped(PHOTOS["coffee.png"], SHAPE))
    rng, line = np.random.default_rng(3), Image.new("L", (0, 0))
    pictures = []
    for number in range(5 * 18):
        if number % 15 == 0:
            line = Image.new("L", (SHAPE[1], 24))
            stills.write_line(line, stills.line_of_song(rng), SHAPE[1] / 2, 2, 0.1)
        picture = backdrop.copy()
        x = 20 + 95 * (number // 5 % 3)
        picture[132:156, x : x + 90] = (190, 30, 80)
        picture[132:156][np.asarray(line) > 127] = (250, 250, 240)
        pictures.append(picture)
    assessment = assessed(pictures, 5)
    assert (assessment.kind, assessment.evidence.exchanged) == (Kind.OVERLAY, 1.0)


def test_who_goes_on_moving_is_exchanged_by_nobody() -> None:
    """The same place each second, and another one in between."""
    backdrop = np.asarray(stills.cropped(PHOTOS["coffee.png"], SHAPE))
    pictures = []
    for number in range(5 * 16):
        picture = backdrop.copy()
        x = 20 + 12 * (number * 2 % 25)
        picture[112:156, x : x + 40 : 2] = (190, 30, 80)
        picture[112:156, x + 1 : x + 41 : 2] = (40, 60, 30)
        pictures.append(picture)
    assert assessed(pictures, 5).evidence.exchanged == 0.0


def test_where_six_seconds_were_no_exchange_no_more_are_looked_at() -> None:
    exchanges, made = Exchanges(), 0
    black, white = (np.full((ROWS, COLUMNS, 3), level, np.uint8) for level in (0, 255))
    everywhere = Difference.between(*(small_grey(picture) for picture in (black, white)))

    def before() -> Colours:
        nonlocal made
        made += 1
        return black

    for _ in range(200):
        exchanges.add(lambda: white, before, everywhere)
    assert (made, exchanges.share()) == (6, 0.0)


def test_one_look_tells_no_exchange() -> None:
    exchanges = Exchanges()
    black, white = (np.full((ROWS, COLUMNS, 3), level, np.uint8) for level in (0, 255))
    everywhere = Difference.between(*(small_grey(picture) for picture in (white, black)))
    shares = []
    for _ in range(2):
        exchanges.add(lambda: black, lambda: black, everywhere)
        shares.append(exchanges.share())
    assert shares == [0.0, 1.0]


def test_where_nothing_is_at_rest_a_second_look_sees_no_drawing() -> None:
    within = Within()
    black, white = (np.full((ROWS, COLUMNS, 3), level, np.uint8) for level in (0, 255))
    for _ in range(4):
        within.add(lambda: white, lambda: black)
    assert within.share() == 1.0
    assert len(within.pictures()) == 0


def bars_of(rows_to_colour: np.ndarray, *, own: bool) -> np.ndarray:
    """Bars over noise; each row has its own colour, or each picture another colour in all rows."""
    rng = np.random.default_rng(9)
    behind = np.repeat(rng.uniform(20, 90, (ROWS, COLUMNS, 1)), 3, axis=2)
    pictures = []
    for number in range(12):
        shown = np.zeros((ROWS, COLUMNS, 1))
        for column in range(10, 80, 10):
            shown[ROWS - int(rng.integers(8, 40)) :, column : column + 6] = 0.9
        colour = rows_to_colour[:, None] if own else rows_to_colour[5 * number % ROWS]
        pictures.append(behind * (1 - shown) + colour * shown)
    return np.array(pictures).astype(np.uint8)


def test_a_gradient_gives_each_cell_a_colour_of_its_own_and_things_that_pass_do_not() -> None:
    part = np.linspace(0, 1, ROWS)[:, None]
    gradient = np.array((250, 60, 60)) * part + np.array((80, 200, 255)) * (1 - part)
    drawn, passing = (drawing(bars_of(gradient, own=own)) for own in (True, False))
    assert drawn.own_colour >= 0.985
    assert passing.own_colour < 0.97
    # All is brighter than what is behind.
    assert min(drawn.one_sided, drawn.alike) >= 0.99


def test_what_sways_makes_cells_brighter_and_darker_that_are_as_bright() -> None:
    noise = gaussian_filter(np.random.default_rng(5).normal(0, 1, (ROWS, COLUMNS + 8)), 3)
    picture = np.clip(120 + 50 * noise / noise.std(), 0, 255)
    shifts = (0, 0, 4, 0, 2, 0, 6, 0)
    greys = np.array([picture[:, shift : shift + COLUMNS] for shift in shifts])
    swaying = drawing(np.repeat(greys[..., None], 3, axis=3).astype(np.uint8))
    assert swaying.one_sided >= 0.95
    assert swaying.alike < 0.55
