"""Slots of music: which are listened to, and what the others are."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.taggers.audio.kinds import CLEARLY, KIND_SHARES, clearly_alike
from ingest.taggers.audio.slots import N_TAGS, MusicSlots
from models.cards import load_card, load_json

ROCK = load_json(load_card("musicnn"), "tags.json").index("rock")
SHARE = KIND_SHARES["rock"][1]


class Listener:
    """A network to which a piece is as much rock as its first sample says, in thousandths."""

    def __init__(self) -> None:
        self.pieces_taken: list[int] = []

    def __call__(self, pieces: list[NDArray[np.int16]]) -> NDArray[np.float32]:
        self.pieces_taken += [int(piece[0]) for piece in pieces]
        shares = np.zeros((len(pieces), N_TAGS), np.float32)
        shares[:, ROCK] = [piece[0] / 1000 for piece in pieces]
        return shares


def rock_along(values: Sequence[int | None]) -> tuple[list[float], list[int]]:
    """Return the share of rock in each slot, and what was listened to."""
    listener = Listener()
    slots = MusicSlots(listener)
    for value in values:
        slots.add(None if value is None else np.full(3, value, np.int16))
    shares = slots.end()
    assert shares.shape == (len(values), N_TAGS)
    assert shares.dtype == np.float32
    return [float(share) for share in shares[:, ROCK]], listener.pieces_taken


def test_a_slot_between_two_of_the_same_kinds_is_their_mean() -> None:
    shares, pieces_taken = rock_along([900, 1, 700, 1, 800])
    assert shares == pytest.approx([0.9, 0.8, 0.7, 0.75, 0.8])
    assert pieces_taken == [900, 700, 800]


def test_where_the_kind_changes_or_is_open_every_slot_is_listened_to() -> None:
    changes, is_open = [900, 800, 100], [900, 500, round(1000 * SHARE)]
    assert rock_along(changes)[0] == pytest.approx([0.9, 0.8, 0.1])
    assert sorted(rock_along(is_open)[1]) == sorted(is_open)


def test_what_is_beside_no_music_and_what_is_last_is_listened_to() -> None:
    shares, pieces_taken = rock_along([None, 900, 800, None, 700, 600])
    assert shares == pytest.approx([np.nan, 0.9, 0.8, np.nan, 0.7, 0.6], nan_ok=True)
    assert pieces_taken == [900, 800, 700, 600]


@given(st.lists(st.none() | st.integers(0, 1000), max_size=12))
def test_what_is_listened_to_is_what_was_heard(values: list[int | None]) -> None:
    shares, pieces_taken = rock_along(values)
    for value, share in zip(values, shares, strict=True):
        assert np.isnan(share) == (value is None)
        if value is not None and value in pieces_taken and values.count(value) == 1:
            assert share == pytest.approx(value / 1000, abs=1e-6)


@pytest.mark.parametrize(("one", "other"), [(0.9, 0.8), (0.0, 0.1)])
def test_alike_is_what_is_clearly_on_one_side_of_the_share(one: float, other: float) -> None:
    assert are_alike(one, other)


@pytest.mark.parametrize(("one", "other"), [(0.9, 0.1), (SHARE + CLEARLY / 2, 0.9)])
def test_what_changes_sides_or_is_near_the_share_is_not_alike(one: float, other: float) -> None:
    assert not are_alike(one, other)


def are_alike(one: float, other: float) -> bool:
    shares = np.zeros((2, N_TAGS), np.float32)
    shares[:, ROCK] = one, other
    return clearly_alike(shares[0], shares[1])
