"""Sources observed beside pictures, in the same pass: sound, text and speech."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.domain.content import SourceTrack
from engine.domain.tags import SPEECH, TEXT
from engine.ports.catalog import Catalog
from ingest.captioning import Captioning
from ingest.changes.change_track import FrameChange
from ingest.cpu_costs import CpuCosts
from ingest.decoding.frames import Second, Video
from ingest.decoding.sound import RATE
from ingest.sound_tagging import SoundTagging
from ingest.taggers.readers import ReadText
from ingest.text_recognition import TextRecognition


@dataclass(slots=True)
class OtherSources:
    """Observation of one video's sound, text and speech, each at its own cost.

    Args:
        sounds: a session for each tagger of sound.
        texts: a session for each reader of text.
        captioning: reads captions, or writes down what is spoken, where that is asked for.
        costs: counts what each takes.
    """

    sounds: Sequence[SoundTagging]
    texts: Sequence[TextRecognition]
    captioning: Captioning | None
    costs: CpuCosts
    _read: Sequence[ReadText | None] = field(init=False, default=())
    _waiting: list[NDArray[np.int16]] = field(init=False, default_factory=list)
    _n_waiting: int = field(init=False, default=0)

    def need_audio(self) -> bool:
        """Tell whether somebody listens."""
        captioning = self.captioning
        return bool(self.sounds) or (captioning is not None and captioning.recognition is not None)

    def feed(self, samples: NDArray[np.int16]) -> None:
        """Take the next samples of the sound."""
        # Some forty blocks come a second: to clock what is made of each takes longer than that.
        self._waiting.append(samples)
        self._n_waiting += len(samples)
        if self._n_waiting >= RATE:
            self._hand_on()

    def _hand_on(self) -> None:
        if not self._waiting:
            return
        samples = np.concatenate(self._waiting)
        self._waiting, self._n_waiting = [], 0
        for sound in self.sounds:
            self.costs.call(sound.source, sound.feed, samples)
        if self.captioning:
            self.costs.call(SPEECH, self.captioning.feed, samples)

    def read_second(self, second: Second, change: FrameChange) -> None:
        """Read the text of the next second."""
        for text in self.texts:
            self.costs.call(TEXT, text.read_second, second, change)

    def end_text(self, n_seconds: int) -> Sequence[ReadText | None]:
        """Return what each reader read, once the last second was seen."""
        self._read = [self.costs.call(TEXT, text.end, n_seconds) for text in self.texts]
        return self._read

    def tracks(self, catalog: Catalog, n_seconds: int, video: Video) -> list[SourceTrack]:
        """Return all that was observed, once the text has ended.

        Args:
            catalog: numbers the tags.
            n_seconds: of the pictures.
            video: seen to its end.
        """
        self._hand_on()
        read = zip(self.texts, self._read, strict=True)
        texts = [self.costs.call(TEXT, one.track, catalog, text) for one, text in read]
        tracks = [
            self.costs.call(sound.source, sound.track, catalog, n_seconds, video.sound)
            for sound in self.sounds
        ]
        if self.captioning:
            spoken = self.captioning.track
            tracks.append(self.costs.call(SPEECH, spoken, catalog, n_seconds, video.captions))
        return [one for one in (*tracks, *texts) if one is not None]

    def reasons(self) -> Iterator[str]:
        """Yield what kept each from being observed, once there are tracks; empty for nothing."""
        yield from (sound.reason for sound in self.sounds)
        yield from (text.reason for text in self.texts)
        if self.captioning:
            yield self.captioning.reason

    def spoken_language(self) -> str:
        """Return the language that captions tell, once there are tracks; empty if none does."""
        return self.captioning.spoken_language() if self.captioning else ""
