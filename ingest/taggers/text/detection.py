"""Places of a picture where text may stand.

Boxes are made of the map as in Liao et al., "Real-time Scene Text Detection with Differentiable
Binarization" (2019), section 3.4, with the settings that PaddleOCR publishes with the network.
"""

from collections.abc import Sequence
from math import prod
from typing import Final, NamedTuple

import numpy as np
from av.video.reformatter import Interpolation

from ingest.taggers.base import Frame
from ingest.taggers.text.components import Box, rectangle, regions
from ingest.taggers.text.networks import STEP, Networks, TextMap
from ingest.taggers.text.windows import Window
from ingest.taggers.visual.input_size import Size
from ingest.taggers.visual.resize import Scaler, Shrinkable

PROBE_SIDE: Final = 320
"""Longer side, in pixels, at which it is told whether there may be any text."""

READING_SIDE: Final = 640
"""Longer side, in pixels, at which places are found."""

MAX_BOXES: Final = 40
"""Places that are looked at on one picture, the largest."""

_BLANK: Final = 0.1  # no pixel of the map has so much where nothing is like text
_IN_TEXT: Final = 0.3  # from here on a pixel of the map is text
_MIN_SCORE: Final = 0.5  # mean of the map in a box
_MIN_PROBE_SCORE: Final = 0.4
_MIN_PROBE_LENGTH: Final = 1.5  # of a line, by its height
_MIN_FIGURE: Final = 0.25  # of the shorter side of the frame: higher than letters of three are wide
_MIN_FIGURE_LENGTH: Final = 1.5
_MIN_SIDE: Final = 2.0  # pixels of the map
_GROWTH: Final = 1.6  # of area by perimeter, which the network was taught to leave out


class DetectedText(NamedTuple):
    """A place where text may stand.

    Attributes:
        box: in pixels of the frame.
        score: confidence, 0.0 to 1.0.
    """

    box: Box
    score: float


class Probe(NamedTuple):
    """A first look at a frame, at a quarter of the cost.

    Attributes:
        lines: where lines of text may stand, some of them.
        traces: boxes around all that is the least like text, save ``n_figures``.
        n_figures: number of things as large as people that are like text all over, as clothes are.
    """

    lines: list[DetectedText]
    traces: list[Box]
    n_figures: int


class TextFinder:
    """Finds places on frames."""

    def __init__(self, networks: Networks) -> None:
        """Take the networks."""
        self._networks = networks
        self._scaler = Scaler(Interpolation.AREA)

    def probe(self, frame: Frame) -> Probe:
        """Look at a frame at half the size."""
        height, width, _ = frame.shape
        text_map = self._map(frame, scaled_size(width, height, _scale(frame, PROBE_SIDE)))
        places = places_on(text_map, width, height, min_score=_MIN_PROBE_SCORE)
        across, down = width / text_map.shape[1], height / text_map.shape[0]
        traces = [rectangle(region).scaled(across, down) for region in regions(text_map >= _BLANK)]
        figures = [box for box in traces if _is_figure(box, width, height)]
        return Probe(
            [one for one in places if one.box.is_long(_MIN_PROBE_LENGTH)],
            [box for box in traces if box not in figures],
            len(figures),
        )

    def places(self, frame: Frame, windows: Sequence[Window]) -> list[DetectedText]:
        """Return at most ``MAX_BOXES`` places of windows of a frame, in reading order."""
        scale = _scale(frame, READING_SIDE)
        texts = [one for window in windows for one in self._places_in(frame, window, scale)]
        texts.sort(key=lambda one: -one.box.width * one.box.height)
        return in_reading_order(texts[:MAX_BOXES])

    def n_pixels(self, frame: Frame, windows: Sequence[Window]) -> int:
        """Return how many pixels of a frame ``places`` has the network look at."""
        scale = _scale(frame, READING_SIDE)
        return sum(prod(_size_of(one, scale)) for one in windows)

    def _places_in(self, frame: Frame, window: Window, scale: float) -> list[DetectedText]:
        left, top, right, bottom = window
        part = frame[top:bottom, left:right]
        text_map = self._map(part, _size_of(window, scale))
        places = places_on(text_map, right - left, bottom - top)
        return [
            one._replace(box=one.box._replace(x=one.box.x + left, y=one.box.y + top))
            for one in places
        ]

    def _map(self, part: Frame, size: Size) -> TextMap:
        return self._networks.find(self._scaler.resize(Shrinkable(part), size))


def _size_of(window: Window, scale: float) -> Size:
    """Return the size at which the network looks at a window."""
    left, top, right, bottom = window
    return scaled_size(right - left, bottom - top, scale)


def _is_figure(box: Box, width: int, height: int) -> bool:
    """Tell whether a box is too large and too square for a line."""
    least = _MIN_FIGURE * min(width, height)
    return min(box.width, box.height) >= least and not box.is_long(_MIN_FIGURE_LENGTH)


def _scale(frame: Frame, side: int) -> float:
    """Return by how much a frame is made smaller so that its longer side has so many pixels."""
    height, width, _ = frame.shape
    return min(1.0, side / int(max(height, width)))


def scaled_size(width: int, height: int, scale: float) -> Size:
    """Return a size in whole steps of the network."""
    wide, high = (max(STEP, round(scale * one / STEP) * STEP) for one in (width, height))
    return wide, high


def places_on(
    text_map: TextMap, width: int, height: int, *, min_score: float = _MIN_SCORE
) -> list[DetectedText]:
    """Return the places that a map tells, on a frame of this size."""
    across, down = width / text_map.shape[1], height / text_map.shape[0]
    places = []
    for region in regions(text_map > _IN_TEXT)[:MAX_BOXES]:
        box = rectangle(region)
        if min(box.width, box.height) < _MIN_SIDE:
            continue
        score = _mean(text_map, box)
        if score < min_score:
            continue
        grown = box.grown(_GROWTH * box.width * box.height / (2 * (box.width + box.height)))
        places.append(DetectedText(grown.scaled(across, down), score))
    return places


def in_reading_order(places: list[DetectedText]) -> list[DetectedText]:
    """Sort places from the top down, and from the left to the right where they share a row."""
    rows: list[list[DetectedText]] = []
    for text in sorted(places, key=lambda one: one.box.y):
        box = text.box
        if rows and abs(box.y - rows[-1][0].box.y) < min(box.height, rows[-1][0].box.height) / 2:
            rows[-1].append(text)
        else:
            rows.append([text])
    return [one for row in rows for one in sorted(row, key=lambda one: one.box.x)]


def _mean(text_map: TextMap, box: Box) -> float:
    """Return the mean of a map in a box."""
    along = np.arange(np.ceil(box.width)) + 0.5 - np.ceil(box.width) / 2
    across = np.arange(np.ceil(box.height)) + 0.5 - np.ceil(box.height) / 2
    steps = np.stack(np.meshgrid(along, across), axis=-1).reshape(-1, 2) @ box.axes
    x, y = np.floor(steps + np.array([box.x, box.y])).astype(np.intp).T
    inside = (x >= 0) & (y >= 0) & (x < text_map.shape[1]) & (y < text_map.shape[0])
    return float(text_map[y[inside], x[inside]].mean()) if inside.any() else 0.0
