"""The reader that comes along: two small networks of PaddleOCR."""

import hashlib
from functools import cached_property
from typing import Final

from engine.domain.tags import TEXT
from ingest.taggers.lines.tagger import current_version as lines_version
from ingest.taggers.text.networks import Networks, networks_version
from ingest.taggers.text.session import LocalTextSession

_METHOD: Final = 3
"""Raised when text is looked for, read or joined in another way."""


class LocalTextReader:
    """Reads what is written on the picture; see ``docs/text.md``. Loads nothing until it looks."""

    name = "ppocr"
    source = TEXT

    def __init__(self) -> None:
        parts = [_METHOD, networks_version(), lines_version()]
        self.version = hashlib.sha256(repr(parts).encode()).hexdigest()[:12]

    @cached_property
    def networks(self) -> Networks:
        """The networks, which are loaded when they are first needed.

        Raises:
            CorruptData: weights are missing or are not what their card describes.
        """
        return Networks.load()

    def begin(self) -> LocalTextSession:
        """Begin to read a video."""
        return LocalTextSession(self.networks)
