"""One reader's pass over the text of a video, which never keeps the others from looking."""

import logging
from dataclasses import replace
from typing import Final

from engine.domain.content import SourceTrack
from engine.ports.catalog import Catalog
from ingest.changes.change_track import FrameChange
from ingest.decoding.frames import Second
from ingest.taggers.lines.tagger import LineTagger
from ingest.taggers.readers import ReadText, TextReader, TextSession

_NOT_READ: Final = "the text on the picture was not read"

log = logging.getLogger(__name__)


class TextRecognition:
    """Has the text of a video read as it is decoded.

    Attributes:
        reason: what kept it from being read; empty if nothing did.
    """

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader
        self._session: TextSession | None = None
        self.reason = ""

    def read_second(self, second: Second, change: FrameChange) -> None:
        """Have the next second read, where that is worth it."""
        if self.reason:
            return
        try:
            if self._session is None:
                self._session = self._reader.begin()
            if second.clear:
                self._session.read_nothing(second.index)
            else:
                self._session.read_second(second.index, second.frame, change)
        except Exception as error:  # noqa: BLE001 - whatever it is, what is seen is not lost for it
            self._fail(error)

    def end(self, n_seconds: int) -> ReadText | None:
        """Return what was read, once the last second was seen; None if it could not be."""
        if self.reason or self._session is None:
            return None
        try:
            return self._session.end(n_seconds)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(error)
            return None

    def track(self, catalog: Catalog, read: ReadText | None) -> SourceTrack | None:
        """Return lines that were read, with the tags that they mean; None if they could not be."""
        if read is None:
            return None
        reader, words = self._reader, LineTagger(self._reader.source)
        tagger_id = f"{reader.name}@{reader.version}"
        catalog.taggers.remember(tagger_id, words.tags)
        track = words.observe(read.lines, len(read.presence), catalog)
        return replace(track, tagger=tagger_id)

    def _fail(self, error: Exception) -> None:
        log.warning("%s: %s", _NOT_READ, error, exc_info=True)
        self._session = None
        self.reason = f"{_NOT_READ}: {error}"
