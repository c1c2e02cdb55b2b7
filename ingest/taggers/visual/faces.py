"""Faces on a frame: where they are, turned upright for the networks that judge them.

Nothing of a face outlives the look at it.
"""

from typing import Any, Final, NamedTuple, Self

import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray
from PIL import Image

from ingest.taggers.visual.input_size import fit_area
from ingest.taggers.visual.resize import Scaler, Shrinkable
from ingest.taggers.visual.sessions import open_session
from models.cards import Card, load_card
from models.onnx_runtime import onnxruntime

MIN_FACE_SCORE: Final = 0.75
"""Of a face that counts."""

MAX_FACES: Final = 8
"""The surest faces of a frame; the others cost time and are in a crowd."""

_SAME_FACE: Final = 0.5  # of a face's width, from one's middle to the other's
_SUREST: Final = 100.0  # logit; beyond it the exponential has no number

# Where the eyes are on an upright face, as shares of its side: the middle of their corners in the
# mean face of dlib, with a margin of 0.2 of that face on every side.
_MARGIN: Final = 0.2
_EYES: Final = (
    (np.array([[0.22733, 0.22140], [0.75281, 0.22123]]) + _MARGIN) / (1 + 2 * _MARGIN)
).astype(np.float64)

Points = NDArray[np.floating[Any]]
"""Shape (2, 2): x and y, in pixels, of the eye to the left in the picture and of the other."""


class Face(NamedTuple):
    """One face.

    Attributes:
        score: how sure it is that it is one, 0.0 to 1.0.
        eyes: where they are, in pixels of the frame.
        nose: shape (2,), likewise.
        size: of its box, the mean of width and height, in pixels of the frame.
    """

    score: float
    eyes: Points
    nose: NDArray[np.floating[Any]]
    size: float


class FaceFinder:
    """BlazeFace, the one for pictures taken from some way off."""

    def __init__(self, session: onnxruntime.InferenceSession, card: Card) -> None:
        self._session = session
        self._card = card
        self._scaler = Scaler(Interpolation.BILINEAR)

    @classmethod
    def load(cls) -> Self:
        """Make the shipped weights ready."""
        card = load_card("blazeface")
        return cls(open_session(card), card)

    def find(self, frame: Shrinkable) -> list[Face]:
        """Return the faces of a frame of any size, surest first."""
        size = fit_area(frame.size, self._card.input_size)
        grids = self._session.run(None, {"pixels": self._scaler.resize(frame, size)[None]})
        boxes = np.concatenate([faces_of_grid(grid[0], size) for grid in grids])
        boxes = boxes[np.argsort(-boxes[:, 4], kind="stable")]
        scale = np.array(frame.size, np.float64) / size
        return [_face(row, scale) for row in _without_repeats(boxes)[:MAX_FACES]]


def faces_of_grid(grid: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float64]:
    """Read one of the network's grids.

    Args:
        grid: shape (rows, columns, faces, 17), as ``models.convert.faces`` tells.
        size: width and height of what it looked at, in pixels.

    Returns:
        shape (n, 11): left, top, right, bottom, score, and x and y of both eyes and the nose, in
        pixels, of those that are sure enough.
    """
    score = 1 / (1 + np.exp(-grid[..., 0].astype(np.float64).clip(-_SUREST, _SUREST)))
    rows, columns, faces = np.nonzero(score >= MIN_FACE_SCORE)
    stride = size[0] / grid.shape[1], size[1] / grid.shape[0]
    middle = np.stack([(columns + 0.5) * stride[0], (rows + 0.5) * stride[1]], axis=1)
    values = grid[rows, columns, faces].astype(np.float64)
    centre, half = middle + values[:, 1:3], values[:, 3:5] / 2
    points = np.tile(middle, 3) + values[:, 5:11]
    sure = score[rows, columns, faces][:, None]
    return np.concatenate([centre - half, centre + half, sure, points], axis=1)


def _without_repeats(boxes: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Keep the best of boxes that are of one face, those inside another's middle among them."""
    distinct: list[NDArray[np.float64]] = []
    while len(boxes):
        distinct.append(boxes[0])
        apart = np.abs(_middles(boxes[1:]) - _middles(boxes[:1])).max(axis=1)
        boxes = boxes[1:][apart > _SAME_FACE * (boxes[0, 2] - boxes[0, 0])]
    return distinct


def _middles(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return (boxes[:, :2] + boxes[:, 2:4]) / 2


def _face(row: NDArray[np.float64], scale: NDArray[np.float64]) -> Face:
    points = row[5:].reshape(3, 2) * scale
    size = float(((row[2:4] - row[:2]) * scale).mean())
    return Face(float(row[4]), points[:2], points[2], size)


def similarity(start: Points, end: Points) -> NDArray[np.float64]:
    """Return the turn, scale and shift that take two points onto two others.

    Args:
        start: two different points.
        end: where they go.

    Returns:
        shape (2, 3); times ``(x, y, 1)`` it gives the new place.
    """
    # As complex numbers: end = turn * start + shift.
    (p, q), (r, s) = (points @ np.array([1, 1j]) for points in (start, end))
    turn = (s - r) / (q - p)
    shift = r - turn * p
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def aligned(frame: Shrinkable, eyes: Points, side: int) -> NDArray[np.uint8]:
    """Return a face with its eyes level and in their places, shape (side, side, 3).

    What lies beyond the frame is black.
    """
    to_frame = similarity(_EYES * side, eyes)
    picture = frame.picture
    # A large face is shrunk first: of several pixels, one alone would be read.
    step = max(1, int(np.hypot(*to_frame[:, 0])))
    if step > 1:
        corners = np.array([[0, 0, 1], [side, 0, 1], [0, side, 1], [side, side, 1]]) @ to_frame.T
        left, top = np.clip(np.floor(corners.min(axis=0)) - step, 0, frame.size).astype(int)
        right, bottom = np.clip(np.ceil(corners.max(axis=0)) + step, 0, frame.size).astype(int)
        if right <= left or bottom <= top:
            return np.zeros((side, side, 3), np.uint8)
        picture = picture.reduce(step, box=(left, top, right, bottom))
        to_frame = (to_frame - [[0, 0, left], [0, 0, top]]) / step
    made = picture.transform(
        (side, side), Image.Transform.AFFINE, tuple(to_frame.ravel()), Image.Resampling.BILINEAR
    )
    return np.asarray(made)
