"""People on a frame: somebody, several, a crowd, a portrait; and how likely other objects are."""

import math
from typing import Final, NamedTuple, Self

import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from ingest.taggers.visual.image_classifier import softmax
from ingest.taggers.visual.input_size import fit_area
from ingest.taggers.visual.resize import Scaler, Shrinkable
from ingest.taggers.visual.sessions import open_session
from models.cards import Card, load_card
from models.onnx_runtime import onnxruntime

MIN_SCORE: Final = 0.45
"""Of a box that counts."""

_MIN_LOGIT: Final = math.log(MIN_SCORE / (1 - MIN_SCORE))

SLOPE: Final = 14.0
MIDPOINT: Final = 0.54
"""A box's score becomes a confidence by a logistic curve on which 0.60 gives 0.70.

Fitted by hand: of boxes over 0.60, 57 of 59 on photographs held a person.
"""

_CROWD: Final = 6  # people
_SAME_PERSON: Final = 0.5  # overlap of two boxes, intersection over union
_PORTRAIT_HEIGHT: Final = 0.6
_PORTRAIT_WIDTH: Final = 0.25
_STEPS: Final = 11  # an edge lies 0 to 10 cells from a cell's centre
_N_OBJECTS: Final = 80  # COCO's; the first is a person

Boxes = NDArray[np.float32]
"""Shape (n, 5): left, top, right, bottom as shares of the frame, and score; best first."""


class PeopleConfidences(NamedTuple):
    """Confidences, 0.0 to 1.0.

    Attributes:
        person: at least one.
        people: at least two.
        crowd: at least six.
        portrait: exactly one, large in the frame.
    """

    person: float
    people: float
    crowd: float
    portrait: float


class Detected(NamedTuple):
    """Detections of the network on one frame.

    Attributes:
        people: a box for each.
        objects: shape (80,), of each object the logit where it is surest.
    """

    people: Boxes
    objects: NDArray[np.float32]


class PersonDetector:
    """NanoDet. Boxes are given of people only: it finds other things too seldom to be believed."""

    def __init__(self, session: onnxruntime.InferenceSession, card: Card) -> None:
        self._session = session
        self._card = card
        self._scaler = Scaler(Interpolation.BILINEAR, bytes_a_pixel=4)

    @classmethod
    def load(cls) -> Self:
        """Make the shipped weights ready."""
        card = load_card("nanodet")
        return cls(open_session(card), card)

    def find(self, frame: Shrinkable) -> Detected:
        """Return a box for each person, and how likely each object is.

        The frame keeps its shape. Squashed to a square of 416 x 416, which costs 1.4 times as much,
        a person is found on 40 of the 94 labelled frames that show one; so on 61, none by mistake.
        """
        size = fit_area(frame.size, self._card.input_size)
        small = self._scaler.resize(frame, size)
        outputs = self._session.run(None, {"frame": small[None]})
        boxes = np.concatenate([boxes_of_grid(output[0]) for output in outputs])
        people = without_repeats(boxes[np.argsort(-boxes[:, 4], kind="stable")])
        surest = [output[0, ..., :_N_OBJECTS].max(axis=(0, 1)) for output in outputs]
        return Detected(people, np.maximum.reduce(surest))


def boxes_of_grid(output: NDArray[np.float32]) -> Boxes:
    """Read one of the network's grids.

    Each edge's distance from a cell's centre is the mean of a distribution over 0 to 10 cells:
    Li et al., "Generalized Focal Loss" (2020), section 3.

    Args:
        output: shape (rows, columns, 124), logits: of 80 objects, the first a person, then 11
            each for left, top, right, bottom.

    Returns:
        boxes over the least score, in the order of the cells.
    """
    sides = np.array(output.shape[1::-1], np.float32)
    rows, columns = np.nonzero(output[..., 0] > _MIN_LOGIT)
    if not rows.size:
        return np.zeros((0, 5), np.float32)
    cells = output[rows, columns]
    scores = 1 / (1 + np.exp(-cells[:, 0]))
    shares = softmax(cells[:, _N_OBJECTS:].reshape(-1, 4, _STEPS))
    distances = shares @ np.arange(_STEPS, dtype=np.float32)
    left, top, right, bottom = distances.T
    x, y = columns + 0.5, rows + 0.5
    edges = np.stack([x - left, y - top, x + right, y + bottom], axis=1) / np.tile(sides, 2)
    return np.column_stack([edges.clip(0, 1), scores]).astype(np.float32)


def without_repeats(boxes: Boxes) -> Boxes:
    """Keep the best of boxes that overlap too much to be two people."""
    distinct: list[NDArray[np.float32]] = []
    while len(boxes):
        distinct.append(boxes[0])
        boxes = boxes[1:][_overlap(boxes[0], boxes[1:]) < _SAME_PERSON]
    return np.array(distinct, np.float32).reshape(-1, 5)


def _overlap(box: NDArray[np.float32], others: Boxes) -> NDArray[np.float32]:
    """Return intersection over union of a box with each other one, shape (n_others,)."""
    sides = np.minimum(box[2:4], others[:, 2:4]) - np.maximum(box[:2], others[:, :2])
    shared = sides.clip(0).prod(axis=1)
    areas = (others[:, 2:4] - others[:, :2]).prod(axis=1)
    union = (box[2:4] - box[:2]).prod() + areas - shared
    share: NDArray[np.float32] = shared / np.maximum(union, np.finfo(np.float32).tiny)
    return share


def people_confidences(boxes: Boxes) -> PeopleConfidences:
    """Turn boxes into confidences; a count is as sure as the least sure box it needs."""
    sure = 1 / (1 + np.exp(-SLOPE * (boxes[:, 4] - MIDPOINT)))
    person, people, crowd = (
        float(sure[count - 1]) if len(sure) >= count else 0.0 for count in (1, 2, _CROWD)
    )
    return PeopleConfidences(person, people, crowd, person if _is_portrait(boxes) else 0.0)


def musician_confidence(person: float, instrument: float, microphone: float) -> float:
    """Return how sure it is that somebody is there together with what musicians use."""
    return min(person, max(instrument, microphone))


def _is_portrait(boxes: Boxes) -> bool:
    if len(boxes) != 1:
        return False
    left, top, right, bottom, _ = boxes[0]
    return bool(bottom - top > _PORTRAIT_HEIGHT and right - left > _PORTRAIT_WIDTH)
