"""Whether text still stands a second later."""

import numpy as np
import pytest

from ingest.taggers.text.components import Box
from ingest.taggers.text.traces import Trace
from support.footage import Picture
from support.writing import moving, plain, written

BOX = Box(160, 90, 150, 30)


def trace(picture: Picture) -> Trace:
    return Trace.of(picture, BOX)


def caption(number: int, text: str = "Harbour view") -> Picture:
    return written(moving(number), text, size=22)


def test_text_stays_over_a_picture_that_moves() -> None:
    first = trace(caption(0))
    assert all(first.is_on(caption(number)) for number in range(1, 6))


def test_text_stays_while_it_fades_and_under_noise() -> None:
    first = trace(written(plain(), "Harbour view", size=22))
    faint = written(plain(), "Harbour view", size=22, colour=(60, 100, 150))
    noise = np.random.default_rng(3).normal(0, 6, faint.shape)
    assert first.is_on(faint)
    assert first.is_on(np.clip(faint + noise, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    "after",
    [
        moving(1),
        caption(1, "At the pier"),
        written(moving(1), "Harbour view", size=22, middle=(172, 90)),
        written(moving(1), "Harbour view", size=22, middle=(160, 96)),
        plain(),
    ],
    ids=["gone", "other words", "further right", "further down", "one colour"],
)
def test_what_is_gone_moved_or_changed_is_told(after: Picture) -> None:
    assert not trace(caption(0)).is_on(after)


@pytest.mark.parametrize("box", [Box(-40, -40, 9, 9), Box(319, 179, 900, 400), Box(5, 5, 1, 1)])
def test_boxes_may_stand_out_of_the_picture(box: Box) -> None:
    assert Trace.of(caption(0), box).is_on(plain()) is False
