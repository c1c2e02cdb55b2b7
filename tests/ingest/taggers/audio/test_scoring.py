"""Sound heard piece by piece: the same as at once, in memory that does not grow."""

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.taggers.audio.levels import SILENT_DBFS, levels, silence
from ingest.taggers.audio.networks import Networks
from ingest.taggers.audio.scoring import SoundScorer, SoundScores
from ingest.taggers.audio.words import TAGS, confidences
from models.cards import load_card, load_json
from support.sounds import RATE, melody, noise, tone


@pytest.fixture(scope="module")
def networks() -> Networks:
    return Networks.load()


def score_all(
    networks: Networks, sound: NDArray[np.int16], piece: int, n_seconds: int
) -> SoundScores:
    scorer = SoundScorer(networks)
    for start in range(0, len(sound), piece):
        scorer.feed(sound[start : start + piece])
    return scorer.end(n_seconds)


def same(one: SoundScores, other: SoundScores) -> bool:
    return (
        np.array_equal(one.levels, other.levels)
        and all(
            np.allclose(*pair, atol=1e-5) for pair in zip(one.events, other.events, strict=True)
        )
        and np.allclose(one.slots, other.slots, atol=1e-5, equal_nan=True)
    )


def test_pieces_of_any_size_are_heard_as_the_whole(networks: Networks) -> None:
    sound = np.concatenate([melody(20), noise(9), np.zeros(3 * RATE, np.int16), melody(9.3)])
    whole = score_all(networks, sound, len(sound), 42)
    assert len(whole.levels) == 42
    assert same(whole, score_all(networks, sound, 1021, 42))


def test_a_block_hears_what_the_whole_hears(networks: Networks) -> None:
    sound = np.concatenate([melody(30), noise(9)])
    blocks = score_all(networks, sound, RATE, 39)
    in_one_go = networks.events(sound, 0, 39)
    # Where blocks meet, too.
    assert blocks.events.music == pytest.approx(in_one_go.music, abs=1e-4)
    assert blocks.events.speech == pytest.approx(in_one_go.speech, abs=1e-4)
    assert blocks.events.spoken[1:-1] == pytest.approx(in_one_go.spoken[1:-1], abs=1e-3)


def test_music_is_told_from_noise_and_silence(networks: Networks) -> None:
    sound = np.concatenate([melody(12), noise(12), np.zeros(6 * RATE, np.int16)])
    sound_features = score_all(networks, sound, 4096, 30)
    assert sound_features.events.music[1:11].min() > 0.5
    assert sound_features.events.noise[14:23].min() > 0.5
    assert sound_features.events.speech.max() < 0.5
    assert not np.isnan(sound_features.slots[:1]).any()
    assert np.isnan(sound_features.slots[1:]).all()
    for part in sound_features.events:
        assert (part[24:] == 0).all()
        assert np.isfinite(part).all()


@pytest.mark.parametrize("n_samples", [1, 100, 399, 400, 5000, 11_000])
def test_what_is_shorter_than_a_second_is_heard(networks: Networks, n_samples: int) -> None:
    sound_features = score_all(networks, melody(1)[:n_samples], 512, 1)
    assert sound_features.levels.shape == (1,)
    assert all(np.isfinite(part).all() and part.shape == (1,) for part in sound_features.events)


def test_seconds_beyond_the_sound_are_silent_and_what_is_beyond_them_is_not_asked_for(
    networks: Networks,
) -> None:
    long = score_all(networks, melody(2), 512, 70)
    assert (silence(long.levels)[2:] == 1).all()
    assert len(long.levels) == len(long.events.music) == 70
    short = score_all(networks, melody(39), 30_000, 3)
    assert len(short.levels) == len(short.events.music) == 3


def test_nothing_heard_is_nothing(networks: Networks) -> None:
    sound_features = SoundScorer(networks).end(0)
    assert (
        len(sound_features.levels)
        == len(sound_features.events.music)
        == len(sound_features.slots)
        == 0
    )


def test_an_hour_waits_no_longer_than_a_minute(networks: Networks) -> None:
    scorer = SoundScorer(networks)
    quiet = np.zeros(RATE, np.int16)  # so that nothing is computed
    for _ in range(60):
        scorer.feed(quiet)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(3600):
        scorer.feed(quiet)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - before < 8_000_000
    assert len(scorer.end(3660).levels) == 3660


def test_levels_are_those_of_full_scale() -> None:
    loud = levels(tone(440, 2, 1.0), 3)
    assert loud[:2] == pytest.approx([-3.01, -3.01], abs=0.01)
    assert loud[2] == -np.inf


def test_a_constant_offset_is_silence() -> None:
    assert silence(levels(np.full(RATE, 12_000, np.int16), 1)).tolist() == [1.0]


def test_silence_is_sure_at_its_level() -> None:
    sound_features = silence(
        np.array([-np.inf, SILENT_DBFS - 10, SILENT_DBFS, SILENT_DBFS + 10, -20.0])
    )
    assert sound_features == pytest.approx([1.0, 1.0, 0.7, 0.4, 0.0])


@pytest.mark.parametrize(("n_seconds", "n_slots"), [(2, 1), (13, 1), (18, 2), (38, 3), (43, 4)])
def test_what_is_left_at_the_end_belongs_to_the_slot_before(
    networks: Networks, n_seconds: int, n_slots: int
) -> None:
    sound = melody(n_seconds)
    scores = score_all(networks, sound, len(sound), n_seconds)
    assert len(scores.slots) == n_slots
    tags = load_json(load_card("musicnn"), "tags.json")
    assert confidences(scores, tags).shape == (n_seconds, len(TAGS))
