"""Calibration of cosines: raw ones of a pair lie around 0.2 for everything and are no confidences.

For each word the mean ``m`` and the spread ``s`` of its cosine over neutral pictures are kept; how
far a picture sticks out, ``z = (cosine - m) / s``, becomes a confidence by one logistic curve for
all words, ``1 / (1 + exp(offset - slope * z))``, fitted to pictures of which it is known what they
show (Platt 1999).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.system.os_errors import writing_to
from ingest.taggers.base import Confidences
from ingest.taggers.onnx.pictures import Vectors
from ingest.taggers.onnx.texts import Word

_FORMAT: Final = 1
_MIN_SPREAD: Final = 1e-4
_STEPS: Final = 100
_CLOSE: Final = 1e-9
_LIKELY: Final = (0.7, 0.85)
"""Confidences that just count and must be right often enough: the threshold is about them."""

MIN_RIGHT: Final = 0.75
"""Share of the words said with a likely confidence that must be right."""

_OFFSET_STEP: Final = 0.1
_MAX_OFFSET_STEPS: Final = 100
BINS: Final = (0.05, 0.3, 0.5, 0.7, 0.85, 1.0)

Truth = NDArray[np.int8]
"""Shape (n_pictures, n_words): 1 where a picture shows the word, 0 where not, -1 not known."""


class Curve(NamedTuple):
    """The logistic curve: the confidence at z is ``1 / (1 + exp(offset - slope * z))``."""

    slope: float
    offset: float

    def at(self, z: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the confidences at each z."""
        exponent = np.clip(self.offset - self.slope * z, -500, 500)
        return np.asarray(1 / (1 + np.exp(exponent)), np.float64)


class Bin(NamedTuple):
    """Number of words reported with a confidence in ``[low, high)``, and of those that hold."""

    low: float
    high: float
    predicted: int
    right: int


class Weights(NamedTuple):
    """One file: how large it is, and its sha256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything that turns a picture's vector into confidences.

    Attributes:
        words: the words to look for.
        vectors: of their phrases, shape (n_words, size).
        means: shape (n_words,), of each word's cosine over neutral pictures.
        spreads: shape (n_words,), its standard deviation.
        curve: from how far a cosine sticks out to a confidence.
        weights: the files it was made with, by name.
        pictures: number of pictures.
        known: how many of their words were known to be there, and not to be.
        reliability: how it did on those.
    """

    words: tuple[Word, ...]
    vectors: Vectors
    means: NDArray[np.float64]
    spreads: NDArray[np.float64]
    curve: Curve
    weights: Mapping[str, Weights]
    pictures: int
    known: tuple[int, int]
    reliability: tuple[Bin, ...]

    def confidences(self, vector: NDArray[np.float32]) -> Confidences:
        """Return the confidence of each word for a picture's vector, shape (n_words,)."""
        z = (self.vectors @ vector - self.means) / self.spreads
        return np.asarray(self.curve.at(z), np.float32)

    def save(self, path: Path) -> None:
        """Write it beside the pair, whole or not at all."""
        header = {
            "format": _FORMAT,
            "words": [[word.tag, word.phrase] for word in self.words],
            "curve": list(self.curve),
            "weights": {name: list(one) for name, one in self.weights.items()},
            "pictures": self.pictures,
            "known": list(self.known),
            "reliability": [list(one) for one in self.reliability],
        }
        aside = path.with_suffix(".part")
        try:
            with writing_to(path.parent), aside.open("wb") as file:
                np.savez(
                    file,
                    said=np.frombuffer(json.dumps(header, ensure_ascii=False).encode(), np.uint8),
                    vectors=self.vectors,
                    means=self.means,
                    spreads=self.spreads,
                )
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        aside.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            InvalidInput: it cannot be read, or is of another version.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                header = json.loads(bytes(arrays["said"]))
                if header["format"] != _FORMAT:
                    raise ValueError(f"format {header['format']}, this version reads {_FORMAT}")
                calibration = cls(
                    words=tuple(Word(*word) for word in header["words"]),
                    vectors=np.asarray(arrays["vectors"], np.float32),
                    means=np.asarray(arrays["means"], np.float64),
                    spreads=np.asarray(arrays["spreads"], np.float64),
                    curve=Curve(*header["curve"]),
                    weights={name: Weights(*one) for name, one in header["weights"].items()},
                    pictures=int(header["pictures"]),
                    known=(int(header["known"][0]), int(header["known"][1])),
                    reliability=tuple(Bin(*one) for one in header["reliability"]),
                )
        except Exception as error:
            raise InvalidInput(
                f"{path} cannot be read ({error}): calibrate the pair anew",
                hint="run 'reelmatch models calibrate'",
            ) from error
        return calibration


def spread_of(cosines: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation of each word's cosines, shape (n_words,) each."""
    return cosines.mean(axis=0), np.maximum(cosines.std(axis=0), _MIN_SPREAD)


def fit_curve(z: NDArray[np.float64], truth: Truth) -> Curve:
    """Fit the curve to what is known, then move it until what just counts is right often enough.

    Raises:
        InvalidInput: the pair does not see what is known to be there.
    """
    known = truth >= 0
    curve = fit_logistic(z[known], truth[known] == 1)
    if curve.slope <= 0:
        raise InvalidInput(
            "the pair sees the words on the wrong pictures: image.onnx and text.onnx are no pair,"
            " or the labels are of other pictures"
        )
    for _ in range(_MAX_OFFSET_STEPS):
        (likely,) = reliability(curve.at(z), truth, _LIKELY)
        if likely.right >= MIN_RIGHT * likely.predicted:
            break
        curve = curve._replace(offset=curve.offset + _OFFSET_STEP)
    return curve


def fit_logistic(z: NDArray[np.float64], present: NDArray[np.bool_]) -> Curve:
    """Return the logistic regression of ``present`` on ``z``, with a weak penalty on its slope.

    Newton's method on ``sum(log loss) + slope^2 / 2``, the same as scikit-learn's
    ``LogisticRegression()``; without the penalty, what can be told apart for sure has no best one.
    """
    design = np.stack([z, -np.ones_like(z)], axis=1)
    beta = np.zeros(2)
    penalty = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        p = Curve(beta[0], beta[1]).at(z)
        gradient = design.T @ (p - present) + penalty * beta
        curvature = (design * (p * (1 - p))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curvature + _CLOSE * np.eye(2), gradient)
        # A step of at most 1 keeps it from overshooting where the curve is flat.
        beta = beta - step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < _CLOSE:
            break
    return Curve(float(beta[0]), float(beta[1]))


def reliability(
    confidences: NDArray[np.floating], truth: Truth, edges: tuple[float, ...] = BINS
) -> tuple[Bin, ...]:
    """Count, between the edges, how many words of known truth were said, and how many were right.

    The last bin has its upper edge in it, if that is 1.0.
    """
    bins = []
    for low, high in pairwise(edges):
        within = (confidences >= low) & ((confidences < high) | (high == 1.0)) & (truth >= 0)
        bins.append(Bin(low, high, int(within.sum()), int((within & (truth == 1)).sum())))
    return tuple(bins)
