"""The verdict on nudity names its seconds."""

import numpy as np
import pytest

from engine.store.tracks import Track
from engine.suitability import Level, Verdict, nudity_verdict
from engine.vocabulary import Vocabulary

NUDITY = Vocabulary(("cat", "nudity"))


def a_track(*nudity: float) -> Track:
    confidences = np.array([[0.9, value] for value in nudity], np.float32).reshape(-1, 2)
    return Track.from_confidences(confidences, np.arange(2))


@pytest.mark.parametrize(
    ("nudity", "verdict"),
    [
        ((0.0, 0.3, 0.49), Verdict(Level.NONE, ())),
        ((0.0, 0.6, 0.0), Verdict(Level.FLAG, (1,))),
        ((0.0, 0.85, 0.0), Verdict(Level.BLOCK, (1,))),
        ((0.6, 0.0, 0.55), Verdict(Level.BLOCK, (0, 2))),
        ((), Verdict(Level.UNKNOWN, ())),
    ],
)
def test_one_doubtful_second_flags_and_two_block(
    nudity: tuple[float, ...], verdict: Verdict
) -> None:
    assert nudity_verdict(a_track(*nudity), NUDITY, judged=True) == verdict


def test_nothing_is_claimed_where_nobody_looked() -> None:
    assert nudity_verdict(a_track(0.9), NUDITY, judged=False).level is Level.UNKNOWN
    assert (
        nudity_verdict(a_track(0.9), Vocabulary(("cat", "dog")), judged=True).level is Level.UNKNOWN
    )
