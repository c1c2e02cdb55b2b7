"""Effort of tagging: how much each second of a video is worth."""

from concurrent.futures import Future
from typing import Any, Final

import numpy as np

from ingest.changes.change_track import FrameChange
from ingest.taggers.base import AsyncTagger, Confidences, Frame, SequentialTagger, Tagger

Answer = Confidences | Future[Any]
"""The confidence of every tag, or what an ``AsyncTagger`` was given and will parse."""

MAX_SEQUENTIAL_SECONDS: Final = 2
"""Seconds after one tagged with all effort during which the same shot may do with less."""


class TaggingScheduler:
    """Has the seconds of one video tagged in turn.

    Args:
        tagger: of frames.
        every: at most one in so many seconds is tagged.

    Attributes:
        deferred: seconds that show something new and were not tagged, to keep to that.
        caught_up: those that show nothing new and were, since what they show had been put off.
        shots: first seconds of shots.
    """

    def __init__(self, tagger: Tagger, *, every: int = 1) -> None:
        self._tagger = tagger
        self._every = every
        self.deferred: list[int] = []
        self.caught_up: list[int] = []
        self.shots: list[int] = []
        self._tagged_at: int | None = None
        self._owes = False
        self._sequential = tagger if isinstance(tagger, SequentialTagger) else None
        self._remote = tagger if isinstance(tagger, AsyncTagger) else None
        self._answer: Answer = np.zeros(len(tagger.tags), np.float32)
        self._all_effort_at = -MAX_SEQUENTIAL_SECONDS - 1

    def tag_second(self, second: int, frame: Frame, change: FrameChange) -> Answer:
        """Return the confidence of every tag; what hardly changed is not tagged again.

        Args:
            second: from 0, rising.
            frame: the picture.
            change: what is new in it; the first second is.
        """
        if not change.joined or not self.shots:
            self.shots.append(second)
        if not self._must_tag(second, change):
            return self._answer
        self._tagged_at = second
        lately = second - self._all_effort_at <= MAX_SEQUENTIAL_SECONDS
        if self._remote:
            self._answer = self._remote.submit(frame)
        elif self._sequential and change.joined and lately and not isinstance(self._answer, Future):
            self._answer = self._sequential.tag_next(frame, self._answer)
        else:
            self._answer = self._tagger.tag(frame)
            self._all_effort_at = second
        return self._answer

    def _must_tag(self, second: int, change: FrameChange) -> bool:
        if self._tagged_at is not None and second - self._tagged_at < self._every:
            if change.new:
                self._owes = True
                self.deferred.append(second)
            return False
        if self._owes and not change.new:
            self.caught_up.append(second)
        must, self._owes = change.new or self._owes, False
        return must

    def tag_nothing(self) -> Confidences:
        """Return what is said of a second in which there is nothing to tag: 0 for every tag."""
        self._answer = np.zeros(len(self._tagger.tags), np.float32)
        self._all_effort_at = -MAX_SEQUENTIAL_SECONDS - 1
        return self._answer
