"""The suite of every tagger of sound: a test class inherits, and gives the fixture ``tagger``."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.tags import is_source
from ingest.pipeline import ingest_file
from ingest.taggers.base import SoundTagger
from ingest.taggers.tag_names import tidy_tag
from support.shades import Shades
from support.sounds import RATE, Track, melody, noise, tone, write_film

LOUDEST = np.tile(np.array([32767, -32768], np.int16), RATE)
SOUNDS: dict[str, NDArray[np.int16]] = {
    "melody": melody(3),
    "noise": noise(3, 1.0),
    "clicks": np.where(np.arange(3 * RATE) % RATE == 0, 32767, 0).astype(np.int16),
    "offset": np.full(3 * RATE, -32768, np.int16),
    "silence": np.zeros(3 * RATE, np.int16),
    "loudest": LOUDEST,
    "one sample": np.ones(1, np.int16),
}


def heard(
    tagger: SoundTagger, pieces: Sequence[NDArray[np.int16]], n_seconds: int
) -> NDArray[np.float32]:
    sound = tagger.start_session()
    for piece in pieces:
        sound.feed(piece)
    return sound.end(n_seconds)


class SoundTaggerConformance:
    """Every tagger of sound. Inherit as ``TestSomeTagger`` with the fixture ``tagger``."""

    def test_it_says_who_it_is(self, tagger: SoundTagger) -> None:
        assert tagger.name
        assert tagger.version
        assert not set("@ \n") & set(tagger.name + tagger.version)
        assert is_source(tagger.source)

    def test_tags_are_plain_words_without_repeats(self, tagger: SoundTagger) -> None:
        assert tagger.tags
        assert len(set(tagger.tags)) == len(tagger.tags)
        assert all(tag and tag == tidy_tag(tag) for tag in tagger.tags)

    @pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS)
    def test_any_sound_gets_a_confidence_for_every_tag_on_every_second(
        self, tagger: SoundTagger, sound: NDArray[np.int16]
    ) -> None:
        values = heard(tagger, [sound], 4)
        assert values.shape == (4, len(tagger.tags))
        assert values.dtype == np.float32
        assert np.isfinite(values).all()
        assert values.min() >= 0
        assert values.max() <= 1

    def test_the_same_sound_gets_the_same_confidences_however_it_comes(
        self, tagger: SoundTagger
    ) -> None:
        sound = melody(3)
        first = heard(tagger, [sound], 3)
        heard(tagger, [noise(1)], 1)
        pieces = [sound[i : i + 777] for i in range(0, len(sound), 777)]
        assert heard(tagger, pieces, 3) == pytest.approx(first, abs=1e-4)

    def test_samples_may_be_read_only_and_are_left_as_they_were(self, tagger: SoundTagger) -> None:
        sound = tone(440, 2)
        sound.setflags(write=False)
        heard(tagger, [sound], 2)
        assert np.array_equal(sound, tone(440, 2))

    def test_where_nothing_came_nothing_is_heard(self, tagger: SoundTagger) -> None:
        assert not heard(tagger, [], 5).any()
        assert heard(tagger, [], 0).shape == (0, len(tagger.tags))

    def test_two_sounds_are_heard_beside_each_other(self, tagger: SoundTagger) -> None:
        one, other = tagger.start_session(), tagger.start_session()
        for _ in range(2):
            one.feed(tone(440, 1))
            other.feed(np.zeros(RATE, np.int16))
        assert np.array_equal(one.end(2), heard(tagger, [tone(440, 1)] * 2, 2))
        assert np.array_equal(other.end(2), heard(tagger, [np.zeros(2 * RATE, np.int16)], 2))

    def test_a_video_remembers_who_heard_it_and_with_which_words(
        self, tagger: SoundTagger, catalog: Catalog, tmp_path: Path
    ) -> None:
        film = write_film(tmp_path / "film.mp4", 3, Track(melody(3)[None]))
        result = ingest_file(film, catalog, Shades(), tagger)
        assert (result.status, result.reason, result.seconds) == ("ok", "", 3)
        who = f"{tagger.name}@{tagger.version}"
        assert catalog.tracks.taggers(result.video or "")[tagger.source] == who
        assert catalog.taggers.words_of(who) == frozenset(tagger.tags)
        (content,) = catalog.content.of([result.video or ""])
        track = content.of(tagger.source)
        assert track is not None
        assert track.track.n_seconds == 3
