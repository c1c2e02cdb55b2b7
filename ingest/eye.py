"""How much effort each second of a video is worth."""

from typing import Final

import numpy as np

from ingest.looks import Look
from ingest.taggers.base import Confidences, Frame, Tagger, ThriftyTagger

MOST_THRIFTY_SECONDS: Final = 2
"""So long after a second that was tagged with all effort, the same shot may do with less."""


class Eye:
    """Has the seconds of one video tagged in turn."""

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger
        self._thrifty = tagger if isinstance(tagger, ThriftyTagger) else None
        self._said: Confidences = np.zeros(len(tagger.tags), np.float32)
        self._all_effort_at = -MOST_THRIFTY_SECONDS - 1

    def see(self, second: int, frame: Frame, look: Look) -> Confidences:
        """Return the confidence of every tag; what hardly changed is not tagged again.

        Args:
            second: from 0, rising.
            frame: what is shown in it.
            look: what is new in it; the first second is.
        """
        if not look.new:
            return self._said
        lately = second - self._all_effort_at <= MOST_THRIFTY_SECONDS
        if self._thrifty and look.joined and lately:
            self._said = self._thrifty.tag_next(frame, self._said)
        else:
            self._said = self._tagger.tag(frame)
            self._all_effort_at = second
        return self._said

    def see_nothing(self) -> Confidences:
        """Return what is said of a second in which there is nothing to see: of no tag anything."""
        self._said = np.zeros(len(self._tagger.tags), np.float32)
        self._all_effort_at = -MOST_THRIFTY_SECONDS - 1
        return self._said
