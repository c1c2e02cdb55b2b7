"""Times at which it is worth looking for text."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.changes.change_track import FrameChange
from ingest.taggers.text.budget import ADVANCE, PIXELS_A_SECOND, PIXELS_A_STRIP, PROBE_PIXELS
from ingest.taggers.text.networks import Networks, Picture, RecognizedText, TextMap
from ingest.taggers.text.session import DETECTION_SECONDS, PROBE_SECONDS, LocalTextSession
from support.writing import plain, written

STILL = FrameChange(new=False, cut=False, joined=True, changed=0.0, left=0.0)
MOTION = FrameChange(new=True, cut=False, joined=True, changed=0.5, left=0.5)
CUT = FrameChange(new=True, cut=True, joined=False, changed=1.0, left=1.0)

PAGE = written(plain((360, 640)), "many words in a row", size=14, middle=(110, 8))
BARE = plain((360, 640))
NOISE = np.random.default_rng(1).integers(0, 256, BARE.shape, np.uint8)

LINE = 1.0
TRACE = 0.2
"""Value of the map where something is a little like text and no line."""


class Spy(Networks):
    """Finds and reads what it is told to, and counts."""

    def __init__(self, boxes: int = 0, text: str = "words", score: float = 1.0) -> None:
        self.boxes, self.recognized = boxes, RecognizedText(text, score)
        self.likeness = LINE
        self.n_looks = self.n_probes = self.n_read = self.n_pixels = 0

    def find(self, picture: Picture) -> TextMap:
        height, width = picture.shape[:2]
        if (height, width) != (192, 320):  # of the frames here at a glance
            self.n_looks += 1
            self.n_pixels += height * width
        else:
            self.n_probes += 1
        text_map: NDArray[np.float32] = np.zeros((height, width), np.float32)
        step = height // 10
        for number in range(self.boxes):
            top, left = step * (number // 2) + 1, number % 2 * width // 2
            text_map[top : top + max(3, step // 4), left + 9 : left + width // 3] = self.likeness
        return text_map

    def read(self, strip: Picture) -> RecognizedText:  # noqa: ARG002 - it says the same of all
        self.n_read += 1
        return self.recognized


def analyzed(spy: Spy, changes: list[FrameChange], frame: Picture = BARE) -> LocalTextSession:
    session = LocalTextSession(spy)
    for second, change in enumerate(changes):
        session.read_second(second, frame, change)
    return session


def test_a_picture_that_stands_is_looked_at_once() -> None:
    spy = Spy()
    analyzed(spy, [CUT, *[STILL] * 300])
    assert (spy.n_looks, spy.n_probes) == (0, 1)


def test_what_is_like_text_is_looked_at_in_full_when_a_shot_begins() -> None:
    spy = Spy(boxes=1)
    analyzed(spy, [CUT, *[STILL] * 300], PAGE)
    assert (spy.n_looks, spy.n_probes, spy.n_read) == (1, 1, 1)


def test_a_picture_that_moves_is_glanced_at_now_and_then() -> None:
    spy = Spy()
    analyzed(spy, [CUT, *[MOTION] * 80])
    assert (spy.n_looks, spy.n_probes) == (0, 1 + 80 // PROBE_SECONDS)


def test_letters_that_come_up_are_glanced_at_soon() -> None:
    spy = Spy()
    session = analyzed(spy, [CUT, *[MOTION] * 3])
    for second in range(4, 8):
        session.read_second(second, PAGE, MOTION)
    assert (spy.n_looks, spy.n_probes) == (0, 2)


def test_however_often_it_cuts_looks_are_few() -> None:
    spy = Spy()
    analyzed(spy, [CUT] * 100)
    assert spy.n_looks == 0
    assert spy.n_probes <= 100 // DETECTION_SECONDS + 25


def test_what_nobody_can_read_is_not_read_over_and_over() -> None:
    spy = Spy(boxes=1, text="???", score=0.3)
    session = analyzed(spy, [CUT, *[MOTION] * 60], PAGE)
    assert spy.n_read <= 2
    assert spy.n_looks <= 60 // PROBE_SECONDS
    assert session.end(61).lines == ()
    assert (session.end(61).presence == 0).all()


def test_a_page_is_paid_for_by_a_rest() -> None:
    spy = Spy(boxes=20)
    rng = np.random.default_rng(1)
    session = LocalTextSession(spy)
    for second in range(30):
        frame = rng.integers(0, 256, (360, 640, 3), np.uint8)
        session.read_second(second, frame, CUT)
    assert 0 < spy.n_read <= 30 * 10


def test_what_is_hardly_like_text_on_a_still_is_looked_at_once_that_is_saved_up() -> None:
    spy = Spy(boxes=1)
    spy.likeness = TRACE
    analyzed(spy, [CUT, *[STILL] * 300], PAGE)
    assert (spy.n_looks, spy.n_probes) == (1, 1)


def test_a_line_that_fades_in_before_a_look_is_saved_up_is_looked_at() -> None:
    spy = Spy(boxes=1)
    spy.likeness = TRACE
    session = LocalTextSession(spy)
    line = written(PAGE.copy(), "comes slowly", size=20, middle=(320, 300)).astype(np.float32)
    for second in range(30):
        share = min(1.0, second / 3)
        spy.boxes = 1 if share < 1 else 20  # all over the picture
        frame = (PAGE + share * (line - PAGE)).astype(np.uint8)
        session.read_second(second, frame, CUT if second == 0 else STILL)
    assert (spy.n_looks, spy.n_probes) == (1, 2)
    assert spy.n_pixels >= 640 * 352


def test_a_line_is_read_however_much_was_looked_at_in_vain() -> None:
    spy = Spy(boxes=20, text="???", score=0.3)
    session = LocalTextSession(spy)
    rng = np.random.default_rng(1)
    for second in range(30):
        session.read_second(second, rng.integers(0, 256, (360, 640, 3), np.uint8), CUT)
    spy.boxes, spy.recognized = 1, RecognizedText("words", 1.0)
    n_probes = spy.n_probes
    session.read_second(30, PAGE, CUT)
    for second in range(31, 330):
        session.read_second(second, PAGE, STILL)
    assert [line.text for line in session.end(330).lines] == ["words"]
    assert spy.n_probes <= n_probes + 2


MAX_BOXES = 20
STRETCHES = st.lists(
    st.tuples(
        st.sampled_from([STILL, MOTION, CUT]),
        st.sampled_from([0.0, TRACE, LINE]),
        st.integers(0, MAX_BOXES),
        st.integers(1, 60),
    ),
    max_size=5,
)
"""Change, how much of the picture is like text, in how many places, for how many seconds."""


@settings(max_examples=15)
@example([(STILL, LINE, MAX_BOXES, 1), (CUT, LINE, 1, 36), (STILL, LINE, 1, 60)])
@given(STRETCHES)
def test_what_is_spent_in_vain_has_a_limit(
    stretches: list[tuple[FrameChange, float, int, int]],
) -> None:
    spy = Spy(text="???", score=0.3)
    session = LocalTextSession(spy)
    second, frame = 0, BARE
    for change, likeness, boxes, n_seconds in stretches:
        spy.likeness, spy.boxes = likeness, boxes
        for _ in range(n_seconds):
            frame = frame if change is STILL else (BARE, NOISE, PAGE)[second % 3]
            session.read_second(second, frame, change)
            spent = spy.n_probes * PROBE_PIXELS + spy.n_pixels + spy.n_read * PIXELS_A_STRIP
            one_reading = BARE.size // 3 + MAX_BOXES * PIXELS_A_STRIP
            assert spent <= ADVANCE + PIXELS_A_SECOND * second + one_reading
            second += 1


@pytest.mark.parametrize(("boxes", "presence"), [(0, -1), (1, 1)])
def test_presence_is_told_of_shots_that_were_looked_at(boxes: int, presence: int) -> None:
    session = analyzed(Spy(boxes), [CUT, *[STILL] * 4], PAGE)
    assert session.end(5).presence.tolist() == [presence] * 5


def test_of_a_shot_that_was_glanced_at_alone_there_is_no_telling() -> None:
    session = analyzed(Spy(), [CUT, *[STILL] * 4, CUT, *[STILL] * 2])
    assert session.end(8).presence.tolist() == [-1] * 5 + [0] * 3
