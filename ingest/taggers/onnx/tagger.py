"""The tagger ``onnx``: a calibrated pair, and the network for nudity beside it."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from engine.domain.tags import VISUAL
from engine.errors import InvalidInput
from ingest.taggers.base import Confidences, Frame
from ingest.taggers.hierarchy import Hierarchy
from ingest.taggers.onnx.calibrating import parents_of
from ingest.taggers.onnx.calibration import Calibration
from ingest.taggers.onnx.folder import CALIBRATION, WORDS, PairFolder, sha256_of
from ingest.taggers.onnx.pictures import PictureEncoder
from ingest.taggers.onnx.texts import read_words
from ingest.taggers.registry import TaggerContext
from ingest.taggers.visual.nudity import NUDITY, NudityDetector
from ingest.taggers.visual.resize import Shrinkable
from models.cards import load_card

_METHOD: Final = 3
"""Raised when pictures are prepared, or cosines turned into confidences, in another way."""


class OnnxTagger:
    """Names what a calibrated pair sees; ``text.onnx`` is done with, the words are vectors."""

    source = VISUAL
    requires_confirmation: tuple[str, ...] = ()

    def __init__(
        self,
        name: str,
        encoder: PictureEncoder,
        calibration: Calibration,
        nudity: NudityDetector,
        parents: Mapping[str, Sequence[str]],
    ) -> None:
        self.name = f"onnx/{name}"
        self.version = version_of(calibration, parents)
        words = tuple(word.tag for word in calibration.words)
        self.tags = (*words, NUDITY)
        self._hierarchy = Hierarchy(parents, words)
        self._encoder = encoder
        self._calibration = calibration
        self._nudity = nudity

    def tag(self, frame: Frame) -> Confidences:
        """Return the confidence of every tag for one frame of any size."""
        shrinkable = Shrinkable(frame)
        confidences = self._calibration.confidences(self._encoder.embed(shrinkable.picture))
        self._hierarchy.raise_general(confidences)
        return np.append(confidences, np.float32(self._nudity.confidence(shrinkable)))


class _OnnxFactory:
    """Makes taggers of pairs; the argument is a folder, or the name of a pulled pair."""

    takes_whole_videos = False

    def check(self, argument: str, context: TaggerContext) -> str:
        """Look whether the pair is whole, and calibrated with just these weights and words."""
        folder = PairFolder.find(argument, context.home)
        calibration = calibration_of(folder)
        for path in folder.weights():
            pinned = calibration.weights.get(path.name)
            if pinned is None or sha256_of(path) != pinned.sha256:
                raise _other_weights(folder, path.name)
        return str(folder.path)

    def make(self, argument: str, context: TaggerContext) -> OnnxTagger:
        folder = PairFolder.find(argument, context.home)
        calibration = calibration_of(folder)
        for name, pinned in calibration.weights.items():
            # By size only: ``check`` read every byte, and there is a process for each video.
            if not (folder / name).is_file() or (folder / name).stat().st_size != pinned.size:
                raise _other_weights(folder, name)
        encoder = PictureEncoder.open(folder)
        nudity = NudityDetector.load()
        return OnnxTagger(folder.name, encoder, calibration, nudity, parents_of(folder))


ONNX: Final = _OnnxFactory()


def calibration_of(folder: PairFolder) -> Calibration:
    """Return the calibration of a pair.

    Raises:
        InvalidInput: it was not calibrated, or with another list of words.
    """
    if not (folder / CALIBRATION).is_file():
        raise _calibrate(
            folder, f"{folder.path} is not calibrated, so its cosines are no confidences"
        )
    calibration = Calibration.load(folder / CALIBRATION)
    if (folder / WORDS).is_file() and read_words(folder / WORDS) != calibration.words:
        raise _calibrate(folder, f"{folder / WORDS} changed since the calibration")
    return calibration


def version_of(calibration: Calibration, parents: Mapping[str, Sequence[str]]) -> str:
    """Return a digest of everything that decides what a frame is said to show."""
    digest = hashlib.sha256()
    parts = (_METHOD, sorted(calibration.weights.items()), calibration.words, calibration.curve)
    come = sorted((word, tuple(above)) for word, above in parents.items())
    digest.update(repr((*parts, come, load_card("opennsfw").sha256)).encode())
    for array in (calibration.vectors, calibration.means, calibration.spreads):
        digest.update(array.tobytes())
    return digest.hexdigest()[:12]


def _other_weights(folder: PairFolder, name: str) -> InvalidInput:
    return _calibrate(
        folder, f"{folder / name} is not the file that {folder.path} was calibrated with"
    )


def _calibrate(folder: PairFolder, why: str) -> InvalidInput:
    return InvalidInput(
        f"{why}: calibrate it",
        hint=f"run 'reelmatch models calibrate {folder.path} FOLDER_OF_PICTURES'",
    )
