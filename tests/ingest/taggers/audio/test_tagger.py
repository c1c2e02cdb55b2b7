"""The tagger that hears and comes along."""

import pytest

from ingest.taggers.audio import words
from ingest.taggers.audio.tagger import LocalSoundTagger, current_version
from ingest.taggers.base import SoundTagger
from support.conformance.sound_tagger import SoundTaggerConformance, heard
from support.sounds import melody


class TestLocalSoundTagger(SoundTaggerConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def tagger(cls) -> SoundTagger:
        return LocalSoundTagger()


def test_a_melody_is_music() -> None:
    tagger = LocalSoundTagger()
    values = heard(tagger, [melody(4)], 4)
    assert (values[:, tagger.tags.index("music")] >= 0.7).all()
    assert (values[:, tagger.tags.index("speech")] < 0.7).all()


def test_other_shares_are_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = current_version()
    monkeypatch.setitem(words.EVENT_SHARES, "music", 0.123)
    assert current_version() != before
