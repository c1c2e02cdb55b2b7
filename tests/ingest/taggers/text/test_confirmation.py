"""Tags of what is seen as text, held against what was read."""

import numpy as np

from ingest.taggers.text.confirmation import CONFIRMED, hold_against

PRESENCE = np.array([1, 1, 0, -1], np.int8)


def test_text_is_confirmed_denied_or_left_as_it_is() -> None:
    observed = np.array([[0.1, 0.2], [0.1, 0.99], [0.1, 0.8], [0.1, 0.8]], np.float32)
    hold_against(observed, ("dog", "text"), PRESENCE)
    expected = [[0.1, CONFIRMED], [0.1, 0.99], [0.1, 0.8], [0.1, 0.0]]
    assert np.array_equal(observed, np.array(expected, np.float32))


def test_who_has_no_such_tag_is_left_alone() -> None:
    observed = np.full((4, 1), 0.8, np.float32)
    hold_against(observed, ("dog",), PRESENCE)
    assert (observed == np.float32(0.8)).all()
