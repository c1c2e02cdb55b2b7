"""The tagger that comes along, and what faces say beside it; only when switched on."""

import hashlib
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.tags import VISUAL
from ingest.taggers.base import Confidences, Frame
from ingest.taggers.visual.black_bars import without_bars
from ingest.taggers.visual.face_words import (
    DRAWN,
    GENERAL,
    SOMEBODY,
    FaceWords,
    shot_confidences,
    words_version,
)
from ingest.taggers.visual.resize import Shrinkable
from ingest.taggers.visual.tagger import LocalTagger, current_version


class LocalTaggerWithFaces:
    """Names what ``LocalTagger`` does and, over a shot, who is seen."""

    name = LocalTagger.name
    source = VISUAL
    requires_confirmation = LocalTagger.requires_confirmation

    def __init__(self, local: LocalTagger, faces: FaceWords, version: str) -> None:
        self._local = local
        self._faces = faces
        self.version = version
        self.tags = (*local.tags, *faces.words)
        self._n_local = len(local.tags)
        self._person = self.tags.index(GENERAL)
        self._cartoon = self.tags.index("cartoon")

    @classmethod
    def load(cls, local: LocalTagger) -> Self:
        """Make the weights that come with the package ready, those of the other tagger excepted.

        Raises:
            CorruptData: weights are missing or are not what their card describes.
        """
        return cls(local, FaceWords.load(), version_with_faces())

    def tag(self, frame: Frame) -> Confidences:
        """Return the confidence of every tag for one frame of any size.

        Those of faces are of this frame alone, sure or not; ``settle`` says what becomes of them.
        """
        return self._with_faces(frame, self._local.tag(frame))

    def tag_next(self, frame: Frame, before: Confidences) -> Confidences:
        """Likewise, but ask for nudity as seldom as ``LocalTagger`` does."""
        return self._with_faces(frame, self._local.tag_next(frame, before[: self._n_local]))

    def settle(
        self, seconds: Confidences, tagged: NDArray[np.bool_], goes_on: NDArray[np.bool_]
    ) -> None:
        """Say of a whole shot who is seen on it, where somebody is seen; nothing that is unsure.

        Args:
            seconds: shape (n_seconds, n_tags), what was said of each; is changed.
            tagged: shape (n_seconds,), whether each was tagged; the others repeat these.
            goes_on: shape (n_seconds,), whether each has much in common with the one before.
        """
        self._local.settle(seconds[:, : self._n_local], tagged, goes_on)
        faces_over_shot = shot_confidences(seconds[tagged, self._n_local :])
        there = seconds[:, self._person] >= SOMEBODY
        seconds[:, self._n_local :] = there[:, None] * faces_over_shot
        surest = seconds[:, self._n_local :].max(axis=1)
        seconds[:, self._person] = np.maximum(seconds[:, self._person], surest)

    def _with_faces(self, frame: Frame, confidences: Confidences) -> Confidences:
        if confidences[self._person] < SOMEBODY or confidences[self._cartoon] >= DRAWN:
            return np.append(confidences, np.zeros(len(self._faces.words), np.float32))
        return np.append(confidences, self._faces.confidences(Shrinkable(without_bars(frame))))


def version_with_faces() -> str:
    """Return a digest of everything that decides what a frame is said to show."""
    parts = [current_version(), words_version(), GENERAL]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
