"""One tagger's pass over the sound of a video, which never keeps the others from looking."""

import logging
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.content import SourceTrack
from engine.domain.tracks import Track
from engine.ports.catalog import Catalog
from ingest.decoding.sound import Sound
from ingest.taggers.base import SoundTagger

_NOT_HEARD: Final = "the sound was not heard"

log = logging.getLogger(__name__)


class SoundTagging:
    """Has the sound of a video tagged as it is decoded.

    Attributes:
        source: whose tags they are.
        reason: what kept it from being heard, all of it or a part; empty if nothing did.
    """

    def __init__(self, tagger: SoundTagger) -> None:
        self._tagger = tagger
        self.source = tagger.source
        self._sound = tagger.start_session()
        self._has_failed = False
        self.reason = ""

    def feed(self, samples: NDArray[np.int16]) -> None:
        """Take the next samples."""
        if self._has_failed:
            return
        try:
            self._sound.feed(samples)
        except Exception as error:  # noqa: BLE001 - whatever it is, what is seen is not lost for it
            self._fail(error)

    def track(self, catalog: Catalog, n_seconds: int, sound: Sound | None) -> SourceTrack | None:
        """Return what was heard, once the last second was seen; None if it could not be.

        Args:
            catalog: numbers the tags.
            n_seconds: of the pictures.
            sound: what was decoded; None where the file has no sound, on which nothing is heard.
        """
        if sound is not None and sound.in_words():
            self.reason = sound.in_words()
            if not sound.n_decoded:
                self.reason = f"{_NOT_HEARD}: {self.reason}"
                return None
        try:
            confidences = self._sound.end(n_seconds)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(error)
        if self._has_failed:
            return None
        tagger = self._tagger
        tagger_id = f"{tagger.name}@{tagger.version}"
        catalog.taggers.remember(tagger_id, tagger.tags)
        numbers = catalog.tags.number(tagger.tags, tagger.source)
        return SourceTrack(tagger.source, tagger_id, Track.from_confidences(confidences, numbers))

    def _fail(self, error: Exception) -> None:
        log.warning("%s: %s", _NOT_HEARD, error, exc_info=True)
        self._has_failed = True
        self.reason = f"{_NOT_HEARD}: {error}"
