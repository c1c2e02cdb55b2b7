"""Tags of a sound, each from a share on that was fitted on labelled sound."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.taggers.audio.kinds import KIND_SHARES
from ingest.taggers.audio.levels import silence
from ingest.taggers.audio.scoring import SLOT_SECONDS, SoundScores

MUSIC: Final = "music"
SILENCE: Final = "silence"

EVENT_SHARES: Final[Mapping[str, float]] = {
    MUSIC: 0.5,
    "speech": 0.6,
    "singing": 0.9,
    "noise": 0.7,
}
"""Share of a second from which on a word of it is said."""

WORD_CONFIDENCE: Final = 0.7
"""Confidence at the share from which on a word is said, and the usual threshold."""

TAGS: Final = (*EVENT_SHARES, SILENCE, *KIND_SHARES)
"""Every word."""

_MIN_SHARE: Final = 1e-4
_REACH: Final = 1  # slots before and after one whose music it is told by


def confidences(scores: SoundScores, tags: list[str]) -> NDArray[np.float32]:
    """Return the confidence of each of ``TAGS`` on each second, shape (n_seconds, n_tags).

    Args:
        scores: the sound.
        tags: what each column of ``scores.slots`` stands for.
    """
    shares = event_shares(scores)
    by_word = {word: calibrated(shares[word], share) for word, share in EVENT_SHARES.items()}
    by_word[SILENCE] = silence(scores.levels)
    of_second = np.arange(len(scores.levels)) // SLOT_SECONDS
    of_second = np.minimum(of_second, max(len(scores.slots) - 1, 0))
    for word, (names, share) in KIND_SHARES.items():
        kind = kind_shares(scores, [tags.index(name) for name in names])[of_second]
        # Which music it is can be no surer than that it is music.
        by_word[word] = np.minimum(calibrated(kind, share), by_word[MUSIC])
    return np.stack([by_word[word] for word in TAGS], axis=1).astype(np.float32)


def event_shares(scores: SoundScores) -> dict[str, NDArray[np.float32]]:
    """Return the share that both networks give, by word, shape (n_seconds,) each.

    Speech is what both take for speech, music what one takes for music and the other not for noise,
    and singing is where music is.
    """
    events = scores.events
    music = np.minimum(events.music, 1 - events.noise)
    loudest = np.maximum(np.maximum(events.speech, events.singing), events.music)
    return {
        MUSIC: music,
        "speech": np.minimum(events.speech, events.spoken),
        "singing": np.minimum(events.singing, music),
        "noise": np.minimum(events.noise, 1 - loudest),
    }


def kind_shares(scores: SoundScores, columns: list[int]) -> NDArray[np.float32]:
    """Return the share of a kind of music in each slot: the mean over it and those beside it.

    Where there is no music it is 0.
    """
    own = scores.slots[:, columns].sum(axis=1)
    padded = np.pad(own, _REACH, constant_values=np.nan)
    beside = np.lib.stride_tricks.sliding_window_view(padded, 2 * _REACH + 1)
    counts = np.isfinite(beside).sum(axis=1)
    mean = np.nansum(beside, axis=1) / np.maximum(counts, 1)
    return np.where(np.isfinite(own), mean, 0.0).astype(np.float32)


def calibrated(shares: NDArray[np.float32], threshold: float) -> NDArray[np.float32]:
    """Return confidences that rise with shares and are ``WORD_CONFIDENCE`` at one of them."""
    odds = _log_odds(np.clip(shares, _MIN_SHARE, 1 - _MIN_SHARE).astype(np.float64))
    shift = _log_odds(np.float64(WORD_CONFIDENCE)) - _log_odds(np.float64(threshold))
    return (1 / (1 + np.exp(-(odds + shift)))).astype(np.float32)


def _log_odds(share: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return np.asarray(np.log(share / (1 - share)))
