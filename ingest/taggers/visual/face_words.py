"""Words for a shot from its faces: a woman, a man, somebody smiling.

A word is the mean over the tagged frames of a shot on which a face could be classified. Faces that
are small, turned away or unsure are not, nor is any where nobody is, or what is drawn.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from ingest.taggers.base import Confidences
from ingest.taggers.visual.faces import MAX_FACES, MIN_FACE_SCORE, Face, FaceFinder, aligned
from ingest.taggers.visual.resize import Shrinkable
from ingest.taggers.visual.sessions import open_session
from models.cards import Card, load_card, load_json
from models.onnx_runtime import onnxruntime

MIN_SHARES: Final = {"woman": 0.93, "man": 0.93, "child": 0.8, "smiling": 0.9}
"""Word -> the share of a face's answer from which on it is sure.

``woman`` and ``man`` are said of adults alone: theirs is the share of the gender times that of the
ages from 18 on. ``child`` is that of the ages under 13.
"""

FACE_WORDS: Final = ("woman", "man", "smiling")
"""Those that are said: on shots that nothing was chosen on, nine of ten were right. A child was not
right often enough; ``benchmarks/accuracy/people.py`` measures it all the same."""

MIN_SIZE: Final = 32
"""Pixels of a frame, whose longer side is at most 640, from which on a face is classified."""

MAX_TURNED: Final = 0.7
"""The most that the nose may be off the middle of the eyes, as a share of their distance."""

GENERAL: Final = "person"
"""The word that each of those of faces brings with it."""

SOMEBODY: Final = 0.3
"""Confidence of a person below which no face is looked for: animals, balloons and flowers have
some that look like one."""

DRAWN: Final = 0.5
"""Confidence of a cartoon from which on no face is looked for."""

MIN_FRAMES: Final = 2
"""Number of tagged frames of a shot that must show a classifiable face; of a shorter one, half."""

PRECISION_FILE: Final = "judged.json"
"""Beside the card of blazeface: word -> of how many labelled shots it was said, and right."""

_CARDS: Final = ("blazeface", "face_age", "face_gender", "face_smile")
_METHOD: Final = 2
"""Raised when faces are prepared or classified in another way."""

_CERTAIN: Final = 0.7  # the confidence that the least share becomes
_NEAREST: Final = 1e-4  # to 0 and 1


class FaceWords:
    """Three networks that judge faces, and the one that finds them."""

    def __init__(
        self,
        finder: FaceFinder,
        classifiers: Mapping[str, tuple[onnxruntime.InferenceSession, Card]],
        words: Sequence[str] = FACE_WORDS,
    ) -> None:
        self._finder = finder
        self._classifiers = classifiers
        self.words = tuple(words)
        self._shift = _logit(_CERTAIN) - _logit([MIN_SHARES[word] for word in words])

    @classmethod
    def load(cls, words: Sequence[str] = FACE_WORDS) -> Self:
        """Make the shipped weights ready to say some of ``MIN_SHARES``.

        Raises:
            CorruptData: weights are missing or are not what their card describes.
        """
        cards = [load_card(name) for name in _CARDS[1:]]
        classifiers = {card.name: (open_session(card), card) for card in cards}
        return cls(FaceFinder.load(), classifiers, words)

    def confidences(self, frame: Shrinkable) -> Confidences:
        """Return how sure each word is of one frame of any size.

        Returns:
            shape (n_words,); of the surest face each, above 0; 0 where no face can be classified.
        """
        faces = [face for face in self._finder.find(frame) if is_classifiable(face)]
        if not faces:
            return np.zeros(len(self.words), np.float32)
        child, adult = self._classify("face_age", frame, faces).T
        woman, man = self._classify("face_gender", frame, faces).T
        (smile,) = self._classify("face_smile", frame, faces).T
        of_faces = {
            "woman": woman * adult,
            "man": man * adult,
            "child": child,
            "smiling": smile,
        }
        shares = np.array([of_faces[word].max() for word in self.words])
        # Bent so that the least share of each word becomes the confidence that counts.
        bent: NDArray[np.float64] = 1 / (1 + np.exp(-(_logit(shares) + self._shift)))
        return bent.astype(np.float32)

    def _classify(self, name: str, frame: Shrinkable, faces: list[Face]) -> NDArray[np.float32]:
        session, card = self._classifiers[name]
        pixels = np.stack([aligned(frame, face.eyes, card.input_size) for face in faces])
        mirrored = np.ascontiguousarray(pixels[:, :, ::-1])
        # A face and its mirror image are the same person: together they are less easily mistaken.
        answers = [session.run(None, {"pixels": one})[0] for one in (pixels, mirrored)]
        mean: NDArray[np.float32] = np.mean(answers, axis=0, dtype=np.float32)
        return mean


def is_classifiable(face: Face) -> bool:
    """Tell whether a face is large enough and turned to the camera."""
    across = face.eyes[1] - face.eyes[0]
    apart = float(across @ across)
    if face.size < MIN_SIZE or apart == 0:
        return False
    off = (face.nose - face.eyes.mean(axis=0)) @ across / apart
    return bool(abs(off) <= MAX_TURNED)


def shot_confidences(frames: NDArray[np.float32]) -> Confidences:
    """Return what is said of a shot.

    Args:
        frames: shape (n_frames, n_words), what ``FaceWords.confidences`` gave of each.

    Returns:
        shape (n_words,), the means over frames with a classified face; 0 of what is unsure.
    """
    classified = frames[(frames > 0).any(axis=1)]
    if not len(classified) or 2 * len(classified) < min(len(frames), 2 * MIN_FRAMES):
        return np.zeros(frames.shape[1], np.float32)
    means: NDArray[np.float32] = classified.mean(axis=0, dtype=np.float64).astype(np.float32)
    return np.where(means >= np.float32(_CERTAIN), means, np.float32(0))


def words_version() -> str:
    """Return a digest of everything that decides what is said of faces."""
    parts: list[object] = [
        _METHOD,
        FACE_WORDS,
        MIN_SHARES,
        MIN_FACE_SCORE,
        MAX_FACES,
        MIN_SIZE,
    ]
    parts += [MAX_TURNED, SOMEBODY, DRAWN, MIN_FRAMES]
    parts += [[card.version, card.sha256, card.input_size] for card in map(load_card, _CARDS)]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def precision_counts() -> dict[str, tuple[int, int]]:
    """Return of how many labelled shots each word was said, and on how many it was right."""
    counts = load_json(load_card("blazeface"), PRECISION_FILE)
    return {word: tuple(counts[word]) for word in FACE_WORDS}


def _logit(shares: Any) -> Any:
    clipped = np.clip(np.asarray(shares, np.float64), _NEAREST, 1 - _NEAREST)
    return np.log(clipped / (1 - clipped))
