import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.taggers.guard import ARTWORK_TAGS, drop_doubtful_tags
from models.cards import load_card, load_json

TAGS = ("cat", "text")


def column(*values: float) -> NDArray[np.float32]:
    return np.array([[0.9, value] for value in values], np.float32)


def looks(*new: int) -> NDArray[np.bool_]:
    return np.array(new, bool)


def test_a_still_picture_shown_for_minutes_is_one_look_and_its_text_is_dropped() -> None:
    guarded = drop_doubtful_tags(column(*[0.95] * 180), TAGS, ARTWORK_TAGS, looks(1, *[0] * 179))
    assert not guarded[:, 1].any()
    assert (guarded[:, 0] == np.float32(0.9)).all()


def test_text_on_two_different_looks_stays_as_sure_as_the_less_sure_look() -> None:
    guarded = drop_doubtful_tags(column(0.9, 0.9, 0.8), TAGS, ARTWORK_TAGS, looks(1, 0, 1))
    assert guarded[:, 1] == pytest.approx([0.8, 0.8, 0.8])


def test_a_second_look_without_text_does_not_save_it() -> None:
    guarded = drop_doubtful_tags(column(0.9, 0.9, 0.1), TAGS, ARTWORK_TAGS, looks(1, 0, 1))
    assert guarded[:, 1] == pytest.approx([0.1, 0.1, 0.1])


def test_the_first_second_begins_a_look_whatever_is_said_of_it() -> None:
    guarded = drop_doubtful_tags(column(0.9, 0.8), TAGS, ARTWORK_TAGS, looks(0, 1))
    assert guarded[:, 1] == pytest.approx([0.8, 0.8])


def test_an_empty_track_stays_empty() -> None:
    assert drop_doubtful_tags(np.empty((0, 2), np.float32), TAGS, ARTWORK_TAGS, looks()).shape == (
        0,
        2,
    )


def test_what_came_in_is_not_changed() -> None:
    shown = column(0.9)
    drop_doubtful_tags(shown, TAGS, ARTWORK_TAGS, looks(1))
    assert shown[0, 1] == np.float32(0.9)


@given(
    st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1, max_size=30),
    st.floats(0.125, 1, width=32),
)
def test_at_every_threshold_a_tag_passes_where_it_did_if_two_looks_pass(
    seconds: list[tuple[float, bool]], threshold: float
) -> None:
    values = [value for value, _ in seconds]
    new = [number == 0 or is_new for number, (_, is_new) in enumerate(seconds)]
    passing_looks = {
        sum(new[: number + 1]) for number, value in enumerate(values) if value >= threshold
    }
    expected = [value >= threshold and len(passing_looks) >= 2 for value in values]
    guarded = drop_doubtful_tags(column(*values), TAGS, ARTWORK_TAGS, np.array(new))
    assert (guarded[:, 1] >= np.float32(threshold)).tolist() == expected


def test_the_artwork_tags_are_tags_of_the_local_tagger() -> None:
    assert set(ARTWORK_TAGS) <= set(load_json(load_card("efficientnet_lite2"), "tags.json"))
