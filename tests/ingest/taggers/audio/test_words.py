"""Words of what was heard: the rules, and the sureness at which each is said."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.taggers.audio.kinds import KIND_SHARES
from ingest.taggers.audio.networks import Events
from ingest.taggers.audio.scoring import SLOT_SECONDS, SoundScores
from ingest.taggers.audio.words import (
    EVENT_SHARES,
    TAGS,
    calibrated,
    confidences,
    event_shares,
    kind_shares,
)
from models.cards import load_card, load_json

MUSICNN = load_json(load_card("musicnn"), "tags.json")


def of(value: float, n_seconds: int) -> NDArray[np.float32]:
    return np.full(n_seconds, value, np.float32)


def sound(n_seconds: int = 12, **shares: float) -> SoundScores:
    """The same on every second; silence and no kind of music unless told."""
    events = Events(*(of(shares.get(name, 0), n_seconds) for name in Events._fields))
    slots = np.full((-(-n_seconds // SLOT_SECONDS), 50), np.nan, np.float32)
    return SoundScores(np.full(n_seconds, -20.0), events, slots)


def words_over_threshold(scores: SoundScores) -> set[str]:
    values = confidences(scores, MUSICNN)
    assert values.shape == (len(scores.levels), len(TAGS))
    assert values.dtype == np.float32
    assert ((values >= 0) & (values <= 1)).all()
    return {tag for tag, column in zip(TAGS, values.T, strict=True) if (column >= 0.7).any()}


def test_speech_is_what_both_networks_hear() -> None:
    assert "speech" in words_over_threshold(sound(speech=0.99, spoken=0.99))
    assert "speech" not in words_over_threshold(sound(speech=0.99, spoken=0.1, noise=0.9))  # a crow
    assert "speech" not in words_over_threshold(sound(speech=0.1, spoken=0.99))


def test_music_is_not_what_is_noise_to_the_other() -> None:
    assert "music" in words_over_threshold(sound(music=0.99))
    assert "music" not in words_over_threshold(sound(music=0.99, noise=0.9))


def test_singing_is_said_where_music_is() -> None:
    assert {"singing", "music"} <= words_over_threshold(sound(singing=0.99, music=0.99))
    assert "singing" not in words_over_threshold(sound(singing=0.99, music=0.1))


def test_speech_and_music_can_be_heard_at_once() -> None:
    assert words_over_threshold(sound(speech=0.99, spoken=0.9, music=0.99)) == {"speech", "music"}


def test_noise_is_neither() -> None:
    assert words_over_threshold(sound(noise=0.99)) == {"noise"}
    assert "noise" not in words_over_threshold(sound(noise=0.99, music=0.9))


def test_where_no_sound_is_only_silence_is_said() -> None:
    quiet = sound()
    assert words_over_threshold(SoundScores(np.full(12, -np.inf), quiet.events, quiet.slots)) == {
        "silence"
    }


def test_a_kind_of_music_is_said_over_a_window_and_only_of_music() -> None:
    word, (names, _) = next(iter(KIND_SHARES.items()))
    scores = sound(5 * SLOT_SECONDS, music=0.99)
    scores.slots[:3] = 0
    scores.slots[:3, MUSICNN.index(names[0])] = 0.99
    column = confidences(scores, MUSICNN)[:, TAGS.index(word)]
    assert (column[: 3 * SLOT_SECONDS] >= 0.7).all()
    assert (column[3 * SLOT_SECONDS :] < 0.05).all()
    assert word not in words_over_threshold(
        SoundScores(scores.levels, sound(5 * SLOT_SECONDS).events, scores.slots)
    )


def test_the_share_of_a_kind_is_the_mean_over_its_neighbours() -> None:
    scores = sound(4 * SLOT_SECONDS, music=0.99)
    scores.slots[:3, 0] = (0.9, 0.3, 0.6)
    assert kind_shares(scores, [0]) == pytest.approx([0.6, 0.6, 0.45, 0.0])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_confidence_is_as_usual_at_the_share_from_which_a_word_is_said(share: float) -> None:
    values = calibrated(np.array([0, share / 2, share, (1 + share) / 2, 1], np.float32), share)
    assert values[2] == pytest.approx(0.7, abs=1e-4)
    assert (np.diff(values) > 0).all()
    assert values[0] < 0.05


def test_every_kind_is_a_tag_of_the_network() -> None:
    assert {name for names, _ in KIND_SHARES.values() for name in names} <= set(MUSICNN)
    assert all(0 < share < 1 for share in EVENT_SHARES.values())
    assert set(event_shares(sound())) == set(EVENT_SHARES)
