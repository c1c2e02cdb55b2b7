"""The spoken words of one video: its captions, or what a recogniser writes down."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
from av.container import InputContainer
from av.subtitles.stream import SubtitleStream
from numpy.typing import NDArray

from engine.domain.content import SourceTrack
from engine.ports.catalog import Catalog
from engine.words.languages import standard
from ingest.decoding.sound import sound_stream
from ingest.sources.captions.beside import CaptionFile, captions_beside
from ingest.sources.captions.cues import Cue, UnreadableCaptions
from ingest.sources.captions.embedded import (
    EmbeddedCaptions,
    is_aside,
    language_of,
    text_streams,
)
from ingest.sources.captions.joining import spoken_of
from ingest.sources.captions.languages import Fit, fit, primary
from ingest.taggers.lines.tagger import LineTagger
from ingest.taggers.speech.recognition import Recognition

_NOT_READ: Final = "the captions could not be read"
_CUT: Final = "more captions than are stored: only the first were"
_NOT_RECOGNIZED: Final = "the speech was not recognised"
_PICTURES: Final = "its captions are pictures, which are not read"

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Candidate:
    captions: SubtitleStream | CaptionFile
    language: str
    is_part: bool
    fit: Fit


@dataclass(slots=True)
class Captioning:
    """Reads the captions of a video, a text stream in it or a file beside it; else its speech.

    Whatever fails is told, and never keeps others from looking.

    Whole ones go before those that hold a part, the speaker's language before captions that do not
    say theirs, and those before translations; of the same kind those in the video before those
    beside it, the first before others. Those that cannot be read give way to the next.

    Args:
        video: the file.
        tagger: says which tags their words mean.
        spoken: the language that is spoken, a code; empty where it is unknown.
        recognition: writes down what is spoken where there are no captions; None: nobody does.

    Attributes:
        reason: what is to be said of them; mostly nothing.
    """

    video: Path
    tagger: LineTagger
    spoken: str = ""
    recognition: Recognition | None = None
    reason: str = field(init=False, default="")
    _is_found: bool = field(init=False, default=False)
    _language: str = field(init=False, default="")
    _is_spoken: bool = field(init=False, default=False)
    _cues: Sequence[Cue] = field(init=False, default=())
    _is_cut: bool = field(init=False, default=False)

    def choose(self, container: InputContainer) -> SubtitleStream | None:
        """Return the text stream to read; None where there is none, or a file is better."""
        try:
            return self._choose(container)
        except Exception as error:  # noqa: BLE001 - whatever it is, what is seen is not lost for it
            self._fail(_NOT_READ, error)
            return None

    def feed(self, samples: NDArray[np.int16]) -> None:
        """Take the next samples of the sound."""
        if self.recognition is not None and not self._is_found:
            self._step(self.recognition, lambda recognition: recognition.feed(samples))

    def track(
        self, catalog: Catalog, n_seconds: int, embedded: EmbeddedCaptions | None
    ) -> SourceTrack | None:
        """Return what is spoken, once the last second was seen; None where nothing is found.

        Args:
            catalog: numbers the tags.
            n_seconds: of the pictures.
            embedded: the text stream that was chosen, read to its end.
        """
        if embedded is not None:
            self._cues, self._is_cut = embedded.cues, embedded.is_full
        who = ""
        if not self._is_found:
            recognition = self.recognition
            if recognition is None or not self._step(recognition, Recognition.end):
                return None
            self._cues, self._language = recognition.cues, recognition.language
            self._is_spoken, who = True, recognition.recognizer_name
        lines, is_cut = spoken_of(self._cues, n_seconds)
        if is_cut or self._is_cut:
            self._say(_CUT)
        track = self.tagger.observe(lines, n_seconds, catalog, language=self._language)
        return replace(track, tagger=f"{who}+{track.tagger}") if who else track

    def spoken_language(self) -> str:
        """Return the language of the captions if that tells which one is spoken; else nothing."""
        return standard(self._language) if self._is_spoken else ""

    def _choose(self, container: InputContainer) -> SubtitleStream | None:
        streams, n_pictures = text_streams(container)
        candidates = self._candidates(container, streams)
        languages = {primary(one.language) for one in candidates if one.language}
        # Sorting keeps the order of equals.
        for one in sorted(candidates, key=lambda one: (one.is_part, one.fit)):
            if isinstance(one.captions, CaptionFile):
                try:
                    self._cues, self._is_cut = one.captions.cues()
                except UnreadableCaptions as error:
                    self._say(f"{_NOT_READ}: {one.captions.path.name}: {error}")
                    continue
            self._is_found, self._language = True, one.language
            # Those in several languages are translations but for one, and nothing says which.
            self._is_spoken = one.fit is Fit.SPOKEN and len(languages) == 1
            return None if isinstance(one.captions, CaptionFile) else one.captions
        if n_pictures:
            self._say(_PICTURES)
        return None

    def _candidates(
        self, container: InputContainer, streams: Sequence[SubtitleStream]
    ) -> list[_Candidate]:
        sound = sound_stream(container)
        spoken = self.spoken or (language_of(sound.metadata) if sound else "")

        def candidate(
            captions: SubtitleStream | CaptionFile, language: str, *, is_part: bool
        ) -> _Candidate:
            return _Candidate(captions, language, is_part, fit(language, spoken))

        return [
            *(candidate(one, language_of(one.metadata), is_part=is_aside(one)) for one in streams),
            *(
                candidate(one, one.language, is_part=one.is_forced)
                for one in captions_beside(self.video)
            ),
        ]

    def _step(self, recognition: Recognition, step: Callable[[Recognition], object]) -> bool:
        """Run one step, and tell whether that went well; after a failure none follows."""
        try:
            step(recognition)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(_NOT_RECOGNIZED, error)
            self.recognition = None
            return False
        return True

    def _fail(self, what: str, error: Exception) -> None:
        log.warning("%s: %s", what, error, exc_info=True)
        self._say(f"{what}: {error}")

    def _say(self, reason: str) -> None:
        self.reason = "; ".join(filter(None, (self.reason, reason)))
